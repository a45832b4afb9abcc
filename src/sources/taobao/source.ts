/**
 * Taobao's messages (TMC) about trades, passed on by a forwarder: TMC itself calls no address. The call is signed as the platform signs
 * (top-sign.ts), with all parameters in the query. The body is one message, an array, the answer of `taobao.tmc.messages.consume`, or a
 * whole trade as `taobao.trade.fullinfo.get` answers.
 *
 * A message has no phone number, no items, and no time of creation: `poll.taobao` completes them.
 *
 * | `topic`, after `taobao_trade_` | event |
 * |---|---|
 * | `TradeCreate` | `order.created` with the time of the message; `order.updated` when the buyer is masked |
 * | `TradeModifyFee`, `TradeCloseAndModifyDetailOrder` | `order.updated` with the amount, if it is that of the whole trade |
 * | `TradeBuyerPay` | `order.paid` |
 * | `TradeClose` | `order.closed`; `order.refunded` with the status `TRADE_CLOSED` |
 */
import { parseExact } from "../../core/text/exact-json.ts";
import { MINUTE } from "../../core/values/duration.ts";
import { parseInstant } from "../../core/values/instant.ts";
import { chinaInstant, inChina } from "../china-time.ts";
import { amountOf, exactBody, exactId, isWhole, type Json, jsonOf, listOf, textOf, unknownTopic } from "../json.ts";
import { isSame } from "../signature.ts";
import type { Source, SourceEvents, SourceHead, Verified } from "../source.ts";
import { signTop } from "./top-sign.ts";
import { buyerOf, CURRENCY, tradeEvents, tradeId } from "./trade.ts";

const PREFIX = "taobao_trade_";
const KINDS = new Set([
  "TradeCreate",
  "TradeModifyFee",
  "TradeCloseAndModifyDetailOrder",
  "TradeBuyerPay",
  "TradeClose",
]);
const METHODS = new Set(["md5", "hmac", "hmac-sha256"]);
const MAX_MESSAGES = 1_000;

export const taobao: Source = {
  name: "taobao",

  isSigned,

  verify(request) {
    const { query, rawBody, secret } = request;
    const form = isSigned(request);
    if (!form.ok) return form;
    const wanted = signTop([...query], secret, rawBody);
    if (isSame((query.get("sign") ?? "").toUpperCase(), wanted)) return { ok: true };
    return { ok: false, message: "the signature does not match the query, the body and this shop's Taobao secret" };
  },

  toEvents({ body, rawBody, shop, receivedAt }) {
    const exact = exactBody(body, rawBody);
    const trade = tradeIn(exact);
    if (trade !== null) return tradeEvents(trade, shop, receivedAt);
    const messages = messagesIn(exact);
    if (messages.length === 0 || messages.length > MAX_MESSAGES)
      return { ok: false, message: "the body is no message of Taobao: it needs topic and content" };
    const events: unknown[] = [];
    let other: SourceEvents | null = null;
    for (const message of messages) {
      const read = messageEvents(message, shop, receivedAt);
      if (!read.ok) return read;
      events.push(...read.events);
      if (read.ignored !== undefined) other = read;
    }
    return other?.ok === true ? { ...other, events } : { ok: true, events };
  },
};

function isSigned({ query }: SourceHead): Verified {
  const [sign = "", another] = query.getAll("sign");
  if (sign === "") return { ok: false, message: "the parameter sign is missing in the query" };
  if (another !== undefined || !/^([0-9A-F]{32}){1,2}$/i.test(sign))
    return { ok: false, message: "the parameter sign is not one MD5 or SHA-256 in hexadecimal" };
  if (!METHODS.has(query.get("sign_method") ?? "md5"))
    return { ok: false, message: "the parameter sign_method is not md5, hmac or hmac-sha256" };
  return { ok: true };
}

const tradeIn = (body: unknown): Json | null => {
  const json = jsonOf(body);
  return jsonOf((jsonOf(json?.trade_fullinfo_get_response) ?? json)?.trade);
};

function messagesIn(body: unknown): readonly Json[] {
  const json = jsonOf(body);
  const consumed = jsonOf((jsonOf(json?.tmc_messages_consume_response) ?? json)?.messages);
  const list = consumed === null ? (Array.isArray(body) ? body : [body]) : listOf(consumed.tmc_message);
  const messages = list.flatMap((each) => {
    const message = jsonOf(each);
    return message !== null && typeof message.topic === "string" ? [message] : [];
  });
  return messages.length === list.length ? messages : [];
}

/** Nothing of an order is older than its creation. So a report with the true times, which may be a moment older than the message, wins. */
const CREATION_LEAD = MINUTE;

function messageEvents(message: Json, shop: string, receivedAt: number): SourceEvents {
  const topic = textOf(message.topic, 200) ?? "";
  const kind = topic.startsWith(PREFIX) ? topic.slice(PREFIX.length) : "";
  if (!KINDS.has(kind)) return unknownTopic(topic);
  const content =
    typeof message.content === "string" ? jsonOf(parseExact(Buffer.from(message.content))) : jsonOf(message.content);
  const id = tradeId(content);
  if (content === null || id === null)
    return { ok: false, message: "content: the body is no message about a trade: it has no exact tid" };
  const at = chinaInstant(content.modified) ?? chinaInstant(message.pub_time) ?? inChina(receivedAt);
  const common = { occurredAt: at, shop };
  const state = (name: string, more: object) => ({
    id: `taobao-trade-${id}-${name}`,
    type: `order.${name}`,
    ...common,
    order: { id, ...more },
  });
  if (kind === "TradeBuyerPay") return { ok: true, events: [state("paid", { paidAt: at })] };
  if (kind === "TradeClose") {
    const isRefund = content.status === "TRADE_CLOSED";
    return {
      ok: true,
      events: [isRefund ? state("refunded", {}) : state("closed", { closedAt: at, reason: "closed" })],
    };
  }
  const name = exactId(message.id) ?? `${id}-${kind}-${at}`;
  // The payment of one order within a trade of several is not that of the trade.
  const order = exactId(content.oid);
  const amount = order === null || order === id ? amountOf(content.payment, CURRENCY) : null;
  const facts = { id, amount, currency: CURRENCY, buyer: buyerOf(content) };
  if (kind !== "TradeCreate")
    return { ok: true, events: [{ id: `taobao-${name}`, type: "order.updated", ...common, order: facts }] };
  const createdAt = chinaInstant(content.created) ?? at;
  const created = { ...facts, createdAt };
  return {
    ok: true,
    events: [
      {
        id: `taobao-${name}`,
        type: isWhole(created) ? "order.created" : "order.updated",
        occurredAt: inChina((parseInstant(at) ?? receivedAt) - CREATION_LEAD),
        shop,
        order: created,
      },
    ],
  };
}
