/**
 * What applying a directory would do, campaign by campaign. Pure: what the directory holds and what is stored in, changes out.
 * Edited is what was changed in the database since files were last applied to it, or was never applied: that is not overwritten
 * unless forced. A campaign that vanished from the directory goes on, unless `prune` retires it; one that was made over HTTP and
 * never was in a directory is left alone.
 */
import type { Files, StoredCampaign } from "../db/stores/campaigns/campaign-store.ts";
import { filesDigest } from "./files.ts";

export type PlannedKind =
  | "create"
  | "change"
  /** As current; at most it runs again after it was retired. */
  | "unchanged"
  | "conflict"
  /** Not in the directory any more. */
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
