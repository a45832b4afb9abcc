/**
 * `dunlin import FILE`: order events from NDJSON. Every good line goes in, also beside bad ones; each bad line is written, as it came,
 * to FILE.rejected.ndjson with what is wrong and where. Running an import again is harmless: what is in counts as duplicate.
 */
import { closeSync, createReadStream, openSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { applyOnFirstStart } from "../../campaigns/first-start.ts";
import { openLiveCampaigns } from "../../campaigns/live.ts";
import { openChannels } from "../../channels/registry.ts";
import { parseJson } from "../../core/text/json.ts";
import { isBlank, splitLines, withoutMark } from "../../core/text/lines.ts";
import { createIntake, type Intake } from "../../intake/intake.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";

const CHUNK = 1_000;
/** Chunks handed to intake and not answered: what a crash could make us read again. */
const CHUNKS_UNDER_WAY = 4;
const MAX_LINE_BYTES = 1024 * 1024;

export type ImportTotals = { lines: number; accepted: number; duplicates: number; rejected: number };

export async function importCommand(context: CommandContext, file: string, json: boolean): Promise<void> {
  const size = await sizeOf(file);
  const rejectedFile = `${file === "-" ? "stdin" : file}.rejected.ndjson`;
  const totals = await withDatabase(context, async (database) => {
    const vault = await openVault(context, database.sql);
    const channels = openChannels(context.config.channels, { log: context.log, print: context.note });
    try {
      const { sql } = database;
      const { config, log } = context;
      const options = catalogOptions(config);
      const first = await applyOnFirstStart({ sql, log, options }, config.templatesDir);
      if (!first.ok) throw new CommandError(first.faults.join("\n"));
      const contacts = new Map([...channels].map(([name, { contact }]) => [name, contact]));
      const live = await openLiveCampaigns({ sql, options, channels: contacts });
      const intake = createIntake({
        sql,
        vault,
        shopOf: config.shop,
        policy: () => live.current().policy,
        refresh: () => live.refresh(),
        broken: (error, which) => log.error({ err: error, ...which }, "an event cannot be taken in"),
      });
      const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
      const name = file === "-" ? "stdin" : file;
      return await importStream(intake, pieces(input, name), rejectedFile, progress(context, size));
    } finally {
      for (const channel of channels.values()) await channel.close();
    }
  });
  if (json) context.out(JSON.stringify(totals));
  else
    context.out(`${totals.accepted} events taken in, ${totals.duplicates} known already, ${totals.rejected} rejected`);
  if (totals.rejected > 0) context.note(`rejected lines, each with its reason: ${rejectedFile}`);
}

async function sizeOf(file: string): Promise<number | null> {
  if (file === "-") return null;
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`${file}: cannot be read (${codeOf(error)})`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, "code") ?? error.message) : String(error);

async function* pieces(input: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of input) yield Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
  } catch (error) {
    throw new CommandError(`${name}: cannot be read to its end (${codeOf(error)}): run it again when that is mended`);
  }
}

/** Made when the first line is refused. A file that cannot be written fails the import: its lines would be told of nowhere. */
function openRejects(path: string) {
  let file: number | null = null;
  return {
    add(line: Line, code: string, message: string): void {
      try {
        // The lines hold phone numbers and names.
        file ??= openSync(path, "w", 0o600);
        writeFileSync(
          file,
          `${JSON.stringify({ line: line.number, code, message, event: line.value ?? line.text })}\n`,
        );
      } catch (error) {
        throw new CommandError(
          `${path}: cannot be written (${codeOf(error)}), and lines were refused: make room for it, and run the import again`,
        );
      }
    },
    close(): void {
      if (file !== null) closeSync(file);
    },
  };
}

/** Reads lines with back-pressure; resolves when all of it is durable. */
export async function importStream(
  intake: Intake,
  input: AsyncIterable<Buffer>,
  rejectedFile: string,
  tick: (bytes: number, totals: ImportTotals, last: boolean) => void,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, accepted: 0, duplicates: 0, rejected: 0 };
  const rejects = openRejects(rejectedFile);
  const chunk: Line[] = [];
  const ready: Line[][] = [];
  const underWay = new Set<Promise<void>>();
  let failure: unknown = null;

  const reject = (line: Line, code: string, message: string): void => {
    totals.rejected++;
    rejects.add(line, code, message);
  };
  async function take(lines: readonly Line[]): Promise<void> {
    const report = await intake.submit(lines.map(({ value }) => value));
    totals.accepted += report.accepted;
    totals.duplicates += report.duplicates;
    for (const { index, code, message } of report.rejected) {
      const line = lines[index];
      if (line !== undefined) reject(line, code, message);
    }
  }
  const splitter = splitLines({
    most: MAX_LINE_BYTES,
    onLine: (told, number, kind) => {
      const bytes = number === 1 ? withoutMark(told) : told;
      if (kind === "long")
        return reject({ number, text: null, value: null }, "line_too_long", `line ${number}: longer than 1 MB`);
      if (isBlank(bytes)) return;
      totals.lines++;
      const parsed = parseJson(bytes);
      if (!parsed.ok) {
        const cut = kind === "last" ? "; is the file cut off?" : "";
        const line = { number, text: bytes.toString("utf8"), value: null };
        return reject(line, "invalid_json", `line ${number}: ${parsed.message}${cut}`);
      }
      chunk.push({ number, text: null, value: parsed.value });
      if (chunk.length >= CHUNK) ready.push(chunk.splice(0));
    },
  });
  const launch = async (most: number): Promise<void> => {
    for (let lines = ready.shift(); lines !== undefined; lines = ready.shift()) {
      const work = take(lines)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
      while (underWay.size >= most) await Promise.race(underWay);
      if (failure !== null) throw failure;
    }
  };
  let bytes = 0;
  try {
    for await (const piece of input) {
      bytes += piece.length;
      splitter.feed(piece);
      await launch(CHUNKS_UNDER_WAY);
      tick(bytes, totals, false);
    }
    splitter.end();
    if (chunk.length > 0) ready.push(chunk);
    await launch(CHUNKS_UNDER_WAY);
  } finally {
    await Promise.all(underWay);
    rejects.close();
  }
  if (failure !== null) throw failure;
  tick(bytes, totals, true);
  return totals;
}

type Line = { readonly number: number; readonly text: string | null; readonly value: unknown };

function progress({ note }: CommandContext, size: number | null) {
  let told = performance.now();
  return (bytes: number, { accepted, duplicates, rejected }: ImportTotals, last: boolean): void => {
    const now = performance.now();
    if (now - told < 1_000 && !last) return;
    told = now;
    const share = size === null || size === 0 ? "" : `${Math.floor((bytes / size) * 100)}% `;
    note(`${share}${accepted} in, ${duplicates} known, ${rejected} rejected`);
  };
}
