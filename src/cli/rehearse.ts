/**
 * `dunlin rehearse FILE --campaigns DIR [--from T] [--json]`: lives through a file of order events and says what would be sent. With
 * --from decisions begin at T: what was told before is known, and nothing of it was sent. Bad lines are named as warnings and passed
 * over, as `import` does; a file without one good line fails.
 */
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseInstant } from "../core/instant.ts";
import type { ShopPolicy } from "../core/policy.ts";
import { jsonPieces } from "../rehearsal/json.ts";
import { outcomeOf } from "../rehearsal/outcome.ts";
import { formatRehearsal } from "../rehearsal/page.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import { buildCatalog } from "../render/catalog.ts";
import { readCatalogFiles } from "../render/catalog-files.ts";
import { catalogOptions } from "../render/catalog-options.ts";
import { type CommandContext, CommandError } from "./context.ts";

export type RehearseOptions = { readonly campaigns: string; readonly from?: string; readonly json?: boolean };
/** Writes one piece; resolves when there is room for the next. */
export type Write = (piece: string) => Promise<void>;

const THREADS = 2;

/** `-` is standard input. */
export async function rehearseCommand(
  context: CommandContext,
  file: string,
  options: RehearseOptions,
  write: Write,
): Promise<void> {
  if (file !== "-") return runRehearsal(context, file, options, write);
  const dir = mkdtempSync(join(tmpdir(), "dunlin-stdin-"));
  try {
    const path = join(dir, "events.ndjson");
    await pipeline(process.stdin, createWriteStream(path));
    await runRehearsal(context, path, options, write);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function runRehearsal(
  { config, note }: Pick<CommandContext, "config" | "note">,
  file: string,
  options: RehearseOptions,
  write: Write,
): Promise<void> {
  const faults: string[] = [];
  const from = options.from === undefined ? null : parseInstant(options.from);
  if (options.from !== undefined && from === null)
    faults.push(`--from ${options.from}: must be an instant with an offset, like 2026-11-10T20:00:00+08:00`);
  const unreadable = whyUnreadable(file);
  if (unreadable !== null) faults.push(unreadable);
  const read = readCatalogFiles(options.campaigns);
  const built = buildCatalog(read.files, catalogOptions(config), read.shownAs);
  faults.push(...read.faults, ...(built.ok || (read.faults.length > 0 && read.files.size === 0) ? [] : built.faults));
  if (faults.length > 0 || !built.ok) throw new CommandError(faults.join("\n"));

  const channels = config.channels.map(({ name, contact, ratePerSecond, cost }) => ({
    name,
    contact,
    ratePerSecond,
    cost,
  }));
  const run = await rehearse({
    file,
    env: { files: read.files, channels, from },
    shopOf: (id) => policyOf(config.shop(id)),
    threads: Math.min(THREADS, availableParallelism()),
    progress: progressBar(note),
  });
  try {
    const { figures, backward } = run;
    // What texts say is shown by `campaigns validate` and the samples; here it is about what is sent and when.
    const about = built.warnings.filter((_, index) => built.advice[index]?.about === "campaign");
    const warnings = [...about, ...(backward === null ? [] : [backward])];
    const outcome = outcomeOf(figures, { from, channels, warnings });
    if (figures.events === 0 && figures.faultCount > 0)
      throw new CommandError(`${file}: holds no order event\n${outcome.warnings.join("\n")}`);
    if (options.json === true) for (const piece of jsonPieces(outcome, run.sends, run.skips)) await write(piece);
    else await write(formatRehearsal(outcome, figures, channels));
  } finally {
    run.close();
  }
}

function whyUnreadable(file: string): string | null {
  try {
    return statSync(file).isFile() ? null : `${file}: is not a file`;
  } catch (error) {
    return `${file}: cannot be read (${error instanceof Error ? Reflect.get(error, "code") : error})`;
  }
}

/** Without the secrets that a configured shop has. */
function policyOf(shop: ShopPolicy | null): ShopPolicy | null {
  if (shop === null) return null;
  const { id, timeZone, locale, currency, closeAfter, quietHours, cashOnDelivery } = shop;
  return { id, timeZone, locale, currency, closeAfter, quietHours, cashOnDelivery };
}

/** A line at most every second, and none for what is done at once. */
function progressBar(note: (text: string) => void): (share: number) => void {
  let last = performance.now();
  return (share) => {
    const now = performance.now();
    if (now - last < 1_000) return;
    last = now;
    note(`[${"#".repeat(Math.round(share * 30)).padEnd(30, ".")}] ${Math.floor(share * 100)}%`);
  };
}
