/** Changes of campaigns: one transaction while nobody plans, with its audit entries; the revision is counted up when anything changed. */
import type { Sql } from "../db/client.ts";
import { type Actor, type AuditEntry, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { withoutPlanning } from "../db/stores/campaigns/planning-fence.ts";
import { countRevisionUp, keepPlans } from "../db/stores/campaigns/settings-store.ts";

export type Change = {
  readonly tx: Sql;
  /** What this transaction changes: to be told of each change, once. `plans`: what becomes of the plans of open cases. */
  readonly tell: (entry: AuditEntry, plans?: "anew" | "stay") => void;
};

/** Throws CampaignsBusy. */
export function changeCampaigns<T>(sql: Sql, actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
  return withoutPlanning(sql, async (tx) => {
    const entries: AuditEntry[] = [];
    let stay = true;
    const tell: Change["tell"] = (entry, plans = "anew") => {
      entries.push(entry);
      if (plans === "anew") stay = false;
    };
    const result = await work({ tx, tell });
    for (const entry of entries) await insertAudit(tx, actor, entry);
    if (entries.length === 0) return result;
    const revision = await countRevisionUp(tx);
    if (stay) await keepPlans(tx, revision);
    return result;
  });
}
