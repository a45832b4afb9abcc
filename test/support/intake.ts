/** Events and dependencies for tests of intake and dispatch on a real database. */
import type { BuyerPolicy } from "../../src/core/rules/buyer-state.ts";
import { HOUR, MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign, ChannelContacts, ShopPolicy } from "../../src/core/values/policy.ts";
import { newId } from "../../src/db/ids.ts";
import { createVault } from "../../src/db/vault.ts";
import type { IntakeDeps } from "../../src/intake/deps.ts";
import { type Prepared, prepare } from "../../src/intake/prepare.ts";
import { testDatabase } from "./database.ts";
import { afterCreated, beforeClose, campaignOf, shopPolicy } from "./rules.ts";

/** Both steps, on both channels. */
export const campaign = (change: Partial<Campaign> = {}): Campaign =>
  campaignOf({
    steps: [
      afterCreated("nudge", 10 * MINUTE, ["chat", "sms"]),
      beforeClose("last-call", 30 * MINUTE, ["sms", "chat"]),
    ],
    ...change,
  });

/** Its orders close a day after their creation. */
export const closingShop = (change: Partial<ShopPolicy> = {}): ShopPolicy =>
  shopPolicy({ closeAfter: 24 * HOUR, ...change });

export const CHANNELS: ChannelContacts = new Map([
  ["sms", ["phone"]],
  ["chat", ["chat"]],
  ["whatsapp", ["chat.whatsapp", "phone"]],
  ["email", ["email"]],
]);

export const receivedEvent = (id: string, type: string, at: number, order: Record<string, unknown> = {}) => ({
  id,
  type,
  occurredAt: new Date(at).toISOString(),
  shop: "acme",
  order: {
    id: "o1",
    ...(type === "order.created" ? { amount: "129.00", currency: "CNY", createdAt: new Date(at).toISOString() } : {}),
    buyer: { id: "b1", phone: "+8613812345678" },
    ...order,
  },
});

export async function intakeDeps(
  options: { shop?: Partial<ShopPolicy>; otherShops?: readonly string[]; campaigns?: readonly Campaign[] } = {},
  context?: Parameters<typeof testDatabase>[0],
) {
  const database = await testDatabase(context);
  const vault = createVault(Buffer.alloc(32, 7));
  const policy: BuyerPolicy = {
    campaigns: options.campaigns ?? [campaign()],
    channels: CHANNELS,
    newId,
    takeUp: 5_000,
  };
  const shop = closingShop(options.shop);
  const shopOf = (id: string) => (id === shop.id ? shop : options.otherShops?.includes(id) ? { ...shop, id } : null);
  const deps: IntakeDeps = { sql: database.sql, vault, shopOf, policy: () => policy };
  const ready = (events: readonly unknown[]): Prepared[] =>
    events.map((event) => {
      const result = prepare({ shopOf, vault }, event);
      if (!result.ok) throw new Error(result.rejection.message);
      return result.prepared;
    });
  return { deps, database, ready, vault, policy, shopOf };
}
