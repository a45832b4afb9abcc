/** The follow-up desk as the HTTP API shows it. */
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { assign, claim, extend, release } from "../../followup/desk/claims.ts";
import type { DeskDeps, Refused } from "../../followup/desk/deps.ts";
import { findTask, listTasks, type TaskQuery } from "../../followup/desk/list.ts";
import {
  type OutcomeInput,
  recordOutcome,
  recordTouch,
  revealContact,
  type TouchInput,
} from "../../followup/desk/results.ts";
import { take } from "../../followup/desk/take.ts";
import { refusalText } from "../../followup/promise-words.ts";

export function taskVerbs(deps: DeskDeps & { readonly reads: Sql }) {
  const { reads, zoneOf } = deps;
  const shown = async (id: string, result: { readonly kind: "changed" } | Refused) => {
    if (result.kind !== "changed") return result;
    const task = await findTask(deps, id);
    return task === null ? { kind: "unknown_task" as const } : { kind: "task" as const, task };
  };
  return {
    list: ({ who }: Actor, query: TaskQuery) =>
      listTasks({ ...deps, sql: reads }, { ...query, assignee: query.assignee === "me" ? who : query.assignee }),
    take: async (actor: Actor, of: { readonly shop: string; readonly id: string }) => {
      const result = await take(deps, actor, of);
      return result.kind === "changed" ? shown(result.task, { kind: "changed" }) : result;
    },
    claim: async (actor: Actor, id: string) => shown(id, await claim(deps, actor, id)),
    extend: async (actor: Actor, id: string) => shown(id, await extend(deps, actor, id)),
    release: async (actor: Actor, id: string) => shown(id, await release(deps, actor, id)),
    assign: async (actor: Actor, id: string, body: { readonly to: string; readonly unclaimed: boolean }) => {
      const result = await assign(deps, actor, { id, ...body });
      return result.kind === "unknown_person" ? result : shown(id, result);
    },
    contact: (actor: Actor, id: string) => revealContact(deps, actor, id),
    touch: async (actor: Actor, id: string, body: TouchInput) => shown(id, await recordTouch(deps, actor, id, body)),
    outcome: async (actor: Actor, id: string, body: OutcomeInput) => {
      const result = await recordOutcome(deps, actor, id, body);
      if (result.kind === "past")
        return {
          kind: "invalid" as const,
          field: result.field,
          message: `${result.field}: is in the past: give a later time`,
        };
      if (result.kind === "too_late") {
        const task = await findTask(deps, id);
        const message = `promiseAt: ${refusalText(result, zoneOf(task?.shop ?? ""))}`;
        return { kind: "invalid" as const, field: "promiseAt", message };
      }
      return shown(id, result);
    },
  };
}
