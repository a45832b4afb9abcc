/**
 * Runs scenarios through the live service: all at once, each a shop of its own in one real database, on a clock that goes from instant to
 * instant. At each instant its events are taken in first, and then the due reminders are dispatched.
 */
import { byPriority } from "../../../src/core/rules/match.ts";
import type { Channel, Message } from "../../../src/core/seams/channel.ts";
import { newId } from "../../../src/db/ids.ts";
import { finishLoading } from "../../../src/db/stores/buyers/adopt.ts";
import { loadBuyers } from "../../../src/db/stores/buyers/buyer-load.ts";
import { BUYER_COLUMNS, type BuyerRow, type LoadEnv } from "../../../src/db/stores/buyers/loaded-buyer.ts";
import { createVault } from "../../../src/db/vault.ts";
import { createDispatcher } from "../../../src/dispatch/dispatcher.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import type { Catalog } from "../../../src/render/catalog/catalog.ts";
import type { TestDatabase } from "../database.ts";
import { inProcessChannel } from "../in-process-channel.ts";
import { CHANNELS } from "./rehearsed.ts";
import type { Row } from "./rows.ts";
import type { Scenario } from "./scenarios.ts";

export const VAULT = createVault(Buffer.alloc(32, 7));

export type LiveRun = {
  readonly database: TestDatabase;
  readonly scenarios: readonly Pick<Scenario, "shop" | "events">[];
  readonly catalog: Catalog;
  readonly channels: readonly Channel[];
  /** Messages may fail, and then another channel is due at the same instant. */
  readonly mayFail?: boolean;
  /** Called when all that is due at an instant is sent and recorded. */
  readonly settled?: () => Promise<void>;
};

/** Runs the real intake and the real dispatcher until nothing is left to happen. */
export async function runLive({
  database,
  scenarios,
  catalog,
  channels,
  mayFail = false,
  settled,
}: LiveRun): Promise<void> {
  const { sql } = database;
  const shops = new Map(scenarios.map(({ shop }) => [shop.id, shop]));
  const policy = {
    campaigns: byPriority(catalog.campaigns),
    channels: new Map(channels.map(({ name, contacts }) => [name, contacts])),
    newId,
    takeUp: 5_000,
  };
  const shared = { sql, vault: VAULT, shopOf: (id: string) => shops.get(id) ?? null, policy: () => policy };
  const intake = createIntake(shared);
  const dispatcher = createDispatcher({
    ...shared,
    catalog: () => catalog,
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    log: {
      info() {},
      warn() {},
      error: (fields, message) => {
        throw new Error(`${message}: ${JSON.stringify(fields)}`);
      },
    },
  });

  const received = eventsByInstant(scenarios);
  for (let at = await nextInstant(database, received); at !== null; at = await nextInstant(database, received)) {
    await database.setNow(at);
    const events = received.get(at) ?? [];
    received.delete(at);
    const { rejected } = await intake.submit(events);
    if (rejected[0] !== undefined) throw new Error(`${rejected[0].message}: ${JSON.stringify(rejected[0])}`);
    for (let taken = 1; taken > 0; ) {
      taken = await dispatcher.drain();
      await dispatcher.settled();
      if (!mayFail) break;
    }
    await settled?.();
  }
  await dispatcher.stop();
}

export async function lived(database: TestDatabase, scenarios: readonly Scenario[], catalog: Catalog): Promise<Row[]> {
  const { sql } = database;
  await sql`truncate order_events, orders, buyers, contacts, cases, reminders, deliveries, recoveries, tasks`;
  const texts = new Map<string, string>();
  const keep = (message: Message): undefined => void texts.set(message.idempotencyKey, message.text);
  const channels = CHANNELS.map((channel) => {
    const isCall = channel.provider === "desk";
    const take = isCall ? () => Promise.reject(new Error("a call is no message")) : keep;
    return inProcessChannel({ ...channel, ...(isCall ? { asTask: true } : {}) }, take);
  });
  await runLive({ database, scenarios, catalog, channels });
  const shops = new Map(scenarios.map(({ shop }) => [shop.id, shop]));
  const env: LoadEnv = {
    campaigns: byPriority(catalog.campaigns),
    now: 0,
    shopOf: (id) => {
      const shop = shops.get(id);
      if (shop === undefined) throw new Error(`${id} is no shop of these scenarios`);
      return shop;
    },
  };
  return [...(await decidedRows(database, texts)), ...(await waitingRows(database, env))];
}

function eventsByInstant(scenarios: LiveRun["scenarios"]): Map<number, unknown[]> {
  const received = new Map<number, unknown[]>();
  for (const { at, event } of scenarios.flatMap(({ events }) => events).sort((a, b) => a.at - b.at)) {
    const list = received.get(at) ?? [];
    list.push(event);
    received.set(at, list);
  }
  return received;
}

/** The earliest instant at which an event comes or something is due. */
async function nextInstant({ sql }: TestDatabase, received: ReadonlyMap<number, unknown>): Promise<number | null> {
  const [row] = await sql<{ at: number | null }[]>`select min(wake_at) as at from buyers`;
  let next = row?.at ?? Number.POSITIVE_INFINITY;
  for (const at of received.keys()) {
    next = Math.min(next, at);
    break;
  }
  return Number.isFinite(next) ? next : null;
}

/** The decided rows. */
async function decidedRows({ sql }: TestDatabase, texts: ReadonlyMap<string, string>): Promise<Row[]> {
  type Decided = Row & { readonly state: string; readonly delivery: string | null; readonly script: Buffer | null };
  const rows = await sql<(Decided & { readonly called: boolean })[]>`
    select r.shop_id as shop, r.decided_at as at, b.platform_id as buyer, r.orders, r.campaign, r.step,
      case when r.state = 'sent' then r.variant end as variant, d.channel, d.id as delivery, r.reason, r.state, d.sealed_text as script,
      exists (select from tasks t where t.shop_id = r.shop_id and t.case_id = r.case_id) as called
    from reminders r join buyers b on b.shop_id = r.shop_id and b.id = r.buyer_id
    left join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing`;
  return rows.map(({ state, delivery, script, called, ...row }) => {
    if (state !== "sent" && state !== "skipped") throw new Error(`a reminder is left ${state}: ${JSON.stringify(row)}`);
    if (row.channel !== "call") return { ...row, text: delivery === null ? null : (texts.get(delivery) ?? null) };
    if (!called) throw new Error(`a call is no task: ${JSON.stringify(row)}`);
    return { ...row, text: script === null ? "" : VAULT.open(script) };
  });
}

/** Cases that still wait have no row yet: what it would say now. */
async function waitingRows({ sql }: TestDatabase, env: LoadEnv): Promise<Row[]> {
  const buyers = await sql<BuyerRow[]>`
    select ${sql.unsafe(BUYER_COLUMNS)} from buyers b
    join cases c on c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null`;
  const rows: Row[] = [];
  for (const buyer of (await loadBuyers(sql, env, buyers)).values()) {
    finishLoading(buyer);
    const { open } = buyer.state;
    if (open === null || open.hadPlan || open.whole === null) continue;
    const none = { step: null, variant: null, channel: null, text: null };
    const { reason, at } = open.whole;
    const campaign = open.campaign?.key ?? null;
    rows.push({ ...none, shop: buyer.shop, at, buyer: buyer.platformId, orders: open.counted, campaign, reason });
  }
  return rows;
}
