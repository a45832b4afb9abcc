/**
 * The notices that staff should get, one row for each receiver and matter. A notice is stored before it is posted, and stays until its outcome is
 * recorded, so that a process that dies loses none. The outcome of a post by a process that died is not known: such a notice is posted
 * once more, and then counts as posted.
 */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { rowSet, text } from "../../rows.ts";
import { inTransaction } from "../../transaction.ts";

export type Raised = {
  /** Like `channel_paused:sms`. */
  readonly matter: string;
  /** The same incident is counted once. */
  readonly occurrence: string;
  readonly text: string;
};

export type DueNotice = {
  readonly receiver: string;
  readonly matter: string;
  readonly text: string;
  readonly count: number;
  /** Epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly noticeId: string;
};

/** A post takes less; then the process that held the notice is taken for dead. */
const LEASE = "60 seconds";
/** A matter waits so long for its next notice. */
const EVERY = "1 hour";
/** The chats take 20 a minute. */
const PACE = "3 seconds";
/** Nobody needs an older one. */
const MAX_AGE = "24 hours";
/** Each of these matters is of one moment: after this time it is no news, and its row goes, posted or not. */
const PASSING = "^(desk_leaders|promises_due):";
const PASSING_AGE = "1 hour";

const raised = rowSet<Raised & { readonly receiver: string }>({
  receiver: text(({ receiver }) => receiver),
  matter: text(({ matter }) => matter),
  occurrence: text(({ occurrence }) => occurrence),
  text: text((row) => row.text),
});

/** Each matter at most once in `matters`. Returns how many notices are new, or count another incident. */
export async function raiseNotices(
  sql: Sql,
  receivers: readonly string[],
  matters: readonly Raised[],
): Promise<number> {
  const rows = receivers.flatMap((receiver) => matters.map((matter) => ({ ...matter, receiver })));
  if (rows.length === 0) return 0;
  const { count } = await sql`
    insert into notices (${raised.names(sql)}, count, first_at, last_at, notice_id, due_at)
    select ${raised.values(sql)}, 1, dunlin_now(), dunlin_now(), gen_random_uuid(), dunlin_now()
    from ${raised.rows(sql, rows)} order by 1, 2
    on conflict (receiver, matter) do update set
      occurrence = excluded.occurrence, text = excluded.text, last_at = excluded.last_at, count = notices.count + 1,
      first_at = case when notices.count = 0 then excluded.first_at else notices.first_at end,
      due_at = coalesce(notices.due_at, greatest(dunlin_now(), notices.sent_at + ${EVERY}::interval))
    where notices.occurrence <> excluded.occurrence`;
  return count;
}

/** Those of the matters that all of these receivers have. */
export async function knownMatters(
  sql: Sql,
  receivers: readonly string[],
  matters: readonly string[],
): Promise<ReadonlySet<string>> {
  if (matters.length === 0) return new Set();
  const rows = await sql<{ matter: string }[]>`
    select matter from notices where matter = any(${texts(matters)}::text[]) and receiver = any(${texts(receivers)}::text[])
    group by matter having count(*) = ${receivers.length}`;
  return new Set(rows.map(({ matter }) => matter));
}

/** Takes the next notice of the receiver. null: nothing is due, it got one just now, or another process posts one to it. */
export const claimNotice = (sql: Sql, receiver: string): Promise<DueNotice | null> =>
  inTransaction(sql, async (tx) => {
    // Two that claim at once would each see no lease of the other. After the lock the next statement sees what the other committed.
    await tx`select pg_advisory_xact_lock(hashtext(${`dunlin notices ${receiver}`}))`;
    return claimNext(tx, receiver);
  });

async function claimNext(sql: Sql, receiver: string): Promise<DueNotice | null> {
  const [row] = await sql<DueNotice[]>`
    with next as (
      select receiver, matter from notices n
      where receiver = ${receiver} and due_at <= dunlin_now() and (lease_until is null or lease_until <= dunlin_now())
        and unsure < 2 and last_at > dunlin_now() - ${MAX_AGE}::interval
        and not exists (select from notices o where o.receiver = n.receiver
          and (o.lease_until > dunlin_now() or o.sent_at > dunlin_now() - ${PACE}::interval))
      order by due_at limit 1 for update skip locked)
    update notices n set lease_until = dunlin_now() + ${LEASE}::interval, unsure = unsure + 1
    from next where n.receiver = next.receiver and n.matter = next.matter
    returning n.receiver, n.matter, n.text, n.count, n.first_at as "firstAt", n.last_at as "lastAt", n.notice_id as "noticeId"`;
  return row ?? null;
}

/** Staff have it. Incidents that came while it was under way are for the next notice, an hour later. */
export function recordPosted(sql: Sql, { receiver, matter, noticeId, count }: DueNotice) {
  return sql`
    update notices set ${posted(sql, sql`count - ${count}`)}
    where receiver = ${receiver} and matter = ${matter} and notice_id = ${noticeId}`;
}

const posted = (sql: Sql, left: ReturnType<Sql>) => sql`
  count = ${left}, sent_at = dunlin_now(), first_at = last_at, notice_id = gen_random_uuid(),
  due_at = case when ${left} > 0 then dunlin_now() + ${EVERY}::interval end,
  lease_until = null, unsure = 0, failures = 0, code = null`;

/** Staff may have it: it is posted once more, in a minute. After the second time it counts as posted. */
export function recordUnsure(sql: Sql, { receiver, matter, noticeId }: DueNotice, code: string) {
  return sql`
    update notices set code = ${code}, lease_until = null, due_at = dunlin_now() + interval '1 minute'
    where receiver = ${receiver} and matter = ${matter} and notice_id = ${noticeId}`;
}

/** It was certainly not shown: tried again later and later, at most an hour. `waitMs`: the receiver takes nothing before. */
export async function recordFailed(
  sql: Sql,
  { receiver, matter, noticeId }: DueNotice,
  code: string,
  waitMs: number | null,
): Promise<void> {
  await sql`
    update notices set unsure = unsure - 1, failures = failures + 1, code = ${code}, lease_until = null,
      due_at = dunlin_now() + least(interval '1 hour', interval '15 seconds' * power(2, least(failures, 10)))
    where receiver = ${receiver} and matter = ${matter} and notice_id = ${noticeId}`;
  if (waitMs !== null)
    await sql`
      update notices set due_at = greatest(due_at, dunlin_now() + ${waitMs}::float8 * interval '1 ms')
      where receiver = ${receiver} and due_at is not null`;
}

/**
 * Counts notices as posted whose second post has no known end, and drops those that are too old, whose moment has passed, or of receivers that are no
 * longer configured.
 * Returns how many were dropped before they were posted.
 */
export async function tidyNotices(sql: Sql, receivers: readonly string[]): Promise<number> {
  await sql`
    update notices set ${posted(sql, sql`0`)}
    where unsure >= 2 and (lease_until is null or lease_until <= dunlin_now())`;
  const [row] = await sql<{ dropped: number }[]>`
    with gone as (
      delete from notices
      where (count > 0 and last_at <= dunlin_now() - ${MAX_AGE}::interval and (lease_until is null or lease_until <= dunlin_now()))
        or last_at <= dunlin_now() - interval '90 days'
        or (matter ~ ${PASSING} and last_at <= dunlin_now() - ${PASSING_AGE}::interval and (lease_until is null or lease_until <= dunlin_now()))
        or (receiver <> all(${texts(receivers)}::text[]) and last_at <= dunlin_now() - interval '1 hour')
      returning count)
    select count(*) filter (where count > 0)::int as dropped from gone`;
  return row?.dropped ?? 0;
}

export type FailingReceiver = { readonly receiver: string; readonly code: string; readonly waiting: number };

/** The receivers whose last post failed, and how many notices wait for them. */
export function findFailing(sql: Sql) {
  return sql<FailingReceiver[]>`
    select receiver, max(code) as code, count(*)::int as waiting from notices
    where due_at is not null and code is not null group by receiver order by receiver`;
}
