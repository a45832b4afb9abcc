/** Makes the files of an earlier version current again, as a new version. History only grows, and a rollback can be rolled back. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import {
  type Files,
  insertVersion,
  numberBefore,
  readCampaigns,
  readVersion,
} from "../db/stores/campaigns/campaign-store.ts";
import { buildCatalog } from "../render/catalog/catalog.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { parseInTurns } from "../render/catalog/known-templates.ts";
import { changeCampaigns } from "./change.ts";
import { byPath } from "./files.ts";

export type RollbackInput = {
  readonly campaign: string;
  /** null: the version before the current. */
  readonly to: number | null;
  readonly note: string | null;
  /** The version is checked again: a channel may no longer be configured. */
  readonly options: CatalogOptions;
  /** Whether the current version is the expected one; absent: any version is. */
  readonly expects?: (current: number) => boolean;
};

export type RollbackResult =
  | {
      readonly kind: "rolled-back";
      readonly from: number;
      readonly restored: number;
      readonly number: number;
      readonly before: Files;
      readonly after: Files;
    }
  /** The current version has the same files. */
  | { readonly kind: "same"; readonly current: number; readonly restored: number }
  | { readonly kind: "unknown-campaign" }
  | { readonly kind: "unknown-version"; readonly current: number; readonly to: number | null }
  | { readonly kind: "moved"; readonly current: number }
  | { readonly kind: "invalid"; readonly faults: readonly string[] };

/** Throws CampaignsBusy. */
export function rollback(sql: Sql, actor: Actor, input: RollbackInput): Promise<RollbackResult> {
  const { campaign, note, options } = input;
  return changeCampaigns(sql, actor, async ({ tx, record }) => {
    const [stored] = await readCampaigns(tx, campaign);
    if (stored === undefined) return { kind: "unknown-campaign" };
    const current = stored.number;
    if (input.expects?.(current) === false) return { kind: "moved", current };
    const to = input.to ?? (await numberBefore(tx, campaign, current));
    const version = to === null ? undefined : await readVersion(tx, campaign, to);
    if (version === undefined || to === null) return { kind: "unknown-version", current, to };
    if (version.digest === stored.digest && stored.retired_at === null) return { kind: "same", current, restored: to };
    await parseInTurns(campaign, version.files);
    const built = buildCatalog(byPath(campaign, version.files), options, `version ${to}`);
    if (!built.ok) return { kind: "invalid", faults: built.faults };
    const { digest, files } = version;
    const number = await insertVersion(tx, {
      campaign,
      digest,
      files,
      by: actor.who,
      source: "rollback",
      from: to,
      note,
    });
    record({
      action: "campaign.rollback",
      subject: campaign,
      from: current,
      to: number,
      note: note ?? `back to ${to}`,
    });
    return { kind: "rolled-back", from: current, restored: to, number, before: stored.files, after: files };
  });
}
