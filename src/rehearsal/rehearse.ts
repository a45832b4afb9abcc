/** Runs a rehearsal: a short file in memory, a long one in buckets on disk. Both give the same result. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildCatalog } from "../render/catalog/catalog.ts";
import { runBucket } from "./bucket.ts";
import { backwardCheck } from "./file/backward.ts";
import { readLines } from "./file/read-lines.ts";
import { skim } from "./file/skim.ts";
import { spill } from "./file/spill.ts";
import { addFault, addFigures, emptyFigures } from "./result/figures.ts";
import { mergeRows } from "./rows/merge-rows.ts";
import { compareRows, type Row } from "./rows/rows.ts";
import { shopsOf } from "./shops.ts";
import { runBuckets } from "./threads.ts";
import type { Figures, Line, RehearsalEnv, RowJson } from "./types.ts";

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
  /** Sorted. Each can be iterated once. */
  readonly sends: Iterable<RowJson>;
  readonly skips: Iterable<RowJson>;
  /** Removes the files on disk. */
  readonly close: () => void;
};

export async function rehearse(input: RehearsalInput): Promise<RehearsalRun> {
  const size = statSync(input.file).size;
  return size <= (input.shortFile ?? SHORT_FILE) ? rehearseShort(input) : rehearseLong(input, size);
}

async function rehearseShort({ file, env, progress }: RehearsalInput): Promise<RehearsalRun> {
  const built = buildCatalog(env.files, { channels: env.channels.map(({ name }) => name) }, "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  const lines: Line[] = [];
  const figures = emptyFigures();
  const times = backwardCheck();
  await readLines(file, {
    line: (bytes, number) => {
      lines.push({ number, text: bytes.toString("utf8") });
      times.see(skim(bytes), number);
    },
    fault: (line, message) => addFault(figures, line, message),
    progress: () => {},
  });
  const { sends, skips } = runBucket({ env, catalog: built.catalog, shopOf: shopsOf(env.shops), figures }, lines);
  progress?.(1);
  return { figures, backward: times.warning(), sends: inOrder(sends), skips: inOrder(skips), close: () => {} };
}

const inOrder = (rows: Row[]): RowJson[] => rows.sort(compareRows).map(({ json }) => json);

async function rehearseLong(input: RehearsalInput, size: number): Promise<RehearsalRun> {
  const { file, env, threads } = input;
  const dir = mkdtempSync(join(input.dir, "buckets-"));
  const close = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const buckets = Math.min(MAX_BUCKETS, Math.max(2, Math.ceil(size / BUCKET_BYTES)));
    const figures = emptyFigures();
    const times = backwardCheck();
    // Reading takes about a third of the time, half of it twice.
    const paths = await spill({
      file,
      dir,
      buckets,
      shopOf: shopsOf(env.shops),
      times,
      fault: (line, message) => addFault(figures, line, message),
      progress: (bytes) => input.progress?.((bytes / size) * 0.15),
    });
    const sends: string[] = [];
    const skips: string[] = [];
    const replayed = await runBuckets({
      env,
      paths,
      threads,
      done: (done) => {
        sends.push(done.sends);
        skips.push(done.skips);
        input.progress?.(0.3 + (sends.length / paths.length) * 0.7);
      },
    });
    addFigures(figures, replayed);
    return { figures, backward: times.warning(), sends: mergeRows(sends), skips: mergeRows(skips), close };
  } catch (error) {
    close();
    throw error;
  }
}
