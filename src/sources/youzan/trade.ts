/**
 * One trade of Youzan (`full_order_info`), as its messages and `youzan.trades.sold.get` give it → order events. Amounts are yuan, times are at
 * UTC+8, and absent ones are "".
 *
 * | `order_info.status` | event | |
 * |---|---|---|
 * | `WAIT_BUYER_PAY` | | unpaid until `expired_time` |
 * | `WAIT_CONFIRM`, `WAIT_SELLER_SEND_GOODS` and all that follow, `TRADE_SUCCESS` | `order.paid` | not for cash on delivery without a time of payment |
 * | `TRADE_CLOSED` with a time of payment | `order.paid`, `order.refunded` | closed by a refund |
 * | `TRADE_CLOSED` without | `order.closed` | |
 */
import { chinaInstant, inChina } from "../china-time.ts";
import type { OrderState } from "../client.ts";
import { amountOf, contentId, exactId, isWhole, type Json, jsonOf, listOf, textOf } from "../json.ts";
import { CASH_ON_DELIVERY } from "../people.ts";
import type { SourceEvents } from "../source.ts";

const CURRENCY = "CNY";
/** Cash on delivery in `pay_type`: its old number and its name. */
const COD = new Set(["9", "CODPAY", "COD_PAY"]);
const PAID = new Set([
  "TRADE_PAID",
  "WAIT_CONFIRM",
  "WAIT_SELLER_SEND_GOODS",
  "WAIT_BUYER_CONFIRM_GOODS",
  "TRADE_BUYER_SIGNED",
  "TRADE_SUCCESS",
]);

type Parts = { readonly info: Json; readonly pay: Json | null; readonly full: Json };

function partsOf(full: Json): Parts | null {
  const info = jsonOf(full.order_info);
  return info === null ? null : { info, pay: jsonOf(full.pay_info), full };
}

export const tradeId = (full: Json): string | null => exactId(jsonOf(full.order_info)?.tid);

/** null: a status that is not known. */
export function tradeState(full: Json): OrderState | null {
  const info = jsonOf(full.order_info) ?? {};
  const status = textOf(info.status, 60) ?? "";
  if (status === "WAIT_BUYER_PAY") return "unpaid";
  if (status === "TRADE_CLOSED" || status === "TRADE_CLOSE") return "closed";
  if (!PAID.has(status)) return null;
  return isCashOnDelivery(info) && chinaInstant(info.pay_time) === null ? "unpaid" : "paid";
}

export function tradeEvents(full: Json, shop: string, receivedAt: number): SourceEvents {
  const parts = partsOf(full);
  const id = tradeId(full);
  if (parts === null || id === null)
    return { ok: false, message: "full_order_info: the body is not a trade of Youzan: it has no order_info.tid" };
  const { info } = parts;
  const state = tradeState(full);
  if (state === null) return { ok: true, events: [], ignored: `trade ${id} has an unknown status` };
  const fields = orderFields(parts, id);
  const updated = chinaInstant(info.update_time);
  const common = { occurredAt: updated ?? fields.createdAt ?? inChina(receivedAt), shop };
  const created = isWhole(fields) && (updated === null || updated === fields.createdAt);
  const events: unknown[] = [
    {
      id: contentId(`youzan-trade-${id}`, [updated, textOf(info.status, 60), fields]),
      type: created ? "order.created" : "order.updated",
      ...common,
      order: fields,
    },
  ];
  const paidAt = chinaInstant(info.pay_time);
  const isRefunded = state === "closed" && paidAt !== null;
  const add = (name: string, more: object) => events.push({ ...stateEvent(id, name, more), ...common });
  if (state === "paid" || isRefunded) add("paid", { paidAt: paidAt ?? common.occurredAt });
  if (isRefunded) add("refunded", {});
  else if (state === "closed") add("closed", { closedAt: common.occurredAt, reason: reasonOf(info) });
  return { ok: true, events };
}

/** Named by the order: a message and a poll that report the same state are one event. */
export const stateEvent = (id: string, name: string, more: object) => ({
  id: `youzan-trade-${id}-${name}`,
  type: `order.${name}`,
  order: { id, ...more },
});

export const reasonOf = (info: Json): string =>
  textOf(info.close_reason, 200) ?? textOf(info.close_type, 200) ?? exactId(info.close_type) ?? "closed";

function orderFields({ info, pay, full }: Parts, id: string) {
  const phases = phasesOf(pay);
  return {
    id,
    amount: (phases?.depositPaid === true ? phases.balance : null) ?? amountOf(pay?.payment, CURRENCY),
    currency: CURRENCY,
    createdAt: chinaInstant(info.created),
    closesAt: chinaInstant(info.expired_time),
    buyer: buyerOf(full),
    items: listOf(full.orders).slice(0, 500).flatMap(itemOf),
    paymentMethod: isCashOnDelivery(info) ? "cod" : (textOf(info.pay_type_str, 100) ?? exactId(info.pay_type)),
    presale:
      phases === null ? null : { depositPaid: phases.depositPaid, balanceFrom: phases.from, balanceTo: phases.to },
    note: textOf(jsonOf(full.remark_info)?.buyer_message, 5000),
  };
}

const isCashOnDelivery = (info: Json): boolean =>
  [info.pay_type, info.pay_type_str].some((type) => {
    const text = exactId(type) ?? "";
    return COD.has(text) || CASH_ON_DELIVERY.test(text);
  });

/** Deposit and balance of a presale. Null: the whole is paid at once, also when the goods are sent later. */
function phasesOf(pay: Json | null) {
  const [deposit, balance] = listOf(pay?.phase_payments).map(jsonOf);
  if (deposit == null || balance == null) return null;
  return {
    depositPaid: textOf(deposit.outer_transaction_no, 200) !== null || chinaInstant(deposit.pay_time) !== null,
    from: chinaInstant(balance.pay_start_time),
    to: chinaInstant(balance.pay_end_time),
    balance: amountOf(balance.real_price, CURRENCY),
  };
}

function buyerOf(full: Json) {
  const buyer = jsonOf(full.buyer_info);
  const address = jsonOf(full.address_info);
  const given = exactId(buyer?.buyer_id);
  const id = given === null || /^0+$/.test(given) ? null : given;
  const openId = shown(buyer?.outer_user_id, 200);
  const phone = shown(buyer?.buyer_phone, 100) ?? shown(address?.receiver_tel, 100);
  if (id === null && openId === null && phone === null) return null;
  return {
    id,
    phone,
    country: phone === null ? null : "CN",
    chat: openId === null ? null : { wechat: openId },
    name: shown(address?.receiver_name, 200),
  };
}

/** Masked (`138****5678`) and encrypted (`$…$1$`) values reach no one. Most shops see only such, so they are left out without a warning. */
function shown(value: unknown, max: number): string | null {
  const text = textOf(value, max);
  return text === null || /\*|^\$.*\$$/.test(text) ? null : text;
}

function itemOf(entry: unknown) {
  const item = jsonOf(entry);
  if (item === null) return [];
  const quantity = Number(item.num);
  return [
    {
      sku: textOf(item.outer_sku_id, 200) ?? textOf(item.outer_item_id, 200),
      title: textOf(item.title, 500),
      quantity: Number.isInteger(quantity) && quantity >= 0 ? Math.min(quantity, 1_000_000) : null,
      price: amountOf(item.price, CURRENCY),
    },
  ];
}
