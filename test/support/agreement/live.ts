/**
 * What the live service makes of scenarios: all of them at once, each a shop of its own in one real database, on a clock that goes from
 * instant to instant. At each, first what is told then is taken in, and then what is due is dispatched.
 */
import type { Channel, Message } from "../../../src/core/channel.ts";
import { byPriority } from "../../../src/core/match.ts";
import { newId } from "../../../src/db/ids.ts";
import { createVault } from "../../../src/db/vault.ts";
import { createDispatcher } from "../../../src/dispatch/dispatcher.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import type { Catalog } from "../../../src/render/catalog.ts";
import type { TestDatabase } from "../database.ts";
import { CHANNELS } from "./rehearsed.ts";
import type { Row } from "./rows.ts";
import type { Scenario } from "./scenarios.ts";

export async function lived(database: TestDatabase, scenarios: readonly Scenario[], catalog: Catalog): Promise<Row[]> {
  const { sql } = database;
  // Nothing here asks what survives a crash.
  await sql.unsafe(
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
  );
  await sql`truncate order_events, orders, buyers, contacts, cases, reminders, deliveries, recoveries`;
  const shops = new Map(scenarios.map(({ shop }) => [shop.id, shop]));
  const policy = { campaigns: byPriority(catalog.campaigns), channels: new Map(CHANNELS), newId, takeUp: 5_000 };
  const texts = new Map<string, string>();
  const channelOf = (name: string, contact: Channel["contact"]): Channel => ({
    name,
    provider: "test",
    contact,
    ratePerSecond: null,
    timeoutMs: 5_000,
    cost: null,
    fallback: null,
    send: async (message: Message) => {
      texts.set(message.idempotencyKey, message.text);
      return { kind: "accepted", messageId: null, segments: null };
    },
    close: async () => {},
  });
  const shared = {
    sql,
    vault: createVault(Buffer.alloc(32, 7)),
    shopOf: (id: string) => shops.get(id) ?? null,
    policy: () => policy,
  };
  const intake = createIntake(shared);
  const dispatcher = createDispatcher({
    ...shared,
    catalog: () => catalog,
    channels: new Map(CHANNELS.map(([name, contact]) => [name, channelOf(name, contact)])),
    log: {
      info() {},
      warn() {},
      error: (fields, message) => {
        throw new Error(`${message}: ${JSON.stringify(fields)}`);
      },
    },
  });

  const told = eventsByInstant(scenarios);
  for (let at = await nextInstant(database, told); at !== null; at = await nextInstant(database, told)) {
    await database.setNow(at);
    const events = told.get(at) ?? [];
    told.delete(at);
    const { rejected } = await intake.submit(events);
    if (rejected[0] !== undefined) throw new Error(`${rejected[0].message}: ${JSON.stringify(rejected[0])}`);
    await dispatcher.drain();
    await dispatcher.settled();
  }
  await dispatcher.stop();
  return decidedRows(database, texts);
}

function eventsByInstant(scenarios: readonly Scenario[]): Map<number, unknown[]> {
  const told = new Map<number, unknown[]>();
  for (const { at, event } of scenarios.flatMap(({ events }) => events).sort((a, b) => a.at - b.at)) {
    const list = told.get(at) ?? [];
    list.push(event);
    told.set(at, list);
  }
  return told;
}

/** Of what is told and what is due, the earliest. */
async function nextInstant({ sql }: TestDatabase, told: ReadonlyMap<number, unknown>): Promise<number | null> {
  const [row] = await sql<{ at: number | null }[]>`select min(wake_at) as at from buyers`;
  let next = row?.at ?? Number.POSITIVE_INFINITY;
  for (const at of told.keys()) {
    next = Math.min(next, at);
    break;
  }
  return Number.isFinite(next) ? next : null;
}

/** What was decided, and the whole-case rows of cases that still wait. */
async function decidedRows({ sql }: TestDatabase, texts: ReadonlyMap<string, string>): Promise<Row[]> {
  const rows = await sql<(Row & { state: string; delivery: string | null })[]>`
    select r.shop_id as shop, r.decided_at as at, b.platform_id as buyer, r.orders, r.campaign, r.step,
      case when r.state = 'sent' then r.variant end as variant, d.channel, d.id as delivery, r.reason, r.state
    from reminders r join buyers b on b.shop_id = r.shop_id and b.id = r.buyer_id
    left join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id
    union all
    select c.shop_id, c.whole_at, b.platform_id, array(select o.id from orders o where o.shop_id = c.shop_id and o.case_id = c.id
      and o.in_case order by o.created_at, o.id), c.campaign, null, null, null, null, c.whole_reason, 'skipped'
    from cases c join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id
    where c.ended_at is null and not c.had_plan and c.whole_reason is not null`;
  return rows.map(({ state, delivery, ...row }) => {
    if (state !== "sent" && state !== "skipped") throw new Error(`a reminder is left ${state}: ${JSON.stringify(row)}`);
    return { ...row, text: delivery === null ? null : (texts.get(delivery) ?? null) };
  });
}
