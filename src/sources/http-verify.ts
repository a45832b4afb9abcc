/**
 * Asks a service of the shop's own whether orders are still unpaid: posts `{"shop", "orders": [ids]}`, signed as Standard Webhooks, and expects
 * `{"orders": {"<id>": "unpaid" | "paid" | "closed"}}`.
 */
import { randomUUID } from "node:crypto";
import { formatInstant } from "../core/values/instant.ts";
import { sign, signingKey } from "../standard-webhooks.ts";
import { openApi } from "./api/call.ts";
import { type OrderState, PlatformFault, type ShopClient } from "./client.ts";
import { jsonOf } from "./json.ts";

const STATES: ReadonlySet<unknown> = new Set<OrderState>(["unpaid", "paid", "closed"]);
const isState = (value: unknown): value is OrderState => STATES.has(value);

export function openHttpVerify(address: string, secret: string): ShopClient {
  const url = new URL(address);
  const api = openApi(url.origin);
  const key = signingKey(secret);
  return {
    ordersPerCall: 100,
    async ordersNow(ids, { shop, now, signal }) {
      const body = JSON.stringify({ shop, orders: ids });
      const id = `verify_${randomUUID()}`;
      const timestamp = String(Math.floor(now / 1000));
      const { json } = await api.call({
        method: "POST",
        path: `${url.pathname}${url.search}`,
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": sign(key, id, timestamp, Buffer.from(body)),
        },
        body,
        signal,
        now,
      });
      const states = jsonOf(jsonOf(json)?.orders);
      if (states === null) throw new PlatformFault("bad_answer", `${url.host} answered without orders`);
      const at = formatInstant(Math.floor(now), 0);
      return ids.flatMap((order) => {
        const state = Object.hasOwn(states, order) ? states[order] : null;
        return isState(state) ? [{ id: order, state, events: eventsOf(shop, order, state, at) }] : [];
      });
    },
    close: api.close,
  };
}

function eventsOf(shop: string, order: string, state: OrderState, at: string): unknown[] {
  const common = { occurredAt: at, shop };
  if (state === "paid")
    return [{ id: `verify-${order}-paid`, type: "order.paid", ...common, order: { id: order, paidAt: at } }];
  if (state === "closed")
    return [
      {
        id: `verify-${order}-closed`,
        type: "order.closed",
        ...common,
        order: { id: order, closedAt: at, reason: "closed" },
      },
    ];
  return [];
}
