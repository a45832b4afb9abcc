/**
 * Shopify's GraphQL Admin API. A query costs points, of which a shop gets some every second: when they are used up, the poll ends and goes on
 * later from where it was. An order that the app may not see in full comes with empty fields.
 */
import { parseInstant } from "../../core/values/instant.ts";
import { openApi } from "../api/call.ts";
import {
  type Asked,
  type OrderNow,
  type Page,
  PlatformFault,
  type ShopClient,
  type WebhookFinding,
} from "../client.ts";
import { type Json, jsonOf, listOf, objectsIn, textOf } from "../json.ts";
import type { PollAccess } from "../poll-keys.ts";
import { nodesOf, ORDER_FIELDS, restOrder } from "./graphql.ts";
import { idOf } from "./ids.ts";
import { orderEvents, stateOf } from "./source.ts";

/** A version lives twelve months; then Shopify answers as the oldest that it has. */
const VERSION = "2026-10";
const PATH = `/admin/api/${VERSION}/graphql.json`;
const PAGE_SIZE = 50;
/** Ids in one query; Shopify takes up to 250. */
const MAX_NAMED = 100;
const TOPICS = ["ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_PAID", "ORDERS_CANCELLED", "ORDERS_DELETE"];

const CHANGED = `query ($query: String!, $after: String) {
  orders(first: ${PAGE_SIZE}, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes { ${ORDER_FIELDS} } pageInfo { hasNextPage endCursor } } }`;
const NAMED = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { ${ORDER_FIELDS} } } }`;
const HOOKS = `query { webhookSubscriptions(first: 100) { nodes { topic endpoint { ... on WebhookHttpEndpoint { callbackUrl } } } } }`;

export function openShopify({ url, token }: PollAccess<"shopify">): ShopClient {
  const api = openApi(url);

  async function ask(query: string, variables: object, { signal, now }: Asked) {
    const { json, headers, platformNow } = await api.call({
      method: "POST",
      path: PATH,
      headers: { "content-type": "application/json", "x-shopify-access-token": token },
      body: JSON.stringify({ query, variables }),
      signal,
      now,
    });
    const answer = jsonOf(json);
    const cost = costOf(answer);
    const [error] = listOf(answer?.errors);
    if (error !== undefined) throw faultOf(jsonOf(error), cost.waitMs);
    const data = jsonOf(answer?.data);
    if (data === null) throw new PlatformFault("bad_answer", "Shopify answered without data");
    return { data, platformNow, waitMs: cost.waitMs, version: textOf(headers["x-shopify-api-version"], 20) };
  }

  async function* changedSince(since: number, asked: Asked): AsyncGenerator<Page> {
    const query = `updated_at:>='${new Date(since).toISOString()}'`;
    const cursors = new Set<string>();
    let after: string | null = null;
    let reached = since;
    for (;;) {
      const { data, platformNow, waitMs }: Awaited<ReturnType<typeof ask>> = await ask(
        CHANGED,
        { query, after },
        asked,
      );
      const orders = jsonOf(data.orders);
      if (orders === null) throw new PlatformFault("bad_answer", "Shopify answered without orders");
      const nodes = nodesOf(orders);
      for (const { updatedAt } of nodes) reached = Math.max(reached, parseInstant(textOf(updatedAt, 40) ?? "") ?? 0);
      const events = nodes.flatMap((node) => eventsOf(node, asked));
      const info: Json | null = jsonOf(orders.pageInfo);
      const next = info?.hasNextPage === true ? textOf(info.endCursor, 1_000) : null;
      if (next === null) {
        yield { events, reached: Math.max(reached, platformNow ?? 0), platformNow, waitMs: 0 };
        return;
      }
      yield { events, reached, platformNow, waitMs };
      if (cursors.has(next))
        throw new PlatformFault("same_page", "Shopify gives the same page of orders again and again");
      cursors.add(next);
      after = next;
    }
  }

  return {
    changedSince,
    ordersPerCall: MAX_NAMED,
    async ordersNow(ids, asked) {
      const known = ids.filter((id) => /^\d{1,40}$/.test(id)).map((id) => `gid://shopify/Order/${id}`);
      if (known.length === 0) return [];
      const { data } = await ask(NAMED, { ids: known }, asked);
      return objectsIn(data.nodes).flatMap((node) => orderNow(node, asked));
    },
    async webhooks(asked) {
      const { data, version } = await ask(HOOKS, {}, asked);
      const topics = nodesOf(data.webhookSubscriptions).flatMap(({ topic, endpoint }) => {
        const address = textOf(jsonOf(endpoint)?.callbackUrl, 2_000) ?? "";
        return address.includes("/v1/webhooks/shopify/") ? [textOf(topic, 60) ?? ""] : [];
      });
      const findings = TOPICS.map((topic): WebhookFinding => {
        const ok = topics.includes(topic);
        return { ok, message: `the webhook ${topic} is ${ok ? "there" : "missing: register it again"}` };
      });
      return version === null || version === VERSION ? findings : [...findings, outdated(version)];
    },
    close: api.close,
  };
}

const outdated = (version: string): WebhookFinding => ({
  ok: false,
  message: `Shopify answers as version ${/^[\w-]+$/.test(version) ? version : "?"} of its API, and Dunlin was written for ${VERSION}: update Dunlin`,
});

/** How long it takes until a query of the same cost is allowed. */
function costOf(answer: Json | null): { readonly waitMs: number } {
  const cost = jsonOf(jsonOf(answer?.extensions)?.cost);
  const status = jsonOf(cost?.throttleStatus);
  const [wanted, available, rate] = [
    Number(cost?.requestedQueryCost),
    Number(status?.currentlyAvailable),
    Number(status?.restoreRate),
  ];
  const waitMs = Math.ceil(((wanted - available) / rate) * 1_000);
  return { waitMs: Number.isFinite(waitMs) && waitMs > 0 ? waitMs : 0 };
}

function faultOf(error: Json | null, waitMs: number): PlatformFault {
  const code = textOf(jsonOf(error?.extensions)?.code, 60) ?? "no code";
  const said = `Shopify refused the query (${/^[A-Z_]+$/.test(code) ? code : "unknown code"})`;
  if (code === "THROTTLED") return new PlatformFault("rate_limited", said, waitMs || null);
  if (code === "ACCESS_DENIED") return new PlatformFault("unauthorized", `${said}: the token may not read orders`);
  return new PlatformFault("refused", said);
}

function eventsOf(node: Json, { shop, now }: Asked): readonly unknown[] {
  const read = orderEvents(restOrder(node), shop, now);
  return read.ok ? read.events : [];
}

function orderNow(node: Json, asked: Asked): OrderNow[] {
  const order = restOrder(node);
  const id = idOf(order, "Order");
  if (id === null) return [];
  const { paid, refunded, cancelled } = stateOf(order, "");
  return [{ id, state: paid ? "paid" : refunded || cancelled ? "closed" : "unpaid", events: eventsOf(node, asked) }];
}
