/** Facts for tests of reports: orders through intake, what dispatch would write by hand. */
import type { Campaign, ShopPolicy } from "../../src/core/values/policy.ts";
import type { Sql } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { type Prepared, prepare } from "../../src/intake/prepare.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { closingShop, intakeDeps, receivedEvent } from "./intake.ts";

export type Sent = {
  readonly order: string;
  readonly step: string;
  readonly at: number;
  readonly state?: "sent" | "sending" | "skipped";
  readonly reason?: string | null;
  readonly variant?: string;
  readonly channel?: string;
  readonly template?: string | null;
  readonly delivery?: string;
  readonly deliveredAt?: number;
  readonly segments?: number;
  readonly micros?: number;
  readonly currency?: string;
  readonly window?: number;
};

export async function reportFacts(
  campaigns?: readonly Campaign[],
  zones: Record<string, string> = {},
  shop: Partial<ShopPolicy> = {},
) {
  const { deps: base, database } = await intakeDeps(campaigns === undefined ? {} : { campaigns });
  const { sql } = database;
  const shopOf = (id: string) => closingShop({ id, timeZone: zones[id] ?? "Asia/Shanghai", ...shop });
  const deps = { ...base, shopOf };
  let events = 0;
  const receive = async (type: string, at: number, order: Record<string, unknown>, shop = "acme"): Promise<void> => {
    await database.setNow(at);
    const event = { ...receivedEvent(`e${String(++events).padStart(4, "0")}`, `order.${type}`, at, order), shop };
    const result = prepare({ shopOf, vault: deps.vault }, event);
    if (!result.ok) throw new Error(result.rejection.message);
    const ready: Prepared[] = [result.prepared];
    await takeIn(deps, ready);
  };
  return {
    sql,
    database,
    vault: deps.vault,
    receive,
    /** An order of a buyer of its own, unless one is given. */
    order: (id: string, at: number, more: Record<string, unknown> = {}, shop = "acme") =>
      receive("created", at, { id, buyer: { id: `b-${id}`, chat: { wechat: `w-${id}` } }, ...more }, shop),
    paid: (id: string, at: number, shop = "acme") => receive("paid", at, { id, buyer: undefined }, shop),
    refunded: (id: string, at: number, shop = "acme") => receive("refunded", at, { id, buyer: undefined }, shop),
    sent: (fact: Sent, shop = "acme") => writeSent(sql, shop, fact),
    /** A planned row decided as a skip. */
    async skipped(order: string, step: string, at: number, reason: string, shop = "acme"): Promise<void> {
      const rows = await sql`
        update reminders set kind = 'skip', state = 'skipped', reason = ${reason}, decided_at = ${new Date(at)}
        where shop_id = ${shop} and ${order} = any(orders) and step = ${step} and state = 'planned' returning id`;
      if (rows.length !== 1) throw new Error(`${rows.length} planned rows of ${order} for ${step}`);
    },
  };
}

async function writeSent(sql: Sql, shop: string, fact: Sent): Promise<string> {
  const { order, step, at, state = "sent", reason = null, variant = null } = fact;
  const rows = await sql<{ id: string }[]>`
    update reminders set kind = 'send', state = ${state}, reason = ${reason}, variant = ${variant}, decided_at = ${new Date(at)},
      attributed_until = ${new Date(at + (fact.window ?? 86_400_000))}
    where shop_id = ${shop} and ${order} = any(orders) and step = ${step} and state = 'planned' returning id`;
  const id = rows[0]?.id;
  if (id === undefined || rows.length !== 1) throw new Error(`${rows.length} planned rows of ${order} for ${step}`);
  const delivery = { sent: "accepted", sending: "claimed", skipped: "unknown" }[state];
  await sql`
    insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, finished_at, delivered_at,
      template, segments, cost_micros, cost_currency)
    values (${shop}, ${newId()}, ${id}, ${fact.channel ?? "sms"}, 1, ${fact.delivery ?? delivery}, ${new Date(at)}, ${new Date(at + 30_000)},
      ${state === "sending" ? null : new Date(at + 120)}, ${fact.deliveredAt === undefined ? null : new Date(fact.deliveredAt)},
      ${fact.template ?? null}, ${fact.segments ?? null}, ${fact.micros ?? null}, ${fact.currency ?? null})`;
  return id;
}
