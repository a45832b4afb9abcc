/** Pauses of campaigns, channels, shops and payment methods. A caller that writes holds the fence (planning-fence.ts). */
import { readMethodName } from "../../../core/values/payment-method.ts";
import type { Sql } from "../../client.ts";

export const PAUSABLE = ["campaign", "channel", "shop", "payment_method"] as const;
export type Pausable = (typeof PAUSABLE)[number];

/** `name`: a campaign's key, the name of a channel or shop, or what core/values/payment-method.ts makes of a payment method and its shop. */
export type PauseKey = { readonly kind: Pausable; readonly name: string };
/** Epoch ms. `until` null: the pause ends when somebody resumes it. */
export type Paused = PauseKey & {
  readonly at: number;
  readonly until: number | null;
  readonly source: PauseSource;
  /** Why it was paused by itself; both null: somebody paused it. */
  readonly code: string | null;
  readonly reason: string | null;
  /** The words of the person who paused it. */
  readonly note: string | null;
};

/** `fault`: the provider takes nothing from the channel; `threshold`: too much of what was sent failed, or too many orders are unpaid. */
export type PauseSource = "person" | "fault" | "threshold";
/** Why a part is paused by itself: a code, and our words. */
export type PauseCause = {
  readonly source: Exclude<PauseSource, "person">;
  readonly code: string;
  readonly message: string;
};

/** Everything that is paused, campaigns first. Retired campaigns are left out: they do not run in any case. */
export function readPaused(sql: Sql) {
  return sql<Paused[]>`
    select 'campaign' as kind, key as name, paused_at as at, paused_until as until,
      coalesce(pause_source, 'person') as source, pause_code as code, pause_reason as reason, pause_note as note
    from campaigns
    where paused_at is not null and retired_at is null
    union all select kind, name, paused_at, paused_until, source, code, reason, note from pauses
    order by kind, name`;
}

/** Whether the time of a pause is over. */
export async function isAnyPauseOver(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ over: boolean }[]>`
    select exists (select from campaigns where paused_until <= dunlin_now())
      or exists (select from pauses where paused_until <= dunlin_now()) as over`;
  return row?.over ?? false;
}

/** The pauses whose time is over. */
export function readOverduePauses(tx: Sql) {
  return tx<PauseKey[]>`
    select 'campaign' as kind, key as name from campaigns where paused_until <= dunlin_now()
    union all select kind, name from pauses where paused_until <= dunlin_now() order by kind, name`;
}

/**
 * Pauses for `forMs` (null: until somebody resumes). A part that is paused already stays paused since then, with the new end. false: nothing
 * changed, or there is no such campaign. `by`: the note of a person, or why it is paused by itself, which changes nothing about a part that is
 * paused longer.
 */
export async function markPaused(
  tx: Sql,
  { kind, name }: PauseKey,
  forMs: number | null,
  by: PauseCause | { readonly note: string | null },
): Promise<boolean> {
  const until = tx`dunlin_now() + ${forMs}::float8 * interval '1 ms'`;
  const isPerson = "note" in by;
  const note = isPerson ? by.note : null;
  const { source, code, message } = isPerson ? { source: "person", code: null, message: null } : by;
  if (kind === "campaign") {
    const done = await tx`
      update campaigns set paused_at = coalesce(paused_at, dunlin_now()), paused_until = ${until}, pause_source = ${source},
        pause_code = ${code}, pause_reason = ${message}, pause_note = case when ${isPerson} then coalesce(${note}, pause_note) end
      where key = ${name} and (paused_at is null or case when ${isPerson} then
          paused_until is distinct from ${until} or pause_code is not null or pause_note is distinct from coalesce(${note}, pause_note)
        else coalesce(paused_until, 'infinity') < coalesce(${until}, 'infinity') end)`;
    return done.count > 0;
  }
  const done = await tx`
    insert into pauses (kind, name, paused_at, paused_until, source, code, reason, note)
    values (${kind}, ${name}, dunlin_now(), ${until}, ${source}, ${code}, ${message}, ${note})
    on conflict (kind, name) do update set paused_until = excluded.paused_until, source = excluded.source, code = excluded.code,
      reason = excluded.reason,
      note = case when ${isPerson} then coalesce(excluded.note, pauses.note) end
    where case when ${isPerson} then
        pauses.paused_until is distinct from excluded.paused_until or pauses.code is not null or pauses.note is distinct from coalesce(excluded.note, pauses.note)
      else coalesce(pauses.paused_until, 'infinity') < coalesce(excluded.paused_until, 'infinity') end`;
  return done.count > 0;
}

/** false: it was not paused. */
export async function markResumed(tx: Sql, { kind, name }: PauseKey): Promise<boolean> {
  const done =
    kind === "campaign"
      ? await tx`
          update campaigns set paused_at = null, paused_until = null, pause_source = null, pause_code = null, pause_reason = null,
            pause_note = null
          where key = ${name} and paused_at is not null`
      : await tx`delete from pauses where kind = ${kind} and name = ${name}`;
  return done.count > 0;
}

/** Makes the retries that waited for the end of the pause due now. */
export function wakeRetries(tx: Sql, { kind, name }: PauseKey) {
  const { shop, method } = readMethodName(name);
  const isIts = {
    campaign: tx`campaign = ${name}`,
    channel: tx`retry_channel = ${name}`,
    shop: tx`shop_id = ${name}`,
    payment_method: tx`shop_id = ${shop} and exists (
      select from orders o where o.shop_id = reminders.shop_id and o.id = any(reminders.orders) and o.details ->> 'paymentMethod' = ${method})`,
  }[kind];
  return tx`
    update reminders set retry_at = dunlin_now()
    where retry_at > dunlin_now() and state = 'sending' and ${isIts}`;
}

/** Buyers that wait for the channel are decided again now: they may take another one. */
export function endWaitsFor(tx: Sql, channel: string) {
  return tx`
    update buyers set wake_at = waits_since, waits_for = null, waits_since = null where waits_for = ${channel}`;
}
