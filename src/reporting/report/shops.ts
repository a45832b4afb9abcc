/** The shops that a page is about. */
import type { Sql } from "../../db/client.ts";
import { shopsSeen } from "../../db/stores/reads/windows.ts";

/** `shop` null: all that have a buyer. Returns null when the shop is not configured and has no orders. */
export async function shopsOf(
  sql: Sql,
  shop: string | null,
  isShop: (shop: string) => boolean,
): Promise<readonly string[] | null> {
  if (shop !== null && isShop(shop)) return [shop];
  const seen = await shopsSeen(sql);
  if (shop === null) return seen;
  return seen.includes(shop) ? [shop] : null;
}
