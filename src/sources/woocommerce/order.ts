/** One WooCommerce order → the `order` of an event. */
import { countryCode } from "../../core/values/country.ts";
import { parseInstant } from "../../core/values/instant.ts";
import { amountOf, exactId, type Json, jsonOf, listOf, textOf } from "../json.ts";
import { CASH_ON_DELIVERY, nameOf, phonesOf } from "../people.ts";

export type WooState = {
  /** Orders of this status are none yet: somebody opened the checkout, or an editor. */
  readonly draft: boolean;
  readonly paid: boolean;
  readonly refunded: boolean;
  readonly closed: string | null;
  /** Nobody may chase it: the money is under way (a bank transfer), or the status is one of a plug-in that says nothing about it. */
  readonly pending: boolean;
};

/** `wc-pending` is the same status as `pending`. */
export function stateOf(order: Json): WooState {
  const status = (textOf(order.status, 60) ?? "").replace(/^wc-/, "");
  const none = { draft: false, paid: false, refunded: false, closed: null, pending: false };
  const hasPaid = instantOf(order.date_paid_gmt) !== null;
  switch (status) {
    case "checkout-draft":
    case "auto-draft":
    case "draft":
      return { ...none, draft: true };
    case "pending":
    case "failed":
      return none;
    case "on-hold":
      return { ...none, pending: true };
    case "processing":
    case "completed":
      // Cash on delivery is processed unpaid. Another order without a time of payment was set to this status by the shop.
      return { ...none, paid: hasPaid || !isCashOnDelivery(order) };
    case "refunded":
      return { ...none, paid: hasPaid, refunded: true };
    case "cancelled":
      return { ...none, paid: hasPaid, closed: "cancelled" };
    case "trash":
      return { ...none, closed: "deleted" };
    default:
      return order.needs_payment === true ? none : { ...none, paid: hasPaid, pending: !hasPaid };
  }
}

export function orderFields(order: Json, id: string, state: WooState) {
  const currency = textOf(order.currency, 10);
  return {
    id,
    number: textOf(order.number, 100),
    amount: amountOf(order.total, currency),
    currency,
    createdAt: instantOf(order.date_created_gmt),
    buyer: buyerOf(order),
    items: listOf(order.line_items)
      .slice(0, 500)
      .flatMap((line) => itemOf(jsonOf(line), currency)),
    paymentMethod: isCashOnDelivery(order) ? "cod" : textOf(order.payment_method, 100),
    payUrl: urlOf(order.payment_url),
    pendingConfirmation: state.pending,
    note: textOf(order.customer_note, 5000),
  };
}

/** `2026-11-10T12:00:00`, in UTC without saying so. */
export function instantOf(value: unknown): string | null {
  const text = textOf(value, 40);
  if (text === null) return null;
  const inUtc = /(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`;
  return parseInstant(inUtc) === null ? null : inUtc;
}

/** The core method is `cod`; plug-ins have others, and the title says it. */
const isCashOnDelivery = (order: Json): boolean =>
  [order.payment_method, order.payment_method_title].some((name) =>
    CASH_ON_DELIVERY.test((textOf(name, 200) ?? "").replaceAll("_", " ")),
  );

/** A guest has the customer id 0. */
function buyerOf(order: Json) {
  const billing = jsonOf(order.billing);
  const shipping = jsonOf(order.shipping);
  const customer = exactId(order.customer_id);
  const id = customer === null || /^0+$/.test(customer) ? null : customer;
  const phone = phonesOf([
    [billing?.phone, billing?.country],
    [shipping?.phone, textOf(shipping?.country, 100) ?? billing?.country],
  ]);
  if (id === null && phone === null) return null;
  const country = countryCode(textOf(billing?.country, 100) ?? textOf(shipping?.country, 100) ?? "");
  return { id, phone, email: textOf(billing?.email, 500), country, name: nameOf(billing) ?? nameOf(shipping) };
}

function itemOf(item: Json | null, currency: string | null) {
  if (item === null) return [];
  const quantity = Number(item.quantity);
  return [
    {
      sku: textOf(item.sku, 200),
      title: textOf(item.name, 500),
      quantity: Number.isInteger(quantity) && quantity >= 0 ? Math.min(quantity, 1_000_000) : null,
      price: amountOf(item.price, currency),
    },
  ];
}

/** It holds the key of the order, with which anybody may see and pay it: never log it. */
function urlOf(value: unknown): string | null {
  const text = textOf(value, 2001);
  return text !== null && text.length <= 2000 && /^https?:\/\//.test(text) ? text : null;
}
