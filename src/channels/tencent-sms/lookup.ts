/**
 * Asks Tencent Cloud about a message: DescribeSendRecordList lists what a number got in a time, for the last 72 hours. It shows no reference of ours,
 * so one message in the time is taken for the one in question, and two leave it open. https://cloud.tencent.com/document/api/382/137245
 */
import type { Lookup, LookupAnswer, LookupQuestion } from "../../core/seams/lookup.ts";
import { NO_RECEIPT, type Receipt } from "../../core/seams/receipt.ts";
import { HOUR, SECOND } from "../../core/values/duration.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { jsonOf, stringOf } from "../json-answer.ts";
import { type Page, readAnswered, readPages, SLACK, THROTTLED_MS, unanswered } from "../lookup-answer.ts";
import { isObject, type Json, secondsTime, textOf } from "../receipt-parts.ts";

const LIMIT = 50;
/** SendStatus: 1 never left Tencent, 2 delivered, 3 on its way, 4 not delivered. */
const REFUSED = 1;

type Ask = (action: string, body: object) => Promise<HttpAnswer>;

export function tencentLookup(ask: Ask, ownAppId: string, now: () => number): Lookup {
  return {
    reachMs: 71 * HOUR,
    async ask(question) {
      // A template may go out through another application, which must be known to ask about it.
      if (question.templates === null) return { kind: "indistinct" };
      const appIds = new Set([ownAppId, ...question.templates.flatMap(({ sdkAppId }) => sdkAppId ?? [])]);
      const rows: Json[] = [];
      for (const appId of appIds) {
        const found = await readPages((page) => readPage(ask, { question, appId, page, now: now() }));
        if ("kind" in found) return found;
        rows.push(...found.filter(({ SendStatus }) => Number(SendStatus) !== REFUSED));
      }
      return answerOf(rows);
    },
  };
}

async function readPage(
  ask: Ask,
  { question, appId, page, now }: { question: LookupQuestion; appId: string; page: number; now: number },
): Promise<Page> {
  const { to, sentFrom, sentBy } = question;
  const answer = await ask("DescribeSendRecordList", {
    PhoneNumber: to,
    SmsSdkAppId: appId,
    BeginTime: Math.floor((sentFrom - SLACK.before) / SECOND),
    // Not after the present, or it is refused.
    EndTime: Math.floor(Math.min(sentBy + SLACK.after, now) / SECOND),
    Limit: LIMIT,
    Offset: page * LIMIT,
  });
  const read = readAnswered(answer, now);
  if ("kind" in read) return read;
  const response = jsonOf(read.json.Response);
  const error = jsonOf(response?.Error);
  if (error !== null) {
    const code = plainCode(error.Code);
    return /^(RequestLimitExceeded|LimitExceeded)/.test(code)
      ? unanswered(code, "the provider throttles the questions", THROTTLED_MS)
      : unanswered(code, "the provider refuses the question: look at the rights of the secretId");
  }
  const list = response?.SendRecordSet;
  const total = Number(response?.TotalCount);
  if (!Array.isArray(list) || !list.every(isObject) || !Number.isInteger(total))
    return unanswered("bad_answer", "the provider's answer cannot be read");
  return { rows: list, more: page * LIMIT + list.length < total };
}

function answerOf(rows: readonly Json[]): LookupAnswer {
  const [row] = rows;
  if (row === undefined) return { kind: "absent" };
  return rows.length > 1 ? { kind: "several" } : { kind: "found", receipt: receiptOf(row) };
}

function receiptOf({ SendStatus, SerialNo, StatusCode, UserReceiveTime }: Json): Receipt {
  const status = Number(SendStatus);
  const base = { ...NO_RECEIPT, messageId: stringOf(SerialNo), at: secondsTime(UserReceiveTime) };
  if (status === 2) return { ...base, kind: "delivered" };
  return status === 4 ? { ...base, kind: "failed", code: textOf(StatusCode), definite: true } : base;
}
