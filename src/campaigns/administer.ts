/** Everything that the HTTP API does with campaigns, in the shape of its answers. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { listVersions, readCampaigns, readVersion } from "../db/stores/campaigns/campaign-store.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { faultOf } from "./faults.ts";
import { listPaused } from "./pauses/list.ts";
import { type PauseInput, type PauseResult, setPaused } from "./pauses/pause.ts";
import { type PutInput, type PutResult, type PutTemplateInput, putCampaign, putTemplate } from "./put.ts";
import { type RemoveResult, removeVersion } from "./remove.ts";
import { type RollbackInput, rollback } from "./rollback.ts";
import { campaignSummary, campaignView, versionSummary, versionView } from "./view.ts";

type CampaignPause = Omit<PauseInput, "kind" | "name"> & { readonly campaign: string };

export function createCampaignAdmin({ sql, options }: { readonly sql: Sql; readonly options: CatalogOptions }) {
  return {
    async list() {
      const [stored, paused] = await Promise.all([readCampaigns(sql), listPaused(sql)]);
      return { items: stored.map(campaignSummary), next: null, paused };
    },
    /** null: no such campaign. */
    async get(key: string) {
      const [stored] = await readCampaigns(sql, key);
      return stored === undefined ? null : campaignView(stored);
    },
    put: (actor: Actor, input: Omit<PutInput, "options">): Promise<PutResult> =>
      putCampaign(sql, actor, { ...input, options }),
    putTemplate: (actor: Actor, input: Omit<PutTemplateInput, "options">) =>
      putTemplate(sql, actor, { ...input, options }),
    /** Newest first; null: no such campaign. */
    async versions(key: string, page: { readonly before: number | null; readonly limit: number }) {
      const [stored] = await readCampaigns(sql, key);
      if (stored === undefined) return null;
      const rows = await listVersions(sql, key, { ...page, limit: page.limit + 1 });
      const items = rows
        .slice(0, page.limit)
        .map((row) => ({ ...versionSummary(row), current: row.number === stored.number }));
      return { items, next: rows.length > page.limit ? String(items.at(-1)?.version ?? "") : null };
    },
    /** null: no such version. */
    async version(key: string, number: number) {
      const version = await readVersion(sql, key, number);
      return version === undefined ? null : versionView(version);
    },
    async rollback(actor: Actor, input: Omit<RollbackInput, "options">) {
      const result = await rollback(sql, actor, { ...input, options });
      return result.kind === "invalid" ? { ...result, faults: result.faults.map(faultOf) } : result;
    },
    setPaused: (actor: Actor, { campaign, ...input }: CampaignPause): Promise<PauseResult> =>
      setPaused(sql, actor, { kind: "campaign", name: campaign, ...input }),
    removeVersion: (actor: Actor, key: string, number: number): Promise<RemoveResult> =>
      removeVersion(sql, actor, key, number),
  };
}
