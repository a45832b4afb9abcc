/** Runs a rehearsal: a short file in memory, a long one in buckets on disk. Both give the same result. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildCatalog } from "../render/catalog/catalog.ts";
import { channelOptions } from "../render/catalog/catalog-options.ts";
import { runBucket } from "./bucket.ts";
import { type FirstTimes, firstTimes } from "./change/first-times.ts";
import { shiftOf } from "./change/shift.ts";
import { type BackwardCheck, backwardCheck } from "./file/backward.ts";
import { readLines } from "./file/read-lines.ts";
import { skim } from "./file/skim.ts";
import { spill } from "./file/spill.ts";
import { addFault, addFigures, emptyFigures } from "./result/figures.ts";
import { mergeRows } from "./rows/merge-rows.ts";
import { compareRows, type Row } from "./rows/rows.ts";
import { shopsOf } from "./shops.ts";
import { runBuckets } from "./threads.ts";
import type { Figures, Line, RehearsalEnv, ReplayEnv, RowJson } from "./types.ts";

/** Files up to this size are processed in memory. */
const SHORT_FILE = 16 << 20;
const BUCKET_BYTES = 8 << 20;
const MAX_BUCKETS = 512;

export type RehearsalInput = {
  readonly file: string;
  readonly env: RehearsalEnv;
  /** The directory for the buckets of a long file. The caller removes it, also after a failure. */
  readonly dir: string;
  /** The maximum; 1: all in this thread. */
  readonly threads: number;
  /** The finished share of the work, 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Size in bytes up to which a file counts as short. */
  readonly shortFile?: number;
};

export type RehearsalRun = {
  readonly figures: Figures;
  /** A warning about times that run backwards. */
  readonly backward: string | null;
  /** Sorted; empty if no rows were wanted. */
  readonly sends: Iterable<RowJson>;
  readonly skips: Iterable<RowJson>;
  /** Removes the files on disk. */
  readonly close: () => void;
};

export async function rehearse(input: RehearsalInput): Promise<RehearsalRun> {
  const size = statSync(input.file).size;
  return size * input.env.changes.scale <= (input.shortFile ?? SHORT_FILE)
    ? rehearseShort(input)
    : rehearseLong(input, size);
}

async function rehearseShort({ file, env, progress }: RehearsalInput): Promise<RehearsalRun> {
  const built = buildCatalog(env.files, channelOptions(env.channels), "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  const lines: Line[] = [];
  const figures = emptyFigures();
  const times = backwardCheck();
  const shopOf = shopsOf(env.shops);
  const first = env.changes.asOf === null ? null : firstTimes(shopOf);
  await readLines(file, {
    line: (bytes, number) => {
      const text = bytes.toString("utf8");
      lines.push({ number, text });
      first?.see(text);
      times.see(skim(bytes), number);
    },
    fault: (line, message) => addFault(figures, line, message),
    progress: () => {},
  });
  const { sends, skips } = runBucket({ env: replayEnv(env, first), catalog: built.catalog, shopOf, figures }, lines);
  progress?.(1);
  return { figures, backward: backwardOf(env, times), sends: inOrder(sends), skips: inOrder(skips), close: () => {} };
}

/** Stored orders come by their ids, and those of a table in any order. */
const backwardOf = ({ stored, table }: RehearsalEnv, times: BackwardCheck): string | null =>
  stored || table ? null : times.warning();
const merged = (paths: readonly string[]): Iterable<RowJson> => ({ [Symbol.iterator]: () => mergeRows(paths) });
const inOrder = (rows: Row[]): RowJson[] => rows.sort(compareRows).map(({ json }) => json);

const replayEnv = (env: RehearsalEnv, first: FirstTimes | null): ReplayEnv => ({
  ...env,
  shift: first === null || env.changes.asOf === null ? null : shiftOf(env.changes.asOf, first.firsts),
});

async function rehearseLong(input: RehearsalInput, size: number): Promise<RehearsalRun> {
  const { file, env, threads } = input;
  const dir = mkdtempSync(join(input.dir, "buckets-"));
  const close = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const buckets = Math.min(MAX_BUCKETS, Math.max(2, Math.ceil((size * env.changes.scale) / BUCKET_BYTES)));
    const figures = emptyFigures();
    const times = backwardCheck();
    // Reading takes about a third of the time, half of it twice.
    const shopOf = shopsOf(env.shops);
    const first = env.changes.asOf === null ? null : firstTimes(shopOf);
    const paths = await spill({
      file,
      dir,
      buckets,
      shopOf,
      times,
      see: first?.see ?? null,
      fault: (line, message) => addFault(figures, line, message),
      progress: (bytes) => input.progress?.((bytes / size) * 0.15),
    });
    const sends: string[] = [];
    const skips: string[] = [];
    const replayed = await runBuckets({
      env: replayEnv(env, first),
      paths,
      threads,
      done: (done) => {
        sends.push(done.sends);
        skips.push(done.skips);
        input.progress?.(0.3 + (sends.length / paths.length) * 0.7);
      },
    });
    addFigures(figures, replayed);
    return { figures, backward: backwardOf(env, times), sends: merged(sends), skips: merged(skips), close };
  } catch (error) {
    close();
    throw error;
  }
}
