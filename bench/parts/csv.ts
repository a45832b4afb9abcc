/**
 * Part 8: the export of a shop system. How fast its rows become order events in one thread, and how fast `dunlin import` takes them in beside
 * the same events as NDJSON. And how much memory the command takes for a long table, beside that for a tenth of its rows.
 */
import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { ShopPolicy } from "../../src/core/values/policy.ts";
import { readCsv } from "../../src/sources/csv/read-csv.ts";
import { COMMAND_WORDS } from "../../src/sources/csv/words.ts";
import { shopPolicy } from "../../test/support/rules.ts";
import { DUNLIN_NODE_ARGS, register } from "../harness/child.ts";
import { writeExport } from "../harness/export.ts";
import { median, perSecond, ratio } from "../harness/measure.ts";
import type { Part } from "../harness/part.ts";
import { type Bench, settleDisk } from "../harness/servers.ts";
import { compare, type Line, number, round } from "../harness/table.ts";
import { watchUsage } from "../harness/usage.ts";

type Csv = {
  readonly rows: number;
  /** Rows that were parsed and mapped. */
  readonly perSecond: number;
  /** The same by processor time: other programs disturb it less. */
  readonly perCpuSecond: number;
  /** Events that were taken in, from a table and from NDJSON. */
  readonly importedPerSecond: number;
  readonly linesPerSecond: number;
  readonly vsLines: number;
  /** Peaks of `dunlin import`: of tables that go in, and of longer ones that are only read. */
  readonly memory: { readonly importMb: readonly Peak[]; readonly readMb: readonly Peak[] };
};

type Peak = { readonly rows: number; readonly mb: number };

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export const csv: Part<Csv> = {
  name: "csv",
  run,
  json: ({ perSecond: speed, perCpuSecond, importedPerSecond, vsLines, memory }) => ({
    perSecond: round(speed),
    perCpuSecond: round(perCpuSecond),
    importedPerSecond: round(importedPerSecond),
    vsLines: round(vsLines, 2),
    memory,
  }),
  lines: ({ rows, perSecond: speed, perCpuSecond, importedPerSecond, vsLines, linesPerSecond, memory }) => [
    {
      what: "csv",
      measured: `${number(speed)} rows/s`,
      target: "≥ 30,000",
      against: `${number(rows)} rows of 32 cells, parsed and mapped`,
    },
    { what: "  processor", measured: `${number(perCpuSecond)} rows/s`, against: "by processor time" },
    { what: "  import", measured: `${number(importedPerSecond)} events/s`, against: "the command, with its start" },
    compare("  NDJSON", vsLines, "≥ 0.8", `${number(linesPerSecond)}/s: the same events, one a line`),
    ...memory.importMb.map((peak) => peakLine("  peak RSS", peak, "imported")),
    ...memory.readMb.map((peak) => peakLine("", peak, "read by the command (--dry-run)")),
  ],
};

const peakLine = (what: string, { rows, mb }: Peak, how: string): Line => ({
  what,
  measured: `${mb} MB`,
  target: "constant",
  against: `${number(rows)} rows, ${how}`,
});

async function run(bench: Bench): Promise<Csv> {
  const count = bench.quick ? 5_000 : 30_000;
  const readCount = bench.quick ? 50_000 : 300_000;
  const longCount = bench.quick ? 100_000 : 1_000_000;
  const file = (name: string) => join(bench.workDir, name);
  const [walls, cpus, tables, lines, peaks]: number[][] = [[], [], [], [], []];
  await writeExport(file("export.csv"), readCount, 0);
  for (let n = 0; n <= bench.rounds; n++) {
    const table = file(`export-${n}.csv`);
    const events = file(`export-${n}.ndjson`);
    await writeExport(table, count, n * count);
    const total = await writeLines(table, `lines${n}`, events);
    const read = await readAll(file("export.csv"));
    await settleDisk(bench.sql);
    const imported = await importFile(bench, [table, "--shop", `table${n}`]);
    const asTable = perSecond(total, imported.ms);
    const asLines = perSecond(total, (await importFile(bench, [events])).ms);
    // The first round warms up.
    if (n === 0) {
      await bench.sql`analyze`;
      continue;
    }
    const [wall, cpu] = [perSecond(readCount, read.wallMs), perSecond(readCount, read.cpuMs)];
    bench.note(
      `csv ${n}/${bench.rounds}: ${Math.round(wall)} rows/s (${Math.round(cpu)} a second of processor time), imported ${Math.round(asTable)} events/s, as NDJSON ${Math.round(asLines)}`,
    );
    walls?.push(wall);
    cpus?.push(cpu);
    tables?.push(asTable);
    lines?.push(asLines);
    peaks?.push(imported.rssMb);
  }
  const whole = await importFile(bench, [file("export.csv"), "--shop", "whole"]);
  bench.note(`csv: ${readCount} rows imported in ${(whole.ms / 1_000).toFixed(1)} s, at most ${whole.rssMb} MB`);
  const importMb = [
    { rows: count, mb: Math.max(...(peaks ?? [])) },
    { rows: readCount, mb: whole.rssMb },
  ];
  const readMb: Peak[] = [];
  for (const rows of [longCount / 10, longCount]) {
    await writeExport(file("long.csv"), rows, 0);
    const { ms, rssMb } = await importFile(bench, [file("long.csv"), "--shop", "acme", "--dry-run"]);
    bench.note(`csv: ${rows} rows read by the command in ${(ms / 1_000).toFixed(1)} s, at most ${rssMb} MB`);
    readMb.push({ rows, mb: rssMb });
  }
  return {
    rows: readCount,
    perSecond: median(walls ?? []),
    perCpuSecond: median(cpus ?? []),
    importedPerSecond: median(tables ?? []),
    linesPerSecond: median(lines ?? []),
    vsLines: ratio(tables ?? [], lines ?? []),
    memory: { importMb, readMb },
  };
}

const policyOf = (id: string): ShopPolicy => shopPolicy({ id });

async function open(table: string, shop: string) {
  const opened = await readCsv(createReadStream(table, { highWaterMark: 1 << 18 }), {
    profile: null,
    map: new Map(),
    statuses: new Map(),
    encoding: null,
    shop,
    shopOf: policyOf,
    exportedAt: Date.now(),
    updates: true,
    words: COMMAND_WORDS,
  });
  if (!opened.ok) throw new Error(opened.message);
  return opened.pieces;
}

async function readAll(table: string): Promise<{ wallMs: number; cpuMs: number }> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  for await (const { rejected } of await open(table, "acme"))
    if (rejected.length > 0) throw new Error(`row ${rejected[0]?.row}: ${rejected[0]?.message}`);
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - begun, cpuMs: (user + system) / 1_000 };
}

/** Writes the events of the table as NDJSON. Returns how many there are. */
async function writeLines(table: string, shop: string, file: string): Promise<number> {
  let count = 0;
  async function* text(): AsyncGenerator<string> {
    for await (const { orders } of await open(table, shop)) {
      const events = orders.flatMap((order) => order.events);
      count += events.length;
      yield events.map((event) => `${JSON.stringify(event)}\n`).join("");
    }
  }
  await pipeline(Readable.from(text()), createWriteStream(file));
  return count;
}

/** Characters of what a command that failed said last. */
const MAX_SAID = 2_000;

/** `ms`: the start of the process included. */
async function importFile(bench: Bench, args: readonly string[]): Promise<{ ms: number; rssMb: number }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [...DUNLIN_NODE_ARGS, MAIN, "import", ...args], {
    env: { ...process.env, ...bench.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  register(child);
  const usage = watchUsage(child.pid);
  let said = "";
  child.stderr.on("data", (piece) => {
    said = `${said}${piece}`.slice(-MAX_SAID);
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const { rssMb } = usage.stop();
  if (code !== 0) throw new Error(`dunlin import ${args[0]} ended with code ${String(code)}: ${said}`);
  return { ms: performance.now() - begun, rssMb };
}
