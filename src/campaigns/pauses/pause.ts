/**
 * Pauses and resumes a campaign, a channel, a whole shop or one of its payment methods. Versions and plans stay; core/rules/pause.ts decides about due reminders. A pause
 * with an end is resumed by whichever process first finds its time over (`endPauses`).
 */
import type { ChannelFault } from "../../core/seams/channel.ts";
import type { Sql } from "../../db/client.ts";
import { startWindow } from "../../db/stores/buyers/write/tallies.ts";
import type { Actor, AuditEntry } from "../../db/stores/campaigns/audit-store.ts";
import { readCampaigns } from "../../db/stores/campaigns/campaign-store.ts";
import {
  endWaitsFor,
  isAnyPauseOver,
  markPaused,
  markResumed,
  type PauseCause,
  type PauseKey,
  readOverduePauses,
  wakeRetries,
} from "../../db/stores/campaigns/pause-store.ts";
import { type Change, changeCampaigns } from "../change.ts";

export type PauseInput = PauseKey & {
  readonly paused: boolean;
  /** The pause ends by itself after so many ms; null: when somebody resumes it. */
  readonly forMs: number | null;
  readonly note: string | null;
  /** Why it is paused by itself. Absent: somebody pauses it. */
  readonly cause?: PauseCause;
};
export type PauseResult = { readonly kind: "done" | "same" | "unknown" };

/**
 * After the commit no reminder of what is paused is claimed. Resuming a campaign, shop or payment method replans open cases; the reminders of a channel wait
 * in its queue. Whether a channel or shop is configured is the caller's to check. Throws CampaignsBusy.
 */
export function setPaused(
  sql: Sql,
  actor: Actor,
  { paused, forMs, note, cause, ...key }: PauseInput,
): Promise<PauseResult> {
  return changeCampaigns(sql, actor, async (change): Promise<PauseResult> => {
    const { tx, record } = change;
    const entry = await entryOf(tx, key);
    if (entry === null) return { kind: "unknown" };
    if (!paused) return { kind: (await resume(change, key, { ...entry, note })) ? "done" : "same" };
    if (!(await markPaused(tx, key, forMs, cause ?? { note }))) return { kind: "same" };
    if (cause !== undefined && key.kind === "channel") await endWaitsFor(tx, key.name);
    record({ ...entry, action: `${key.kind}.pause`, note }, "keep");
    return { kind: "done" };
  });
}

const DISPATCH: Actor = { who: "dunlin", via: "timer" };

/**
 * Pauses a channel whose provider takes nothing: for `resumeInMs`, or until an operator resumes it (null). Buyers that wait for it are
 * decided again, because they may take another channel. Throws CampaignsBusy.
 */
export function pauseForFault(
  sql: Sql,
  channel: string,
  { code, message, resumeInMs }: ChannelFault & { readonly resumeInMs: number | null },
): Promise<PauseResult> {
  const cause = { source: "fault", code, message } as const;
  const note = `${code}: ${message}`;
  return setPaused(sql, DISPATCH, { kind: "channel", name: channel, paused: true, forMs: resumeInMs, note, cause });
}

const CLOCK: Actor = { who: "clock", via: "timer" };

/** Resumes what was paused for a time that is over. Returns what it resumed. Throws CampaignsBusy. */
export async function endPauses(sql: Sql): Promise<readonly PauseKey[]> {
  if (!(await isAnyPauseOver(sql))) return [];
  return changeCampaigns(sql, CLOCK, async (change) => {
    const over = await readOverduePauses(change.tx);
    for (const key of over) {
      const entry = await entryOf(change.tx, key);
      if (entry !== null) await resume(change, key, { ...entry, note: "its time was over" });
    }
    return over;
  });
}

type Entry = Pick<AuditEntry, "subject" | "from" | "to">;

/** null: there is no such campaign. */
async function entryOf(tx: Sql, { kind, name }: PauseKey): Promise<Entry | null> {
  if (kind !== "campaign") return { subject: name, from: null, to: null };
  const [stored] = await readCampaigns(tx, name);
  return stored === undefined ? null : { subject: name, from: stored.number, to: stored.number };
}

async function resume(
  { tx, record }: Change,
  key: PauseKey,
  entry: Entry & Pick<AuditEntry, "note">,
): Promise<boolean> {
  if (!(await markResumed(tx, key))) return false;
  await wakeRetries(tx, key);
  if (key.kind !== "shop") await startWindow(tx, { kind: key.kind, name: key.name });
  record({ ...entry, action: `${key.kind}.resume` }, key.kind === "channel" ? "keep" : "replan");
  return true;
}
