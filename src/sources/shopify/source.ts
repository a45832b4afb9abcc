/**
 * Shopify's order webhooks. Each carries the whole order as it was at `updated_at`. They come in any order, and a lost one is not
 * repeated. So every topic is read in the same way: one event with the fields of the order (`order.created` or `order.updated`),
 * and further events for its state:
 *
 * | in the payload | event | |
 * |---|---|---|
 * | `paid`, `partially_refunded` | `order.paid` | |
 * | `partially_refunded` | `order.refunded` for each of `refunds` | with its amount: the rest of the payment stands |
 * | `authorized` | `order.paid` | the buyer has done their part; the shop may capture days later |
 * | `refunded` | `order.refunded` | |
 * | `voided`, not cancelled | `order.refunded` | an authorization was released |
 * | `cancelled_at` | `order.closed` with `cancel_reason` | |
 * | the topic `orders/delete`, with the id alone | `order.closed` with `deleted` | |
 * | `pending`, `partially_paid`, `expired`, none | | unpaid |
 *
 * The ids of the state events are made of the order's id: later updates repeat the state, and only the first report counts
 * (Shopify sends no time of payment). The body decides, not the topic: the topic is not signed.
 *
 * Test orders (`test: true`) count like any other, so that a shop can try its reminders. They get the tag `shopify-test`, which a
 * campaign can exclude.
 */
import { createHash } from "node:crypto";
import { formatInstant, parseInstant } from "../../core/values/instant.ts";
import { contentId, isWhole, type Json, jsonOf, textOf, unknownTopic } from "../json.ts";
import { hmacHeader } from "../signature.ts";
import { headerOf, type Source, type SourceEvents, type SourceHeaders } from "../source.ts";
import { idOf, withExactIds } from "./ids.ts";
import { type OrderState, orderFields } from "./order.ts";
import { refundsOf } from "./refunds.ts";

const TOPICS = new Set(["orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/delete"]);
const PAID = new Set(["paid", "authorized", "partially_refunded"]);

export const shopify: Source = {
  name: "shopify",

  ...hmacHeader("X-Shopify-Hmac-Sha256", "Shopify"),

  toEvents({ headers, body, rawBody, shop, receivedAt }) {
    const topic = headerOf(headers, "x-shopify-topic");
    if (topic === null) return { ok: false, message: "the header X-Shopify-Topic is missing" };
    if (!TOPICS.has(topic)) return unknownTopic(topic);
    const order = withExactIds(jsonOf(body), rawBody);
    if (order === null) return { ok: false, message: "the body is not a JSON object" };
    const id = idOf(order, "Order");
    if (id === null)
      return {
        ok: false,
        message: "id: the body is not a Shopify order: it has neither a whole number as id nor an admin_graphql_api_id",
      };

    if (topic === "orders/delete" && isBare(order)) {
      const at = parseInstant(headerOf(headers, "x-shopify-triggered-at") ?? "") ?? receivedAt;
      const occurredAt = formatInstant(at, 0);
      const deleted = { id, closedAt: occurredAt, reason: "deleted" };
      return {
        ok: true,
        events: [{ id: `shopify-order-${id}-deleted`, type: "order.closed", occurredAt, shop, order: deleted }],
      };
    }
    const created = topic === "orders/create";
    const state = stateOf(order, topic);
    const fields = orderFields(order, id, { created, ...state });
    // A sale at the till has no customer. After repeated refusals Shopify drops the subscription, so it is ignored, not refused.
    if (created && fields.buyer === null)
      return {
        ok: true,
        events: [],
        ignored: `order ${id} has no customer and no usable phone number: no one can be reminded`,
      };
    const at = occurredAt(order, headers, receivedAt);
    const first = { id: eventId(headers, topic, rawBody), type: created ? "order.created" : "order.updated" };
    return { ok: true, events: eventsOf(order, { ...first, order: fields }, state, { at, shop }) };
  },
};

/** The events of an order that was polled, in the shape of the webhooks. */
export function orderEvents(order: Json, shop: string, receivedAt: number): SourceEvents {
  const id = idOf(order, "Order");
  if (id === null) return { ok: false, message: "id: is no order of Shopify" };
  const state = stateOf(order, "");
  const created = order.created_at === order.updated_at;
  const fields = orderFields(order, id, { created, ...state });
  const first = {
    id: contentId(`shopify-order-${id}`, [order.updated_at, order.financial_status, fields]),
    type: created && isWhole(fields) ? "order.created" : "order.updated",
  };
  const at = occurredAt(order, {}, receivedAt);
  return { ok: true, events: eventsOf(order, { ...first, order: fields }, state, { at, shop }) };
}

type First = { readonly id: string; readonly type: string; readonly order: ReturnType<typeof orderFields> };

/** The first event, and those of the state of the order. */
function eventsOf(
  order: Json,
  first: First,
  { paid, refunded, cancelled }: Omit<OrderState, "created">,
  { at, shop }: { readonly at: number; readonly shop: string },
): unknown[] {
  const { id } = first.order;
  const common = { occurredAt: formatInstant(at, 0), shop };
  const events: unknown[] = [{ id: first.id, type: first.type, ...common, order: first.order }];
  const add = (state: string, more: object) =>
    events.push({ id: `shopify-order-${id}-${state}`, type: `order.${state}`, ...common, ...more, order: { id } });
  if (paid) add("paid", { paidAt: common.occurredAt });
  if (refunded) add("refunded", {});
  else
    for (const { id: refund, amount, currency } of refundsOf(order))
      events.push({
        id: `shopify-order-${id}-refund-${refund}`,
        type: "order.refunded",
        ...common,
        order: { id, amount, currency },
      });
  if (cancelled) {
    const closedAt = textOf(order.cancelled_at, 40) ?? common.occurredAt;
    add("closed", { closedAt, reason: textOf(order.cancel_reason, 200) ?? "cancelled" });
  }
  return events;
}

/** A deleted order is posted as its id alone. A whole order with that topic is no deletion: the topic is not signed. */
const isBare = (order: Json): boolean => order.financial_status === undefined && order.line_items === undefined;

export function stateOf(order: Json, topic: string): Omit<OrderState, "created"> {
  const financial = textOf(order.financial_status, 40);
  const cancelled =
    order.cancelled_at === undefined ? topic === "orders/cancelled" : textOf(order.cancelled_at, 40) !== null;
  return {
    paid: financial === null ? topic === "orders/paid" : PAID.has(financial),
    refunded: financial === "refunded" || (financial === "voided" && !cancelled),
    cancelled,
  };
}

/**
 * `updated_at` has whole seconds, and a new order changes several times within one. The time at which Shopify triggered the webhook
 * orders the changes within that second.
 */
function occurredAt(order: Json, headers: SourceHeaders, receivedAt: number): number {
  const triggered = parseInstant(headerOf(headers, "x-shopify-triggered-at") ?? "");
  const updated = parseInstant(textOf(order.updated_at, 40) ?? "");
  if (updated === null) return triggered ?? receivedAt;
  return triggered === null || triggered < updated ? updated : Math.min(triggered, updated + 999);
}

/** Shopify repeats a webhook with the same id. Without an id, the same topic and body are the same event. */
function eventId(headers: SourceHeaders, topic: string, rawBody: Buffer): string {
  const id = headerOf(headers, "x-shopify-webhook-id");
  if (id !== null && id.length <= 100) return `shopify-${id}`;
  return `shopify-${createHash("sha256").update(topic).update("\n").update(rawBody).digest("hex").slice(0, 40)}`;
}
