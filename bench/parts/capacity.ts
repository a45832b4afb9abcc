/**
 * Part `capacity`: what one order, payment, message and report cost in CPU, log (WAL), disk and Redis memory, on a PostgreSQL of the benchmark's own;
 * what their retention costs, and what it leaves; and, with `BENCH_SOAK_MINUTES`, a steady rate for so long, whose use is compared with the sum of these
 * costs. Machines for larger shops are reckoned from them (capacity-model.ts).
 */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { DAY } from "../../src/core/values/duration.ts";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { purge } from "../../src/retention/purge.ts";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { addAll } from "../harness/jobs.ts";
import { openMeter } from "../harness/meter.ts";
import { bodiesOf, closedEvent, createdEvents, eachItsOwnBuyer, paidEvent, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured, startWorker } from "../harness/reminders.ts";
import { API_KEY, type Bench } from "../harness/servers.ts";
import { type Line, number } from "../harness/table.ts";
import { type Costs, diskBytes, type Parts, type UnitCost } from "./capacity-costs.ts";
import { needLines } from "./capacity-model.ts";
import { type Soak, soak, soakLines } from "./capacity-soak.ts";

type Capacity = Costs & {
  /** Redis memory of an event that waits in the queue `orders`; null: the queue is in PostgreSQL. */
  readonly queuedBytes: number | null;
  readonly soak: Soak | null;
};

const UNITS = ["order", "payment", "message", "retention"] as const;
const REPORTS = 20;
const IDLE_MS = 20_000;

export const capacity: Part<Capacity> = {
  name: "capacity",
  run,
  lines: (found) => [
    ...UNITS.map((name) => ({ what: `capacity: ${name}`, against: describeUnit(found[name]) })),
    {
      what: "  idle",
      measured: `${(found.idle.node + found.idle.postgres).toFixed(3)} cores`,
      against: `node ${found.idle.node.toFixed(3)}, PostgreSQL ${found.idle.postgres.toFixed(3)}`,
    },
    { what: "  report", measured: `${number(found.reportMs)} ms`, against: "CPU of a recovery report by campaign" },
    ...queuedLines(found.queuedBytes),
    ...needLines(found),
    ...(found.soak === null ? [] : soakLines(found.soak)),
  ],
};

const queuedLines = (bytes: number | null): Line[] =>
  bytes === null
    ? []
    : [{ what: "  queued event", measured: `${number(bytes)} bytes`, against: "Redis memory while it waits" }];

async function run(given: Bench): Promise<Capacity> {
  if (process.platform !== "linux") throw new Error("the part `capacity` reads /proc and runs on Linux only");
  const bench = await given.ownServer();
  const minutes = Number(process.env.BENCH_SOAK_MINUTES ?? 0);
  // The log of a soak is read at its end.
  await bench.sql`alter system set wal_keep_size = '20GB'`;
  await bench.sql`select pg_reload_conf()`;
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

async function measureCosts(bench: Bench, { provider, api, worker, meter }: Parts): Promise<Costs> {
  const count = bench.quick ? 4_000 : 20_000;
  const pids = [api.pid, worker.pid];
  const empty = await diskBytes(bench);
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
  const closed = [...closesOf(warm, count / 2), ...closesOf(shop, count)];
  await postAll(api.url, bodiesOf(closed), closed.length);
  const orders = count / 2 + 2 * count;
  const deleted = await meter.during([process.pid], () => deleteOld(bench));
  await bench.sql`vacuum full`;
  const retention = {
    nodeUs: (deleted.nodeMs * 1_000) / orders,
    postgresUs: (deleted.postgresMs * 1_000) / orders,
    walBytes: deleted.walBytes / orders,
    diskBytes: ((await diskBytes(bench)) - empty) / orders,
  };
  const found = { order, payment, message, retention, idle, reportMs: (reports.nodeMs + reports.postgresMs) / REPORTS };
  for (const name of UNITS) bench.note(`capacity: ${name}: ${describeUnit(found[name])}`);
  return found;
}

const closesOf = (shop: string, count: number) =>
  Array.from({ length: count }, (_, n) => closedEvent({ shop, n }, Date.now()));

/** As `upkeep` does it, as if all of it had been kept for long enough. */
async function deleteOld({ sql }: Bench): Promise<void> {
  const kept = { events: 0, orders: 0, contacts: 0, deliveries: 0, audit: DAY };
  for (;;) {
    await purge(sql, kept);
    const [left] = await sql<{ any: boolean }[]>`
      select exists (select from contacts) or exists (select from order_events where told -> 'reduced' is null)
        or exists (select from deliveries where sealed_text is not null) or exists (select from orders where details ->> 'items' <> '[]') as any`;
    if (left?.any === false) return;
  }
}

async function getReport(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/reports/recovery?by=campaign`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  if (answer.status !== 200) throw new Error(`GET /v1/reports/recovery answered ${answer.status}`);
  await answer.text();
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

const describeUnit = ({ nodeUs, postgresUs, walBytes, diskBytes: disk }: UnitCost): string =>
  `node ${nodeUs.toFixed(0)} µs, PostgreSQL ${postgresUs.toFixed(0)} µs, WAL ${(walBytes / 1_000).toFixed(2)} kB, disk ${(disk / 1_000).toFixed(2)} kB`;
