/**
 * Decides when a provider is asked about a message of unknown outcome, and what its answers mean. A provider may show a message late. So it is
 * asked after some minutes, and only two answers that there is no such message count. Pure; instants are epoch ms.
 */
import type { LookupAnswer } from "../seams/lookup.ts";
import type { Receipt } from "../seams/receipt.ts";
import { HOUR, MINUTE } from "../values/duration.ts";

/** From the last moment at which the message may have left to the first question. */
export const FIRST_QUESTION = 3 * MINUTE;
/** Between two answers that there is no such message. */
const BETWEEN = 5 * MINUTE;
/** Without an answer. It doubles. */
const FIRST_PAUSE = MINUTE;
const LONGEST_PAUSE = HOUR;

/** The answers so far. */
export type Asked = {
  /** The last moment at which the message may have left. */
  readonly sentBy: number;
  readonly asked: number;
  /** When the provider first had no such message. */
  readonly absentAt: number | null;
  /** Questions since the last answer. */
  readonly unanswered: number;
};

/** Why an outcome stays unknown. */
export type WhyUnknown = "several" | "indistinct" | "unanswered" | "no_address" | "channel_gone";

/** How asking about a message ended. */
export type LookupEnd = {
  readonly end: "accepted" | "failed" | "absent" | "unknown";
  readonly why?: WhyUnknown;
  /** Answers. */
  readonly asked: number;
  readonly at: number;
};

export type AfterAnswer =
  /** The provider has the message. */
  | { readonly kind: "found"; readonly receipt: Receipt }
  /** The provider never got it: certainly not sent. */
  | { readonly kind: "absent" }
  | { readonly kind: "again"; readonly at: number; readonly asked: Asked }
  | { readonly kind: "unknown"; readonly why: WhyUnknown };

/** `reachMs`: the provider shows messages of this age at most. An older one is missing whatever became of it. */
export function afterAnswer(asked: Asked, answer: LookupAnswer, now: number, reachMs: number): AfterAnswer {
  const again = (at: number, change: Partial<Asked>): AfterAnswer =>
    at > asked.sentBy + reachMs
      ? { kind: "unknown", why: "unanswered" }
      : { kind: "again", at, asked: { ...asked, ...change } };
  const times = asked.asked + 1;
  switch (answer.kind) {
    case "found":
      return { kind: "found", receipt: answer.receipt };
    case "several":
    case "indistinct":
      return { kind: "unknown", why: answer.kind };
    case "unanswered": {
      const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(asked.unanswered, 10), LONGEST_PAUSE);
      return again(now + Math.max(pause, answer.retryAfterMs ?? 0), { unanswered: asked.unanswered + 1 });
    }
    case "absent": {
      const answered = { asked: times, unanswered: 0 };
      if (now > asked.sentBy + reachMs) return { kind: "unknown", why: "unanswered" };
      if (now < asked.sentBy + FIRST_QUESTION) return again(asked.sentBy + FIRST_QUESTION, answered);
      const since = asked.absentAt ?? now;
      return now - since >= BETWEEN ? { kind: "absent" } : again(since + BETWEEN, { ...answered, absentAt: since });
    }
  }
}
