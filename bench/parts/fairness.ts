/**
 * Part `fairness`: how late the messages of a small shop are while a large one has a backlog, with one and with two processes that dispatch. All of
 * the backlog is due before the processes start. The small shop's orders come in meanwhile, so intake takes its part of the machine too.
 */
import { setTimeout as pause } from "node:timers/promises";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { percentile, waitUntil } from "../harness/measure.ts";
import { bodiesOf, createdEvents, eachItsOwnBuyer, orderId, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { NUDGE_MS, startWorker } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { number } from "../harness/table.ts";

type Late = { readonly processes: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
/** `backlog`: what was due when the processes began, and what was still due at the end. */
type Fairness = { readonly backlog: number; readonly by: readonly (Late & { readonly left: number })[] };

const PER_SECOND = 20;
/** The small shop's orders come in so long before they are due. */
const AHEAD_MS = 5_000;
/** Events of one body; large enough for a million, small enough for the limit of a body. */
const CHUNK = 20_000;

export const fairness: Part<Fairness> = {
  name: "fairness",
  run,
  lines: ({ backlog, by }) =>
    by.map((found) => ({
      what: "fairness",
      measured: `${number(found.maxMs)} ms`,
      target: "≤ 5,000 ms",
      against: describeFairness(backlog, found),
    })),
};

async function run(bench: Bench): Promise<Fairness> {
  const backlog = bench.quick ? 100_000 : 1_000_000;
  const seconds = bench.quick ? 8 : 30;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const origin = await provider.call<string>("listen");
    // The first worker of an installation has all open cases planned again. This must be over before the backlog is there.
    await (await startWorker(bench, origin, null)).end();
    const by: Fairness["by"][number][] = [];
    for (const processes of [1, 2]) {
      const large = `large${processes}`;
      const warm = createdEvents(CHUNK, () => ({ shop: "warm", createdAt: Date.now() }), processes * CHUNK);
      const each = (await postAll(api.url, bodiesOf(ownBuyers(warm, processes * CHUNK)), CHUNK)) / CHUNK;
      const begun = performance.now();
      // All of it must be stored before it is due: an order that is received after its time is reminded of some minutes later.
      const dueAt = Date.now() + 5_000 + 1.5 * each * backlog;
      for (let first = 0; first < backlog; first += CHUNK) {
        const count = Math.min(CHUNK, backlog - first);
        const events = createdEvents(count, () => ({ shop: large, createdAt: dueAt - NUDGE_MS }), first);
        await postAll(api.url, bodiesOf(ownBuyers(events, first)), count);
      }
      await bench.sql`analyze`;
      if (Date.now() > dueAt) throw new Error("taking in the backlog lasted until after it was due");
      bench.note(`fairness: ${backlog} due reminders stored in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
      await waitUntil(dueAt);
      await provider.call("reset");
      const workers = await Promise.all(Array.from({ length: processes }, () => startWorker(bench, origin, null)));
      try {
        const small = `small${processes}`;
        const due = new Map<string, number>();
        for (let second = 0; second < seconds; second++) {
          const from = Date.now();
          const at = from + AHEAD_MS;
          const first = second * PER_SECOND;
          const dueOf = (n: number) => at + Math.round(((n - first) * 1_000) / PER_SECOND);
          const events = createdEvents(PER_SECOND, (n) => ({ shop: small, createdAt: dueOf(n) - NUDGE_MS }), first);
          await postAll(api.url, bodiesOf(ownBuyers(events, first)), PER_SECOND);
          for (let n = first; n < first + PER_SECOND; n++) due.set(orderId(small, n), dueOf(n));
          await waitUntil(from + 1_000);
        }
        const late = await lateOf(due, () => provider.call<[string, number][]>("arrivals"));
        const left = await stillDue(bench, large);
        if (left === 0) throw new Error("the backlog was gone before the small shop's orders were");
        const found = {
          ...{ processes, left },
          ...{ p50Ms: percentile(late, 0.5), p99Ms: percentile(late, 0.99), maxMs: Math.max(...late) },
        };
        bench.note(`fairness: ${describeFairness(backlog, found)}`);
        by.push(found);
      } finally {
        await Promise.all(workers.map((worker) => worker.end()));
      }
      await bench.sql`update buyers set wake_at = null where shop_id = ${large}`;
    }
    return { backlog, by };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}

/** Each order has a buyer of its own, also over several bodies. */
const ownBuyers = (events: ReturnType<typeof createdEvents>, first: number) =>
  eachItsOwnBuyer(events).map((event, n) => {
    const buyer = { ...event.order.buyer, id: `b-${first + n}`, phone: `+86139${String(first + n).padStart(8, "0")}` };
    return { ...event, order: { ...event.order, buyer } };
  });

/** How late each of these orders' messages was, ms; waits for those that are under way. */
async function lateOf(due: Map<string, number>, arrivals: () => Promise<[string, number][]>): Promise<number[]> {
  let came = 0;
  for (let attempt = 0; attempt < 30; attempt++) {
    const at = new Map(await arrivals());
    const late = [...due].flatMap(([order, dueAt]) => {
      const arrived = at.get(order);
      return arrived === undefined ? [] : [arrived - dueAt];
    });
    if (late.length === due.size) return late;
    came = late.length;
    await pause(1_000);
  }
  throw new Error(`${due.size - came} of ${due.size} messages of the small shop did not come within 30 s`);
}

async function stillDue(bench: Bench, shop: string): Promise<number> {
  const [row] = await bench.sql<{ n: number }[]>`
    select count(*)::int4 as n from buyers where shop_id = ${shop} and wake_at <= now()`;
  return row?.n ?? 0;
}

const describeFairness = (backlog: number, { processes, p50Ms, p99Ms, maxMs, left }: Fairness["by"][number]) =>
  `beside ${backlog.toLocaleString("en-US")} due reminders of another shop (${left.toLocaleString("en-US")} left), ${processes} process${processes === 1 ? "" : "es"}: ` +
  `late p50 ${p50Ms.toFixed(0)}, p99 ${p99Ms.toFixed(0)}, at most ${maxMs.toFixed(0)} ms`;
