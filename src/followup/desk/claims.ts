/**
 * The claims of tasks. A claim is a lease: it ends by itself, also when the one who had it is gone. As long as it lasts the case is the person's and gets no
 * message (docs/rules.md, rule 16). When it ends without an outcome, the case is handed back at once, or at the time of its campaign if that is later.
 */
import { shiftEnd } from "../../core/desk/shifts.ts";
import { MINUTE } from "../../core/values/duration.ts";
import type { Sql } from "../../db/client.ts";
import { type Actor, insertAudit } from "../../db/stores/campaigns/audit-store.ts";
import { shiftsOf, workersAmong } from "../../db/stores/desk/staff-store.ts";
import { changeTask, dropRetries, type LockedTask } from "../../db/stores/desk/task-store.ts";
import { type DeskDeps, isClaimed, type Refused, whyNotClaimed, whyNotHeld, withTask } from "./deps.ts";

/** How long a claim lasts, and how long a case waits for a person after the time that they set. */
export const LEASE = 15 * MINUTE;

type Changed = { readonly kind: "changed" };
/** Nobody who may act on tasks has the name. */
type UnknownPerson = { readonly kind: "unknown_person" };
const CHANGED: Changed = { kind: "changed" };

/** A claim ends with the shift of the person, if they are on one: nobody else should wait for somebody who has gone home. */
async function leaseOf(tx: Sql, { who }: Actor, now: number): Promise<number> {
  return Math.min(now + LEASE, shiftEnd(await shiftsOf(tx, who), now) ?? Number.POSITIVE_INFINITY);
}

/** Also renews the claim of the one who has it. */
export const claim = (deps: Pick<DeskDeps, "sql">, actor: Actor, id: string): Promise<Changed | Refused> =>
  withTask(deps.sql, id, (tx, task) => claimLocked(tx, task, actor));

export async function claimLocked(tx: Sql, task: LockedTask, actor: Actor): Promise<Changed | Refused> {
  const refused = await whyNotClaimed(tx, task, actor);
  if (refused !== null) return refused;
  const until = await leaseOf(tx, actor, task.now);
  await dropRetries(tx, task);
  await changeTask(tx, task, { assignee: actor.who, leaseUntil: until, heldUntil: until });
  return CHANGED;
}

export const extend = (deps: Pick<DeskDeps, "sql">, actor: Actor, id: string): Promise<Changed | Refused> =>
  withTask(deps.sql, id, async (tx, task) => {
    const refused = whyNotHeld(task, actor);
    if (refused !== null) return refused;
    const until = await leaseOf(tx, actor, task.now);
    await changeTask(tx, task, { assignee: actor.who, leaseUntil: until, heldUntil: until });
    return CHANGED;
  });

/** To let go what nobody has changes nothing. */
export const release = (deps: Pick<DeskDeps, "sql">, actor: Actor, id: string): Promise<Changed | Refused> =>
  withTask(deps.sql, id, async (tx, task) => {
    if (!isClaimed(task)) return CHANGED;
    if (task.assignee !== actor.who) return { kind: "taken", by: task.assignee ?? "" };
    await changeTask(tx, task, { assignee: null, leaseUntil: null, heldUntil: null });
    return CHANGED;
  });

/** Gives it to a person, also when another one has it, unless only an unclaimed one is to be given. Only they can claim it then. */
export const assign = (
  deps: Pick<DeskDeps, "sql">,
  actor: Actor,
  { id, to, unclaimed = false }: { readonly id: string; readonly to: string; readonly unclaimed?: boolean },
): Promise<Changed | UnknownPerson | Refused> =>
  withTask<Changed | UnknownPerson | Refused>(deps.sql, id, async (tx, task) => {
    if (!(await workersAmong(tx, [to])).has(to)) return { kind: "unknown_person" };
    if (unclaimed && isClaimed(task) && task.assignee !== to) return { kind: "taken", by: task.assignee ?? "" };
    // A case that gets reminders goes on getting them until somebody claims it.
    await changeTask(tx, task, { assignee: to, leaseUntil: null, heldUntil: task.persons ? task.now + LEASE : null });
    await insertAudit(tx, actor, {
      action: "task.assign",
      subject: task.shop,
      from: null,
      to: null,
      note: `task ${task.id} to ${to}`,
    });
    return CHANGED;
  });
