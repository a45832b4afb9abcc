/**
 * One lane through the tables of Dunlin: orders of one buyer each, taken in by `dunlin api`, and then statements one after another on one
 * connection. A way that Dunlin goes and one that was tried are gone in turn, over different buyers of the same store.
 */
import { connect, type Sql } from "../../src/db/client.ts";
import { BUYER_COLUMNS, type BuyerRow, type LoadEnv } from "../../src/db/stores/buyers/loaded-buyer.ts";
import { openClaimer } from "../harness/claimer.ts";
import { type CostOfOne, costOfOne } from "../harness/cost-of-one.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { waitUntil } from "../harness/measure.ts";
import { openMeter, type Spent } from "../harness/meter.ts";
import { allowFor, bodiesOf, createdEvents, eachItsOwnBuyer, postAll } from "../harness/orders.ts";
import { NUDGE_MS } from "../harness/reminders.ts";
import { type Bench, settleDisk } from "../harness/servers.ts";

/** As many as intake and dispatch usually write in one transaction. */
export const BATCH = 50;

/** The cost of one as Dunlin does it (null: it has no such step), and as it was tried. */
export type Compared = { readonly today: CostOfOne | null; readonly tried: CostOfOne };

export type Idea = {
  readonly name: string;
  /** In words, for the table. */
  readonly today: string;
  readonly tried: string;
  run(lane: Lane): Promise<Compared>;
};

export type Way<Item> = (batch: readonly Item[]) => Promise<unknown>;

export type Lane = {
  readonly sql: Sql;
  readonly env: LoadEnv;
  readonly buyers: readonly BuyerRow[];
  /** Goes both ways, each over half of the items, in turn. */
  compare<Item>(
    items: readonly Item[],
    ways: { readonly today: Way<Item> | null; readonly tried: Way<Item> },
  ): Promise<Compared>;
  /** Claims the first reminder of each buyer, as the dispatcher does. */
  claimAll(): Promise<void>;
};

export async function openLane(bench: Bench, count: number): Promise<Lane & { close(): Promise<void> }> {
  const api = await startDunlin(bench, ["api"]);
  // Shows how fast intake is.
  await postAll(api.url, bodiesOf(createdEvents(1_000, () => ({ shop: "first", createdAt: Date.now() }))), 1_000);
  const dueAt = Date.now() + 2 * allowFor(count);
  const events = eachItsOwnBuyer(createdEvents(count, () => ({ shop: "lane", createdAt: dueAt - NUDGE_MS })));
  await postAll(api.url, bodiesOf(events), count).finally(() => api.end());
  const { sql, close } = connect(bench.databaseUrl, {
    max: 1,
    applicationName: "dunlin bench lane",
    limits: { planOnce: true },
  });
  const claimer = openClaimer(bench.databaseUrl, bench.env);
  const meter = await openMeter(bench.sql);
  await bench.sql`analyze`;
  const rounds = bench.quick ? 2 : 4;

  async function spend<Item>(way: Way<Item>, items: readonly Item[]): Promise<Spent> {
    await settleDisk(bench.sql);
    return meter.during([process.pid], async () => {
      for (let at = 0; at < items.length; at += BATCH) await way(items.slice(at, at + BATCH));
    });
  }

  return {
    sql,
    env: { ...claimer.env, now: Date.now() },
    buyers: await sql<
      BuyerRow[]
    >`select ${sql.unsafe(BUYER_COLUMNS)} from buyers b where b.shop_id = 'lane' order by b.id`,
    async compare(items, { today, tried }) {
      const [old, recent]: [Spent[], Spent[]] = [[], []];
      const size = Math.floor(items.length / (rounds * 2 + 2) / BATCH) * BATCH;
      let next = 0;
      const slice = () => {
        next += size;
        return items.slice(next - size, next);
      };
      // The first of each only warms up.
      for (let round = 0; round <= rounds; round++) {
        const turns = [
          async () => void (today !== null && old.push(await spend(today, slice()))),
          async () => void recent.push(await spend(tried, slice())),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      }
      return { today: today === null ? null : costOfOne(old.slice(1), size), tried: costOfOne(recent.slice(1), size) };
    },
    async claimAll() {
      await waitUntil(dueAt + 20);
      for (let left = count; left > 0; left -= 100) await claimer.claim(Math.min(left, 100));
    },
    close: async () => {
      await Promise.all([close(), claimer.close()]);
    },
  };
}
