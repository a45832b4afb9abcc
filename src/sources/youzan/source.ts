/**
 * Youzan's messages about trades. The header `Event-Sign` is md5(client_id + body + client_secret); the older `sign` in the body signs only a
 * part of it and is not enough. `msg` is JSON, percent-encoded. A message that is not answered with `{"code":0,"msg":"success"}` is repeated
 * four times within three hours.
 *
 * | `type` | event |
 * |---|---|
 * | `trade_TradeCreate`, and any with `full_order_info` | as trade.ts reads the trade |
 * | `trade_TradePaid`, `trade_TradeBuyerPay`, `trade_TradeSuccess` | `order.paid` |
 * | `trade_TradeClose` | `order.closed`; it is also sent after a whole refund, and then changes nothing, because a payment counts more; a poll reports the refund |
 * | with `test: true` | none: a heartbeat |
 */
import { createHash } from "node:crypto";
import { parseExact } from "../../core/text/exact-json.ts";
import { textField } from "../../core/text/yaml-fields.ts";
import { chinaInstant, inChina } from "../china-time.ts";
import { exactBody, exactId, type Json, jsonOf, textOf, unknownTopic } from "../json.ts";
import { isSame } from "../signature.ts";
import { headerOf, type Source } from "../source.ts";
import { reasonOf, stateEvent, tradeEvents } from "./trade.ts";

const HEADER = "event-sign";
const PAYMENTS = new Set(["trade_TradePaid", "trade_TradeBuyerPay", "trade_TradeSuccess"]);
const KNOWN = new Set([...PAYMENTS, "trade_TradeCreate", "trade_TradeClose", "trade_TradePartlySellerShip"]);
/** Booleans come in several forms. */
const TRUE = new Set<unknown>([true, 1, "1", "true"]);

export const youzan: Source = {
  name: "youzan",
  settings: { clientId: textField.optional() },
  answer: { code: 0, msg: "success" },

  isSigned({ headers }) {
    const given = headerOf(headers, HEADER);
    if (given === null) return { ok: false, message: "the header Event-Sign is missing" };
    return /^[0-9a-f]{32}$/i.test(given) ? { ok: true } : { ok: false, message: "the header Event-Sign is not an MD5" };
  },

  verify({ headers, rawBody, secret, settings }) {
    const client = typeof settings.clientId === "string" ? settings.clientId : clientIn(rawBody);
    const wanted = createHash("md5").update(client).update(rawBody).update(secret).digest("hex");
    if (isSame((headerOf(headers, HEADER) ?? "").toLowerCase(), wanted)) return { ok: true };
    return { ok: false, message: "the signature does not match the body and this shop's Youzan client and secret" };
  },

  toEvents({ body, rawBody, shop, receivedAt }) {
    const message = jsonOf(exactBody(body, rawBody));
    const type = textOf(message?.type, 80);
    if (message === null || type === null)
      return { ok: false, message: "type: the body is no message of Youzan: it has none" };
    if (TRUE.has(message.test)) return { ok: true, events: [], ignored: "a heartbeat" };
    if (!type.startsWith("trade_Trade") || !KNOWN.has(type)) return unknownTopic(type);
    const content = contentOf(message.msg);
    if (content === null) return { ok: false, message: "msg: the body holds no JSON object there, percent-encoded" };
    const full = jsonOf(content.full_order_info);
    if (full !== null) return tradeEvents(full, shop, receivedAt);
    const id = exactId(content.tid) ?? exactId(message.id);
    if (id === null) return { ok: false, message: "tid: the body names no trade" };
    const occurredAt = chinaInstant(content.update_time) ?? inChina(receivedAt);
    const event = (name: string, more: object) => ({
      ok: true as const,
      events: [{ ...stateEvent(id, name, more), occurredAt, shop }],
    });
    if (PAYMENTS.has(type)) return event("paid", { paidAt: chinaInstant(content.pay_time) ?? occurredAt });
    if (type === "trade_TradeClose") return event("closed", { closedAt: occurredAt, reason: reasonOf(content) });
    return { ok: true, events: [], ignored: `the message ${type} says nothing about a payment` };
  },
};

/** The client that the body names: a signature for it needs the secret all the same. The body is not parsed for it. */
const clientIn = (rawBody: Buffer): string =>
  /"client_id"\s*:\s*"([^"\\]{1,100})"/.exec(rawBody.toString("utf8"))?.[1] ?? "";

function contentOf(msg: unknown): Json | null {
  if (typeof msg !== "string") return jsonOf(msg);
  try {
    const text = msg.trimStart().startsWith("{") ? msg : decodeURIComponent(msg.replaceAll("+", "%20"));
    return jsonOf(parseExact(Buffer.from(text)));
  } catch {
    // Not percent-encoded.
    return null;
  }
}
