/** Events and dependencies for tests of intake and dispatch on a real database. */
import type { BuyerPolicy } from "../../src/core/rules/buyer-state.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign, ChannelContacts, ShopPolicy } from "../../src/core/values/policy.ts";
import { newId } from "../../src/db/ids.ts";
import { createVault } from "../../src/db/vault.ts";
import type { IntakeDeps } from "../../src/intake/deps.ts";
import { type Prepared, prepare } from "../../src/intake/prepare.ts";
import { testDatabase } from "./database.ts";

export const T0 = Date.parse("2026-11-10T12:00:00Z");

export const shopPolicy = (change: Partial<ShopPolicy> = {}): ShopPolicy => ({
  id: "acme",
  timeZone: "Asia/Shanghai",
  locale: "zh-CN",
  currency: "CNY",
  closeAfter: 24 * HOUR,
  quietHours: null,
  cashOnDelivery: ["cod"],
  ...change,
});

export const campaign = (change: Partial<Campaign> = {}): Campaign => ({
  key: "default",
  version: "1",
  name: "Default",
  priority: 0,
  active: { from: null, to: null },
  match: { shops: null, tags: null, amount: null },
  exclude: null,
  steps: [
    { id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["chat", "sms"] },
    { id: "last-call", at: { kind: "beforeClose", ms: 30 * MINUTE }, channels: ["sms", "chat"] },
  ],
  variants: [],
  holdout: 0,
  quietHours: null,
  limits: { max: 3, per: DAY, gap: 10 * MINUTE },
  repeatAfter: 20 * HOUR,
  paidSilence: DAY,
  minAge: 3 * MINUTE,
  minLead: 2 * MINUTE,
  staleAfter: 60 * MINUTE,
  whenTight: "pull",
  attributionWindow: DAY,
  manual: null,
  ...change,
});

export const CHANNELS: ChannelContacts = new Map([
  ["sms", "phone"],
  ["chat", "chat"],
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

export async function intakeDeps(options: { shop?: Partial<ShopPolicy>; campaigns?: readonly Campaign[] } = {}) {
  const database = await testDatabase();
  const vault = createVault(Buffer.alloc(32, 7));
  const policy: BuyerPolicy = {
    campaigns: options.campaigns ?? [campaign()],
    channels: CHANNELS,
    newId,
    takeUp: 5_000,
  };
  const shop = shopPolicy(options.shop);
  const shopOf = (id: string) => (id === shop.id ? shop : null);
  const deps: IntakeDeps = { sql: database.sql, vault, shopOf, policy: () => policy };
  const ready = (events: readonly unknown[]): Prepared[] =>
    events.map((event) => {
      const result = prepare({ shopOf, vault }, event);
      if (!result.ok) throw new Error(result.rejection.message);
      return result.prepared;
    });
  return { deps, database, ready, vault, policy, shopOf };
}
