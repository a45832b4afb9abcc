/** The file that `rehearse` replays: a file of events as it is; a table and what comes by stdin are written to a file of events first. */
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeTable } from "../../rehearsal/table/write-table.ts";
import { readCsv } from "../../sources/csv/read-csv.ts";
import { type CommandContext, CommandError } from "../context.ts";
import { csvRequest, peekFile, refuseTableOptions, type TableOptions } from "../table-options.ts";

export type RehearsedFile = {
  /** As it was given. */
  readonly name: string;
  readonly path: string;
  /** Whether it was made of a table. */
  readonly isTable: boolean;
  /** Why it cannot be rehearsed. */
  readonly fault: string | null;
};

/** `own`: where a file of events can be written. */
export async function rehearsedFile(
  context: CommandContext,
  given: string,
  options: TableOptions,
  own: string,
): Promise<RehearsedFile> {
  try {
    return await takeFile(context, given, options, own);
  } catch (error) {
    if (error instanceof CommandError) return { name: given, path: given, isTable: false, fault: error.message };
    throw error;
  }
}

async function takeFile(
  context: CommandContext,
  given: string,
  options: TableOptions,
  own: string,
): Promise<RehearsedFile> {
  const isPiped = given === "-";
  const name = isPiped ? "stdin" : given;
  const exportedAt = isPiped ? Date.now() : writtenAt(given);
  const input = isPiped ? process.stdin : createReadStream(given, { highWaterMark: 1 << 18 });
  try {
    const { kind, bytes } = await peekFile(input, name, options.format);
    if (kind === "ndjson") {
      refuseTableOptions(name, options);
      if (isPiped) await pipeline(Readable.from(bytes), createWriteStream(own));
      return { name, path: isPiped ? own : given, isTable: false, fault: null };
    }
    const table = await readCsv(bytes, csvRequest(context, options, { exportedAt, updates: false }));
    if (!table.ok) throw new CommandError(`${name}: ${table.message}`);
    await writeTable(table.pieces, own);
    return { name, path: own, isTable: true, fault: null };
  } finally {
    if (!isPiped) input.destroy();
  }
}

/** When the file was written, epoch ms. Throws CommandError. */
function writtenAt(file: string): number {
  try {
    const facts = statSync(file);
    if (facts.isFile()) return Math.min(Math.floor(facts.mtimeMs), Date.now());
  } catch (error) {
    throw new CommandError(`${file}: cannot be read (${error instanceof Error ? Reflect.get(error, "code") : error})`);
  }
  throw new CommandError(`${file}: is not a file`);
}
