/**
 * Part `capacity`: what one order, payment, message and report cost in CPU, log (WAL), disk and Redis memory, on a PostgreSQL of the benchmark's own;
 * and, with `BENCH_SOAK_MINUTES`, a shop's day at a steady rate for so long, whose use is compared with the sum of these costs.
 * Machines for a larger shop are reckoned from them.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { type Child, forkChild } from "../harness/child.ts";
import { type Dunlin, startDunlin } from "../harness/dunlin.ts";
import { addAll } from "../harness/jobs.ts";
import { percentile, waitUntil } from "../harness/measure.ts";
import { type Meter, openMeter } from "../harness/meter.ts";
import {
  type BenchEvent,
  bodiesOf,
  createdEvent,
  createdEvents,
  eachItsOwnBuyer,
  orderId,
  paidEvent,
  postAll,
} from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured, NUDGE_MS, startWorker } from "../harness/reminders.ts";
import { API_KEY, type Bench } from "../harness/servers.ts";
import { compare, type Line, number } from "../harness/table.ts";

/** The cost of one. `diskBytes`: tables and indexes. */
type UnitCost = {
  readonly nodeUs: number;
  readonly postgresUs: number;
  readonly walBytes: number;
  readonly diskBytes: number;
};

type Soak = {
  readonly minutes: number;
  readonly ordersPerSecond: number;
  readonly orders: number;
  readonly payments: number;
  readonly messages: number;
  /** Used, by the sum of the costs and of what idle processes use. Small batches cost more than large ones, so at a low rate it is above 1. */
  readonly node: number;
  readonly postgres: number;
  readonly wal: number;
  readonly disk: number;
  /** Cores that both used together. */
  readonly cores: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  /** Peak memory of the API and of the worker after a third of the time, and at the end. */
  readonly rssMb: readonly [early: number, end: number];
};

type Capacity = {
  readonly order: UnitCost;
  readonly payment: UnitCost;
  readonly message: UnitCost;
  /** Cores of an API and a worker with nothing to do, and of their PostgreSQL. */
  readonly idle: { readonly node: number; readonly postgres: number };
  /** `GET /v1/reports/recovery` over all of them, by campaign; CPU of node and PostgreSQL, ms. */
  readonly reportMs: number;
  /** Redis memory of an event that waits in the queue `orders`; null: the queue is in PostgreSQL. */
  readonly queuedBytes: number | null;
  readonly soak: Soak | null;
};

const ORDERS_PER_SECOND = 60;
/** Shares of the orders: paid before their reminder, and after it. */
const PAID_EARLY = 0.6;
const PAID_LATE = 0.1;
/** How long before its nudge an order of the soak is received. */
const LEAD_MS = 20_000;
const REPORTS = 20;
const IDLE_MS = 20_000;

export const capacity: Part<Capacity> = {
  name: "capacity",
  run,
  lines: ({ order, payment, message, idle, reportMs, queuedBytes, soak: soaked }) => [
    { what: "capacity: order", against: describeUnit(order) },
    { what: "capacity: payment", against: describeUnit(payment) },
    { what: "capacity: message", against: describeUnit(message) },
    {
      what: "  idle",
      measured: `${(idle.node + idle.postgres).toFixed(3)} cores`,
      against: `node ${idle.node.toFixed(3)}, PostgreSQL ${idle.postgres.toFixed(3)}`,
    },
    { what: "  report", measured: `${number(reportMs)} ms`, against: "CPU of a recovery report by campaign" },
    ...(queuedBytes === null
      ? []
      : [
          {
            what: "  queued event",
            measured: `${number(queuedBytes)} bytes`,
            against: "Redis memory while it waits",
          },
        ]),
    ...(soaked === null ? [] : soakLines(soaked)),
  ],
};

function soakLines(soaked: Soak): Line[] {
  const { minutes, orders, messages, cores, lateP99Ms, lateMaxMs, rssMb } = soaked;
  const late = `late p99 ${number(lateP99Ms)}, at most ${number(lateMaxMs)} ms; ${rssMb[0]} → ${rssMb[1]} MB`;
  return [
    {
      what: `  soak ${minutes} min`,
      measured: `${cores.toFixed(2)} cores`,
      against: `${number(orders)} orders, ${number(messages)} messages; ${late}`,
    },
    ...(["node", "postgres", "wal", "disk"] as const).map((of) =>
      compare(`    ${of}`, soaked[of], "", "used, by the sum of the costs"),
    ),
  ];
}

async function run(given: Bench): Promise<Capacity> {
  if (process.platform !== "linux") throw new Error("the part `capacity` reads /proc and runs on Linux only");
  const bench = await given.ownServer();
  const minutes = Number(process.env.BENCH_SOAK_MINUTES ?? 0);
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const worker = await startWorker(bench, await provider.call<string>("listen"), null);
    const meter = await openMeter(bench.sql);
    const costs = await measureCosts(bench, { provider, api, worker, meter });
    const queuedBytes = bench.backend === "redis" ? await measureQueued(bench) : null;
    const soaked = minutes > 0 ? await soak(bench, { provider, api, worker, meter }, costs, minutes) : null;
    await worker.end();
    return { ...costs, queuedBytes, soak: soaked };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}

type Parts = { readonly provider: Child; readonly api: Dunlin; readonly worker: Dunlin; readonly meter: Meter };
type Costs = Pick<Capacity, "order" | "payment" | "message" | "idle" | "reportMs">;

async function measureCosts(bench: Bench, { provider, api, worker, meter }: Parts): Promise<Costs> {
  const count = bench.quick ? 4_000 : 20_000;
  const pids = [api.pid, worker.pid];
  const costOf = async (units: number, work: () => Promise<unknown>): Promise<UnitCost> => {
    const before = await diskBytes(bench);
    const spent = await meter.during(pids, work);
    return {
      nodeUs: (spent.nodeMs * 1_000) / units,
      postgresUs: (spent.postgresMs * 1_000) / units,
      walBytes: spent.walBytes / units,
      diskBytes: ((await diskBytes(bench)) - before) / units,
    };
  };
  // Warms both processes up, and fills the caches of plans.
  const warm = await dueAtOnce(bench, provider, api.url, "warm", count / 2);
  await measured(provider, count / 2);
  await allRecorded(bench, warm, count / 2, 100);
  const rest = await meter.during(pids, () => pause(IDLE_MS));
  const idle = { node: rest.nodeMs / IDLE_MS, postgres: rest.postgresMs / IDLE_MS };
  const createdAt = Date.now();
  const later = eachItsOwnBuyer(createdEvents(count, () => ({ shop: "paying", createdAt })));
  const order = await costOf(count, () => postAll(api.url, bodiesOf(later), count));
  const paid = Array.from({ length: count }, (_, n) => paidEvent({ shop: "paying", n, createdAt }, Date.now()));
  const payment = await costOf(count, () => postAll(api.url, bodiesOf(paid), count));
  const shop = await dueAtOnce(bench, provider, api.url, "due", count);
  const message = await costOf(count, async () => {
    await measured(provider, count);
    await allRecorded(bench, shop, count, 100);
  });
  const reports = await meter.during(pids, async () => {
    for (let n = 0; n < REPORTS; n++) await getReport(api.url);
  });
  const found = { order, payment, message, idle, reportMs: (reports.nodeMs + reports.postgresMs) / REPORTS };
  bench.note(
    `capacity: order ${describeUnit(order)}; payment ${describeUnit(payment)}; message ${describeUnit(message)}`,
  );
  return found;
}

async function getReport(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/reports/recovery?by=campaign`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  if (answer.status !== 200) throw new Error(`GET /v1/reports/recovery answered ${answer.status}`);
  await answer.text();
}

async function diskBytes({ sql }: Bench): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select pg_database_size(current_database())::float8 as bytes`;
  return row?.bytes ?? 0;
}

/** Nobody takes them: no process here has the role `intake`. */
async function measureQueued({ queueUrl, quick }: Bench): Promise<number> {
  const count = quick ? 2_000 : 20_000;
  const redis = new Redis(queueUrl);
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
  const backend = openQueueBackend(queueUrl, { log: { info() {}, warn() {}, error() {} } });
  try {
    await backend.queue("orders");
    const before = await used();
    await addAll(
      backend,
      createdEvents(count, () => ({ shop: "queued", createdAt: Date.now() })),
    );
    const bytes = ((await used()) - before) / count;
    await (await backend.queue("orders")).obliterate({ force: true });
    return bytes;
  } finally {
    await backend.close();
    redis.disconnect();
  }
}

/** Orders at a steady rate, each of a buyer of its own; most are paid before their reminder, and some after it. */
async function soak(bench: Bench, parts: Parts, costs: Costs, minutes: number): Promise<Soak> {
  const { provider, api, worker, meter } = parts;
  const seconds = Math.ceil(minutes * 60);
  const due = new Map<string, number>();
  const counts = { orders: 0, payments: 0 };
  let early = 0;
  await provider.call("reset");
  const disk = await diskBytes(bench);
  const begun = performance.now();
  const ownEvent = (n: number, createdAt: number) => {
    const event = createdEvent({ shop: "soak", n, createdAt });
    const buyer = { id: `s-${n}`, phone: `+86137${String(n).padStart(8, "0")}`, name: "李雷", locale: "zh-CN" };
    return { ...event, order: { ...event.order, buyer } };
  };
  const spent = await meter.during([api.pid, worker.pid], async () => {
    const from = Date.now();
    /** Payments by the second in which they are posted. */
    const payments = new Map<number, BenchEvent[]>();
    const payAt = (second: number, event: BenchEvent) => payments.set(second, [...(payments.get(second) ?? []), event]);
    for (let second = 0; second < seconds + LEAD_MS / 1_000 + 10; second++) {
      const events: BenchEvent[] = payments.get(second) ?? [];
      payments.delete(second);
      counts.payments += events.length;
      for (let i = 0; second < seconds && i < ORDERS_PER_SECOND; i++) {
        const n = second * ORDERS_PER_SECOND + i;
        const dueAt = from + second * 1_000 + LEAD_MS + Math.round((i * 1_000) / ORDERS_PER_SECOND);
        events.push(ownEvent(n, dueAt - NUDGE_MS));
        counts.orders++;
        const fate = (n % 20) / 20;
        const pay = (at: number) =>
          payAt(at, paidEvent({ shop: "soak", n, createdAt: dueAt - NUDGE_MS }, from + at * 1_000));
        if (fate < PAID_EARLY) pay(second + 5);
        else {
          due.set(orderId("soak", n), dueAt);
          if (fate < PAID_EARLY + PAID_LATE) pay(second + LEAD_MS / 1_000 + 5);
        }
      }
      if (events.length > 0) await postAll(api.url, bodiesOf(events), events.length, 1);
      if (second === Math.floor(seconds / 3)) early = Math.max(api.peakMb(), worker.peakMb());
      if (second % 60 === 59) bench.note(`soak: minute ${(second + 1) / 60}, ${counts.orders} orders`);
      await waitUntil(from + (second + 1) * 1_000);
    }
    await allRecorded(bench, "soak", due.size, 200);
  });
  const elapsedMs = performance.now() - begun;
  await pause(100);
  const late = (await provider.call<[string, number][]>("arrivals")).map(
    ([order, at]) => at - (due.get(order) ?? Number.NaN),
  );
  const expected = (of: keyof UnitCost) =>
    counts.orders * costs.order[of] + counts.payments * costs.payment[of] + due.size * costs.message[of];
  return {
    minutes,
    ordersPerSecond: ORDERS_PER_SECOND,
    ...counts,
    messages: due.size,
    node: (spent.nodeMs * 1_000) / (expected("nodeUs") + costs.idle.node * elapsedMs * 1_000),
    postgres: (spent.postgresMs * 1_000) / (expected("postgresUs") + costs.idle.postgres * elapsedMs * 1_000),
    wal: spent.walBytes / expected("walBytes"),
    disk: ((await diskBytes(bench)) - disk) / expected("diskBytes"),
    cores: (spent.nodeMs + spent.postgresMs) / elapsedMs,
    lateP99Ms: percentile(late, 0.99),
    lateMaxMs: Math.max(...late),
    rssMb: [early, Math.max(api.peakMb(), worker.peakMb())],
  };
}

const describeUnit = ({ nodeUs, postgresUs, walBytes, diskBytes: disk }: UnitCost): string =>
  `node ${nodeUs.toFixed(0)} µs, PostgreSQL ${postgresUs.toFixed(0)} µs, WAL ${(walBytes / 1_000).toFixed(2)} kB, disk ${(disk / 1_000).toFixed(2)} kB`;
