/**
 * A stored order as the facts of a message. Every role that may read reports may see a preview, so it is masked: the buyer's name and note,
 * and what follows `?` in the pay link. The real text is counted.
 */
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { orderIdOf } from "../db/stores/reads/order-name-store.ts";
import { loadPreview } from "../db/stores/reads/preview-store.ts";
import type { Vault } from "../db/vault.ts";
import type { TemplateFacts } from "../render/template/data.ts";

export type OrderFacts = {
  readonly real: TemplateFacts;
  readonly masked: TemplateFacts;
  /** The buyer's number, for counting only; "" if it is not known. */
  readonly to: string;
};

/** `id`: its id, or its number. Throws AmbiguousOrderError. null: no such order. `orders` is empty while the amount is not known. */
export async function orderFacts(
  { sql, vault }: { readonly sql: Sql; readonly vault: Vault },
  shop: ShopPolicy,
  id: string,
  text: { readonly campaign: string; readonly step: string; readonly locale: string },
): Promise<OrderFacts | null> {
  const rows = await loadPreview(sql, shop.id, await orderIdOf(sql, shop.id, id));
  if (rows === null) return null;
  const { name, tier, locale, timeZone } = rows.profile;
  const real: TemplateFacts = {
    ...text,
    shop,
    now: rows.now,
    buyer: {
      name: name === undefined ? null : vault.open(Buffer.from(name[0], "base64")),
      tier: tier?.[0] ?? null,
      locale: locale?.[0] ?? null,
      timeZone: timeZone?.[0] ?? null,
    },
    orders: rows.orders.map(({ details, ...order }) => ({
      id: order.id,
      number: order.number,
      amount: order.amount,
      currency: order.currency,
      createdAt: order.created_at,
      closesAt: order.closes_at,
      payUrl: details.payUrl,
      note: details.note,
      items: details.items.map((item) => ({
        sku: item.sku ?? null,
        title: item.title ?? null,
        quantity: item.quantity ?? null,
        price: item.price ?? null,
      })),
    })),
  };
  return { real, masked: maskFacts(real), to: rows.phone === null ? "" : vault.open(rows.phone) };
}

function maskFacts(facts: TemplateFacts): TemplateFacts {
  const { name } = facts.buyer;
  return {
    ...facts,
    buyer: { ...facts.buyer, name: name === null ? null : [...name].slice(0, 1).join("") + stars(name.slice(1)) },
    orders: facts.orders.map((order) => ({
      ...order,
      note: order.note === null ? null : stars(order.note),
      payUrl: order.payUrl === null ? null : order.payUrl.replace(/\?.*/s, "?***"),
    })),
  };
}

const stars = (text: string): string => text.replace(/[\p{L}\p{M}\p{N}]/gu, "*");
