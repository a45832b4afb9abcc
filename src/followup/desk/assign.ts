/** Assigns open tasks to people on shift: load → decide (core/desk/assign.ts) → write, a batch at a time. */
import { DEFAULTS } from "../../core/campaign/campaign-file.ts";
import { drawTasks, type OnDuty } from "../../core/desk/assign.ts";
import { shiftEnd } from "../../core/desk/shifts.ts";
import type { Campaign } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import { type AfterTask, lockAssignment, undrawnTasks, writeDraws } from "../../db/stores/desk/assign-store.ts";
import { openTasks, readShifts, readStaff, workersAmong } from "../../db/stores/desk/staff-store.ts";
import { readClock } from "../../db/stores/notices/fact-store.ts";
import { inTransaction } from "../../db/transaction.ts";

export type AssignDeps = {
  readonly sql: Sql;
  readonly campaignOf: (key: string) => Pick<Campaign, "manual"> | null;
  /** The locale of a shop. */
  readonly localeOf: (shop: string) => string;
};

const BATCH = 500;

/** Returns how many tasks were assigned. Another process that assigns at the same time gets 0. */
export async function assignTasks(deps: AssignDeps, batch = BATCH): Promise<number> {
  let assigned = 0;
  for (let after: AfterTask | null = null; ; ) {
    const start: AfterTask | null = after;
    const done: Done = await inTransaction(deps.sql, (tx) => assignBatch(tx, deps, { after: start, limit: batch }));
    assigned += done.assigned;
    if (done.last === null) return assigned;
    after = done.last;
  }
}

type Done = {
  readonly assigned: number;
  /** null: nothing is left to do. */
  readonly last: AfterTask | null;
};

async function assignBatch(
  tx: Sql,
  { campaignOf, localeOf }: AssignDeps,
  { after, limit }: { readonly after: AfterTask | null; readonly limit: number },
): Promise<Done> {
  const nothing = { assigned: 0, last: null };
  if (!(await lockAssignment(tx))) return nothing;
  const [now, people] = await onDuty(tx);
  if (!people.some(({ open, maxOpen }) => open < maxOpen)) return nothing;
  const tasks = await undrawnTasks(tx, after, limit);
  const draws = drawTasks(
    tasks.map(({ campaign, locale, ...task }) => {
      const manual = campaign === null ? null : campaignOf(campaign)?.manual;
      return {
        ...task,
        locale: locale ?? localeOf(task.shop),
        team: manual?.team ?? null,
        claimWithin: manual?.claimWithin ?? DEFAULTS.claimWithin,
      };
    }),
    people,
    now,
  );
  const assigned = await writeDraws(tx, draws);
  const last = tasks.at(-1);
  return { assigned, last: tasks.length < limit || last === undefined ? null : { made: last.made, id: last.id } };
}

/** The people on shift to whom tasks may be assigned, and the database's clock. */
async function onDuty(tx: Sql): Promise<readonly [number, readonly OnDuty[]]> {
  const [now, staff, shifts] = await Promise.all([readClock(tx), readStaff(tx), readShifts(tx)]);
  const on = staff.flatMap((person) => {
    if (!person.active) return [];
    const until = shiftEnd(
      shifts.filter((shift) => shift.person === person.name),
      now,
    );
    return until === null ? [] : [{ ...person, until }];
  });
  if (on.length === 0) return [now, []];
  const names = on.map(({ name }) => name);
  const [workers, open] = await Promise.all([workersAmong(tx, names), openTasks(tx, names)]);
  return [
    now,
    on.flatMap((person) => (workers.has(person.name) ? [{ ...person, open: open.get(person.name) ?? 0 }] : [])),
  ];
}
