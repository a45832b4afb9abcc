/** Deletes a version for good, unless it is still in use. */
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { deleteVersion, readCampaigns, readVersion, versionUse } from "../db/stores/campaigns/campaign-store.ts";
import { inTransaction } from "../db/transaction.ts";

export type RemoveResult =
  | { readonly kind: "removed" }
  | { readonly kind: "unknown" }
  | { readonly kind: "in-use"; readonly why: string };

/**
 * Needs no planning fence: only the current version is used for planning, and every plan of an earlier version was committed before that
 * version was replaced. A foreign key also protects the current version.
 */
export function removeVersion(sql: Sql, actor: Actor, campaign: string, number: number): Promise<RemoveResult> {
  return inTransaction(sql, async (tx) => {
    const [stored] = await readCampaigns(tx, campaign);
    if (stored === undefined || (await readVersion(tx, campaign, number)) === undefined) return { kind: "unknown" };
    if (stored.number === number)
      return {
        kind: "in-use",
        why: `version ${number} is the current version of ${campaign}: make another version current first`,
      };
    const use = await versionUse(tx, campaign, number);
    if (use !== null)
      return {
        kind: "in-use",
        why: `${use} were made by version ${number} of ${campaign} and still refer to it`,
      };
    await deleteVersion(tx, campaign, number);
    await insertAudit(tx, actor, {
      action: "campaign.delete-version",
      subject: campaign,
      from: number,
      to: null,
      note: null,
    });
    return { kind: "removed" };
  });
}
