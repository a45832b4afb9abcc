/**
 * Shopify's order webhooks. Each carries the whole order as it was at `updated_at`, they come unordered, and a lost one is
 * not told again; so every topic is read alike: what the order holds (`order.created` or `order.updated`), and what the
 * payload says has become of it, as events of their own:
 *
 * | in the payload | event | |
 * |---|---|---|
 * | `paid`, `partially_refunded` | `order.paid` | |
 * | `authorized` | `order.paid` | the buyer has done their part; the shop captures later, maybe days later |
 * | `refunded` | `order.refunded` | |
 * | `voided`, not cancelled | `order.refunded` | an authorization was released |
 * | `cancelled_at` | `order.closed` with `cancel_reason` | |
 * | `pending`, `partially_paid`, `expired`, none | | unpaid |
 *
 * Those three have ids made of the order's id: every later update repeats the state, but it came about once, and the first
 * time it is told counts (Shopify tells no time of payment). The body decides, not the topic: the topic is not signed.
 *
 * Test orders (`test: true`) count like any other, so that a shop can try its reminders, and get the tag `shopify-test`,
 * which a campaign can exclude.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { formatInstant, parseInstant } from "../core/values/instant.ts";
import { exactly, idOf, type Json, jsonOf, textOf } from "./shopify-json.ts";
import { type OrderState, orderFields } from "./shopify-order.ts";
import { headerOf, type Source, type SourceHeaders } from "./source.ts";

const TOPICS = new Set(["orders/create", "orders/updated", "orders/paid", "orders/cancelled"]);
const PAID = new Set(["paid", "authorized", "partially_refunded"]);

export const shopify: Source = {
  name: "shopify",

  verify({ headers, rawBody, secret }) {
    const given = headerOf(headers, "x-shopify-hmac-sha256");
    if (given === null) return { ok: false, message: "the header X-Shopify-Hmac-Sha256 is missing" };
    const wanted = Buffer.from(createHmac("sha256", secret).update(rawBody).digest("base64"));
    const told = Buffer.from(given);
    if (told.length === wanted.length && timingSafeEqual(told, wanted)) return { ok: true };
    return { ok: false, message: "the signature does not match the body and this shop's Shopify secret" };
  },

  toEvents({ headers, body, rawBody, shop, receivedAt }) {
    const topic = headerOf(headers, "x-shopify-topic");
    if (topic === null) return { ok: false, message: "the header X-Shopify-Topic is missing" };
    if (!TOPICS.has(topic))
      return { ok: true, events: [], ignored: `the topic ${topic.slice(0, 80)} tells nothing about unpaid orders` };
    const order = exactly(jsonOf(body), rawBody);
    if (order === null) return { ok: false, message: "the body is no JSON object" };
    const id = idOf(order, "Order");
    if (id === null)
      return {
        ok: false,
        message: "id: the body is no Shopify order: it has neither a whole number as id nor an admin_graphql_api_id",
      };

    const created = topic === "orders/create";
    const state = stateOf(order, topic);
    const fields = orderFields(order, id, { ...state, created });
    // Sales at the till have no customer. A refusal would make Shopify repeat them and, in the end, drop the subscription.
    if (created && fields.buyer === null)
      return {
        ok: true,
        events: [],
        ignored: `order ${id} has no customer and no usable phone number: there is nobody to remind`,
      };

    const at = occurredAt(order, headers, receivedAt);
    const told = { occurredAt: formatInstant(at, 0), shop };
    const events: unknown[] = [
      {
        id: eventId(headers, topic, rawBody),
        type: created ? "order.created" : "order.updated",
        ...told,
        order: fields,
      },
    ];
    const add = (what: string, more: object) =>
      events.push({ id: `shopify-order-${id}-${what}`, type: `order.${what}`, ...told, ...more, order: { id } });
    if (state.paid) add("paid", { paidAt: told.occurredAt });
    if (state.refunded) add("refunded", {});
    if (state.cancelled) {
      const closedAt = textOf(order.cancelled_at, 40) ?? told.occurredAt;
      add("closed", { closedAt, reason: textOf(order.cancel_reason, 200) ?? "cancelled" });
    }
    return { ok: true, events };
  },
};

function stateOf(order: Json, topic: string): Omit<OrderState, "created"> {
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
 * `updated_at` has whole seconds, and an order changes several times in its first: within that second the moment at which
 * Shopify triggered the webhook tells the order of the changes.
 */
function occurredAt(order: Json, headers: SourceHeaders, receivedAt: number): number {
  const triggered = parseInstant(headerOf(headers, "x-shopify-triggered-at") ?? "");
  const updated = parseInstant(textOf(order.updated_at, 40) ?? "");
  if (updated === null) return triggered ?? receivedAt;
  return triggered === null || triggered < updated ? updated : Math.min(triggered, updated + 999);
}

/** Shopify repeats a webhook under the same id. Without one, the same topic and body are the same event. */
function eventId(headers: SourceHeaders, topic: string, rawBody: Buffer): string {
  const told = headerOf(headers, "x-shopify-webhook-id");
  if (told !== null && told.length <= 100) return `shopify-${told}`;
  return `shopify-${createHash("sha256").update(topic).update("\n").update(rawBody).digest("hex").slice(0, 40)}`;
}
