/** Shops: each listed one over the defaults of the `"*"` entry, which also stands for every shop that is not listed. */
import { deepFreeze, type ShopConfig } from "./config.ts";
import type { ShopEntry } from "./file-schema.ts";

export type Shops = {
  readonly implicit: boolean;
  readonly ids: readonly string[];
  shop(id: string): ShopConfig | null;
};

/** As many unlisted shops as are kept ready; more are made anew each time. */
const KEPT = 1_000;

/** `entries` undefined: no shops are configured, so every shop is taken as it comes. */
export function buildShops(entries: Readonly<Record<string, ShopEntry>> | undefined): Shops {
  const defaults = entries ? entries["*"] : {};
  const listed = new Map<string, ShopConfig>();
  for (const [id, entry] of Object.entries(entries ?? {}))
    if (id !== "*") listed.set(id, deepFreeze(shopConfig(id, { ...defaults, ...entry })));
  const unlisted = new Map<string, ShopConfig>();
  return {
    implicit: entries === undefined,
    ids: Object.freeze([...listed.keys()]),
    shop(id) {
      const known = listed.get(id) ?? unlisted.get(id);
      if (known) return known;
      if (defaults === undefined || id === "*") return null;
      const shop = deepFreeze(shopConfig(id, defaults));
      if (unlisted.size < KEPT) unlisted.set(id, shop);
      return shop;
    },
  };
}

function shopConfig(id: string, entry: ShopEntry): ShopConfig {
  const webhooks: Record<string, { secret: string }> = {};
  for (const [source, webhook] of Object.entries(entry.webhooks ?? {})) if (webhook) webhooks[source] = { ...webhook };
  return {
    id,
    timeZone: entry.timeZone ?? "UTC",
    locale: entry.locale ?? "en",
    currency: entry.currency ?? "USD",
    closeAfter: entry.closeAfter === "off" ? null : (entry.closeAfter ?? null),
    quietHours: entry.quietHours === "off" ? null : (entry.quietHours ?? null),
    cashOnDelivery: [...(entry.cashOnDelivery ?? ["cod"])],
    webhooks,
  };
}
