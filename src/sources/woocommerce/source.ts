/**
 * WooCommerce's order webhooks. Each carries the whole order as it is when the webhook is delivered, which may be later than what caused
 * it. So the body decides and not the topic. A failed delivery is never repeated: `poll.woocommerce` finds what was missed.
 *
 * | `status` | event | |
 * |---|---|---|
 * | `pending`, `failed` | | unpaid |
 * | `on-hold` | | unpaid, `pendingConfirmation`: a bank transfer is under way |
 * | `processing`, `completed` | `order.paid` | not while a cash-on-delivery order has no time of payment |
 * | `refunded` | `order.refunded` | |
 * | other, with `refunds` | `order.refunded` for each | with its amount: the rest of the payment stands |
 * | `cancelled`, `trash`, the topic `order.deleted` | `order.closed` | |
 * | `checkout-draft`, `auto-draft`, `draft` | none | nobody has ordered yet |
 * | of a plug-in | | unpaid if `needs_payment`, paid if it has a time of payment, else `pendingConfirmation` |
 *
 * Two deliveries within one second share their delivery id, so events are named by their content.
 */
import { formatInstant } from "../../core/values/instant.ts";
import {
  amountOf,
  contentId,
  exactBody,
  exactId,
  isWhole,
  type Json,
  jsonOf,
  listOf,
  textOf,
  unknownTopic,
} from "../json.ts";
import { hmacHeader } from "../signature.ts";
import { headerOf, type Source, type SourceEvents } from "../source.ts";
import { instantOf, orderFields, stateOf } from "./order.ts";

const TOPICS = new Set(["order.created", "order.updated", "order.restored", "order.deleted"]);

export const woocommerce: Source = {
  name: "woocommerce",
  ...hmacHeader("X-WC-Webhook-Signature", "WooCommerce"),

  // Sent when the webhook is saved, without a signature. Any answer but 200 keeps the shop from saving it.
  ping: {
    looksLike: (headers) =>
      /^application\/x-www-form-urlencoded\b/i.test(headerOf(headers, "content-type") ?? "") &&
      headers["x-wc-webhook-signature"] === undefined,
    is: (rawBody) => /^webhook_id=\d{1,20}$/.test(rawBody.toString("latin1").trim()),
  },

  toEvents({ headers, body, rawBody, shop, receivedAt }) {
    const topic = headerOf(headers, "x-wc-webhook-topic");
    if (topic === null) return { ok: false, message: "the header X-WC-Webhook-Topic is missing" };
    if (!TOPICS.has(topic)) return unknownTopic(topic);
    const order = jsonOf(exactBody(body, rawBody));
    if (order === null) return { ok: false, message: "the body is not a JSON object" };
    return topic === "order.deleted" ? deleted(order, shop, receivedAt) : orderEvents(order, shop, receivedAt);
  },
};

/** The events of one order, also of one that was polled. */
export function orderEvents(order: Json, shop: string, receivedAt: number): SourceEvents {
  const id = exactId(order.id);
  if (id === null) return { ok: false, message: noOrder(order) };
  const state = stateOf(order);
  if (state.draft) return { ok: true, events: [], ignored: `order ${id} is a draft` };
  const fields = orderFields(order, id, state);
  const modified = instantOf(order.date_modified_gmt);
  const common = { occurredAt: modified ?? formatInstant(receivedAt, 0), shop };
  const created = isWhole(fields) && modified === fields.createdAt;
  const events: unknown[] = [
    {
      id: contentId(`woocommerce-order-${id}`, [modified, textOf(order.status, 60), fields]),
      type: created ? "order.created" : "order.updated",
      ...common,
      order: fields,
    },
  ];
  const add = (name: string, type: string, more: object) =>
    events.push({ id: `woocommerce-order-${id}-${name}`, type, ...common, order: { id, ...more } });
  if (state.paid) add("paid", "order.paid", { paidAt: instantOf(order.date_paid_gmt) ?? common.occurredAt });
  if (state.refunded) add("refunded", "order.refunded", {});
  else if (state.paid)
    for (const { name, ...part } of refundsOf(order, fields.currency)) add(name, "order.refunded", part);
  if (state.closed !== null) add("closed", "order.closed", { closedAt: common.occurredAt, reason: state.closed });
  return { ok: true, events };
}

function deleted(order: Json, shop: string, receivedAt: number): SourceEvents {
  const id = exactId(order.id);
  if (id === null) return { ok: false, message: noOrder(order) };
  const occurredAt = formatInstant(receivedAt, 0);
  const closed = { id, closedAt: occurredAt, reason: "deleted" };
  return {
    ok: true,
    events: [{ id: `woocommerce-order-${id}-deleted`, type: "order.closed", occurredAt, shop, order: closed }],
  };
}

/** WooCommerce reads the order as the user who made the webhook. Without rights it signs and sends its error. */
function noOrder(order: Json): string {
  const code = textOf(order.code, 80);
  if (code !== null && jsonOf(order.data)?.status !== undefined)
    return `the body is the error ${code} of WooCommerce: the user who owns the webhook may not read orders`;
  return "id: the body is not a WooCommerce order: it has no id";
}

/** `refunds: [{id, total: "-10.00"}]`. */
function refundsOf(order: Json, currency: string | null) {
  return listOf(order.refunds).flatMap((entry) => {
    const refund = jsonOf(entry);
    const id = exactId(refund?.id);
    const amount = amountOf(String(refund?.total ?? "").replace(/^-/, ""), currency);
    return id === null || amount === null || Number(amount) === 0 ? [] : [{ name: `refund-${id}`, amount, currency }];
  });
}
