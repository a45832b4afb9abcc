/** A person takes a case by hand: its task if it has one, else a call that is made for it. */
import type { Sql } from "../../db/client.ts";
import { type Actor, insertAudit } from "../../db/stores/campaigns/audit-store.ts";
import { addCall, type LockedCase, lockCase } from "../../db/stores/desk/take-store.ts";
import { isSendUnderWay, lockTask } from "../../db/stores/desk/task-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import { claimLocked } from "./claims.ts";
import { type DeskDeps, isTaskId, type Refused } from "./deps.ts";

/** `task`: the id of the task that the person has now. */
export type Take = { readonly kind: "changed"; readonly task: string } | { readonly kind: "unknown_case" } | Refused;

export function take(
  { sql }: Pick<DeskDeps, "sql">,
  actor: Actor,
  { shop, id }: { readonly shop: string; readonly id: string },
): Promise<Take> {
  if (!isTaskId(id)) return Promise.resolve({ kind: "unknown_case" });
  return inTransaction<Take>(sql, async (tx) => {
    const found = await lockCase(tx, shop, id);
    if (found === null) return { kind: "unknown_case" };
    if (found.ended) return { kind: "ended" };
    const taskId = await taskOf(tx, found);
    const task = taskId === null ? null : await lockTask(tx, taskId);
    if (task === null) return { kind: "under_way" };
    const result = await claimLocked(tx, task, actor);
    if (result.kind !== "changed") return result;
    const note = `case ${found.case_id}, task ${task.id}`;
    await insertAudit(tx, actor, { action: "case.take", subject: shop, from: null, to: null, note });
    return { kind: "changed", task: task.id };
  });
}

/** null: none is made while a message is under way. */
async function taskOf(tx: Sql, found: LockedCase): Promise<string | null> {
  if (found.task !== null) return found.task;
  return (await isSendUnderWay(tx, found)) ? null : addCall(tx, found);
}
