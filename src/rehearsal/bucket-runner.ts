/** Runs buckets that were spilled to files, writes their sorted rows to files, and adds up the figures of all. */
import { readFileSync, unlinkSync } from "node:fs";
import { buildCatalog } from "../render/catalog/catalog.ts";
import { channelOptions } from "../render/catalog/catalog-options.ts";
import { runBucket } from "./bucket.ts";
import { spilledParts } from "./file/spill.ts";
import { emptyFigures } from "./result/figures.ts";
import { packRows } from "./rows/row-file.ts";
import { shopsOf } from "./shops.ts";
import type { Figures, ReplayEnv } from "./types.ts";

export type BucketDone = { readonly sends: string; readonly skips: string };
export type BucketRunner = { run(path: string): BucketDone; readonly figures: Figures };

export function bucketRunner(env: ReplayEnv): BucketRunner {
  const built = buildCatalog(env.files, channelOptions(env.channels), "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  const figures = emptyFigures();
  const shopOf = shopsOf(env.shops);
  return {
    figures,
    run(path) {
      const [sends, skips] = [packRows(), packRows()];
      for (const lines of spilledParts(readFileSync(path))) {
        const rows = runBucket({ env, catalog: built.catalog, shopOf, figures }, lines);
        sends.add(rows.sends);
        skips.add(rows.skips);
      }
      unlinkSync(path);
      const done = { sends: `${path}.sends`, skips: `${path}.skips` };
      sends.write(done.sends);
      skips.write(done.skips);
      return done;
    },
  };
}
