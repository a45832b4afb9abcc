/** The first start applies the directory of campaigns. Later starts run the campaigns in the database and warn if the directory differs. */
import type { Logger } from "pino";
import type { Sql } from "../db/client.ts";
import { readCampaigns } from "../db/stores/campaigns/campaign-store.ts";
import { readCatalogFiles } from "../render/catalog/catalog-files.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { applyDirectory, checkDirectory } from "./apply.ts";
import { byCampaign, filesDigest } from "./files.ts";

export type FirstStart = { readonly ok: true } | { readonly ok: false; readonly faults: readonly string[] };

/** When several processes start at once, one applies, and the others find its campaigns. */
export async function applyOnFirstStart(
  { sql, log, options }: { sql: Sql; log: Logger; options: CatalogOptions },
  dir: string,
): Promise<FirstStart> {
  const stored = await readCampaigns(sql);
  if (stored.length > 0) {
    warnOfDifference(log, dir, stored);
    return { ok: true };
  }
  const checked = checkDirectory(dir, options);
  if (!checked.ok) return { ok: false, faults: checked.faults };
  const result = await applyDirectory(sql, { who: "first start", via: "start" }, checked.directory, {
    force: false,
    prune: false,
    note: null,
    onlyWhenEmpty: true,
  });
  if (result.changes.length > 0)
    log.info({ campaigns: result.changes.map(({ campaign }) => campaign) }, `applied ${checked.directory.shownAs}`);
  return { ok: true };
}

/** Compares with the version last applied, not with the current one: an edit over HTTP does not change the directory. */
function warnOfDifference(
  log: Logger,
  dir: string,
  stored: readonly {
    readonly campaign: string;
    readonly applied_digest: string | null;
    readonly retired_at: number | null;
  }[],
): void {
  const { files, faults, shownAs } = readCatalogFiles(dir);
  // A process that runs the campaigns in the database needs no directory.
  if (files.size === 0) return;
  const directory = byCampaign(files);
  const applied = new Map(
    stored.flatMap(({ campaign, applied_digest, retired_at }) =>
      applied_digest === null || retired_at !== null ? [] : [[campaign, applied_digest] as const],
    ),
  );
  const differs = [...new Set([...directory.keys(), ...applied.keys()])].sort().filter((key) => {
    const own = directory.get(key);
    return own === undefined || filesDigest(own) !== applied.get(key);
  });
  if (differs.length === 0 && faults.length === 0) return;
  log.warn(
    { campaigns: differs, ...(faults.length > 0 ? { faults: faults.length } : {}) },
    `${shownAs} differs from the applied campaigns; the campaigns in the database run: see \`dunlin campaigns diff ${shownAs}\`, then run \`dunlin campaigns apply ${shownAs}\``,
  );
}
