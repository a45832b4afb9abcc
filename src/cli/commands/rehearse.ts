/**
 * `dunlin rehearse FILE --campaigns DIR [--from T] [--json]`: replays a file of order events and shows what would be sent. With --from
 * decisions begin at T: events before T are known, and nothing was sent for them. Bad lines are skipped with a warning, as by `import`; a
 * file without any good line fails.
 */
import { createWriteStream, statSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { Command } from "commander";
import type { When } from "../../core/values/when.ts";
import { foreignFileAt } from "../../rehearsal/file/read-head.ts";
import { makeWorkDir } from "../../rehearsal/file/work-dir.ts";
import { prepareRehearsal } from "../../rehearsal/prepare.ts";
import { rehearse } from "../../rehearsal/rehearse.ts";
import { outcomeOf } from "../../rehearsal/result/outcome.ts";
import { formatRehearsal } from "../../rehearsal/result/page.ts";
import { jsonPieces } from "../../rehearsal/rows/json.ts";
import { shopTable } from "../../rehearsal/shops.ts";
import { readCatalogFiles } from "../../render/catalog/catalog-files.ts";
import { when } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError } from "../context.ts";
import { examples } from "../help.ts";
import { progressBar } from "../progress-bar.ts";

export const command: Describe = (cli) =>
  new Command("rehearse")
    .description("Simulate campaigns over a file of order events; nothing is sent")
    .argument("<file>", "order events as NDJSON; - reads stdin")
    .requiredOption("--campaigns <dir>", "directory of campaigns")
    .option("--from <time>", "decide from this day or time on, like 2026-11-10; earlier events are known", when)
    .option("--json", "print every planned send and skip as JSON")
    .addHelpText(
      "after",
      examples(
        "dunlin rehearse orders.ndjson --campaigns templates",
        "dunlin rehearse orders.ndjson --campaigns templates --json > plan.json",
      ),
    )
    .action((file: string, options: RehearseOptions) =>
      runCommand(cli, (context) => rehearseCommand(context, file, options, cli.output.piece)),
    );

export type RehearseOptions = {
  readonly campaigns: string;
  readonly from?: When;
  readonly json?: boolean;
};
/** Writes one piece; resolves when the next one can be written. */
export type Write = (piece: string | Uint8Array) => Promise<void>;

const THREADS = 2;
const { SIGINT, SIGTERM, SIGHUP } = constants.signals;
const SIGNALS = { SIGINT, SIGTERM, SIGHUP };

/** `-` is standard input. */
export async function rehearseCommand(
  context: CommandContext,
  file: string,
  options: RehearseOptions,
  write: Write,
): Promise<void> {
  const work = makeWorkDir();
  const undoSignals = exitOnSignals();
  try {
    let path = file;
    if (file === "-") {
      path = join(work.path, "events.ndjson");
      await pipeline(process.stdin, createWriteStream(path));
    }
    await runRehearsal(context, path, work.path, options, write);
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

async function runRehearsal(
  { config }: Pick<CommandContext, "config">,
  file: string,
  dir: string,
  options: RehearseOptions,
  write: Write,
): Promise<void> {
  const faults: string[] = [];
  const unreadable = whyUnreadable(file);
  if (unreadable !== null) faults.push(unreadable);
  const prepared = prepareRehearsal({
    campaigns: readCatalogFiles(options.campaigns),
    channels: config.channels,
    shops: shopTable(config),
    from: options.from ?? null,
    now: Date.now(),
  });
  if (!prepared.ok) faults.push(...prepared.faults);
  if (faults.length > 0 || !prepared.ok) throw new CommandError(faults.join("\n"));

  const { env } = prepared;
  const bar = progressBar(process.stderr);
  const threads = Math.min(THREADS, availableParallelism());
  const run = await rehearse({ file, env, dir, threads, progress: bar.tick }).finally(bar.end);
  try {
    const { figures, backward } = run;
    const warnings = [...prepared.warnings, ...(backward === null ? [] : [backward])];
    const outcome = outcomeOf(figures, {
      from: env.from,
      channels: env.channels,
      warnings,
      campaigns: prepared.campaigns,
    });
    if (figures.events === 0 && figures.faultCount > 0)
      throw new CommandError(`${file}: has no order event\n${outcome.warnings.join("\n")}`);
    if (options.json === true) {
      for (const piece of jsonPieces(outcome, run.sends, run.skips)) {
        await write(piece);
        // A write to a file blocks: without a turn of the event loop no signal would be handled until the end.
        await turn();
      }
    } else await write(formatRehearsal(outcome, figures, env.channels));
  } finally {
    run.close();
  }
}

function whyUnreadable(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return `${file}: is not a file`;
    const fault = foreignFileAt(file);
    return fault === null ? null : `${file}: ${fault}`;
  } catch (error) {
    return `${file}: cannot be read (${error instanceof Error ? Reflect.get(error, "code") : error})`;
  }
}
