/** Runs buckets that were spilled to files, and leaves their rows sorted in files. */
import { readFileSync, unlinkSync } from "node:fs";
import { buildCatalog } from "../render/catalog.ts";
import { runBucket } from "./bucket.ts";
import { writeRows } from "./sorted-file.ts";
import { spilledLines } from "./spill.ts";
import type { Figures, RehearsalEnv, ShopOf } from "./types.ts";

export type BucketDone = { readonly sends: string; readonly skips: string; readonly figures: Figures };

export function bucketRunner(env: RehearsalEnv, shopOf: ShopOf): (path: string) => BucketDone {
  const built = buildCatalog(env.files, { channels: env.channels.map(({ name }) => name) }, "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  return (path) => {
    const result = runBucket(env, built.catalog, shopOf, spilledLines(readFileSync(path, "utf8")));
    unlinkSync(path);
    const done = { sends: `${path}.sends`, skips: `${path}.skips`, figures: result.figures };
    writeRows(done.sends, result.sends);
    writeRows(done.skips, result.skips);
    return done;
  };
}
