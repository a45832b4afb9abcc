/** The report of an NDJSON request, as the sum of what became of its chunks. It lists a limited number of faults and warnings, and counts the others. */
import type { EventWarning } from "../contract/parts/problem.ts";
import { HttpProblem } from "./errors.ts";

export type RejectedLine = {
  readonly index: number;
  readonly line: number;
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
};
export type LinesReport = {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedLine[];
  readonly rejectedNotListed?: number;
  readonly warnings: readonly EventWarning[];
  readonly warningsNotListed?: number;
};

/** The limit for each of the two lists of an answer. */
export const MAX_LISTED = 10_000;
/** Chunks are finished in another order than they are listed, but never far from it. */
const MAX_KEPT = 5 * MAX_LISTED;

export type Place = { readonly index: number; readonly line: number };
/** `listed` is empty when the answer cannot list these: millions of faults must not fill the memory. */
type Brief<Item> = { readonly listed: readonly Item[]; readonly count: number };
export type Done = Pick<LinesReport, "accepted" | "duplicates"> & {
  readonly rejected: Brief<RejectedLine>;
  readonly warnings: Brief<EventWarning>;
};

export function keeper<Item>(): (items: readonly Item[]) => Brief<Item> {
  let kept = 0;
  return (items) => {
    const listed = kept < MAX_KEPT ? items : [];
    kept += listed.length;
    return { listed, count: items.length };
  };
}

export function sum(done: readonly (Done | undefined)[]): LinesReport {
  let accepted = 0;
  let duplicates = 0;
  const rejected = shortened(done.map((one) => one?.rejected ?? NONE));
  const warnings = shortened(done.map((one) => one?.warnings ?? NONE));
  for (const one of done) {
    if (one === undefined) continue;
    accepted += one.accepted;
    duplicates += one.duplicates;
  }
  return {
    accepted,
    duplicates,
    rejected: rejected.listed,
    ...(rejected.more > 0 && { rejectedNotListed: rejected.more }),
    warnings: warnings.listed,
    ...(warnings.more > 0 && { warningsNotListed: warnings.more }),
  };
}

const NONE = { listed: [], count: 0 };

function shortened<Item>(lists: readonly Brief<Item>[]): { listed: Item[]; more: number } {
  const listed: Item[] = [];
  let count = 0;
  for (const list of lists) {
    count += list.count;
    for (const item of list.listed) if (listed.length < MAX_LISTED) listed.push(item);
  }
  return { listed, more: count - listed.length };
}

/** Any other error is a bug: it is passed on unchanged. */
export function withReport(failure: unknown, report: LinesReport, resumeFrom: Place): unknown {
  if (!(failure instanceof HttpProblem)) return failure;
  return new HttpProblem(
    failure.code,
    `${failure.message}; resume from line ${resumeFrom.line}: the lines before it are counted here`,
    { ...failure.extra, members: { ...report, resumeFrom } },
  );
}
