/** One Shopify order → the `order` of an event. */
import { parseInstant } from "../../core/values/instant.ts";
import { decimalOf, type Json, jsonOf, listOf, textOf } from "../json.ts";
import { CASH_ON_DELIVERY, nameOf, phonesOf, TRANSFER } from "../people.ts";
import { idOf } from "./ids.ts";
import { moneyOf, type OrderMoney } from "./money.ts";

/** `created`: the first report of this order. */
export type OrderState = {
  readonly created: boolean;
  readonly paid: boolean;
  readonly refunded: boolean;
  readonly cancelled: boolean;
};

/**
 * The fields of the order. The amount is what is still to be paid today, in the currency that the buyer saw. An order that is over
 * reports no amount after its first event: what the reminder asked for must stay.
 */
export function orderFields(order: Json, id: string, state: OrderState) {
  const over = state.paid || state.refunded || state.cancelled;
  const money = moneyOf(order);
  const { total } = money;
  const outstanding = decimalOf(order.total_outstanding);
  // Nothing is outstanding, yet the order is not paid: the payment is on its way.
  const underWay = !over && outstanding !== null && Number(outstanding) === 0;
  const gateway = gatewayOf(order);
  return {
    id,
    number: textOf(order.name, 100),
    amount: over && !state.created ? null : over || underWay ? total : (money.toBuyers(outstanding) ?? total),
    currency: money.currency,
    createdAt: textOf(order.created_at, 40),
    buyer: buyerOf(order),
    items: listOf(order.line_items)
      .slice(0, 500)
      .flatMap((line) => itemOf(line, money)),
    paymentMethod: gateway !== null && CASH_ON_DELIVERY.test(gateway) ? "cod" : gateway,
    payUrl: urlOf(order.order_status_url),
    tags: tagsOf(order),
    pendingConfirmation: underWay || (gateway !== null && TRANSFER.test(gateway)) || isOnTerms(order),
    // Goods that left before the payment were sold on credit, and so were some of them.
    shipped: known(order.fulfillment_status, (status) => status === "fulfilled" || status === "partial"),
    archived: known(order.closed_at, (at) => at !== null),
    note: textOf(order.note, 5000),
  };
}

/** null where the payload does not have the field. */
const known = (value: unknown, judge: (value: unknown) => boolean): boolean | null =>
  value === undefined ? null : judge(value);

/** Cash on delivery comes first, then any method but a gift card, which may have paid only a part. */
function gatewayOf(order: Json): string | null {
  const names = listOf(order.payment_gateway_names).flatMap((name) => textOf(name, 100) ?? []);
  const cash = names.find((name) => CASH_ON_DELIVERY.test(name));
  return cash ?? names.find((name) => name !== "gift_card") ?? names[0] ?? textOf(order.gateway, 100);
}

/** Whether payment is due later by agreement (net 30, a fixed date). Due on receipt or overdue counts as due now. */
function isOnTerms(order: Json): boolean {
  const now = parseInstant(textOf(order.updated_at, 40) ?? "");
  const schedules = listOf(jsonOf(order.payment_terms)?.payment_schedules);
  return schedules.some((entry) => {
    const due = parseInstant(textOf(jsonOf(entry)?.due_at, 40) ?? "");
    return due !== null && now !== null && due > now;
  });
}

function buyerOf(order: Json) {
  const customer = jsonOf(order.customer);
  const billing = jsonOf(order.billing_address);
  const shipping = jsonOf(order.shipping_address);
  const home = jsonOf(customer?.default_address);
  const id = customer === null ? null : idOf(customer, "Customer");
  const payer = billing ?? shipping ?? home;
  const phone = phonesOf([
    [order.phone, payer?.country_code],
    [customer?.phone, (home ?? payer)?.country_code],
    [billing?.phone, billing?.country_code],
    [shipping?.phone, shipping?.country_code],
    [home?.phone, home?.country_code],
  ]);
  // An address alone says nothing about who the buyer is.
  if (id === null && phone === null) return null;
  const addresses = [order.email, order.contact_email, customer?.email];
  const email = addresses.map((address) => textOf(address, 500)).find((address) => address !== null) ?? null;
  const name = nameOf(customer) ?? nameOf(billing) ?? nameOf(shipping);
  const country = textOf(payer?.country_code, 100);
  return {
    id,
    phone,
    email,
    country,
    name,
    locale: textOf(order.customer_locale, 40),
  };
}

/** A line that was removed from the order has a `current_quantity` of 0. */
function itemOf(line: unknown, money: OrderMoney) {
  const item = jsonOf(line);
  if (item === null) return [];
  const quantity = [item.current_quantity, item.quantity].find(
    (count) => Number.isInteger(count) && Number(count) >= 0,
  );
  if (quantity === 0) return [];
  return [
    {
      sku: textOf(item.sku, 200),
      title: textOf(item.title, 500) ?? textOf(item.name, 500),
      quantity: quantity === undefined ? null : Math.min(Number(quantity), 1_000_000),
      price: money.priceOf(item),
    },
  ];
}

function tagsOf(order: Json): string[] {
  const given = typeof order.tags === "string" ? order.tags.split(",") : listOf(order.tags);
  const tags = given.flatMap((tag) => textOf(tag, 200) ?? []).slice(0, 199);
  return order.test === true ? [...tags, "shopify-test"] : tags;
}

/** The page where the buyer sees and pays the order. Null when it is too long for a message. */
function urlOf(value: unknown): string | null {
  const text = textOf(value, 2001);
  return text !== null && text.length <= 2000 && /^https?:\/\//.test(text) ? text : null;
}
