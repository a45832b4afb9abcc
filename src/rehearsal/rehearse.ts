/** A whole rehearsal: a short file in memory, a long one by way of buckets on disk. Both give the same. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildCatalog } from "../render/catalog/catalog.ts";
import { runBucket } from "./bucket.ts";
import { addFault, addFigures, emptyFigures } from "./figures.ts";
import { backwardCheck } from "./file/backward.ts";
import { readLines } from "./file/read-lines.ts";
import { skim } from "./file/skim.ts";
import { spill } from "./file/spill.ts";
import { mergeRows } from "./rows/merge-rows.ts";
import { compareRows, type Row } from "./rows/rows.ts";
import { shopsOf } from "./shops.ts";
import { runBuckets } from "./threads.ts";
import type { Figures, Line, RehearsalEnv, RowJson } from "./types.ts";

/** Files up to this are done in memory. */
const SHORT_FILE = 16 << 20;
const BUCKET_BYTES = 8 << 20;
const MAX_BUCKETS = 512;

export type RehearsalInput = {
  readonly file: string;
  readonly env: RehearsalEnv;
  /** Where a long file is laid down in buckets. Whoever made it removes it, also when this is cut short. */
  readonly dir: string;
  /** At most; 1: all in this thread. */
  readonly threads: number;
  /** Share of the work that is done, 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Bytes up to which a file counts as short. */
  readonly shortFile?: number;
};

export type RehearsalRun = {
  readonly figures: Figures;
  /** A warning about times that run backwards. */
  readonly backward: string | null;
  /** In order. Each may be gone through once. */
  readonly sends: Iterable<RowJson>;
  readonly skips: Iterable<RowJson>;
  /** Removes what lies on disk. */
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
    const lived = await runBuckets({
      env,
      paths,
      threads,
      done: (done) => {
        sends.push(done.sends);
        skips.push(done.skips);
        input.progress?.(0.3 + (sends.length / paths.length) * 0.7);
      },
    });
    addFigures(figures, lived);
    return { figures, backward: times.warning(), sends: mergeRows(sends), skips: mergeRows(skips), close };
  } catch (error) {
    close();
    throw error;
  }
}
