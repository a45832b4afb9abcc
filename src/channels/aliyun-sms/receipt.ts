/**
 * Receipts (SmsReport) and replies (SmsUp) of Aliyun SMS: arrays of JSON, both pushed to the address of the channel. Aliyun signs nothing, so a token
 * in the path gives access. It repeats a push that is not answered with code 0.
 */

import { NO_RECEIPT, type Receipt, type ReceiptReader } from "../../core/seams/receipt.ts";
import { parseExact } from "../../core/text/exact-json.ts";
import { chinaTime, countOf, type Json, json, listOf, OK, textOf } from "../receipt-parts.ts";

export function aliyunReceipts(token: string): ReceiptReader {
  return {
    token,
    byMessageId: true,
    verify: () => OK,
    read({ rawBody }) {
      const list = listOf(parseExact(rawBody));
      if (list === null) return { ok: false, message: "the body is not a list of reports" };
      return { ok: true, receipts: list.map((each) => ("content" in each ? replyOf(each) : reportOf(each))) };
    },
    answer: () => json({ code: 0, msg: "ok" }),
  };
}

function reportOf(report: Json): Receipt {
  const isDelivered = String(report.success) === "true";
  return {
    ...NO_RECEIPT,
    kind: isDelivered ? "delivered" : "failed",
    deliveryId: textOf(report.out_id),
    messageId: textOf(report.biz_id),
    at: chinaTime(report.report_time) ?? chinaTime(report.send_time),
    code: isDelivered ? null : textOf(report.err_code),
    definite: !isDelivered,
    segments: countOf(report.sms_size),
  };
}

const replyOf = (reply: Json): Receipt => ({
  ...NO_RECEIPT,
  kind: "reply",
  at: chinaTime(reply.send_time),
  address: numberOf(textOf(reply.phone_number)),
  text: textOf(reply.content),
});

/** A mainland number has 11 digits; others come with their country code, and without `+`. */
function numberOf(number: string | null): string | null {
  if (number === null || !/^\d+$/.test(number)) return number;
  return /^1\d{10}$/.test(number) ? `+86${number}` : `+${number.replace(/^00/, "")}`;
}
