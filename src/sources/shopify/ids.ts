/** Shopify's ids as exact text: JSON.parse rounds a number above 2^53. */
import { parseExact } from "../../core/text/exact-json.ts";
import { type Json, jsonOf } from "../json.ts";

type Kind = "Order" | "Customer";

/** `gid://shopify/Order/123` of that kind, or the id itself if no digit was lost. */
export function idOf(value: Json, kind: Kind): string | null {
  const { id, admin_graphql_api_id: gid } = value;
  const match = typeof gid === "string" ? /^gid:\/\/shopify\/(\w+)\/(\d{1,40})$/.exec(gid) : null;
  if (match?.[1] === kind) return match[2] ?? null;
  if (typeof id === "number") return Number.isSafeInteger(id) && id > 0 ? String(id) : null;
  return typeof id === "string" && /^\d{1,40}$/.test(id) ? id : null;
}

/** The order with exact ids. The body is parsed a second time only if the first parse rounded an id that has no `gid`. */
export function withExactIds(order: Json | null, rawBody: Buffer): Json | null {
  if (order === null) return null;
  const customer = jsonOf(order.customer);
  const isRounded = isRoundedId(order, "Order") || (customer !== null && isRoundedId(customer, "Customer"));
  return isRounded ? (jsonOf(parseExact(rawBody)) ?? order) : order;
}

const isRoundedId = (value: Json, kind: Kind) =>
  typeof value.id === "number" && !Number.isSafeInteger(value.id) && idOf(value, kind) === null;
