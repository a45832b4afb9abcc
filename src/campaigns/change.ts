/** Changes of campaigns: one transaction while nobody plans, with its audit entries; the revision is counted up when anything changed. */
import type { Sql } from "../db/client.ts";
import { type Actor, type AuditEntry, insertAudit } from "../db/stores/audit-store.ts";
import { withoutPlanning } from "../db/stores/planning-fence.ts";
import { countRevisionUp } from "../db/stores/settings-store.ts";

export type Change = {
  readonly tx: Sql;
  /** What this transaction changes: to be told of each change, once. */
  readonly tell: (entry: AuditEntry) => void;
};

/** Throws CampaignsBusy. */
export function changeCampaigns<T>(sql: Sql, actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
  return withoutPlanning(sql, async (tx) => {
    const entries: AuditEntry[] = [];
    const result = await work({ tx, tell: (entry) => void entries.push(entry) });
    for (const entry of entries) await insertAudit(tx, actor, entry);
    if (entries.length > 0) await countRevisionUp(tx);
    return result;
  });
}
