/**
 * Webhooks of the WhatsApp Cloud API: statuses with our delivery id (`biz_opaque_callback_data`), messages of buyers, and what they prefer. Signed over
 * the raw bytes. Since buyers may hide their numbers, a reply without one is about the message that it answers.
 */

import { createHmac } from "node:crypto";
import { NO_RECEIPT, type Receipt, type ReceiptReader } from "../../core/seams/receipt.ts";
import { parseExact } from "../../core/text/exact-json.ts";
import { meaningOf } from "../code-table.ts";
import { isObject, isSame, type Json, no, OK, secondsTime, text, textOf } from "../receipt-parts.ts";
import { whatsappCodes } from "./codes.ts";

export function whatsappReceipts({
  appSecret,
  verifyToken,
}: {
  readonly appSecret: string;
  readonly verifyToken: string;
}): ReceiptReader {
  return {
    token: null,
    byMessageId: true,
    verify({ headers, rawBody }) {
      const given = headers["x-hub-signature-256"];
      if (typeof given !== "string") return no("the header X-Hub-Signature-256 is missing");
      const wanted = `sha256=${createHmac("sha256", appSecret).update(rawBody).digest("hex")}`;
      return isSame(given, wanted) ? OK : no("X-Hub-Signature-256 does not match the body and appSecret");
    },
    read({ rawBody }) {
      const body = parseExact(rawBody);
      if (!isObject(body)) return { ok: false, message: "the body is not a JSON object" };
      const values = listIn(body, "entry").flatMap((entry) =>
        listIn(entry, "changes").flatMap(({ value }) => (isObject(value) ? [value] : [])),
      );
      return {
        ok: true,
        receipts: values.flatMap((value) => [
          ...listIn(value, "statuses").flatMap((each) => statusOf(each) ?? []),
          ...listIn(value, "messages").map(replyOf),
          ...listIn(value, "user_preferences").flatMap((each) => preferenceOf(each) ?? []),
        ]),
      };
    },
    answer: () => text("OK"),
    checkAddress({ query }) {
      const { "hub.mode": mode, "hub.verify_token": token = "", "hub.challenge": challenge = "" } = query;
      return mode === "subscribe" && isSame(token, verifyToken) ? text(challenge) : null;
    },
  };
}

function listIn(of: Json, key: string): readonly Json[] {
  const list = of[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Busy or not clear: the message may still arrive, or a later one would. */
const PASSING = new Set(["1", "2", "4", "80007", "130429", "131000", "131016", "131048", "131053", "131056", "133004"]);

function statusOf(status: Json): Receipt | null {
  const base = {
    ...NO_RECEIPT,
    deliveryId: textOf(status.biz_opaque_callback_data),
    messageId: textOf(status.id),
    at: secondsTime(status.timestamp),
  };
  switch (status.status) {
    case "sent":
      return base;
    case "delivered":
    case "read":
      return { ...base, kind: "delivered" };
    case "failed": {
      const code = textOf(listIn(status, "errors")[0]?.code);
      const wish = (code === null ? null : meaningOf(whatsappCodes, code))?.wish ?? null;
      const address = wish === null ? null : numberOf(status.recipient_id);
      return { ...base, kind: "failed", code, definite: code !== null && !PASSING.has(code), wish, address };
    }
    default:
      return null;
  }
}

function replyOf(message: Json): Receipt {
  const part = (key: string): Json => (isObject(message[key]) ? (message[key] as Json) : {});
  const interactive = part("interactive").button_reply;
  const words = part("text").body ?? part("button").text ?? (isObject(interactive) ? interactive.title : null);
  return {
    ...NO_RECEIPT,
    kind: "reply",
    messageId: textOf(part("context").id),
    at: secondsTime(message.timestamp),
    address: numberOf(message.from),
    text: textOf(words),
  };
}

function preferenceOf(preference: Json): Receipt | null {
  const wish = preference.value === "stop" ? "out" : preference.value === "resume" ? "in" : null;
  if (wish === null) return null;
  return {
    ...NO_RECEIPT,
    kind: "reply",
    at: secondsTime(preference.timestamp),
    address: numberOf(preference.wa_id),
    wish,
  };
}

/** Numbers come without `+`; other ids are no numbers. */
function numberOf(value: unknown): string | null {
  const number = textOf(value);
  return number !== null && /^\d{6,15}$/.test(number) ? `+${number}` : null;
}
