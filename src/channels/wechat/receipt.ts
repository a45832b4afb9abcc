/**
 * Pushes of WeChat: results of subscribe messages (JSON or XML) and of template messages (XML), and what followers write. The query is signed with the
 * channel's token; the `GET` by which WeChat checks the address is, too. Pushes in safe mode (encrypted) are refused.
 */

import { createHash } from "node:crypto";
import { NO_RECEIPT, type Receipt, type ReceiptReader, type ReceiptRequest } from "../../core/seams/receipt.ts";
import { parseExact } from "../../core/text/exact-json.ts";
import { isObject, isSame, type Json, listOf, no, OK, secondsTime, text, textOf } from "../receipt-parts.ts";

export function wechatReceipts(token: string): ReceiptReader {
  return {
    token: null,
    byMessageId: true,
    verify: (request) =>
      isSigned(request, token) ? OK : no("the signature in the query does not match the channel's token"),
    read({ rawBody }) {
      const push = parseExact(rawBody) ?? fieldsOf(rawBody.toString("utf8"));
      if (!isObject(push)) return { ok: false, message: "the body is neither JSON nor XML of WeChat" };
      if (push.Encrypt !== undefined && push.MsgType === undefined) return ENCRYPTED;
      return { ok: true, receipts: receiptsOf(push) };
    },
    answer: () => text("success"),
    checkAddress: (request) => (isSigned(request, token) ? text(request.query.echostr ?? "") : null),
  };
}

/** An opt-out could be in it: it must not pass as read. */
const ENCRYPTED = {
  ok: false,
  message: "the push is encrypted: set the message push to plain mode in WeChat's console",
} as const;

function isSigned({ query }: ReceiptRequest, token: string): boolean {
  const { signature = "", timestamp = "", nonce = "" } = query;
  const wanted = createHash("sha1").update([token, timestamp, nonce].sort().join("")).digest("hex");
  return isSame(signature, wanted);
}

/** The fields of a flat push. An element that comes once more replaces the one before: of a list, each item is read by `itemsOf`. */
function fieldsOf(xml: string): Json | null {
  if (!/^\s*<xml>/.test(xml)) return null;
  const fields: Record<string, string> = {};
  for (const [, name = "", quoted, plain] of xml.matchAll(/<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g))
    fields[name] = quoted ?? plain ?? "";
  return fields;
}

function receiptsOf(push: Json): Receipt[] {
  const at = secondsTime(push.CreateTime);
  if (push.MsgType === "text")
    return [
      {
        ...NO_RECEIPT,
        kind: "reply",
        at,
        address: textOf(push.FromUserName),
        addressKind: "wechat",
        text: textOf(push.Content),
      },
    ];
  if (push.Event === "TEMPLATESENDJOBFINISH")
    return [resultOf(push.MsgID, push.Status === "success" ? null : textOf(push.Status), at)];
  if (push.Event !== "subscribe_msg_sent_event") return [];
  return itemsOf(push).map((item) => {
    const code = textOf(item.ErrorCode);
    return resultOf(item.MsgID, code === "0" ? null : code, at);
  });
}

/** In JSON a list of one is an object. In XML the fields of its only item are among those of the push. */
const itemsOf = (push: Json): readonly Json[] => (push.List === undefined ? [push] : (listOf(push.List) ?? []));

function resultOf(id: unknown, code: string | null, at: number | null): Receipt {
  const base = { ...NO_RECEIPT, messageId: textOf(id), at };
  if (code === null) return { ...base, kind: "delivered" };
  return { ...base, kind: "failed", code, definite: !/system/i.test(code) };
}
