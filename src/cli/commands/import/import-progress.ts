/** How far an import is, on stderr: a bar on a terminal; elsewhere a line at regular numbers of rows, which is short in a log. */
import type { ProgressBar } from "../../progress-bar.ts";
import type { ImportTotals } from "./import-stream.ts";

/** Lines, or orders of a table: some seconds of work. */
export const NOTED_EACH = 20_000;

export type ImportProgress = {
  readonly bar: ProgressBar;
  readonly note: (text: string) => void;
  /** Bytes of the file; null: not known. */
  readonly size: number | null;
  /** Bytes that were read. */
  readonly read: () => number;
};

export function importProgress({ bar, note, size, read }: ImportProgress) {
  let noted = 0;
  return ({ lines, accepted, duplicates, rejected }: ImportTotals, last: boolean): void => {
    const share = size === null || size === 0 ? null : Math.min(1, read() / size);
    const counts = `${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected`;
    if (bar.isShown && !last) {
      bar.tick(share, counts);
      return;
    }
    bar.end();
    if (!last && lines - noted < NOTED_EACH) return;
    noted = lines - (lines % NOTED_EACH);
    note(share === null ? counts : `${Math.floor(share * 100)}% ${counts}`);
  };
}
