/**
 * A change of campaigns: one transaction while no process plans, with its audit entries. When anything changed, the revision is counted up,
 * and open cases are replanned.
 */
import type { Sql } from "../db/client.ts";
import { type Actor, type AuditEntry, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { withoutPlanning } from "../db/stores/campaigns/planning-fence.ts";
import { countRevisionUp, keepPlans } from "../db/stores/campaigns/settings-store.ts";

export type Change = {
  readonly tx: Sql;
  /** Call it once for each change. `plans`: whether open cases are replanned, or keep their plans. */
  readonly record: (entry: AuditEntry, plans?: "replan" | "keep") => void;
};

/** Throws CampaignsBusy. */
export function changeCampaigns<T>(sql: Sql, actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
  return withoutPlanning(sql, async (tx) => {
    const entries: AuditEntry[] = [];
    let keep = true;
    const record: Change["record"] = (entry, plans = "replan") => {
      entries.push(entry);
      if (plans === "replan") keep = false;
    };
    const result = await work({ tx, record });
    for (const entry of entries) await insertAudit(tx, actor, entry);
    if (entries.length === 0) return result;
    const revision = await countRevisionUp(tx);
    if (keep) await keepPlans(tx, revision);
    return result;
  });
}
