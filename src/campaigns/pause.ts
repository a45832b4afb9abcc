/** Pauses and resumes a campaign. Its versions and plans stay; core/rules/pause.ts decides about due reminders. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { markPaused, readCampaigns, wakeRetries } from "../db/stores/campaigns/campaign-store.ts";
import { changeCampaigns } from "./change.ts";

export type PauseInput = { readonly campaign: string; readonly paused: boolean; readonly note: string | null };
export type PauseResult = { readonly kind: "done" | "same" | "unknown" };

/** After the commit no reminder of a paused campaign is claimed. Resuming replans open cases. Throws CampaignsBusy. */
export function setPaused(sql: Sql, actor: Actor, { campaign, paused, note }: PauseInput): Promise<PauseResult> {
  return changeCampaigns(sql, actor, async ({ tx, record }): Promise<PauseResult> => {
    const [stored] = await readCampaigns(tx, campaign);
    if (stored === undefined) return { kind: "unknown" };
    if (!(await markPaused(tx, campaign, paused))) return { kind: "same" };
    if (!paused) await wakeRetries(tx, campaign);
    const action = paused ? "campaign.pause" : "campaign.resume";
    record({ action, subject: campaign, from: stored.number, to: stored.number, note }, paused ? "keep" : "replan");
    return { kind: "done" };
  });
}
