/**
 * Plans what applying a directory would do, campaign by campaign. Pure. A campaign counts as edited if it was changed in the database
 * since files were last applied to it, or was never applied; it is overwritten only by force. A campaign that is no longer in the directory
 * keeps running, unless `prune` retires it. A campaign that was made over HTTP and never was in a directory is left alone.
 */
import type { Files, StoredCampaign } from "../db/stores/campaigns/campaign-store.ts";
import { filesDigest } from "./files.ts";

export type PlannedKind =
  | "create"
  | "change"
  /** Same files as the current version; a retired campaign runs again. */
  | "unchanged"
  | "conflict"
  /** No longer in the directory. */
  | "missing"
  | "retire"
  /** Made over HTTP, never in a directory. */
  | "database-only";

export type PlannedChange = {
  readonly campaign: string;
  readonly kind: PlannedKind;
  readonly stored: StoredCampaign | null;
  /** null: not in the directory. */
  readonly files: Files | null;
  readonly digest: string | null;
};

export type ApplyOptions = { readonly force: boolean; readonly prune: boolean };

export function planApply(
  directory: ReadonlyMap<string, Files>,
  stored: readonly StoredCampaign[],
  options: ApplyOptions,
): PlannedChange[] {
  const known = new Map(stored.map((each) => [each.campaign, each]));
  const keys = [...new Set([...directory.keys(), ...known.keys()])].sort();
  return keys.flatMap((campaign) => {
    const files = directory.get(campaign) ?? null;
    const own = known.get(campaign) ?? null;
    const digest = files === null ? null : filesDigest(files);
    const kind = kindOf(own, digest, options);
    return kind === null ? [] : [{ campaign, kind, stored: own, files, digest }];
  });
}

function kindOf(stored: StoredCampaign | null, digest: string | null, options: ApplyOptions): PlannedKind | null {
  if (stored === null) return digest === null ? null : "create";
  if (digest === null) {
    if (stored.retired_at !== null) return null;
    if (stored.applied_digest === null) return "database-only";
    if (!options.prune) return "missing";
    return isEdited(stored) && !options.force ? "conflict" : "retire";
  }
  if (digest === stored.digest) return "unchanged";
  return isEdited(stored) && !options.force ? "conflict" : "change";
}

export const isEdited = ({ digest, applied_digest }: Pick<StoredCampaign, "digest" | "applied_digest">): boolean =>
  digest !== applied_digest;
