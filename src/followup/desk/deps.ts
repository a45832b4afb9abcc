/** The dependencies of the desk, and why it refuses. */
import type { Campaign } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { isSendUnderWay, type LockedTask, lockTask } from "../../db/stores/desk/task-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Vault } from "../../db/vault.ts";

export type DeskDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly zoneOf: (shop: string) => string;
  readonly campaignOf: (key: string) => (Pick<Campaign, "minLead"> & Partial<Pick<Campaign, "manual">>) | null;
};

/** Why a task cannot be changed. */
export type Refused =
  | { readonly kind: "unknown_task" | "ended" | "under_way" }
  /** Somebody else has it, or it was assigned to them. */
  | { readonly kind: "taken"; readonly by: string }
  /** It must be claimed first. */
  | { readonly kind: "not_claimed" };

export const isTaskId = (id: string): boolean => UUID.test(id);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Runs `change` with the task, under the lock of its buyer. */
export function withTask<T>(
  sql: Sql,
  id: string,
  change: (tx: Sql, task: LockedTask) => Promise<T>,
): Promise<T | Refused> {
  if (!isTaskId(id)) return Promise.resolve({ kind: "unknown_task" });
  return inTransaction<T | Refused>(sql, async (tx) => {
    const task = await lockTask(tx, id);
    if (task === null) return { kind: "unknown_task" };
    return task.ended_at === null ? change(tx, task) : { kind: "ended" };
  });
}

export const isClaimed = ({ lease_until, now }: LockedTask): boolean => lease_until !== null && lease_until > now;

/** null: the person may take it, or has it. */
export async function whyNotClaimed(tx: Sql, task: LockedTask, { who }: Actor): Promise<Refused | null> {
  const { assignee, lease_until, assigned_until, now } = task;
  const isAssigned = lease_until === null && (assigned_until === null || assigned_until > now);
  const isOthers = assignee !== null && assignee !== who && (isAssigned || isClaimed(task));
  if (isOthers) return { kind: "taken", by: assignee };
  return (await isSendUnderWay(tx, task)) ? { kind: "under_way" } : null;
}

/** null: the person has it. */
export function whyNotHeld(task: LockedTask, { who }: Actor): Refused | null {
  if (!isClaimed(task)) return { kind: "not_claimed" };
  return task.assignee === who ? null : { kind: "taken", by: task.assignee ?? "" };
}
