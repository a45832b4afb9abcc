/**
 * Reads lines with back-pressure and hands them to intake in chunks, several at a time. It resolves when every event is durable; what a
 * crash interrupts is read again by the next import and counts as duplicate.
 */
import type { Warning } from "../../../core/order/warnings.ts";
import { parseJson } from "../../../core/text/json.ts";
import { isBlank, splitLines, withoutMark } from "../../../core/text/lines.ts";
import type { Intake } from "../../../intake/intake.ts";
import { type Line, openRejects } from "./rejects.ts";

const CHUNK = 1_000;
const MAX_CHUNKS_IN_FLIGHT = 4;
const MAX_LINE_BYTES = 1024 * 1024;

export type ImportTotals = {
  lines: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Parts of accepted events that could not be used. */
  warnings: number;
};

export type ImportOptions = {
  readonly rejectedFile: string;
  readonly tick: (bytes: number, totals: ImportTotals, last: boolean) => void;
  readonly warn: (line: number, warning: Warning) => void;
};

export async function importStream(
  intake: Intake,
  input: AsyncIterable<Buffer>,
  { rejectedFile, tick, warn }: ImportOptions,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, accepted: 0, duplicates: 0, rejected: 0, warnings: 0 };
  const rejects = openRejects(rejectedFile);
  const chunk: Line[] = [];
  const ready: Line[][] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: unknown = null;

  const reject = (line: Line, code: string, message: string): void => {
    totals.rejected++;
    rejects.add(line, code, message);
  };
  async function take(lines: readonly Line[]): Promise<void> {
    const report = await intake.submit(lines.map(({ value }) => value));
    totals.accepted += report.accepted;
    totals.duplicates += report.duplicates;
    totals.warnings += report.warnings.length;
    for (const { index, ...warning } of report.warnings) warn(lines[index]?.number ?? 0, warning);
    for (const { index, code, message } of report.rejected) {
      const line = lines[index];
      if (line !== undefined) reject(line, code, message);
    }
  }
  const splitter = splitLines({
    maxBytes: MAX_LINE_BYTES,
    onLine: (line, number, kind) => {
      const bytes = number === 1 ? withoutMark(line) : line;
      if (kind === "long")
        return reject({ number, text: null, value: null }, "line_too_long", `line ${number}: longer than 1 MB`);
      if (isBlank(bytes)) return;
      totals.lines++;
      const parsed = parseJson(bytes);
      if (!parsed.ok) {
        const cut = kind === "last" ? "; is the file cut off?" : "";
        const bad = { number, text: bytes.toString("utf8"), value: null };
        return reject(bad, "invalid_json", `line ${number}: ${parsed.message}${cut}`);
      }
      chunk.push({ number, text: null, value: parsed.value });
      if (chunk.length >= CHUNK) ready.push(chunk.splice(0));
    },
  });
  const launch = async (): Promise<void> => {
    for (let lines = ready.shift(); lines !== undefined; lines = ready.shift()) {
      const work = take(lines)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => inFlight.delete(work));
      inFlight.add(work);
      while (inFlight.size >= MAX_CHUNKS_IN_FLIGHT) await Promise.race(inFlight);
      if (failure !== null) throw failure;
    }
  };
  let bytes = 0;
  try {
    for await (const piece of input) {
      bytes += piece.length;
      splitter.feed(piece);
      await launch();
      tick(bytes, totals, false);
    }
    splitter.end();
    if (chunk.length > 0) ready.push(chunk);
    await launch();
  } finally {
    await Promise.all(inFlight);
    rejects.close();
  }
  if (failure !== null) throw failure;
  tick(bytes, totals, true);
  return totals;
}
