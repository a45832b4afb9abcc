/** Histories for reports: what shops, buyers, providers and people may do, in any order, on real intake, dispatch and receipts. */
import fc from "fast-check";
import type { SendOutcome } from "../../src/core/seams/channel.ts";
import { HOUR, MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign } from "../../src/core/values/policy.ts";
import { erase } from "../../src/followup/erase.ts";
import { keepExposureSums, keepSums } from "../../src/reporting/report/sums.ts";
import { receivedEvent } from "./dispatch.ts";
import { receiptSetup } from "./receipts.ts";

/** Halves and quarters of an hour, a change of clocks by half an hour, and one that repeats midnight. */
const ZONES: Readonly<Record<string, string>> = {
  acme: "Atlantic/Azores",
  lord: "Australia/Lord_Howe",
  nepal: "Asia/Kathmandu",
};
const SHOPS = Object.keys(ZONES);
const STARTS = ["2026-10-24T20:00:00Z", "2026-10-03T13:00:00Z", "2026-04-04T12:00:00Z"].map((text) => Date.parse(text));
const BUYERS = 6;
const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: 2 };
/** Further answers of providers. */
const OUTCOMES: readonly SendOutcome[] = [
  { kind: "accepted", messageId: null, segments: 1 },
  { kind: "failed-permanent", code: "no", message: "no" },
  { kind: "failed-transient", code: "later", message: "later", retryAfterMs: null },
  { kind: "unknown", code: "gone", message: "no answer" },
];

const pick = fc.nat({ max: 1_000_000 });
const stepArb = fc.record({
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant("order" as const) },
    { weight: 14, arbitrary: fc.constant("pass" as const) },
    { weight: 4, arbitrary: fc.constant("pay" as const) },
    { weight: 2, arbitrary: fc.constant("fold" as const) },
    ...(
      ["refund", "close", "change", "receipt", "optOut", "merge", "import", "erase", "campaign", "exposures"] as const
    ).map((what) => ({ weight: 1, arbitrary: fc.constant(what) })),
  ),
  of: pick,
  by: pick,
});
export const historyArb = fc.record({
  start: fc.nat({ max: STARTS.length - 1 }),
  outcomes: fc.array(fc.nat({ max: 2 * OUTCOMES.length - 1 }), { minLength: 12, maxLength: 12 }),
  steps: fc.array(stepArb, { minLength: 80, maxLength: 140, size: "max" }),
});
export type History = typeof historyArb extends fc.Arbitrary<infer Value> ? Value : never;

export const zoneOf = (shop: string): string => ZONES[shop] ?? "UTC";

/** Lives through a history; returns its database and the instant at which it ends. */
export async function lived({ start, outcomes, steps }: History) {
  let sends = 0;
  const setup = await receiptSetup({
    otherShops: SHOPS.slice(1),
    cost: { micros: 45_000, currency: "CNY" },
    campaign: {
      ...{ holdout: 0.3, paidSilence: null, attributionWindow: 6 * HOUR, repeatAfter: 2 * HOUR, staleAfter: 6 * HOUR },
      ...{ quietHours: "off" as const, limits: { max: 20, per: 24 * HOUR, gap: 5 * MINUTE } },
      variants: [
        { key: "a", weight: 1 },
        { key: "b", weight: 1 },
      ],
    },
    answer: () => OUTCOMES[outcomes[sends++ % outcomes.length] ?? 0] ?? ACCEPTED,
  });
  Object.assign(setup.deps, { shopIds: SHOPS });
  const { sql } = setup.database;
  const sums = { sql, zoneOf };
  let now = STARTS[start] ?? 0;
  let events = 0;
  const orders: { readonly id: string; readonly shop: string; readonly buyer: object }[] = [];
  const any = <Value>(list: readonly Value[], at: number): Value | undefined => list[at % Math.max(1, list.length)];
  const tell = async (shop: string, type: string, at: number, order: Record<string, unknown>) => {
    await setup.at(now);
    await setup.receive({ ...receivedEvent(`e${++events}`, `order.${type}`, at, order), shop });
  };
  const buyerOf = (n: number, more: object = {}) => ({
    id: `b${n % BUYERS}`,
    chat: { wechat: `w${n % BUYERS}` },
    ...more,
  });
  const place = async (of: number, by: number, at: number, more: object = {}) => {
    const shop = any(SHOPS, by) ?? "acme";
    const buyer = buyerOf(of, more);
    const id = `o${orders.length}`;
    const currency = by % 5 === 0 ? "JPY" : "CNY";
    orders.push({ id, shop, buyer });
    await tell(shop, "created", at, {
      id,
      buyer,
      amount: `${(by % 90) + 10}`,
      currency,
      createdAt: new Date(at).toISOString(),
    });
  };
  const told = async (of: number, type: string, more: Record<string, unknown> = {}) => {
    const order = any(orders, of);
    if (order !== undefined) await tell(order.shop, type, now, { id: order.id, buyer: order.buyer, ...more });
  };
  const campaigns = setup.policy.campaigns as Campaign[];
  const deeds: Record<History["steps"][number]["what"], (of: number, by: number) => Promise<unknown>> = {
    order: (of, by) => place(of, by, now),
    merge: (of, by) => place(of, by, now, { phone: `+86138123456${10 + (by % 2)}` }),
    import: (of, by) => place(of, by, now - (by % 72) * HOUR),
    pay: (of, by) =>
      told(of, "paid", by % 3 === 0 ? { paidAt: new Date(now - (by % 300) * MINUTE).toISOString() } : {}),
    refund: (of) => told(of, "refunded"),
    close: (of) => told(of, "closed"),
    change: (of, by) => told(of, "updated", { amount: `${by % 50}`, currency: "CNY" }),
    fold: () => keepSums(sums),
    exposures: () => keepExposureSums(sums),
    async pass(of, by) {
      now += ((by % 4) * 7 + (of % 8 === 0 ? 600 : 1)) * MINUTE;
      await setup.at(now);
      await setup.drain();
      if (of % 4 === 0) await setup.dispatcher.rescue();
    },
    async receipt(of, by) {
      const rows = await sql<{ id: string; channel: string }[]>`select id, channel from deliveries order by id`;
      const row = any(rows, of);
      if (row === undefined) return;
      const cost = by % 2 === 0 ? { cost: { amount: "0.02", currency: "USD" } } : {};
      const type = by % 3 === 0 ? "failed" : "delivered";
      await setup.post(row.channel, {
        type,
        id: row.id,
        at: new Date(now).toISOString(),
        ...(type === "failed" ? { code: "E" } : {}),
        ...cost,
      });
      await setup.sweep();
    },
    async optOut(of) {
      const n = of % BUYERS;
      await setup.post("chat", { type: "reply", from: `w${n}`, text: "STOP", at: new Date(now).toISOString() });
    },
    erase: (of, by) =>
      erase(
        { ...setup, sql },
        { who: "test", via: "cli" },
        { shop: any(SHOPS, by) ?? "acme", buyer: `b${of % BUYERS}` },
      ),
    async campaign(of) {
      const [first] = campaigns;
      if (first !== undefined)
        campaigns[0] = {
          ...first,
          version: `v${of % 3}`,
          holdout: of % 2 === 0 ? 0.3 : 0.5,
          key: of % 5 === 0 ? "other" : "default",
        };
      await sql`update buyers set touched = true, wake_at = dunlin_now() where merged_into is null and erased_at is null`;
    },
  };
  await setup.at(now);
  for (const { what, of, by } of steps) await deeds[what](of, by);
  return { sql, now, sums, at: setup.at };
}
