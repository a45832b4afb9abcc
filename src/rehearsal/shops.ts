/** The configured shops as plain values for threads, without their secrets. */
import { memo } from "../core/values/memo.ts";
import type { ShopPolicy } from "../core/values/policy.ts";

/** null: the shop is not configured. */
export type ShopOf = (shop: string) => ShopPolicy | null;

export type ShopTable = {
  readonly listed: ReadonlyMap<string, ShopPolicy>;
  /** The policy of every shop that is not listed; null: such a shop is refused. */
  readonly other: ShopPolicy | null;
};

/** No shop can be listed under this name. */
const NO_NAME = "\n";
const MAX_OTHERS = 10_000;

export function shopTable(config: {
  readonly shopIds: readonly string[];
  shop(id: string): ShopPolicy | null;
}): ShopTable {
  const listed = new Map<string, ShopPolicy>();
  for (const id of config.shopIds) {
    const shop = config.shop(id);
    if (shop !== null) listed.set(id, policyOf(shop));
  }
  const other = config.shop(NO_NAME);
  return { listed, other: other === null ? null : policyOf(other) };
}

function policyOf({
  id,
  name,
  timeZone,
  locale,
  currency,
  country,
  joinAtMost,
  closeAfter,
  quietHours,
  cashOnDelivery,
  chaseShipped,
}: ShopPolicy): ShopPolicy {
  return {
    id,
    name,
    timeZone,
    locale,
    currency,
    country,
    joinAtMost,
    closeAfter,
    quietHours,
    cashOnDelivery,
    chaseShipped,
  };
}

export function shopsOf({ listed, other }: ShopTable): ShopOf {
  if (other === null) return (id) => listed.get(id) ?? null;
  const others = memo(MAX_OTHERS, (id: string): ShopPolicy => ({ ...other, id }));
  // "*" is not a shop: in the configuration it stands for all.
  return (id) => listed.get(id) ?? (id === "*" ? null : others(id));
}
