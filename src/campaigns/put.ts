/** Makes a new version from edited files. The same files again make no new version. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { type Files, insertVersion, readCampaigns } from "../db/stores/campaigns/campaign-store.ts";
import { buildCatalog } from "../render/catalog/catalog.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { parseInTurns } from "../render/catalog/known-templates.ts";
import { changeCampaigns } from "./change.ts";
import { type CampaignFault, faultOf } from "./faults.ts";
import { byPath, filesDigest } from "./files.ts";

export type PutInput = {
  readonly campaign: string;
  readonly files: Files;
  readonly note: string | null;
  readonly options: CatalogOptions;
  /** Whether the current version is the one that was edited. null: there is no such campaign. */
  readonly expects: (current: number | null) => boolean;
};

export type PutResult =
  | { readonly kind: "put"; readonly change: "created" | "updated" | "unchanged"; readonly warnings: readonly string[] }
  /** Somebody else changed the campaign first. */
  | { readonly kind: "moved"; readonly current: number | null }
  | { readonly kind: "invalid"; readonly faults: readonly CampaignFault[] };

const SHOWN_AS = "campaigns";

/** Throws CampaignsBusy. */
export async function putCampaign(sql: Sql, actor: Actor, input: PutInput): Promise<PutResult> {
  const { campaign, files, note, options } = input;
  await parseInTurns(campaign, files);
  const built = buildCatalog(byPath(campaign, files), options, SHOWN_AS);
  if (!built.ok) return { kind: "invalid", faults: built.faults.map(faultOf) };
  const warnings = built.warnings.map((warning) => inner(campaign, warning));
  const digest = filesDigest(files);
  return changeCampaigns(sql, actor, async ({ tx, record }): Promise<PutResult> => {
    const [stored] = await readCampaigns(tx, campaign);
    const current = stored?.number ?? null;
    if (!input.expects(current)) return { kind: "moved", current };
    if (stored?.digest === digest && stored.retired_at === null) return { kind: "put", change: "unchanged", warnings };
    const number = await insertVersion(tx, {
      campaign,
      digest,
      files,
      by: actor.who,
      source: "http",
      from: current,
      note,
    });
    record({ action: "campaign.put", subject: campaign, from: current, to: number, note });
    return { kind: "put", change: current === null ? "created" : "updated", warnings };
  });
}

export type PutTemplateInput = Omit<PutInput, "files"> & { readonly name: string; readonly text: string };

/** Replaces one text, or adds it. Throws CampaignsBusy. */
export async function putTemplate(
  sql: Sql,
  actor: Actor,
  { name, text, expects, ...input }: PutTemplateInput,
): Promise<PutResult | { readonly kind: "unknown" }> {
  const [stored] = await readCampaigns(sql, input.campaign);
  if (stored === undefined) return { kind: "unknown" };
  const current = stored.number;
  if (!expects(current)) return { kind: "moved", current };
  const files = { ...stored.files, [name]: text };
  return putCampaign(sql, actor, { ...input, files, expects: (now) => now === current });
}

const inner = (campaign: string, warning: string): string => warning.replace(`${SHOWN_AS}/${campaign}/`, "");
