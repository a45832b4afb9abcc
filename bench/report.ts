/** The results as a table for people, and as the object of the public contract. */

import type { Bench } from "./harness/servers.ts";
import type { BulkIntake } from "./parts/bulk-intake.ts";
import { type Capacity, describeUnit } from "./parts/capacity.ts";
import type { Console } from "./parts/console.ts";
import { type Cost, type CostOfOne, describeCost } from "./parts/cost.ts";
import type { Csv } from "./parts/csv.ts";
import type { Desk } from "./parts/desk.ts";
import type { Dispatch } from "./parts/dispatch.ts";
import { describeFairness, type Fairness } from "./parts/fairness.ts";
import type { Growth } from "./parts/growth.ts";
import type { Lateness } from "./parts/lateness.ts";
import { describeProcesses, type Processes } from "./parts/processes.ts";
import type { QueueIntake } from "./parts/queue-intake.ts";
import type { Rate } from "./parts/rate.ts";
import type { Receipts } from "./parts/receipts.ts";
import type { Rehearsal } from "./parts/rehearsal.ts";
import type { Reports } from "./parts/report.ts";
import { describeTruth, type TruthRow } from "./parts/truth.ts";
import type { Webhooks } from "./parts/webhooks.ts";

export type Results = {
  readonly machine: Bench["machine"];
  readonly backend: Bench["backend"];
  readonly quick: boolean;
  bulkIntake?: BulkIntake;
  queueIntake?: QueueIntake;
  dispatch?: Dispatch;
  lateness?: Lateness;
  growth?: Growth;
  cost?: Cost;
  capacity?: Capacity;
  processes?: Processes;
  fairness?: Fairness;
  rate?: Rate;
  receipts?: Receipts;
  desk?: Desk;
  rehearsal?: Rehearsal;
  csv?: Csv;
  report?: Reports;
  truth?: readonly TruthRow[];
  webhooks?: Webhooks;
  console?: Console;
};

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

/** A part that was left out (`--only`) is left out. */
export function asJson(results: Results) {
  const {
    machine,
    backend,
    bulkIntake,
    queueIntake,
    dispatch,
    lateness,
    growth,
    cost,
    rate,
    receipts,
    desk,
    rehearsal,
    csv,
    report,
    truth,
    webhooks,
  } = results;
  return {
    machine,
    backend,
    ...(bulkIntake && {
      bulkIntake: {
        perSecond: round(bulkIntake.perSecond),
        vsFloor: round(bulkIntake.vsFloor, 3),
        vsPeer: round(bulkIntake.vsPeer, 2),
      },
    }),
    ...(queueIntake && {
      queueIntake: {
        perSecond: round(queueIntake.perSecond),
        vsNoop: round(queueIntake.vsNoop, 3),
        vsPeer: round(queueIntake.vsPeer, 2),
      },
    }),
    ...(dispatch && {
      dispatch: {
        perSecond: round(dispatch.perSecond),
        vsBare: round(dispatch.vsBare, 3),
        vsLedger: round(dispatch.vsLedger, 3),
        vsPeer: round(dispatch.vsPeer, 2),
        rssMb: dispatch.rssMb,
      },
    }),
    ...(lateness && {
      lateness: { rate: lateness.rate, p50Ms: round(lateness.p50Ms, 1), p99Ms: round(lateness.p99Ms, 1) },
    }),
    ...(growth && {
      growth: { intake: round(growth.intake, 3), dueScan: round(growth.dueScan, 3), from: growth.from, to: growth.to },
    }),
    ...(cost && {
      cost: {
        order: costAsJson(cost.order),
        message: costAsJson(cost.message),
        statements: cost.statements.map(({ kind, us, rowsPerCall }) => ({
          kind,
          us: round(us, 1),
          rowsPerCall: round(rowsPerCall),
        })),
      },
    }),
    ...(truth && { truth }),
    ...(results.capacity && { capacity: results.capacity }),
    ...(results.processes && { processes: results.processes.rows }),
    ...(results.fairness && { fairness: results.fairness }),
    ...(receipts && {
      receipts: { perSecond: round(receipts.perSecond), besides: round(receipts.besides, 3) },
    }),
    ...(desk && {
      desk: {
        messages: desk.messages,
        tasks: desk.tasks,
        perSecond: round(desk.perSecond),
        besideCalls: round(desk.besideCalls, 3),
        besideManual: round(desk.besideManual, 3),
      },
    }),
    ...(rate && {
      rate: {
        perSecond: rate.rate,
        count: rate.count,
        one: { used: round(rate.one.used, 3), worst: round(rate.one.worst, 3) },
        three: { used: round(rate.three.used, 3), worst: round(rate.three.worst, 3) },
      },
    }),
    ...(rehearsal && {
      rehearsal: {
        events: rehearsal.events,
        seconds: round(rehearsal.seconds, 1),
        cpuSeconds: round(rehearsal.cpuSeconds, 1),
        rssMb: rehearsal.rssMb,
      },
    }),
    ...(csv && {
      csv: {
        perSecond: round(csv.perSecond),
        perCpuSecond: round(csv.perCpuSecond),
        importedPerSecond: round(csv.importedPerSecond),
        vsLines: round(csv.vsLines, 2),
        memory: csv.memory,
      },
    }),
    ...(report && {
      report: {
        orders: report.orders,
        totalMs: round(report.totalMs),
        byDayMs: round(report.byDayMs),
        byCampaignMs: round(report.byCampaignMs),
        byStepMs: round(report.byStepMs),
        rebuildSeconds: round(report.rebuildSeconds, 1),
        intake: round(report.intake.share, 3),
        dispatch: round(report.dispatch.share, 3),
      },
    }),
    ...(webhooks && {
      webhooks: {
        perSecond: round(webhooks.perSecond),
        vsBare: round(webhooks.vsBare, 2),
        p99Ms: round(webhooks.p99Ms),
      },
    }),
    ...(results.console && { console: roundedConsole(results.console) }),
  };
}

const roundedConsole = ({ deliveries, today, list, pages, pageMs, worstPageMs, longestTaskMs }: Console) => ({
  deliveries,
  todayMs: round(today.firstMs),
  listMs: round(list.firstMs),
  pages,
  pageMs: round(pageMs),
  worstPageMs: round(worstPageMs),
  longestTaskMs: round(longestTaskMs),
});

const costAsJson = ({ nodeUs, postgresUs, walBytes, walRecords, updates, hotShare }: CostOfOne) => ({
  nodeUs: round(nodeUs),
  postgresUs: round(postgresUs),
  walBytes: round(walBytes),
  walRecords: round(walRecords, 1),
  updates: round(updates, 2),
  hotShare: round(hotShare, 2),
});

type Line = readonly [what: string, measured: string, ratio: string, target: string, against: string];

const number = (value: number): string => round(value).toLocaleString("en-US");

export function asTable(results: Results): string {
  const { machine, backend, quick } = results;
  const lines: Line[] = [["", "measured", "ratio", "target", "against"], ...rowsOf(results)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 || column > 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const head = `${machine.cores} cores, Node ${machine.node}, PostgreSQL ${machine.postgres}, Redis ${machine.redis}; queue on ${backend}${quick ? "; quick" : ""}`;
  return [head, "", ...text, ""].join("\n");
}

function rowsOf({
  backend,
  bulkIntake,
  queueIntake,
  dispatch,
  lateness,
  growth,
  cost,
  capacity,
  processes,
  fairness,
  rate,
  receipts,
  desk,
  rehearsal,
  csv,
  report,
  truth,
  webhooks,
  console,
}: Results): Line[] {
  const redis = backend === "redis";
  const lines: Line[] = [];
  const compare = (what: string, value: number, target: string, against: string) =>
    lines.push([what, "", `${value.toFixed(2)} ×`, target, against]);
  if (bulkIntake) {
    const { perSecond, vsFloor, vsPeer, floorPerSecond, peerPerSecond } = bulkIntake;
    lines.push(["bulk intake", `${number(perSecond)} orders/s`, "", "", "HTTP, arrays of 1,000, four at a time"]);
    compare("  floor F", vsFloor, "≥ 0.4", `${number(floorPerSecond)}/s: the same rows, plain unnest`);
    compare("  peer", vsPeer, "≥ 5.5", `${number(peerPerSecond)}/s: a job an order, a statement a step`);
  }
  if (queueIntake) {
    const { perSecond, vsNoop, vsPeer, noopPerSecond, peerPerSecond } = queueIntake;
    lines.push(["queue intake", `${number(perSecond)} events/s`, "", "", "one event a job; one in four is a payment"]);
    compare("  floor Q", vsNoop, redis ? "≥ 0.42" : "", `${number(noopPerSecond)}/s: no-op add + process`);
    compare("  peer", vsPeer, "", `${number(peerPerSecond)}/s`);
  }
  if (dispatch) {
    const { perSecond, vsBare, vsLedger, vsPeer, rssMb, recordedPerSecond, signedPerSecond } = dispatch;
    const { barePerSecond, ledgerPerSecond, peerPerSecond } = dispatch;
    lines.push(["dispatch", `${number(perSecond)} messages/s`, "", "", "due at once, first to last at the provider"]);
    compare("  floor H", vsBare, "", `${number(barePerSecond)}/s: bare HTTP client, same bodies`);
    compare(
      "  floor L",
      vsLedger,
      "≥ 0.6",
      `${number(ledgerPerSecond)}/s: claimed, posted, recorded, and nothing else`,
    );
    compare("  peer", vsPeer, redis ? "≥ 4" : "≥ 8", `${number(peerPerSecond)}/s: a delayed job a reminder`);
    lines.push(["  all recorded", `${number(recordedPerSecond)} messages/s`, "", "", ""]);
    if (signedPerSecond !== null) lines.push(["  signed", `${number(signedPerSecond)} messages/s`, "", "", ""]);
    lines.push(["  memory", `${rssMb} MB`, "", "< 260 MB", "peak of the dispatching process"]);
  }
  if (lateness) {
    lines.push([
      `lateness, ${lateness.rate}/s`,
      `p50 ${number(lateness.p50Ms)} ms`,
      "",
      "",
      "arrival minus due, all roles in one process",
    ]);
    lines.push(["", `p99 ${number(lateness.p99Ms)} ms`, "", "< 250 ms", `worst ${number(lateness.maxMs)} ms`]);
  }
  if (receipts) {
    lines.push([
      "receipts",
      `${number(receipts.perSecond)} receipts/s`,
      "",
      "≥ 5,000/s",
      "HTTP, batches of 100, four at a time",
    ]);
    lines.push([
      "  dispatch beside 500/s",
      "",
      `${receipts.besides.toFixed(2)} ×`,
      "≥ 0.9",
      "the same without receipts",
    ]);
  }
  if (desk) {
    const { messages, tasks, perSecond, besideCalls, besideManual } = desk;
    lines.push([
      "desk",
      `${number(perSecond)} messages/s`,
      "",
      "",
      `${number(messages)} due at once, nothing beside them`,
    ]);
    compare("  beside calls", besideCalls, "≥ 0.9", `the same without ${number(tasks)} calls due at that moment`);
    compare("  beside cases of people", besideManual, "≥ 0.9", `${number(tasks)} new orders in cases with reminders`);
  }
  if (capacity) {
    for (const name of ["order", "payment", "message"] as const)
      lines.push([`capacity: ${name}`, "", "", "", describeUnit(capacity[name])]);
    const { node, postgres } = capacity.idle;
    lines.push([
      "  idle",
      `${(node + postgres).toFixed(3)} cores`,
      "",
      "",
      `node ${node.toFixed(3)}, PostgreSQL ${postgres.toFixed(3)}`,
    ]);
    lines.push(["  report", `${number(capacity.reportMs)} ms`, "", "", "CPU of a recovery report by campaign"]);
    if (capacity.queuedBytes !== null)
      lines.push(["  queued event", `${number(capacity.queuedBytes)} bytes`, "", "", "Redis memory while it waits"]);
    if (capacity.soak !== null) {
      const { minutes, orders, messages, cores, lateP99Ms, lateMaxMs, rssMb } = capacity.soak;
      const late = `late p99 ${number(lateP99Ms)}, at most ${number(lateMaxMs)} ms; ${rssMb[0]} → ${rssMb[1]} MB`;
      lines.push([
        `  soak ${minutes} min`,
        `${cores.toFixed(2)} cores`,
        "",
        "",
        `${number(orders)} orders, ${number(messages)} messages; ${late}`,
      ]);
      for (const of of ["node", "postgres", "wal", "disk"] as const)
        compare(`    ${of}`, capacity.soak[of], "", "used, by the sum of the costs");
    }
  }
  for (const { connections, by } of processes?.rows ?? [])
    for (const found of by)
      lines.push([
        `processes, ${connections ?? "default"} connections`,
        `${number(found.perSecond)} messages/s`,
        `${(found.perSecond / (by[0]?.perSecond ?? Number.NaN)).toFixed(2)} ×`,
        "",
        describeProcesses(found),
      ]);
  for (const found of fairness?.by ?? [])
    lines.push([
      "fairness",
      `${number(found.maxMs)} ms`,
      "",
      "≤ 5,000 ms",
      describeFairness(fairness?.backlog ?? 0, found),
    ]);
  if (rate)
    for (const [processes, { used, worst }] of [
      ["one process", rate.one],
      ["three processes", rate.three],
    ] as const) {
      lines.push([`rate ${rate.rate}/s`, `${(used * 100).toFixed(1)}%`, "", "≥ 95%", `used by ${processes}`]);
      lines.push(["", `${(worst * 100).toFixed(1)}%`, "", "≤ 102%", "in the fullest second"]);
    }
  if (growth) {
    const [few, many] = growth.perSecond;
    const [fewMs, manyMs] = growth.scanMs;
    lines.push([
      `growth`,
      `${number(growth.from)} → ${number(growth.to)}`,
      "",
      "",
      "orders stored; 1 = costs the same",
    ]);
    compare("  intake", growth.intake, "≥ 0.9", `${number(few)} → ${number(many)} orders/s`);
    compare(
      "  due scan",
      growth.dueScan,
      "≥ 0.9",
      `${fewMs.toFixed(1)} → ${manyMs.toFixed(1)} ms for a scan and a claim of 100`,
    );
  }
  if (cost) {
    lines.push(["cost", `${number(cost.count)} of each`, "", "", "CPU and log of one"]);
    lines.push(["  order", "", "", "", describeCost(cost.order)]);
    lines.push(["  message", "", "", "WAL ≤ 3 kB", describeCost(cost.message)]);
    for (const { kind, us, rowsPerCall } of cost.statements)
      lines.push(["", `${us.toFixed(1)} µs`, "", "", `${kind}, ${number(rowsPerCall)} rows a statement`]);
  }
  for (const row of truth ?? []) lines.push(["truth", "", "", "", describeTruth(row)]);
  if (rehearsal) {
    const { events, seconds, cpuSeconds, rssMb, fileMb } = rehearsal;
    const target = events === 1_000_000 ? "< 60 s" : "";
    lines.push([`rehearsal`, `${seconds.toFixed(1)} s`, "", target, `${number(events)} events, ${number(fileMb)} MB`]);
    lines.push(["  processor", `${cpuSeconds.toFixed(1)} s`, "", "", "all threads, user and system"]);
    lines.push(["  memory", `${rssMb} MB`, "", "< 1,000 MB", "peak"]);
  }
  if (csv) {
    const { rows, importedPerSecond, linesPerSecond } = csv;
    lines.push([
      "csv",
      `${number(csv.perSecond)} rows/s`,
      "",
      "≥ 30,000",
      `${number(rows)} rows of 32 cells, parsed and mapped`,
    ]);
    lines.push(["  processor", `${number(csv.perCpuSecond)} rows/s`, "", "", "by processor time"]);
    lines.push(["  import", `${number(importedPerSecond)} events/s`, "", "", "the command, with its start"]);
    compare("  NDJSON", csv.vsLines, "≥ 0.8", `${number(linesPerSecond)}/s: the same events, one a line`);
    for (const { rows: count, mb } of csv.memory.importMb)
      lines.push(["  peak RSS", `${mb} MB`, "", "constant", `${number(count)} rows, imported`]);
    for (const { rows: count, mb } of csv.memory.readMb)
      lines.push(["", `${mb} MB`, "", "constant", `${number(count)} rows, read by the command (--dry-run)`]);
  }
  if (report) {
    const { orders, reminders, rowsMs, intake, dispatch } = report;
    const ms = (what: string, value: number) => lines.push([what, `${number(value)} ms`, "", "< 1,000 ms", ""]);
    lines.push(["report", `${number(reminders)} reminders`, "", "", "of a year, ten shops"]);
    ms("  total", report.totalMs);
    ms("  by day", report.byDayMs);
    ms("  by campaign", report.byCampaignMs);
    ms("  by step and variant", report.byStepMs);
    if (rowsMs !== null) lines.push(["  without sums", `${number(rowsMs)} ms`, "", "", "by day, from all rows"]);
    const each = (report.rebuildSeconds * 1_000_000) / orders;
    lines.push([
      "  sums made again",
      `${report.rebuildSeconds.toFixed(1)} s`,
      "",
      "< 60 s",
      `${each.toFixed(1)} s for 1,000,000 orders`,
    ]);
    const cost = ({ without, kept }: typeof intake) =>
      `${without.toFixed(0)} → ${kept.toFixed(0)} µs of processor, sums not kept → kept`;
    compare("  intake", intake.share, "≥ 0.9", `an order ${cost(intake)}`);
    compare("  dispatch", dispatch.share, "≥ 0.9", `a message ${cost(dispatch)}`);
  }
  if (webhooks) {
    lines.push(["webhooks", `${number(webhooks.perSecond)}/s`, "", "", "single orders, 50 senders"]);
    compare(
      "  bare route",
      webhooks.vsBare,
      "≥ 0.5",
      `${number(webhooks.barePerSecond)}/s: verifies and inserts one row`,
    );
    lines.push(["  p99", `${webhooks.p99Ms.toFixed(0)} ms`, "", "< 1,000 ms", "until the answer"]);
  }
  if (console) {
    const { deliveries, today, list, pages, pageMs, worstPageMs, longestTaskMs } = console;
    lines.push(["console", `${number(deliveries)} deliveries`, "", "", "in Chromium, from the navigation to the data"]);
    for (const [name, { firstMs, againMs, cpuMs }] of [
      ["  today", today],
      ["  list", list],
    ] as const)
      lines.push([
        name,
        `${number(firstMs)} ms`,
        "",
        "< 1,000 ms",
        `first visit, of it ${number(cpuMs)} ms of processor; again ${number(againMs)} ms`,
      ]);
    lines.push(["  next page", `${number(pageMs)} ms`, "", "", `median of ${pages}, worst ${number(worstPageMs)} ms`]);
    lines.push(["  longest task", `${number(longestTaskMs)} ms`, "", "", "paging and scrolling; 0: none of 50 ms"]);
  }
  return lines;
}
