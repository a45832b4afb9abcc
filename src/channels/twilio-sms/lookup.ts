/**
 * Asks Twilio about a message: the Messages to a number, by day of GMT and in pages. Twilio shows no reference of ours, so the text and the time
 * must fit. https://www.twilio.com/docs/messaging/api/message-resource
 */
import type { Lookup, LookupAnswer, LookupQuestion } from "../../core/seams/lookup.ts";
import { NO_RECEIPT, type Receipt } from "../../core/seams/receipt.ts";
import { DAY } from "../../core/values/duration.ts";
import type { HttpAnswer } from "../http-client.ts";
import { stringOf } from "../json-answer.ts";
import { type Page, readAnswered, readPages, SLACK, unanswered } from "../lookup-answer.ts";
import { countOf, isObject, type Json, textOf } from "../receipt-parts.ts";
import { statusReceipt } from "./receipt.ts";

const PAGE = 200;

type Ask = (path: string) => Promise<HttpAnswer>;

/** `base`: the path before `/2010-04-01`. `list`: the path of the account's messages. */
export function twilioLookup(
  ask: Ask,
  { base, list, now }: { readonly base: string; readonly list: string; readonly now: () => number },
): Lookup {
  return {
    reachMs: 30 * DAY,
    async ask(question) {
      const day = new Date(question.sentFrom - SLACK.before).toISOString().slice(0, 10);
      const query = new URLSearchParams({ To: question.to, PageSize: String(PAGE) });
      for (const filter of [`&DateSent%3E=${day}`, ""]) {
        const rows = await readList(ask, `${list}?${query}${filter}`, base, now);
        if ("kind" in rows) return rows;
        const answer = answerOf(
          rows.filter((row) => isBetween(row, question)),
          question,
        );
        // A message that still waits has no DateSent, by which the first list is filtered. So the whole list decides that it is not there.
        if (answer.kind !== "absent") return answer;
      }
      return { kind: "absent" };
    },
  };
}

function readList(ask: Ask, first: string, base: string, now: () => number) {
  let next: string | null = first;
  return readPages(async (): Promise<Page> => {
    const read = readAnswered(await ask(next ?? first), now());
    if ("kind" in read) return read;
    const { messages, next_page_uri: uri } = read.json;
    if (read.status >= 400) return unanswered(`http_${read.status}`, `the provider answered ${read.status}`);
    if (!Array.isArray(messages) || !messages.every(isObject))
      return unanswered("bad_answer", "the provider's answer cannot be read");
    const path = typeof uri === "string" && uri.startsWith("/2010-04-01/Accounts/") ? uri : null;
    next = path === null ? null : `${base}${path}`;
    return { rows: messages, more: next !== null };
  });
}

/** The DateSent filter knows days only. */
function isBetween({ date_created: created, direction }: Json, { sentFrom, sentBy }: LookupQuestion): boolean {
  if (typeof direction === "string" && !direction.startsWith("outbound")) return false;
  const at = Date.parse(textOf(created) ?? "");
  // One without a readable time cannot be excluded.
  return Number.isNaN(at) || (at >= sentFrom - SLACK.before && at <= sentBy + SLACK.after);
}

/**
 * Messages that fit in time but not in text make it doubtful that ours is not among them: Twilio replaces some signs. A text that Twilio made
 * from its own template, or that is not known, is found by number and time.
 */
function answerOf(rows: readonly Json[], { text, templates }: LookupQuestion): LookupAnswer {
  if (rows.length === 0) return { kind: "absent" };
  const same = text === null ? [] : rows.filter(({ body }) => textOf(body)?.trim() === text.trim());
  const isOwnText = text !== null && templates?.every(({ contentSid }) => contentSid === undefined) === true;
  const fitting = same.length > 0 || isOwnText ? same : rows;
  const [row] = fitting;
  if (row === undefined) return { kind: "indistinct" };
  return fitting.length > 1 ? { kind: "several" } : { kind: "found", receipt: receiptOf(row) };
}

function receiptOf({ sid, status, to, error_code: error, date_updated: updated, ...bill }: Json): Receipt {
  const at = Date.parse(textOf(updated) ?? "");
  return {
    ...(statusReceipt({ status: textOf(status), code: textOf(error), to: textOf(to) }) ?? NO_RECEIPT),
    messageId: stringOf(sid),
    at: Number.isNaN(at) ? null : at,
    segments: countOf(bill.num_segments),
  };
}
