/**
 * Asks Aliyun about a message: QuerySendDetails lists what a number got on one day of Beijing, for the last 30 days. Our idempotency key comes
 * back as OutId, so the answer is certain. https://help.aliyun.com/document_detail/419277.html
 */
import type { Lookup, LookupAnswer, LookupQuestion } from "../../core/seams/lookup.ts";
import { NO_RECEIPT, type Receipt } from "../../core/seams/receipt.ts";
import { DAY, HOUR } from "../../core/values/duration.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { jsonOf } from "../json-answer.ts";
import { type Page, readAnswered, readPages, SLACK, THROTTLED_MS, unanswered } from "../lookup-answer.ts";
import { chinaTime, isObject, type Json, textOf } from "../receipt-parts.ts";
import { numberOf } from "./number.ts";

const PAGE = 50;
const BEIJING = 8 * HOUR;

type Ask = (action: string, query: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

export function aliyunLookup(ask: Ask, now: () => number): Lookup {
  return {
    reachMs: 29 * DAY,
    async ask(question) {
      const rows: Json[] = [];
      for (const day of daysOf(question)) {
        const found = await readPages((page) => readPage(ask, { question, day, page, now }));
        if ("kind" in found) return found;
        rows.push(...found.filter(({ OutId }) => textOf(OutId) === question.idempotencyKey));
      }
      return answerOf(rows.map(receiptOf));
    },
  };
}

/** The days of Beijing in which it may have left: two, near midnight. */
export function daysOf({ sentFrom, sentBy }: Pick<LookupQuestion, "sentFrom" | "sentBy">): readonly string[] {
  const dayOf = (at: number) => new Date(at + BEIJING).toISOString().slice(0, 10).replaceAll("-", "");
  return [...new Set([dayOf(sentFrom - SLACK.before), dayOf(sentBy + SLACK.after)])];
}

async function readPage(
  ask: Ask,
  { question, day, page, now }: { question: LookupQuestion; day: string; page: number; now: () => number },
): Promise<Page> {
  const answer = await ask("QuerySendDetails", {
    PhoneNumber: numberOf(question.to),
    SendDate: day,
    PageSize: String(PAGE),
    CurrentPage: String(page + 1),
  });
  const read = readAnswered(answer, now());
  if ("kind" in read) return read;
  const { Code, TotalCount, SmsSendDetailDTOs } = read.json;
  const code = plainCode(Code);
  if (code !== "OK")
    return /^Throttling/i.test(code)
      ? unanswered(code, "the provider throttles the questions", THROTTLED_MS)
      : unanswered(code, "the provider refuses the question: the access key needs dysms:QuerySendDetails");
  const list = jsonOf(SmsSendDetailDTOs)?.SmsSendDetailDTO;
  const total = Number(TotalCount);
  if (!Array.isArray(list) || !list.every(isObject) || !Number.isInteger(total))
    return unanswered("bad_answer", "the provider's answer cannot be read");
  return { rows: list, more: page * PAGE + list.length < total };
}

/** An attempt that was tried again has the same key: the one that went out counts. */
function answerOf(receipts: readonly Receipt[]): LookupAnswer {
  const receipt =
    receipts.find(({ kind }) => kind === "delivered") ?? receipts.find(({ kind }) => kind === "sent") ?? receipts[0];
  return receipt === undefined ? { kind: "absent" } : { kind: "found", receipt };
}

/** SendStatus: 1 on its way, 2 failed, 3 delivered. */
function receiptOf({ SendStatus, ErrCode, SendDate, ReceiveDate }: Json): Receipt {
  const status = Number(SendStatus);
  const at = chinaTime(ReceiveDate) ?? chinaTime(SendDate);
  if (status === 3) return { ...NO_RECEIPT, kind: "delivered", at };
  if (status === 2) return { ...NO_RECEIPT, kind: "failed", at, code: textOf(ErrCode), definite: true };
  return NO_RECEIPT;
}
