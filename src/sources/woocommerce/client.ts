/**
 * WooCommerce's REST API v3. Pages shift while orders change, so the list is read by time: the next page begins at the second in which the
 * last one ended, without the orders of that second that are read already. `modified_after` excludes its own second.
 */
import { SECOND } from "../../core/values/duration.ts";
import { parseInstant } from "../../core/values/instant.ts";
import { type ApiAnswer, openApi } from "../api/call.ts";
import { type Asked, type OrderNow, type Page, PlatformFault, type ShopClient } from "../client.ts";
import { exactId, type Json, objectsIn, textOf } from "../json.ts";
import type { PollAccess } from "../poll-keys.ts";
import { instantOf, stateOf } from "./order.ts";
import { orderEvents } from "./source.ts";

const PAGE_SIZE = 100;
/** They stand in the URL. More orders of one second, as after a migration, are paged by number. */
const MAX_EXCLUDED = 400;
/** The fields that order.ts reads. */
const FIELDS =
  "id,number,status,currency,total,date_created_gmt,date_modified_gmt,date_paid_gmt,customer_id,customer_note,billing,shipping,payment_method,payment_method_title,payment_url,needs_payment,line_items,refunds";

export function openWooCommerce({ url, key, secret }: PollAccess<"woocommerce">): ShopClient {
  const api = openApi(url);
  const headers = { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}` };
  const get = (resource: string, query: Readonly<Record<string, string | number>>, { signal, now }: Asked) => {
    const text = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) text.set(name, String(value));
    return api.call({ path: `/wp-json/wc/v3/${resource}?${text}`, headers, signal, now });
  };

  async function* changedSince(since: number, asked: Asked): AsyncGenerator<Page> {
    const seen = new Set<string>();
    let from = since;
    /** The orders of the second after `from` that are read already. */
    let done: readonly string[] = [];
    for (;;) {
      const isLong = done.length > MAX_EXCLUDED;
      const page = isLong ? 1 + Math.floor(done.length / PAGE_SIZE) : 1;
      const answer = await get(
        "orders",
        {
          modified_after: secondsText(from),
          dates_are_gmt: "true",
          orderby: "modified",
          order: "asc",
          status: "any",
          per_page: PAGE_SIZE,
          page,
          ...(isLong || done.length === 0 ? {} : { exclude: done.join(",") }),
          _fields: FIELDS,
        },
        asked,
      );
      const orders = ordersIn(answer);
      const fresh = orders.filter((order) => !seen.has(nameOf(order)));
      for (const order of fresh) seen.add(nameOf(order));
      const newest = Math.max(from, ...orders.map((order) => modifiedAt(order) ?? 0));
      const { platformNow } = answer;
      const last = isLast(answer, page, orders.length);
      yield {
        events: fresh.flatMap((order) => eventsOf(order, asked)),
        reached: last ? Math.max(newest, platformNow ?? 0) : newest,
        platformNow,
        waitMs: 0,
      };
      if (last) return;
      if (fresh.length === 0)
        throw new PlatformFault("same_page", "the shop gives the same page of orders again and again");
      if (newest - SECOND > from) [from, done] = [newest - SECOND, []];
      const read = fresh.filter((order) => (modifiedAt(order) ?? 0) > from);
      done = [...done, ...read.flatMap(({ id }) => exactId(id) ?? [])];
    }
  }

  return {
    changedSince,
    ordersPerCall: PAGE_SIZE,
    async ordersNow(ids, asked) {
      const known = ids.filter((id) => /^\d{1,20}$/.test(id));
      if (known.length === 0) return [];
      const orders = ordersIn(
        await get("orders", { include: known.join(","), status: "any", per_page: PAGE_SIZE, _fields: FIELDS }, asked),
      );
      return orders.flatMap((order) => orderNow(order, asked));
    },
    async webhooks(asked) {
      const { json } = await get("webhooks", { per_page: PAGE_SIZE, _fields: "id,status,topic,delivery_url" }, asked);
      return objectsIn(json).flatMap((hook) => {
        if (!(textOf(hook.delivery_url, 2000) ?? "").includes("/v1/webhooks/woocommerce/")) return [];
        const [topic, status] = [textOf(hook.topic, 60) ?? "?", textOf(hook.status, 30) ?? "?"];
        const ok = status === "active";
        const message = `the webhook ${topic} is ${status}${ok ? "" : ": set it to active again in WooCommerce"}`;
        return [{ ok, message }];
      });
    },
    close: api.close,
  };
}

/** `2026-11-10T12:00:00`, in UTC. */
const secondsText = (ms: number): string => new Date(Math.floor(ms / SECOND) * SECOND).toISOString().slice(0, 19);

function ordersIn({ json }: ApiAnswer): readonly Json[] {
  if (!Array.isArray(json)) throw new PlatformFault("bad_answer", "the shop answered no list of orders");
  return objectsIn(json);
}

function isLast({ headers }: ApiAnswer, page: number, count: number): boolean {
  const pages = headers["x-wp-totalpages"];
  return typeof pages === "string" && /^\d{1,9}$/.test(pages) ? page >= Number(pages) : count < PAGE_SIZE;
}

function modifiedAt(order: Json): number | null {
  const text = instantOf(order.date_modified_gmt);
  return text === null ? null : parseInstant(text);
}

const nameOf = (order: Json): string => `${exactId(order.id)} ${textOf(order.date_modified_gmt, 40)}`;

/** An order that cannot be read must not hold up the others. */
function eventsOf(order: Json, { shop, now }: Asked): readonly unknown[] {
  const read = orderEvents(order, shop, now);
  return read.ok ? read.events : [];
}

function orderNow(order: Json, asked: Asked): OrderNow[] {
  const id = exactId(order.id);
  if (id === null) return [];
  const { paid, refunded, closed } = stateOf(order);
  const state = paid ? "paid" : refunded || closed !== null ? "closed" : "unpaid";
  return [{ id, state, events: eventsOf(order, asked) }];
}
