/**
 * `dunlin rehearse FILE --campaigns DIR`: replays a file of order events, or with `--stored DATE` the orders in the database, and shows what
 * would be sent. With --from decisions begin at T: events before T are known, and nothing was sent for them. Bad lines are skipped with a
 * warning, as by `import`; a file without any good line fails.
 */
import { availableParallelism, constants } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Command } from "commander";
import type { Period, When } from "../../core/values/when.ts";
import { makeWorkDir } from "../../rehearsal/file/work-dir.ts";
import { formatRehearsal } from "../../rehearsal/result/page.ts";
import { jsonPieces } from "../../rehearsal/rows/json.ts";
import { shopTable } from "../../rehearsal/shops.ts";
import { NoStoredOrdersError, writeStored } from "../../rehearsal/stored/write-stored.ts";
import { type PreparedWhole, prepareWhole, rehearseWhole } from "../../rehearsal/whole.ts";
import { readCatalogFiles } from "../../render/catalog/catalog-files.ts";
import { period, tagsOf, when, wholeNumber } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";
import { examples } from "../help.ts";
import { progressBar } from "../progress-bar.ts";
import { addTableOptions, type TableOptions } from "../table-options.ts";
import { type RehearsedFile, rehearsedFile } from "./rehearsed-file.ts";

const MAX_SCALE = 1_000;

export const command: Describe = (cli) => {
  const command = addTableOptions(new Command("rehearse"))
    .description("Simulate campaigns over order events, a table of orders or stored orders; nothing is sent")
    .argument("[file]", "order events as NDJSON, or orders as CSV; - reads stdin")
    .requiredOption("--campaigns <dir>", "directory of campaigns")
    .option(
      "--stored <period>",
      "the orders in the database that were created then: yesterday, 2026-11-08..2026-11-09",
      period,
    )
    .option("--shop <shop>", "the shop of the orders in a table; with --stored: only this shop")
    .option("--as-of <time>", "as if the first orders were created on this day, or at this time", when)
    .option("--tag <tag>", "give every order this tag; may be repeated", tagsOf)
    .option("--scale <n>", "every order so many times, each time from another buyer", wholeNumber(1, MAX_SCALE))
    .option("--against <dir>", "show what --campaigns changes against this directory, over the same orders")
    .option("--from <time>", "decide from this day or time on, like 2026-11-10; earlier events are known", when)
    .option("--json", "print every planned send and skip as JSON")
    .addHelpText(
      "after",
      examples(
        "dunlin rehearse orders.ndjson --campaigns templates",
        "dunlin rehearse orders.ndjson --campaigns templates --json > plan.json",
        "dunlin rehearse orders_export.csv --shop acme --campaigns templates",
        "dunlin rehearse --stored yesterday --campaigns templates --as-of tomorrow --tag d11 --scale 20",
        "dunlin rehearse --stored yesterday --campaigns new --against templates",
      ),
    );
  return command.action((file: string | undefined, options: RehearseOptions) => {
    if (file !== undefined && options.stored !== undefined)
      command.error("error: --stored takes the orders of the database: leave the file out");
    const from = file ?? options.stored;
    if (from === undefined) return command.error("error: give a file of order events, or --stored with a day");
    return runCommand(cli, (context) => rehearseCommand(context, from, options, cli.output.piece));
  });
};

type RehearseOptions = TableOptions & {
  readonly campaigns: string;
  readonly stored?: Period;
  readonly asOf?: When;
  readonly tag?: readonly string[];
  readonly scale?: number;
  readonly against?: string;
  readonly from?: When;
  readonly json?: boolean;
};
/** Writes one piece; resolves when the next one can be written. */
type Write = (piece: string | Uint8Array) => Promise<void>;

const THREADS = 2;
const { SIGINT, SIGTERM, SIGHUP } = constants.signals;
const SIGNALS = { SIGINT, SIGTERM, SIGHUP };

/** `from`: a file, where `-` is standard input, or a period of stored orders. */
async function rehearseCommand(
  context: CommandContext,
  from: string | Period,
  options: RehearseOptions,
  write: Write,
): Promise<void> {
  const work = makeWorkDir();
  const undoSignals = exitOnSignals();
  const own = join(work.path, "events.ndjson");
  try {
    const file =
      typeof from === "string"
        ? await rehearsedFile(context, from, options, own)
        : { name: "", path: own, isTable: false, fault: null };
    const prepared = prepare(context, file, options);
    if (typeof from !== "string") await takeStored(context, from, options, prepared, own);
    await runRehearsal(context, file, work.path, options, prepared, write);
  } finally {
    undoSignals();
    await work.end();
  }
}

/** Turns signals into an exit, in which the process removes its files. Returns a function that undoes it. */
function exitOnSignals(): () => void {
  const ends = Object.entries(SIGNALS).map(([signal, number]) => {
    const end = (): void => process.exit(128 + number);
    process.once(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const undo of ends) undo();
  };
}

type Prepared = Extract<PreparedWhole, { ok: true }>;

/** Throws all faults of the file and of the campaigns at once. */
function prepare({ config }: CommandContext, file: RehearsedFile, options: RehearseOptions): Prepared {
  const prepared = prepareWhole({
    campaigns: readCatalogFiles(options.campaigns),
    against: options.against === undefined ? null : readCatalogFiles(options.against),
    channels: config.channels,
    shops: shopTable(config),
    from: options.from ?? null,
    now: Date.now(),
    changes: { asOf: options.asOf ?? null, tags: options.tag ?? [], scale: options.scale ?? 1 },
    stored: options.stored ?? null,
    table: file.isTable,
    rows: options.json === true,
  });
  if (prepared.ok && file.fault === null) return prepared;
  throw new CommandError([file.fault ?? [], prepared.ok ? [] : prepared.faults].flat().join("\n"));
}

/** Writes the stored orders to the file. */
async function takeStored(
  context: CommandContext,
  stored: Period,
  options: RehearseOptions,
  { main, against }: Prepared,
  file: string,
): Promise<void> {
  const { config } = context;
  const contacts = new Set(config.channels.flatMap(({ contacts: kinds }) => kinds));
  const needs = { names: main.names || against?.names === true, contacts };
  await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    const deps = { sql, vault, shopOf: config.shop, now: Date.now() };
    await writeStored(deps, { period: stored, shop: options.shop ?? null }, needs, file);
  }).catch((error: unknown) => {
    throw error instanceof NoStoredOrdersError ? new CommandError(`--stored: ${error.message}`) : error;
  });
}

async function runRehearsal(
  { config }: CommandContext,
  file: RehearsedFile,
  dir: string,
  options: RehearseOptions,
  prepared: Prepared,
  write: Write,
): Promise<void> {
  const bar = progressBar(process.stderr);
  const threads = Math.min(THREADS, availableParallelism());
  const run = await rehearseWhole(prepared, { file: file.path, dir, threads, progress: bar.tick }).finally(bar.end);
  try {
    const { figures, outcome, difference } = run;
    if (figures.events === 0 && figures.faultCount > 0)
      throw new CommandError(
        `${file.name}: has no order${file.isTable ? "" : " event"}\n${outcome.warnings.join("\n")}`,
      );
    if (options.json !== true) {
      await write(formatRehearsal(outcome, figures, config.channels, difference));
      return;
    }
    for (const piece of jsonPieces(difference === null ? outcome : { ...outcome, difference }, run.sends, run.skips)) {
      await write(piece);
      // A write to a file blocks: without a turn of the event loop no signal would be handled until the end.
      await turn();
    }
  } finally {
    run.close();
  }
}
