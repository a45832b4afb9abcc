/**
 * One trade, as `taobao.trade.fullinfo.get` and `taobao.trades.sold.increment.get` give it → order events. All amounts are yuan.
 *
 * | `status` | event | |
 * |---|---|---|
 * | `TRADE_NO_CREATE_PAY`, `WAIT_BUYER_PAY` | | unpaid |
 * | `PAY_PENDING`, `WAIT_PRE_AUTH_CONFIRM` | | unpaid, `pendingConfirmation`: the buyer has done their part |
 * | `WAIT_SELLER_SEND_GOODS` and all that follow | `order.paid` | not for cash on delivery without a time of payment |
 * | `TRADE_CLOSED_BY_TAOBAO` | `order.closed` | closed before the payment |
 * | `TRADE_CLOSED` | `order.paid`, `order.refunded` | closed after the payment |
 *
 * The platform does not say until when a trade can be paid: `closeAfter` of the shop counts.
 */
import { formatAmount, parseAmount } from "../../core/values/money.ts";
import { chinaInstant, inChina } from "../china-time.ts";
import type { OrderState } from "../client.ts";
import { amountOf, contentId, exactId, isWhole, type Json, jsonOf, listOf, textOf } from "../json.ts";
import type { SourceEvents } from "../source.ts";

const UNPAID = new Set(["TRADE_NO_CREATE_PAY", "WAIT_BUYER_PAY"]);
const PENDING = new Set(["PAY_PENDING", "WAIT_PRE_AUTH_CONFIRM"]);
const PAID = new Set([
  "WAIT_SELLER_SEND_GOODS",
  "SELLER_CONSIGNED_PART",
  "WAIT_BUYER_CONFIRM_GOODS",
  "TRADE_BUYER_SIGNED",
  "TRADE_FINISHED",
]);
export const CURRENCY = "CNY";

/** null: a status that is not known. */
export function tradeState(trade: Json): OrderState | null {
  const status = textOf(trade.status, 60) ?? "";
  if (UNPAID.has(status) || PENDING.has(status)) return "unpaid";
  if (PAID.has(status)) return isCashOnDelivery(trade) && chinaInstant(trade.pay_time) === null ? "unpaid" : "paid";
  return status === "TRADE_CLOSED" || status === "TRADE_CLOSED_BY_TAOBAO" ? "closed" : null;
}

/** The id as text: JSON holds it as a number of 64 bits, and beside it as `tid_str`. */
export const tradeId = (trade: Json | null): string | null => exactId(trade?.tid_str) ?? exactId(trade?.tid);

export function tradeEvents(trade: Json, shop: string, receivedAt: number): SourceEvents {
  const id = tradeId(trade);
  if (id === null) return { ok: false, message: "tid: the body is not a trade of Taobao: it has no exact tid" };
  const state = tradeState(trade);
  if (state === null) return { ok: true, events: [], ignored: `trade ${id} has an unknown status` };
  const fields = orderFields(trade, id);
  const modified = chinaInstant(trade.modified);
  const common = { occurredAt: modified ?? inChina(receivedAt), shop };
  const created = isWhole(fields) && modified === fields.createdAt;
  const events: unknown[] = [
    {
      id: contentId(`taobao-trade-${id}`, [modified, textOf(trade.status, 60), fields]),
      type: created ? "order.created" : "order.updated",
      ...common,
      order: fields,
    },
  ];
  const add = (name: string, more: object) =>
    events.push({ id: `taobao-trade-${id}-${name}`, type: `order.${name}`, ...common, order: { id, ...more } });
  const isRefunded = trade.status === "TRADE_CLOSED";
  if (state === "paid" || isRefunded) add("paid", { paidAt: chinaInstant(trade.pay_time) ?? common.occurredAt });
  if (isRefunded) add("refunded", {});
  else if (state === "closed")
    add("closed", { closedAt: chinaInstant(trade.end_time) ?? common.occurredAt, reason: "closed" });
  return { ok: true, events };
}

function orderFields(trade: Json, id: string) {
  const step = textOf(trade.step_trade_status, 60);
  const depositPaid = step === "FRONT_PAID_FINAL_NOPAID";
  const total = amountOf(trade.payment, CURRENCY);
  return {
    id,
    amount: depositPaid ? without(total, amountOf(trade.step_paid_fee, CURRENCY)) : total,
    currency: CURRENCY,
    createdAt: chinaInstant(trade.created),
    buyer: buyerOf(trade),
    items: listOf(jsonOf(trade.orders)?.order).slice(0, 500).flatMap(itemOf),
    paymentMethod: isCashOnDelivery(trade) ? "cod" : "alipay",
    pendingConfirmation: PENDING.has(textOf(trade.status, 60) ?? ""),
    presale: depositPaid || step === "FRONT_NOPAID_FINAL_NOPAID" ? { depositPaid } : null,
    note: textOf(trade.buyer_message, 5000),
  };
}

function without(total: string | null, deposit: string | null): string | null {
  if (total === null || deposit === null) return total;
  const rest = (parseAmount(total, CURRENCY) ?? 0) - (parseAmount(deposit, CURRENCY) ?? 0);
  return rest > 0 ? formatAmount(rest, CURRENCY) : total;
}

const isCashOnDelivery = (trade: Json): boolean => trade.type === "cod";

/** Masked names and numbers reach no one. They stand beside the open id in nearly every trade, so they are left out without a warning. */
export function buyerOf(trade: Json) {
  const id = shown(trade.buyer_open_uid, 200);
  const nick = shown(trade.buyer_nick, 200);
  const phone = shown(trade.receiver_mobile, 100) ?? shown(trade.receiver_phone, 100);
  if (id === null && nick === null && phone === null) return null;
  return {
    id,
    phone,
    country: phone === null ? null : "CN",
    chat: nick === null ? null : { wangwang: nick },
    name: shown(trade.receiver_name, 200),
  };
}

function shown(value: unknown, max: number): string | null {
  const text = textOf(value, max);
  return text === null || text.includes("*") ? null : text;
}

function itemOf(entry: unknown) {
  const item = jsonOf(entry);
  if (item === null) return [];
  const quantity = Number(item.num);
  return [
    {
      sku: textOf(item.outer_sku_id, 200) ?? textOf(item.outer_iid, 200),
      title: textOf(item.title, 500),
      quantity: Number.isInteger(quantity) && quantity >= 0 ? Math.min(quantity, 1_000_000) : null,
      price: amountOf(item.price, CURRENCY),
    },
  ];
}
