/** Pauses a campaign and resumes it. Its versions and plans stay; what waits is core/rules/pause.ts's to decide. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { markPaused, readCampaigns, wakeRetries } from "../db/stores/campaigns/campaign-store.ts";
import { changeCampaigns } from "./change.ts";

export type PauseInput = { readonly campaign: string; readonly paused: boolean; readonly note: string | null };
export type PauseResult = { readonly kind: "done" | "same" | "unknown" };

/** From the commit on nothing more of it is claimed. To resume marks open cases, so that what waits is taken up. Throws CampaignsBusy. */
export function setPaused(sql: Sql, actor: Actor, { campaign, paused, note }: PauseInput): Promise<PauseResult> {
  return changeCampaigns(sql, actor, async ({ tx, tell }): Promise<PauseResult> => {
    const [stored] = await readCampaigns(tx, campaign);
    if (stored === undefined) return { kind: "unknown" };
    if (!(await markPaused(tx, campaign, paused))) return { kind: "same" };
    if (!paused) await wakeRetries(tx, campaign);
    const action = paused ? "campaign.pause" : "campaign.resume";
    tell({ action, subject: campaign, from: stored.number, to: stored.number, note }, paused ? "stay" : "anew");
    return { kind: "done" };
  });
}
