/** Reasons and moves as sentences. Rule numbers are those of docs/rules.md. */

import type { LookupEnd, WhyUnknown } from "../core/receipts/lookup.ts";
import type { Move } from "../core/rules/plan.ts";
import { isQuiet, quietEnd } from "../core/rules/quiet.ts";
import { DAY, formatDuration, MINUTE, SECOND } from "../core/values/duration.ts";
import { formatInstant } from "../core/values/instant.ts";
import type { Anchor, QuietHours } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import { offsetMinutes } from "../core/values/zone.ts";

const SENTENCES: Readonly<Record<Reason, string>> = {
  paid: "the order was paid before the reminder was due",
  paid_other_order: "the buyer had paid for another order of the shop shortly before",
  closed: "the order was closed before the reminder was due",
  refunded: "the order was paid and refunded before the reminder was due",
  no_time: "no moment was left between the earliest time for a reminder and the close of the order",
  quiet_hours: "its time was in the quiet hours, and there was no useful moment before or after them",
  recent: "the buyer had got the same step shortly before",
  cap: "the buyer had got as many messages of the shop as the limit allows",
  gap: "it would have been sent too soon after another message to the buyer",
  suppressed: "the buyer asked not to be messaged, or the address is blocked",
  no_contact: "no address of the buyer was known for any channel of the step",
  excluded: "the campaign excludes the order, or no reminder of it may be sent any more",
  no_campaign: "no active campaign fits the order",
  campaign_paused: "the campaign, the shop or the payment method was paused",
  holdout: "the buyer gets no reminders on purpose, to measure the effect of reminders",
  manual: "a person takes care of this case",
  promised: "the buyer promised to pay at a later time",
  superseded: "another step of the campaign took its place",
  stale: "its time had passed too long ago when the order became known or a worker was free",
  channel_down: "the provider could not be reached while there was time",
  rejected_by_provider:
    "the provider refused the message, or no text could be made for this buyer, as the delivery says",
  unknown_outcome:
    "the provider never said whether it accepted the message; it is not sent again, because the buyer could get it twice",
  erased: "the buyer's data was erased",
};

/** A sentence without capital letter and full stop. */
export const reasonText = (reason: Reason): string => SENTENCES[reason];

export type MoveContext = {
  /** The buyer's zone, else the shop's. */
  readonly zone: string;
  /** Whether `zone` is to be named, because it is not the shop's. */
  readonly foreign: boolean;
  /** The last useful moment; null: the orders never close. */
  readonly latest: number | null;
  /** The quiet hours that the campaign has now; null: not known. */
  readonly quiet: QuietHours | null;
};

/** `22:40`; with its date when it is a day or more away from the time beside it. */
function clock(at: number, { zone }: MoveContext, beside: number): string {
  const text = formatInstant(at, offsetMinutes(zone, at));
  const time = text.slice(11, at % MINUTE === 0 ? 16 : 19);
  return Math.abs(at - beside) < DAY ? time : `${text.slice(0, 10)} ${time}`;
}

/** "22:40 is 10m after the order was created": how the time of a step is set before any rule moves it (rule 4). */
export function ruleText(
  { kind, ms }: Anchor,
  { anchor, owed }: { readonly anchor: number; readonly owed: readonly { readonly own: number }[] },
  context: MoveContext,
): string {
  const span = formatDuration(ms);
  const time = `${clock(anchor, context, anchor)}${context.foreign ? ` (${context.zone})` : ""}`;
  const of = (which: string) => (owed.length > 1 ? `the ${which} of its ${owed.length} orders` : "the order");
  if (kind === "beforeClose") return `${time} is ${span} before ${of("first")} closes`;
  const newest = Math.max(...owed.map(({ own }) => own));
  return anchor < newest
    ? `${time} is twice ${span} after ${of("oldest")} was created, beyond which later ones do not put it off`
    : `${time} is ${span} after ${of("newest")} was created`;
}

/** `at` of a step that has no time, because no close is known. */
export const unplannedText = ({ ms }: Anchor): string =>
  `it is due ${formatDuration(ms)} before the close, and no close is known: the order has no closesAt, and its shop no closeAfter`;

/** People read seconds. */
export const isSameSecond = (a: number, b: number): boolean => Math.floor(a / SECOND) === Math.floor(b / SECOND);

/** "moved from 22:40 to 21:59: quiet hours until 08:00 end after 07:58, the last useful moment" */
export function moveText(move: Move, context: MoveContext): string {
  const { from, to } = move;
  const end = context.latest === null ? null : clock(context.latest, context, from);
  return `moved from ${clock(from, context, to)} to ${clock(to, context, from)}${context.foreign ? ` (${context.zone})` : ""}: ${why(move, context, end)}`;
}

function why({ rule, from, to }: Move, context: MoveContext, latest: string | null): string {
  switch (rule) {
    case "tight":
      return to > from
        ? "no reminder goes out so soon after the order"
        : `${latest ?? "that"} is the last useful moment before the order closes`;
    case "quiet": {
      if (to > from) return `quiet hours until ${clock(to, context, from)}`;
      const until = quietUntil(from, context);
      return `quiet hours${until === null ? "" : ` until ${until}`} end after ${latest ?? "the close"}, the last useful moment`;
    }
    case "late":
      return "that time had passed when this was planned";
    case "gap":
      return "the last message to the buyer was too recent";
    case "promise":
      return "the buyer promised to pay by then";
  }
}

function quietUntil(at: number, context: MoveContext): string | null {
  const { quiet, zone } = context;
  if (quiet === null || !isQuiet(quiet, zone, at)) return null;
  return clock(quietEnd(quiet, zone, at), context, at);
}

/** `120 ms`, `4.2 s`, `3m10s`. */
export function latencyText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < MINUTE ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms);
}

const STAYS: Readonly<Record<WhyUnknown, string>> = {
  several: "asked the provider: several of its messages fit, so the outcome stays unknown",
  indistinct: "asked the provider: its messages cannot be matched with this one, so the outcome stays unknown",
  unanswered: "the provider gave no answer while it still shows the message, so the outcome stays unknown",
  no_address: "the provider cannot be asked, because the address is erased; the outcome stays unknown",
  channel_gone: "the provider cannot be asked, because the channel is no longer configured; the outcome stays unknown",
};

/** How asking the provider about an unknown outcome ended, or that it is still to be asked. null: neither. */
export function lookupText({
  lookup,
  asks,
}: {
  readonly lookup: LookupEnd | null;
  readonly asks: boolean;
}): string | null {
  if (lookup === null) return asks ? "the provider will be asked whether it has the message" : null;
  const times = lookup.asked > 1 ? ` ${lookup.asked} times` : "";
  switch (lookup.end) {
    case "accepted":
      return `asked the provider${times}: it has accepted the message`;
    case "failed":
      return `asked the provider${times}: it had the message, which did not arrive`;
    case "absent":
      return `asked the provider${times}: it never got the message`;
    case "unknown":
      return STAYS[lookup.why ?? "unanswered"];
  }
}
