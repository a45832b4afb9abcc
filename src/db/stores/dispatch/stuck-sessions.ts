/**
 * Ends sessions of processes that stand still in the middle of a transaction (SIGSTOP, a frozen container, a network that drops everything)
 * and hold the locks of their buyers. The limits of a session do not reach all of them: a session that waits for the rest of a statement, or
 * for its client to read a result, counts as active.
 */
import type { Sql } from "../../client.ts";

export type StuckSession = { readonly pid: number; readonly state: string; readonly stillMs: number };

/** None of our processes lets PostgreSQL wait nearly so long within a transaction, unless it stands still. */
const STILL_MS = 3_000;
/** A session that keeps nobody waiting gets as long as `idle_in_transaction_session_timeout` gives. */
const HARMLESS_MS = 10_000;

/**
 * Ends such sessions of our own kind: same database, user and application name. `locked`: the caller could not get a lock. Otherwise a
 * session must keep another one waiting, or stand still for 10 s.
 */
export async function endStuckSessions(sql: Sql, locked: boolean): Promise<readonly StuckSession[]> {
  return sql<StuckSession[]>`
    with still as materialized (
      select pid, state, extract(epoch from clock_timestamp() - greatest(state_change, query_start))::float8 * 1000 as ms
      from pg_stat_activity
      where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
        and application_name = current_setting('application_name') and xact_start is not null
        and wait_event_type = 'Client'),
    blocking as materialized (
      select distinct unnest(pg_blocking_pids(pid)) as pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'),
    stuck as materialized (
      select pid, state, ms from still
      where ms > ${STILL_MS}::int4 and (${locked} or ms > ${HARMLESS_MS}::int4 or pid in (select pid from blocking)))
    select pid, state, round(ms)::int as "stillMs" from stuck where pg_terminate_backend(pid)`;
}
