/**
 * The recovery report over a year, the sums that it is made from, and what keeping them costs intake and dispatch: rounds with and without the
 * triggers that keep them, in turn, in one database.
 */
import { recoveryReport } from "../../src/reporting/recovery.ts";
import { rebuildSums } from "../../src/reporting/report/sums.ts";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, ratio } from "../harness/measure.ts";
import { openMeter, type Spent } from "../harness/meter.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured, startWorker } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { setTriggers, storeOrders } from "../harness/stored-orders.ts";
import { compare, type Line, number, round } from "../harness/table.ts";

/** µs of processor time without and with the triggers. `share`: of the speed that is left where processors are what is short. */
type Kept = { readonly without: number; readonly kept: number; readonly share: number };

type Reports = {
  readonly orders: number;
  readonly reminders: number;
  /** For a whole year, in ms. */
  readonly totalMs: number;
  readonly byDayMs: number;
  readonly byCampaignMs: number;
  readonly byStepMs: number;
  /** The same by day while nothing of it is summed; null: it would take longer than the benchmark. */
  readonly rowsMs: number | null;
  readonly rebuildSeconds: number;
  readonly intake: Kept;
  readonly dispatch: Kept;
};

const DAYS = 365;
const zoneOf = () => "Asia/Shanghai";

export const report: Part<Reports> = {
  name: "report",
  run,
  json: ({ orders, totalMs, byDayMs, byCampaignMs, byStepMs, rebuildSeconds, intake, dispatch }) => ({
    orders,
    totalMs: round(totalMs),
    byDayMs: round(byDayMs),
    byCampaignMs: round(byCampaignMs),
    byStepMs: round(byStepMs),
    rebuildSeconds: round(rebuildSeconds, 1),
    intake: round(intake.share, 3),
    dispatch: round(dispatch.share, 3),
  }),
  lines: ({ orders, reminders, rowsMs, rebuildSeconds, intake, dispatch, ...times }) => [
    { what: "report", measured: `${number(reminders)} reminders`, against: "of a year, ten shops" },
    timeLine("  total", times.totalMs),
    timeLine("  by day", times.byDayMs),
    timeLine("  by campaign", times.byCampaignMs),
    timeLine("  by step and variant", times.byStepMs),
    ...(rowsMs === null
      ? []
      : [{ what: "  without sums", measured: `${number(rowsMs)} ms`, against: "by day, from all rows" }]),
    {
      what: "  sums made again",
      measured: `${rebuildSeconds.toFixed(1)} s`,
      target: "< 60 s",
      against: `${((rebuildSeconds * 1_000_000) / orders).toFixed(1)} s for 1,000,000 orders`,
    },
    compare("  intake", intake.share, "≥ 0.9", `an order ${describeKept(intake)}`),
    compare("  dispatch", dispatch.share, "≥ 0.9", `a message ${describeKept(dispatch)}`),
  ],
};

const timeLine = (what: string, ms: number): Line => ({ what, measured: `${number(ms)} ms`, target: "< 1,000 ms" });

const describeKept = ({ without, kept }: Kept): string =>
  `${without.toFixed(0)} → ${kept.toFixed(0)} µs of processor, sums not kept → kept`;

async function run(bench: Bench): Promise<Reports> {
  const stored = await overStored(bench, bench.quick ? 100_000 : 5_000_000);
  return { ...stored, ...(await withAndWithout(bench)) };
}

async function overStored(bench: Bench, orders: number) {
  const { sql } = await bench.extraDatabase("year");
  const begun = performance.now();
  await storeOrders(sql, orders, DAYS);
  bench.note(`report: stored ${orders} orders in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  const timed = async (by: Parameters<typeof recoveryReport>[1]["by"], times = 3) => {
    const all: number[] = [];
    for (let n = 0; n < times; n++) {
      const from = performance.now();
      await recoveryReport({ sql }, { by, zoneOf });
      all.push(performance.now() - from);
    }
    return median(all);
  };
  const rowsMs = bench.quick ? await timed(["day"], 1) : null;
  const from = performance.now();
  await rebuildSums({ sql, zoneOf });
  const rebuildSeconds = (performance.now() - from) / 1_000;
  bench.note(`report: summed in ${rebuildSeconds.toFixed(1)} s`);
  await sql`analyze report_hours, report_changes, exposure_sums, exposure_changes`;
  const result = {
    orders,
    reminders: 2 * orders,
    totalMs: await timed([]),
    byDayMs: await timed(["day"]),
    byCampaignMs: await timed(["campaign"]),
    byStepMs: await timed(["step", "variant"]),
    rowsMs,
    rebuildSeconds,
  };
  bench.note(
    `report: total ${result.totalMs.toFixed(0)}, by day ${result.byDayMs.toFixed(0)}, by campaign ${result.byCampaignMs.toFixed(0)}, ` +
      `by step and variant ${result.byStepMs.toFixed(0)} ms`,
  );
  return result;
}

/** On a server of its own, so that all of its work is ours. By processor time: speeds differ from round to round by more than this costs. */
async function withAndWithout(given: Bench): Promise<Pick<Reports, "intake" | "dispatch">> {
  const bench = await given.ownServer();
  const count = bench.quick ? 3_000 : 10_000;
  const pairs = bench.quick ? 2 : 4;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  const worker = await startWorker(bench, await provider.call<string>("listen"), null);
  try {
    const meter = await openMeter(bench.sql);
    const cpuUs = ({ nodeMs, postgresMs }: Spent) => ((nodeMs + postgresMs) * 1_000) / count;
    const roundOf = async (name: string, kept: boolean) => {
      await setTriggers(bench.sql, kept);
      let intake = Number.NaN;
      const shop = await dueAtOnce(bench, provider, api.url, name, count, async (takeIn) => {
        intake = cpuUs(await meter.during([api.pid], takeIn));
      });
      const sent = await meter.during([worker.pid], async () => {
        await measured(provider, count);
        await allRecorded(bench, shop, count, 100);
      });
      return { intake, dispatch: cpuUs(sent) };
    };
    await roundOf("warm", true);
    await bench.sql`analyze`;
    type Round = Awaited<ReturnType<typeof roundOf>>;
    const rounds: { readonly without: Round; readonly kept: Round }[] = [];
    for (let n = 1; n <= pairs; n++) {
      // Each goes first as often as the other.
      const first = await roundOf(`r${n}a`, n % 2 === 0);
      const second = await roundOf(`r${n}b`, n % 2 === 1);
      const pair = n % 2 === 0 ? { kept: first, without: second } : { kept: second, without: first };
      bench.note(
        `report ${n}/${pairs}: an order ${pair.without.intake.toFixed(0)} → ${pair.kept.intake.toFixed(0)} µs, ` +
          `a message ${pair.without.dispatch.toFixed(0)} → ${pair.kept.dispatch.toFixed(0)} µs`,
      );
      rounds.push(pair);
    }
    const compared = (name: keyof Round): Kept => {
      const [without, kept] = [rounds.map((pair) => pair.without[name]), rounds.map((pair) => pair.kept[name])];
      return { without: median(without), kept: median(kept), share: ratio(without, kept) };
    };
    return { intake: compared("intake"), dispatch: compared("dispatch") };
  } finally {
    await Promise.all([api.end(), worker.end(), provider.end()]);
  }
}
