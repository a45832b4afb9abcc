/**
 * Part 5: what intake and the due scan cost with many orders stored, compared with what they cost with few. The two lie in two
 * databases on one server, so that they can be measured in turn.
 */
import { openClaimer } from "../harness/claimer.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, perSecond, ratio, waitUntil } from "../harness/measure.ts";
import { allowFor, bodiesOf, createdEvents, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { NUDGE_MS } from "../harness/reminders.ts";
import { type Bench, settleDisk } from "../harness/servers.ts";
import { SHOPS, storedBuyers, storeOrders } from "../harness/stored-orders.ts";
import { compare, number, round } from "../harness/table.ts";

type Growth = {
  /** Orders per second with many / with few. 1: the same. */
  readonly intake: number;
  /** Time of a scan and claim with few / with many. 1: the same. */
  readonly dueScan: number;
  readonly from: number;
  readonly to: number;
  readonly perSecond: readonly [few: number, many: number];
  readonly scanMs: readonly [few: number, many: number];
};

const PER_CLAIM = 100;

export const growth: Part<Growth> = {
  name: "growth",
  usual: true,
  run,
  json: ({ intake, dueScan, from, to }) => ({ intake: round(intake, 3), dueScan: round(dueScan, 3), from, to }),
  lines: ({ intake, dueScan, from, to, perSecond: [few, many], scanMs: [fewMs, manyMs] }) => [
    { what: "growth", measured: `${number(from)} → ${number(to)}`, against: "orders stored; 1 = costs the same" },
    compare("  intake", intake, "≥ 0.9", `${number(few)} → ${number(many)} orders/s`),
    compare(
      "  due scan",
      dueScan,
      "≥ 0.9",
      `${fewMs.toFixed(1)} → ${manyMs.toFixed(1)} ms for a scan and a claim of 100`,
    ),
  ],
};

async function run(bench: Bench): Promise<Growth> {
  const [from, to] = bench.quick ? [10_000, 100_000] : [100_000, 2_000_000];
  const small = await openSize(bench, "few", from);
  const large = await openSize(bench, "many", to);
  try {
    const rounds = bench.quick ? 3 : 5;
    const orders = bench.quick ? 2_000 : 10_000;
    const claims = bench.quick ? 8 : 15;
    // A few buyers have two orders among these, so more orders are made than buyers are claimed.
    const due = Math.ceil(claims * PER_CLAIM * 1.15);
    const speeds: [number, number][] = [];
    const times: [number, number][] = [];
    for (let n = 0; n <= rounds; n++) {
      const intake: [number, number] = [await small.takeIn(orders), await large.takeIn(orders)];
      await Promise.all([small.makeDue(due), large.makeDue(due)]);
      const few: number[] = [];
      const many: number[] = [];
      for (let claim = 0; claim < claims; claim++) {
        few.push(await small.claim());
        many.push(await large.claim());
      }
      // The first round only warms up.
      if (n === 0) continue;
      speeds.push(intake);
      times.push([median(few), median(many)]);
      bench.note(
        `growth ${n}/${rounds}: ${from} → ${to}: intake ${intake.map((v) => v.toFixed(0)).join(" → ")} orders/s, ` +
          `due scan and claim ${times
            .at(-1)
            ?.map((v) => v.toFixed(1))
            .join(" → ")} ms`,
      );
    }
    const few = <T>(list: [T, T][]) => list.map(([value]) => value);
    const many = <T>(list: [T, T][]) => list.map(([, value]) => value);
    return {
      intake: ratio(many(speeds), few(speeds)),
      dueScan: ratio(few(times), many(times)),
      from,
      to,
      perSecond: [median(few(speeds)), median(many(speeds))],
      scanMs: [median(few(times)), median(many(times))],
    };
  } finally {
    await Promise.all([small.end(), large.end()]);
  }
}

async function openSize(bench: Bench, label: string, stored: number) {
  const { url, sql } = await bench.extraDatabase(label);
  const begun = performance.now();
  await storeOrders(sql, stored);
  bench.note(`growth: stored ${stored} orders in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  const env = { DATABASE_URL: url, QUEUE_URL: bench.backend === "redis" ? bench.queueUrl : url };
  const dunlin = await startDunlin(bench, ["api"], env);
  const claimer = openClaimer(url, bench.env);
  // New order numbers go on from the stored ones, as in a shop.
  let next = 500_000_000;
  const bodies = (count: number, createdAt: number, returning: (n: number) => boolean) => {
    const first = next;
    next += count;
    const buyers = Math.floor(storedBuyers(stored) / SHOPS.length);
    const events = createdEvents(
      count,
      (n) => {
        const shop = Math.floor(n / 10) % SHOPS.length;
        const buyer = ((n * 104_729) % buyers) * SHOPS.length + shop;
        return { shop: SHOPS[shop] ?? "", createdAt, returning: returning(n) ? `b-${buyer}` : undefined };
      },
      first,
    );
    return bodiesOf(events);
  };
  return {
    /** One order in five is of a buyer that is stored. */
    async takeIn(count: number): Promise<number> {
      const ready = bodies(count, Date.now(), (n) => n % 5 === 0);
      await settleDisk(sql);
      return perSecond(count, await postAll(dunlin.url, ready, count));
    },
    /** Makes buyers of whom a reminder falls due in a moment, and waits for that. */
    async makeDue(count: number): Promise<void> {
      for (let attempt = 1; attempt < 5; attempt++) {
        // The two databases are made ready at a time.
        const dueAt = Date.now() + 2 * attempt * allowFor(count);
        const ready = bodies(count, dueAt - NUDGE_MS, () => false);
        await postAll(dunlin.url, ready, count);
        if (Date.now() < dueAt) return waitUntil(dueAt + 20);
      }
      throw new Error(`taking in ${count} orders lasted until after they were due, again and again`);
    },
    claim: () => claimer.claim(PER_CLAIM),
    async end(): Promise<void> {
      await dunlin.end();
      await claimer.close();
    },
  };
}
