/**
 * Posts what is due to the chats of the shop's staff: load → post → record. A notice that fails is tried again, later and later, for a day. One
 * whose post has no known end, because the answer was lost or the process died, is posted twice at most.
 */
import type { SendOutcome } from "../core/seams/channel.ts";
import type { Notifier } from "../core/seams/notifier.ts";
import type { Sql } from "../db/client.ts";
import {
  claimNotice,
  type DueNotice,
  recordFailed,
  recordPosted,
  recordUnsure,
  tidyNotices,
} from "../db/stores/notices/notice-store.ts";

export type DeliverDeps = {
  readonly sql: Sql;
  readonly notifiers: ReadonlyMap<string, Notifier>;
  /** An instant for people. */
  readonly written: (at: number) => string;
  readonly log: { warn(fields: object, message: string): void };
};

/** One notice a receiver at most. Returns how many were posted. */
export async function deliverNotices(deps: DeliverDeps): Promise<number> {
  const { sql, notifiers, log } = deps;
  const dropped = await tidyNotices(sql, [...notifiers.keys()]);
  if (dropped > 0) log.warn({ dropped }, "notices to staff were dropped: they could not be posted in time");
  const posted = await Promise.all([...notifiers.values()].map((notifier) => deliverNext(deps, notifier)));
  return posted.filter(Boolean).length;
}

async function deliverNext({ sql, written, log }: DeliverDeps, notifier: Notifier): Promise<boolean> {
  const due = await claimNotice(sql, notifier.name);
  if (due === null) return false;
  const outcome = await notifier.post({
    id: due.noticeId,
    matter: due.matter,
    at: due.lastAt,
    text: noticeText(due, written),
  });
  await record(sql, due, outcome);
  if (outcome.kind !== "accepted")
    log.warn({ notices: due.receiver, matter: due.matter, code: outcome.code }, `a notice: ${outcome.message}`);
  return outcome.kind === "accepted";
}

async function record(sql: Sql, due: DueNotice, outcome: SendOutcome): Promise<void> {
  if (outcome.kind === "accepted") await recordPosted(sql, due);
  else if (outcome.kind === "unknown") await recordUnsure(sql, due, outcome.code);
  else await recordFailed(sql, due, outcome.code, outcome.kind === "failed-transient" ? outcome.retryAfterMs : null);
}

/** It begins with the word that robots of DingTalk and Feishu can be set to ask for. */
export function noticeText({ text, count, firstAt }: DueNotice, written: (at: number) => string): string {
  return `Dunlin: ${text}${count > 1 ? `\n${count} times since ${written(firstAt)}` : ""}`;
}
