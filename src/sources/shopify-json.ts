/** Reading Shopify's JSON without trusting its shape, and its 64-bit ids without rounding them. */

export type Json = Readonly<Record<string, unknown>>;

export function jsonOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string that is not blank, trimmed and cut to `max` UTF-16 units (never within a character); null for anything else. */
export function textOf(value: unknown, max: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text === "") return null;
  return text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, "");
}

/** A price, as an unsigned decimal; what is below nothing is "0". Null for anything else. */
export function decimalOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return null;
  return text.startsWith("-") ? "0" : text;
}

/** `gid://shopify/Order/123` of `kind` Order, or the id itself where no digit was lost. */
export function idOf(value: Json, kind: "Order" | "Customer"): string | null {
  const { id, admin_graphql_api_id: gid } = value;
  const match = typeof gid === "string" ? /^gid:\/\/shopify\/(\w+)\/(\d{1,40})$/.exec(gid) : null;
  if (match?.[1] === kind) return match[2] ?? null;
  if (typeof id === "number") return Number.isSafeInteger(id) && id > 0 ? String(id) : null;
  return typeof id === "string" && /^\d{1,40}$/.test(id) ? id : null;
}

/** The order with every id that is needed exact: parsed once more, numbers of 16 and more digits as strings, when JSON.parse rounded one. */
export function exactly(order: Json | null, rawBody: Buffer): Json | null {
  if (order === null) return null;
  const customer = jsonOf(order.customer);
  const rounded = (value: Json, kind: "Order" | "Customer") =>
    typeof value.id === "number" && !Number.isSafeInteger(value.id) && idOf(value, kind) === null;
  if (!rounded(order, "Order") && (customer === null || !rounded(customer, "Customer"))) return order;
  const quoted = rawBody
    .toString("utf8")
    .replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
      /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
    );
  try {
    return jsonOf(JSON.parse(quoted)) ?? order;
  } catch {
    return order;
  }
}
