/** The soak of the part `capacity`: steady rates for some minutes each, whose use is compared with the sum of the costs. */
import { setTimeout as pause } from "node:timers/promises";
import { percentile, waitUntil } from "../harness/measure.ts";
import { type BenchEvent, bodiesOf, createdEvent, orderId, paidEvent, postAll } from "../harness/orders.ts";
import { allRecorded, NUDGE_MS } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { type Line, number } from "../harness/table.ts";
import { type Costs, diskBytes, type Parts, type UnitCost } from "./capacity-costs.ts";

export type Soak = {
  readonly minutes: number;
  readonly orders: number;
  readonly payments: number;
  readonly messages: number;
  /** The same time at each rate. */
  readonly at: readonly SoakedRate[];
  /** The log with the page images that follow each checkpoint, by the log without them. */
  readonly walWithImages: number;
  /** Tables and indexes, by the sum of the costs. */
  readonly disk: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  /** Peak memory of the API and of the worker after a third of the time, and at the end. */
  readonly rssMb: readonly [early: number, end: number];
};

/** `node`, `postgres` and `wal`: used, by the sum of the costs and of what idle processes use. A steady rate costs more than a burst. */
type SoakedRate = {
  readonly ordersPerSecond: number;
  readonly nodeCores: number;
  readonly postgresCores: number;
  readonly node: number;
  readonly postgres: number;
  readonly wal: number;
};

/** Orders a second, one rate after the other. */
const RATES = (process.env.BENCH_SOAK_RATES ?? "30,60,120").split(",").map(Number);
/** Shares of the orders: paid before their reminder, and after it. */
const PAID_EARLY = 0.6;
const PAID_LATE = 0.1;
/** How long before its nudge an order of the soak is received. */
const LEAD_MS = 20_000;
export function soakLines({
  minutes,
  orders,
  messages,
  at,
  walWithImages,
  disk,
  lateP99Ms,
  lateMaxMs,
  rssMb,
}: Soak): Line[] {
  const late = `late p99 ${number(lateP99Ms)}, at most ${number(lateMaxMs)} ms; ${rssMb[0]} → ${rssMb[1]} MB`;
  return [
    { what: `  soak ${minutes} min`, against: `${number(orders)} orders, ${number(messages)} messages; ${late}` },
    ...at.map((rate) => ({ what: `    ${rate.ordersPerSecond} orders/s`, against: describeRate(rate) })),
    { what: "    disk", ratio: `${disk.toFixed(2)} ×`, against: "used, by the sum of the costs" },
    { what: "    wal", ratio: `${walWithImages.toFixed(2)} ×`, against: "with page images, by the log without them" },
  ];
}

type Counts = { orders: number; payments: number; messages: number };

/** Orders at steady rates, one after the other, each of a buyer of its own; most are paid before their reminder, and some after it. */
export async function soak(bench: Bench, parts: Parts, costs: Costs, minutes: number): Promise<Soak> {
  const { provider, api, worker, meter } = parts;
  const seconds = Math.ceil((minutes * 60) / RATES.length);
  const due = new Map<string, number>();
  const total: Counts = { orders: 0, payments: 0, messages: 0 };
  /** Payments by the second in which they are posted. */
  const payments = new Map<number, BenchEvent[]>();
  const at: SoakedRate[] = [];
  let early = 0;
  let walBytes = 0;
  await provider.call("reset");
  const disk = await diskBytes(bench);
  const log = await logBytes(bench);
  const from = Date.now();
  for (const [phase, rate] of [...RATES, 0].entries()) {
    const begun = performance.now();
    const before = { ...total };
    const first = phase * seconds;
    // Then the rest is paid and sent.
    const last = first + (rate > 0 ? seconds : LEAD_MS / 1_000 + 10);
    const spent = await meter.during([api.pid, worker.pid], async () => {
      for (let second = first; second < last; second++) {
        const events = payments.get(second) ?? [];
        payments.delete(second);
        total.payments += events.length;
        for (let i = 0; i < rate; i++) {
          const n = total.orders++;
          const dueAt = from + second * 1_000 + LEAD_MS + Math.round((i * 1_000) / rate);
          events.push(ownEvent(n, dueAt - NUDGE_MS));
          const pay = (later: number) => {
            const event = paidEvent({ shop: "soak", n, createdAt: dueAt - NUDGE_MS }, from + later * 1_000);
            payments.set(later, [...(payments.get(later) ?? []), event]);
          };
          const fate = (n % 20) / 20;
          if (fate < PAID_EARLY) pay(second + 5);
          else {
            total.messages++;
            due.set(orderId("soak", n), dueAt);
            if (fate < PAID_EARLY + PAID_LATE) pay(second + LEAD_MS / 1_000 + 5);
          }
        }
        if (events.length > 0) await postAll(api.url, bodiesOf(events), events.length, 1);
        if (second % 60 === 59) bench.note(`soak: minute ${(second + 1) / 60}, ${total.orders} orders`);
        await waitUntil(from + (second + 1) * 1_000);
      }
      if (rate === 0) await allRecorded(bench, "soak", due.size, 200);
    });
    walBytes += spent.walBytes;
    if (rate === 0) break;
    if (phase === 0) early = Math.max(api.peakMb(), worker.peakMb());
    const elapsedMs = performance.now() - begun;
    const done = (of: keyof Counts) => total[of] - before[of];
    const sum = (of: keyof UnitCost) =>
      done("orders") * costs.order[of] + done("payments") * costs.payment[of] + done("messages") * costs.message[of];
    at.push({
      ordersPerSecond: rate,
      nodeCores: spent.nodeMs / elapsedMs,
      postgresCores: spent.postgresMs / elapsedMs,
      node: spent.nodeMs / (sum("nodeUs") / 1_000 + costs.idle.node * elapsedMs),
      postgres: spent.postgresMs / (sum("postgresUs") / 1_000 + costs.idle.postgres * elapsedMs),
      wal: spent.walBytes / sum("walBytes"),
    });
    bench.note(`soak: ${describeRate(at.at(-1) as SoakedRate)}`);
  }
  await pause(100);
  const late = (await provider.call<[string, number][]>("arrivals")).map(
    ([order, arrived]) => arrived - (due.get(order) ?? Number.NaN),
  );
  const written =
    total.orders * costs.order.diskBytes +
    total.payments * costs.payment.diskBytes +
    total.messages * costs.message.diskBytes;
  return {
    minutes,
    ...total,
    at,
    walWithImages: ((await logBytes(bench)) - log) / walBytes,
    disk: ((await diskBytes(bench)) - disk) / written,
    lateP99Ms: percentile(late, 0.99),
    lateMaxMs: Math.max(...late),
    rssMb: [early, Math.max(api.peakMb(), worker.peakMb())],
  };
}

function ownEvent(n: number, createdAt: number) {
  const event = createdEvent({ shop: "soak", n, createdAt });
  const buyer = { id: `s-${n}`, phone: `+86137${String(n).padStart(8, "0")}`, name: "李雷", locale: "zh-CN" };
  return { ...event, order: { ...event.order, buyer } };
}

const describeRate = ({ ordersPerSecond, nodeCores, postgresCores, node, postgres, wal }: SoakedRate): string =>
  `${ordersPerSecond} orders/s: node ${nodeCores.toFixed(3)} cores, ${node.toFixed(2)} × the sum of the costs; PostgreSQL ${postgresCores.toFixed(3)}, ${postgres.toFixed(2)} ×; WAL ${wal.toFixed(2)} ×`;

async function logBytes({ sql }: Bench): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`;
  return row?.bytes ?? 0;
}
