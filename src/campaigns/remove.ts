/** Takes a version away for good, unless something still tells of it. */
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { deleteVersion, readCampaigns, readVersion, versionUse } from "../db/stores/campaigns/campaign-store.ts";
import { inTransaction } from "../db/transaction.ts";

export type RemoveResult =
  | { readonly kind: "removed" }
  | { readonly kind: "unknown" }
  | { readonly kind: "in-use"; readonly why: string };

/**
 * Without the fence: only the current version is planned with, and what an earlier one planned or sent was committed before it was
 * replaced. That the current one stays is a foreign key's business, too.
 */
export function removeVersion(sql: Sql, actor: Actor, campaign: string, number: number): Promise<RemoveResult> {
  return inTransaction(sql, async (tx) => {
    const [stored] = await readCampaigns(tx, campaign);
    if (stored === undefined || (await readVersion(tx, campaign, number)) === undefined) return { kind: "unknown" };
    if (stored.number === number)
      return {
        kind: "in-use",
        why: `version ${number} is the current one of ${campaign}: make another one current first`,
      };
    const use = await versionUse(tx, campaign, number);
    if (use !== null)
      return {
        kind: "in-use",
        why: `${use} were made by version ${number} of ${campaign}, and must go on to tell of it`,
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
