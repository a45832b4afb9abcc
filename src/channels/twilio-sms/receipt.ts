/**
 * Status callbacks and inbound messages of Twilio: forms, signed over the public address and the fields as they came. The address of a status
 * callback carries our delivery id in its query (`delivery`).
 */
import { createHmac } from "node:crypto";
import { NO_RECEIPT, type Receipt, type ReceiptReader, type ReceiptRequest } from "../../core/seams/receipt.ts";
import { meaningOf } from "../code-table.ts";
import { isSame, no, OK, text } from "../receipt-parts.ts";
import { twilioCodes } from "./codes.ts";

/** `publicUrl`: where Twilio reaches this service; null: at the host of the request. */
export function twilioReceipts({
  authToken,
  publicUrl,
}: {
  readonly authToken: string;
  readonly publicUrl: string | null;
}): ReceiptReader {
  return {
    token: null,
    byMessageId: true,
    verify(request) {
      const given = request.headers["x-twilio-signature"];
      if (typeof given !== "string") return no("the header X-Twilio-Signature is missing");
      const fields = signedFields(fieldsOf(request));
      const signed = addressesOf(request, publicUrl).some((url) =>
        isSame(given, createHmac("sha1", authToken).update(`${url}${fields}`).digest("base64")),
      );
      return signed
        ? OK
        : no("X-Twilio-Signature does not match: check authToken, and that publicUrl is the address that Twilio calls");
    },
    read(request) {
      const fields = fieldsOf(request);
      const receipt = fields.has("MessageStatus") ? statusOf(fields, request.query.delivery ?? null) : replyOf(fields);
      return { ok: true, receipts: receipt === null ? [] : [receipt] };
    },
    answer: () => text("<Response/>", "text/xml"),
  };
}

const fieldsOf = ({ rawBody }: ReceiptRequest) => new URLSearchParams(rawBody.toString("utf8"));

/** Values of a field that comes several times are sorted, each once. */
function signedFields(fields: URLSearchParams): string {
  const names = [...new Set(fields.keys())].sort();
  return names
    .map((name) =>
      [...new Set(fields.getAll(name))]
        .sort()
        .map((value) => `${name}${value}`)
        .join(""),
    )
    .join("");
}

/** Twilio signs the address with or without the default port. */
function addressesOf({ headers, url }: ReceiptRequest, publicUrl: string | null): string[] {
  const base = publicUrl ?? `https://${String(headers.host ?? "")}`;
  if (!URL.canParse(base)) return [];
  const { protocol, hostname, port, pathname } = new URL(base);
  const path = `${pathname.replace(/\/$/, "")}${url}`;
  if (port !== "") return [`${protocol}//${hostname}:${port}${path}`];
  return [`${protocol}//${hostname}${path}`, `${protocol}//${hostname}:${protocol === "https:" ? 443 : 80}${path}`];
}

const ON_ITS_WAY = new Set(["accepted", "queued", "sending", "sent", "scheduled"]);
/** Unreachable for the moment, unknown, or expired: a later step may try again, the next channel need not. */
const PASSING = new Set(["30001", "30003", "30008", "30022", "30036", "30410", "63018"]);

function statusOf(fields: URLSearchParams, deliveryId: string | null): Receipt | null {
  const receipt = statusReceipt({
    status: fields.get("MessageStatus"),
    code: fields.get("ErrorCode"),
    to: fields.get("To"),
  });
  return receipt === null ? null : { ...receipt, deliveryId, messageId: fields.get("MessageSid") };
}

type Status = { readonly status: string | null; readonly code: string | null; readonly to: string | null };

/** The status of a message, wherever Twilio shows it. null: it says nothing. */
export function statusReceipt({ status, code, to }: Status): Receipt | null {
  if (status === null) return null;
  if (ON_ITS_WAY.has(status)) return { ...NO_RECEIPT, kind: "sent" };
  if (status === "delivered" || status === "read") return { ...NO_RECEIPT, kind: "delivered" };
  if (status !== "failed" && status !== "undelivered") return null;
  const wish = (code === null ? null : meaningOf(twilioCodes, code))?.wish ?? null;
  return {
    ...NO_RECEIPT,
    kind: "failed",
    code,
    definite: code !== null && !PASSING.has(code),
    address: wish === null ? null : addressOf(to),
    wish,
  };
}

const WISHES: Readonly<Record<string, Receipt["wish"]>> = { STOP: "out", START: "in" };

function replyOf(fields: URLSearchParams): Receipt | null {
  if (!fields.has("Body") && !fields.has("OptOutType")) return null;
  const wish = WISHES[fields.get("OptOutType") ?? ""] ?? null;
  return { ...NO_RECEIPT, kind: "reply", address: addressOf(fields.get("From")), text: fields.get("Body"), wish };
}

const addressOf = (address: string | null): string | null => address?.replace(/^whatsapp:/, "") ?? null;
