/** The parts that the look-ups share: how an answer is read, and that lists come in pages. */
import type { LookupAnswer } from "../core/seams/lookup.ts";
import { retryAfterMs } from "../core/text/retry-after.ts";
import { MINUTE, SECOND } from "../core/values/duration.ts";
import type { HttpAnswer } from "./http-client.ts";
import { parseObject } from "./json-answer.ts";

type Json = Readonly<Record<string, unknown>>;
export type Unanswered = Extract<LookupAnswer, { kind: "unanswered" }>;

/** How far the clock of the provider may be off, and how much later it may show a message. */
export const SLACK = { before: MINUTE, after: 3 * MINUTE } as const;

/** A throttled question is asked again after this. */
export const THROTTLED_MS = 30 * SECOND;

/** More messages of one number than any limit allows. */
const MAX_PAGES = 20;

export const unanswered = (code: string, message: string, retryAfterMs: number | null = null): Unanswered => ({
  kind: "unanswered",
  code,
  message,
  retryAfterMs,
});

export type Answered = { readonly status: number; readonly json: Json } | Unanswered;

export function readAnswered(answer: HttpAnswer, now: number): Answered {
  if (!answer.ok) return unanswered(answer.code, answer.message);
  const { status, headers, body } = answer;
  if (status === 429)
    return unanswered("http_429", "the provider throttles the questions", retryAfterMs(headers, now) ?? THROTTLED_MS);
  const json = parseObject(body);
  if (status >= 500) return unanswered(`http_${status}`, `the provider answered ${status}`, retryAfterMs(headers, now));
  return json === null ? unanswered("bad_answer", "the provider's answer cannot be read") : { status, json };
}

export type Page = { readonly rows: readonly Json[]; readonly more: boolean } | Unanswered;

/** Reads page after page, from 0. A list that cannot be read to its end is no answer: the message may be in the rest. */
export async function readPages(read: (page: number) => Promise<Page>): Promise<readonly Json[] | Unanswered> {
  const rows: Json[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await read(page);
    if ("kind" in answer) return answer;
    rows.push(...answer.rows);
    if (!answer.more) return rows;
    // It says that there is more, and shows none.
    if (answer.rows.length === 0) break;
  }
  return unanswered("incomplete", "the provider did not show all messages of the number");
}
