/**
 * `dunlin import FILE`: order events from NDJSON. Every good line goes in, also beside bad ones; each bad line is written, as it came,
 * to FILE.rejected.ndjson with what is wrong and where. Running an import again is harmless: what is in counts as duplicate.
 */
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { applyOnFirstStart } from "../campaigns/first-start.ts";
import { openLiveCampaigns } from "../campaigns/live.ts";
import { openChannels } from "../channels/registry.ts";
import { splitLines } from "../core/lines.ts";
import { createIntake, type Intake } from "../intake/intake.ts";
import { catalogOptions } from "../render/catalog-options.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "./context.ts";

const CHUNK = 1_000;
/** Chunks handed to intake and not answered: what a crash could make us read again. */
const CHUNKS_UNDER_WAY = 4;
const MOST_LINE_BYTES = 1024 * 1024;

export type ImportTotals = { lines: number; accepted: number; duplicates: number; rejected: number };

export async function importCommand(context: CommandContext, file: string, json: boolean): Promise<void> {
  const size = await sizeOf(file);
  const rejectedFile = `${file === "-" ? "stdin" : file}.rejected.ndjson`;
  const totals = await withDatabase(context, async (database) => {
    const vault = await openVault(context);
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
      });
      const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
      return await importStream(intake, input, rejectedFile, progress(context, size));
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
    throw new CommandError(`${file}: cannot be read (${error instanceof Error ? Reflect.get(error, "code") : error})`);
  }
}

/** Reads lines with back-pressure; resolves when all of it is durable. */
export async function importStream(
  intake: Intake,
  input: Readable,
  rejectedFile: string,
  tick: (bytes: number, totals: ImportTotals) => void,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, accepted: 0, duplicates: 0, rejected: 0 };
  let rejects: WriteStream | null = null;
  const chunk: Line[] = [];
  const ready: Line[][] = [];
  const underWay = new Set<Promise<void>>();
  let failure: unknown = null;

  const reject = (line: Line, code: string, message: string): void => {
    totals.rejected++;
    rejects ??= createWriteStream(rejectedFile);
    rejects.write(`${JSON.stringify({ line: line.number, code, message, event: line.value ?? line.text })}\n`);
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
    most: MOST_LINE_BYTES,
    onLine: (bytes, number, kind) => {
      if (kind === "long")
        return reject({ number, text: null, value: null }, "line_too_long", `line ${number}: longer than 1 MB`);
      const text = bytes.toString("utf8").replace(/^\ufeff/, "");
      if (text.trim() === "") return;
      totals.lines++;
      const line = parseLine(text, number);
      if (line.fault !== undefined) return reject(line, "invalid_json", `line ${number}: ${line.fault}`);
      chunk.push(line);
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
  for await (const piece of input) {
    const buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    bytes += buffer.length;
    splitter.feed(buffer);
    await launch(CHUNKS_UNDER_WAY);
    tick(bytes, totals);
  }
  splitter.end();
  if (chunk.length > 0) ready.push(chunk);
  await launch(CHUNKS_UNDER_WAY);
  await Promise.all(underWay);
  if (failure !== null) throw failure;
  tick(bytes, totals);
  await close(rejects);
  return totals;
}

type Line = { readonly number: number; readonly text: string | null; readonly value: unknown; readonly fault?: string };

function parseLine(text: string, number: number): Line {
  try {
    return { number, text: null, value: JSON.parse(text) };
  } catch (error) {
    return { number, text, value: null, fault: error instanceof Error ? error.message : "no JSON" };
  }
}

async function close(stream: WriteStream | null): Promise<void> {
  if (stream === null) return;
  stream.end();
  await finished(stream);
}

function progress({ note }: CommandContext, size: number | null) {
  let last = 0;
  return (bytes: number, { accepted, duplicates, rejected }: ImportTotals): void => {
    const now = performance.now();
    if (now - last < 1_000 && bytes !== size) return;
    last = now;
    const share = size === null || size === 0 ? "" : `${Math.floor((bytes / size) * 100)}% `;
    note(`${share}${accepted} in, ${duplicates} known, ${rejected} rejected`);
  };
}
