/**
 * Hands events to intake in chunks, several at a time, with back-pressure. It resolves when every event is durable. The next import of the same
 * file resumes one that was interrupted: it asks for the ids of each chunk and passes by what is stored, until nothing is.
 */
import { isCleanId } from "../../../core/order/id.ts";
import type { Warning } from "../../../core/order/warnings.ts";
import type { EventName } from "../../../db/stores/intake/known-store.ts";
import type { Intake } from "../../../intake/intake.ts";
import { openRejects, type Place, type Rejected } from "./rejects.ts";

/** Events. */
const CHUNK = 1_000;
const MAX_CHUNKS_IN_FLIGHT = 4;

/** A line of events, or the rows of an order: it goes in or is rejected as a whole. */
export type Entry = {
  readonly place: Place;
  readonly events: readonly unknown[];
  /** As it came. */
  readonly came: () => object;
};

/** Everything that was read since the last piece. */
export type ImportPiece = { readonly entries: readonly Entry[]; readonly rejected: readonly Rejected[] };

export type ImportTotals = {
  /** Lines, or orders of a table. */
  lines: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Parts of accepted events that could not be used. */
  warnings: number;
};

export type ImportOptions = {
  readonly rejectedFile: string;
  /** The indexes of the events that are stored. */
  readonly findKnown: (events: readonly (EventName | null)[]) => Promise<ReadonlySet<number>>;
  readonly tick: (totals: ImportTotals, last: boolean) => void;
  readonly warn: (place: Place, warning: Warning) => void;
};

const NONE: ReadonlySet<number> = new Set();

/** null: the event is wrong, or its names are spelled in a way that intake has to read. */
function nameOf(event: unknown): EventName | null {
  const { shop, id } = Object(event) as Record<string, unknown>;
  return typeof shop === "string" && typeof id === "string" && isCleanId(shop) && isCleanId(id) ? { shop, id } : null;
}

export async function importStream(
  intake: Intake,
  pieces: AsyncIterable<ImportPiece>,
  { rejectedFile, findKnown, tick, warn }: ImportOptions,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, accepted: 0, duplicates: 0, rejected: 0, warnings: 0 };
  const rejects = openRejects(rejectedFile);
  let chunk: Entry[] = [];
  let size = 0;
  const inFlight = new Set<Promise<void>>();
  let failure: unknown = null;
  /** The first chunk says whether the file was imported before. */
  let isRepeated = true;

  const reject = (rejected: Rejected): void => {
    totals.rejected++;
    rejects.add(rejected);
  };
  async function take(entries: readonly Entry[]): Promise<void> {
    const all = entries.flatMap((entry) => entry.events.map((event) => ({ entry, event })));
    const known = isRepeated ? await findKnown(all.map(({ event }) => nameOf(event))) : NONE;
    const fresh = known.size === 0 ? all : all.filter((_, index) => !known.has(index));
    const owners = fresh.map(({ entry }) => entry);
    const report = await intake.submit(fresh.map(({ event }) => event));
    isRepeated = known.size + report.duplicates > 0;
    totals.accepted += report.accepted;
    totals.duplicates += known.size + report.duplicates;
    totals.warnings += report.warnings.length;
    for (const { index, ...warning } of report.warnings) {
      const owner = owners[index];
      if (owner !== undefined) warn(owner.place, warning);
    }
    const bad = new Set<Entry>();
    for (const { index, code, message } of report.rejected) {
      const owner = owners[index];
      if (owner === undefined || bad.has(owner)) continue;
      bad.add(owner);
      reject({ place: owner.place, code, message, came: owner.came() });
    }
  }
  const launch = async (): Promise<void> => {
    const entries = chunk;
    chunk = [];
    size = 0;
    const work = take(entries)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
    while (inFlight.size >= MAX_CHUNKS_IN_FLIGHT) await Promise.race(inFlight);
    if (failure !== null) throw failure;
  };
  try {
    for await (const { entries, rejected } of pieces) {
      for (const each of rejected) reject(each);
      for (const entry of entries) {
        totals.lines++;
        chunk.push(entry);
        size += entry.events.length;
        // The events of an order go in together: a payment must not come after the reminder that it makes needless.
        if (size >= CHUNK) await launch();
      }
      tick(totals, false);
    }
    if (chunk.length > 0) await launch();
  } finally {
    await Promise.all(inFlight);
    rejects.close();
  }
  if (failure !== null) throw failure;
  tick(totals, true);
  return totals;
}
