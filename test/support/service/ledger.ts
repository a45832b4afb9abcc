/** The tables after a run, compared with the provider's log. */
import type { Sql } from "../../../src/db/client.ts";
import type { Rig } from "./rig.ts";

/** Counts from the tables: reminders by state and reason, deliveries by state. */
export type Ledger = {
  readonly reminders: Readonly<Record<string, number>>;
  readonly deliveries: Readonly<Record<string, number>>;
  readonly total: number;
};

export async function ledger(sql: Sql): Promise<Ledger> {
  const [reminders, deliveries] = await Promise.all([
    sql<
      { key: string; n: number }[]
    >`select concat_ws(':', state, reason) as key, count(*)::int as n from reminders group by 1`,
    sql<{ key: string; n: number }[]>`select state as key, count(*)::int as n from deliveries group by 1`,
  ]);
  const counts = (rows: readonly { key: string; n: number }[]) =>
    Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  return {
    reminders: counts(reminders),
    deliveries: counts(deliveries),
    total: reminders.reduce((sum, { n }) => sum + n, 0),
  };
}

/** Nothing is planned or under way any more. */
export const isOver = ({ reminders, deliveries }: Ledger): boolean =>
  !Object.keys(reminders).some((key) => key.startsWith("planned") || key.startsWith("sending")) &&
  deliveries.claimed === undefined;

/** Sets the database's clock ahead: leases run out at once. Only when no living process holds a claim. */
export async function setClockAhead(sql: Sql, seconds: number): Promise<void> {
  await sql.unsafe(`create or replace function dunlin_now() returns timestamptz language sql volatile
    as 'select clock_timestamp() + interval ''${seconds} seconds'''`);
}

/**
 * Compares the provider's log with the ledger: how often something was taken twice, what was taken and is not in the ledger as
 * accepted or unknown, and what the ledger calls accepted and the provider never took.
 */
export async function audit(rig: Pick<Rig, "sql" | "provider">) {
  // All attempts on a channel carry the id of the first.
  const deliveries = await rig.sql<{ key: string; state: string }[]>`
    select first_value(id::text) over (partition by shop_id, reminder_id, channel order by attempt) as key, state from deliveries`;
  const { log } = rig.provider;
  const verdict = rig.provider.judge();
  const taken = new Set(log.filter((entry) => entry.taken).map(({ id }) => id));
  const standing = new Set(deliveries.filter(({ state }) => /accepted|unknown/.test(state)).map(({ key }) => key));
  const unaccounted = [...taken].filter((key) => !standing.has(key));
  const imagined = deliveries.filter(({ key, state }) => state === "accepted" && !taken.has(key));
  return {
    taken: verdict.taken,
    faults: {
      duplicateIds: verdict.duplicateIds.length,
      duplicateSteps: verdict.duplicateSteps.length,
      duplicateOrderSteps: verdict.duplicateOrderSteps.length,
      badSignatures: verdict.badSignatures,
      badBodies: verdict.badBodies,
      unaccounted: unaccounted.length,
      imagined: imagined.length,
    },
  };
}

export const NO_FAULTS = {
  duplicateIds: 0,
  duplicateSteps: 0,
  duplicateOrderSteps: 0,
  badSignatures: 0,
  badBodies: 0,
  unaccounted: 0,
  imagined: 0,
};
