/** Applies a directory of campaigns to the database in one transaction. Applying the same directory again changes nothing. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { insertVersion, markApplied, markRetired, readCampaigns } from "../db/stores/campaigns/campaign-store.ts";
import { buildCatalog } from "../render/catalog/catalog.ts";
import { readCatalogFiles } from "../render/catalog/catalog-files.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { type Change, changeCampaigns } from "./change.ts";
import { byCampaign } from "./files.ts";
import { type ApplyOptions, type PlannedChange, planApply } from "./plan-apply.ts";

/** A directory without faults. */
export type CheckedDirectory = {
  readonly files: ReadonlyMap<string, string>;
  readonly shownAs: string;
  readonly warnings: readonly string[];
};
export type DirectoryResult =
  | { readonly ok: true; readonly directory: CheckedDirectory }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reports all faults of all files. */
export function checkDirectory(dir: string, options: CatalogOptions): DirectoryResult {
  const read = readCatalogFiles(dir);
  const built = buildCatalog(read.files, options, read.shownAs);
  // A directory that could not be read seems empty; that second fault would only confuse.
  const faults = [
    ...read.faults,
    ...(built.ok || (read.faults.length > 0 && read.files.size === 0) ? [] : built.faults),
  ];
  if (faults.length > 0 || !built.ok) return { ok: false, faults };
  return { ok: true, directory: { files: read.files, shownAs: read.shownAs, warnings: built.warnings } };
}

export type AppliedChange = PlannedChange & {
  /** The new version, or null when none was made. */
  readonly number: number | null;
};

export type ApplyResult =
  | { readonly kind: "applied"; readonly changes: readonly AppliedChange[] }
  /** Nothing was changed. */
  | { readonly kind: "conflict"; readonly changes: readonly PlannedChange[] };

export async function planDirectory(
  sql: Sql,
  { files }: CheckedDirectory,
  options: ApplyOptions,
): Promise<PlannedChange[]> {
  return planApply(byCampaign(files), await readCampaigns(sql), options);
}

/** Throws CampaignsBusy. */
export function applyDirectory(
  sql: Sql,
  actor: Actor,
  directory: CheckedDirectory,
  options: ApplyOptions & { readonly note: string | null; readonly onlyWhenEmpty?: boolean },
): Promise<ApplyResult> {
  return changeCampaigns(sql, actor, async (change) => {
    const stored = await readCampaigns(change.tx);
    if (options.onlyWhenEmpty === true && stored.length > 0) return { kind: "applied", changes: [] };
    const planned = planApply(byCampaign(directory.files), stored, options);
    if (planned.some(({ kind }) => kind === "conflict")) return { kind: "conflict", changes: planned };
    const changes: AppliedChange[] = [];
    for (const each of planned) changes.push({ ...each, number: await write(change, actor, each, options.note) });
    return { kind: "applied", changes };
  });
}

/** Returns the number of the new version, or null. */
async function write(
  change: Change,
  actor: Actor,
  planned: PlannedChange,
  note: string | null,
): Promise<number | null> {
  const { tx, record } = change;
  const { campaign, kind, stored, files, digest } = planned;
  const from = stored?.number ?? null;
  if (kind === "retire") {
    await markRetired(tx, campaign);
    record({ action: "campaign.retire", subject: campaign, from, to: null, note });
  }
  if (files === null || digest === null) return null;
  if (kind === "unchanged") {
    if (stored?.retired_at != null) record({ action: "campaign.apply", subject: campaign, from, to: from, note });
    await markApplied(tx, campaign, digest);
    return null;
  }
  const number = await insertVersion(tx, {
    campaign,
    digest,
    files,
    by: actor.who,
    source: "file",
    from,
    note,
    appliedDigest: digest,
  });
  record({ action: "campaign.apply", subject: campaign, from, to: number, note });
  return number;
}
