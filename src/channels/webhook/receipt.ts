/**
 * Receipts of channel `webhook`: Standard Webhooks signed with the channel's secret, one object or an array (docs/http.md has the shape). One that is not
 * understood does not hold up the others.
 */
import { NO_RECEIPT, type Receipt, type ReceiptReader } from "../../core/seams/receipt.ts";
import { parseJson } from "../../core/text/json.ts";
import { parseInstant } from "../../core/values/instant.ts";
import { signingKey, verifyStandard } from "../../standard-webhooks.ts";

export function webhookReceipts(secret: string): ReceiptReader {
  const key = signingKey(secret);
  return {
    token: null,
    byMessageId: true,
    verify: ({ headers, rawBody, now }) => verifyStandard({ headers, rawBody, key, now, whose: "the channel's" }),
    read({ rawBody }) {
      const parsed = parseJson(rawBody);
      if (!parsed.ok) return parsed;
      const list: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
      const wrong = list.findIndex((each) => typeof each !== "object" || each === null || Array.isArray(each));
      if (wrong >= 0) return { ok: false, message: `receipt ${wrong}: is not an object` };
      return { ok: true, receipts: list.map((each) => receiptOf(each as Json)) };
    },
    answer: (counts) => ({ status: 200, type: "application/json", body: JSON.stringify(counts) }),
  };
}

type Json = Readonly<Record<string, unknown>>;

const KINDS = new Set(["sent", "delivered", "failed", "reply"]);
const isKind = (value: unknown): value is Receipt["kind"] => typeof value === "string" && KINDS.has(value);

/** One of an unknown type names no message, so it matches nothing. */
function receiptOf(json: Json): Receipt {
  const { type } = json;
  if (!isKind(type)) return NO_RECEIPT;
  const at = textOf(json.at);
  return {
    kind: type,
    deliveryId: textOf(json.id),
    messageId: textOf(json.messageId),
    at: at === null ? null : parseInstant(at),
    code: textOf(json.code),
    definite: type === "failed" && json.definite !== false,
    address: textOf(json.from) ?? textOf(json.to),
    addressKind: textOf(json.kind),
    text: type === "reply" ? textOf(json.text) : null,
    wish: null,
    segments: countOf(json.segments),
    cost: costOf(json.cost),
  };
}

/** A number is read as its digits: ids come as numbers, too. */
function textOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value !== "" && !value.includes("\0") ? value : null;
}

const MAX_SEGMENTS = 1_000;

function countOf(value: unknown): number | null {
  const count = Number(value);
  return value !== null && Number.isInteger(count) && count > 0 && count <= MAX_SEGMENTS ? count : null;
}

function costOf(value: unknown): Receipt["cost"] {
  if (typeof value !== "object" || value === null) return null;
  const { amount, currency } = value as Json;
  const match = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(String(amount));
  if (match === null || typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) return null;
  const [, whole = "0", decimals = ""] = match;
  return { micros: Number(whole) * 1_000_000 + Math.round(Number(`0.${decimals || 0}`) * 1_000_000), currency };
}
