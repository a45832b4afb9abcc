/** The facts from which staff notices are decided. Each statement costs the same however much is stored. */
import type { SetupLine } from "../../../core/notices/setup.ts";
import type { ChannelFinding } from "../../../core/seams/channel-check.ts";
import type { Sql } from "../../client.ts";
import { documents, texts } from "../../columns.ts";

export type Flow = {
  /** Epoch ms. */
  readonly now: number;
  /** A message was accepted within the hour. */
  readonly accepted: boolean;
  /** Attempts within the hour that failed, or whose outcome is unknown, counted up to a limit; and the most frequent code. */
  readonly failed: number;
  readonly code: string | null;
};

const HOUR_MS = 3_600_000;
const MAX_COUNTED = 1_000;

/** The database's clock, epoch ms. */
export async function readClock(sql: Sql): Promise<number> {
  const [clock] = await sql<{ now: number }[]>`select dunlin_now() as now`;
  return clock?.now ?? 0;
}

/** The sends of the last hour. Ids of deliveries are ordered by the time of their claim. */
export async function readFlow(sql: Sql): Promise<Flow> {
  const now = await readClock(sql);
  const from = idAt(now - HOUR_MS);
  const [row] = await sql<Omit<Flow, "now">[]>`
    with failed as (
      select code from deliveries where id >= ${from}::uuid and state in ('failed-permanent', 'failed-transient', 'unknown')
      order by id desc limit ${MAX_COUNTED})
    select exists (
        select from (select from deliveries where id >= ${from}::uuid and state = 'accepted' order by id desc limit 1) latest) as accepted,
      (select count(*)::int from failed) as failed, (select mode() within group (order by code) from failed) as code`;
  return { now, accepted: row?.accepted ?? false, failed: row?.failed ?? 0, code: row?.code ?? null };
}

/** The least UUIDv7 of this time. */
export function idAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export type NewCode = { readonly channel: string; readonly code: string; readonly firstAt: number };

/** Codes that no table lists and that came within the day, the latest first. */
export function findNewCodes(sql: Sql, limit: number) {
  return sql<NewCode[]>`
    select channel, code, first_at as "firstAt" from unlisted_codes
    where last_at > dunlin_now() - interval '1 day' order by last_at desc limit ${limit}`;
}

export type JudgedLine = Omit<SetupLine, "channel">;
export type ChannelState = {
  readonly channel: string;
  readonly findings: readonly ChannelFinding[];
  readonly lines: readonly JudgedLine[];
};

/** Stores the latest answers; channels that are no longer configured go. */
export async function storeStates(
  sql: Sql,
  states: readonly ChannelState[],
  configured: readonly string[],
): Promise<void> {
  await sql`
    insert into channel_states (channel, checked_at, findings, lines)
    select s ->> 'channel', dunlin_now(), s -> 'findings', s -> 'lines' from jsonb_array_elements(${documents(states)}::text::jsonb) as s
    on conflict (channel) do update set checked_at = excluded.checked_at, findings = excluded.findings, lines = excluded.lines`;
  await sql`delete from channel_states where channel <> all(${texts(configured)}::text[])`;
}

/** The answers of the last check. Older ones are left out: the channel is checked no more. */
export function readStates(sql: Sql) {
  return sql<(ChannelState & { readonly checkedAt: number })[]>`
    select channel, checked_at as "checkedAt", findings, lines from channel_states where checked_at > dunlin_now() - interval '3 hours' order by channel`;
}
