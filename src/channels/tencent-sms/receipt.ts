/**
 * Status callbacks of Tencent Cloud SMS (arrays) and replies (one object). Tencent signs nothing, so a token in the path gives access. Our reference
 * comes back in `ext` only for accounts that asked for it, so messages are known by their SerialNo.
 */

import { NO_RECEIPT, type Receipt, type ReceiptReader } from "../../core/seams/receipt.ts";
import { parseExact } from "../../core/text/exact-json.ts";
import { chinaTime, type Json, json, listOf, OK, secondsTime, textOf } from "../receipt-parts.ts";

export function tencentReceipts(token: string): ReceiptReader {
  return {
    token,
    byMessageId: true,
    verify: () => OK,
    read({ rawBody }) {
      const list = listOf(parseExact(rawBody));
      if (list === null) return { ok: false, message: "the body is not a status or a reply" };
      return { ok: true, receipts: list.map((each) => ("report_status" in each ? statusOf(each) : replyOf(each))) };
    },
    answer: () => json({ result: 0, errmsg: "OK" }),
  };
}

function statusOf(status: Json): Receipt {
  const isDelivered = status.report_status === "SUCCESS";
  return {
    ...NO_RECEIPT,
    kind: isDelivered ? "delivered" : "failed",
    deliveryId: textOf(status.ext),
    messageId: textOf(status.sid),
    at: chinaTime(status.user_receive_time),
    code: isDelivered ? null : textOf(status.errmsg),
    definite: !isDelivered,
  };
}

function replyOf(reply: Json): Receipt {
  const [country, mobile] = [textOf(reply.nationcode) ?? "86", textOf(reply.mobile)];
  return {
    ...NO_RECEIPT,
    kind: "reply",
    at: secondsTime(reply.time),
    address: mobile === null ? null : `+${country.replace(/^\+/, "")}${mobile}`,
    text: textOf(reply.text),
  };
}
