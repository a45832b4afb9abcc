/** `GET /v1/orders`: it lists what the report counts, and finds an order by what people know of it. */
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { listOrders as findOrders, type OrderPlace } from "../../../src/db/stores/reads/orders/order-list-store.ts";
import { orderItem } from "../../../src/http/contract/reports/order-list.ts";
import { listOrders, type OrderListQuery } from "../../../src/reporting/orders/list-orders.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { closingShop } from "../../support/intake.ts";
import { reportFacts } from "../../support/reporting.ts";
import { T0 } from "../../support/rules.ts";

const ZONES: Record<string, string> = { acme: "Asia/Shanghai", emea: "Europe/Madrid" };
const zoneOf = (shop: string) => ZONES[shop] ?? "UTC";

async function orderList() {
  const facts = await reportFacts(undefined, ZONES);
  const deps = {
    sql: facts.sql,
    vault: facts.vault,
    zoneOf,
    shopOf: (id: string) => (id in ZONES ? closingShop({ id, timeZone: zoneOf(id) }) : null),
  };
  const ask = (more: Partial<OrderListQuery> = {}) =>
    listOrders(deps, {
      ...{ shop: null, state: null, campaign: null, recovered: null, q: null, limit: 50, cursor: null, phones: true },
      ...more,
    });
  const page = async (more: Partial<OrderListQuery> = {}) => {
    const list = await ask(more);
    if (list.kind !== "page") throw new Error(list.kind);
    for (const item of list.page.items) expect(orderItem.safeParse(item).error).toBeUndefined();
    return list.page;
  };
  const ids = async (more: Partial<OrderListQuery> = {}) => (await page(more)).items.map(({ id }) => id);
  return { ...facts, ask, page, ids };
}

/** o1 recovered, o2 reminded in vain, o3 refunded after a recovery, o4 unpaid; what no figure counts; z1 of another shop. */
async function story() {
  const list = await orderList();
  await list.order("o1", T0, { number: "#1006" });
  await list.order("o2", T0 + MINUTE);
  await list.order("o3", T0 + 2 * MINUTE);
  await list.order("cod", T0 + 3 * MINUTE, { paymentMethod: "cod" });
  for (const [n, order] of ["o1", "o2", "o3"].entries())
    await list.sent({ order, step: "nudge", at: T0 + 10 * MINUTE + n * MINUTE });
  for (const order of ["o1", "o3"]) await list.paid(order, T0 + 20 * MINUTE);
  await list.refunded("o3", T0 + 30 * MINUTE);
  await list.order("z1", T0 + 40 * MINUTE, {}, "emea");
  await list.order("o4", T0 + HOUR);
  // Received when it was over.
  await list.order("late", T0 + HOUR + MINUTE, { closesAt: new Date(T0).toISOString() });
  return list;
}

describe("the list of orders", () => {
  it("has an order as recovered whose payment came while its send was under way", async () => {
    const list = await orderList();
    await list.order("o1", T0);
    await list.sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE, state: "sending" });
    await list.paid("o1", T0 + 11 * MINUTE);
    const seen = async () => [await list.ids({ recovered: true }), await list.ids({ recovered: false })];
    expect(await seen()).toEqual([[], ["o1"]]);
    await list.sql`update reminders set state = 'sent' where state = 'sending'`;
    expect(await seen()).toEqual([["o1"], []]);
    expect((await list.page()).items[0]?.recovery).toMatchObject({ step: "nudge" });
  });

  it("has the orders that the report counts, by every filter", async () => {
    const { ids, sql } = await story();
    expect(await ids()).toEqual(["o4", "z1", "o3", "o2", "o1"]);
    expect(await ids({ shop: "acme" })).toEqual(["o4", "o3", "o2", "o1"]);
    expect(await ids({ state: "unpaid" })).toEqual(["o4", "z1", "o2"]);
    expect(await ids({ state: "paid" })).toEqual(["o1"]);
    expect(await ids({ state: "refunded" })).toEqual(["o3"]);
    expect(await ids({ campaign: "default", shop: "emea" })).toEqual(["z1"]);
    expect(await ids({ campaign: "other" })).toEqual([]);
    expect(await ids({ recovered: true })).toEqual(["o1"]);
    expect(await ids({ recovered: true, campaign: "default", state: "paid" })).toEqual(["o1"]);
    expect(await ids({ recovered: true, campaign: "other" })).toEqual([]);
    expect(await ids({ recovered: false, shop: "acme" })).toEqual(["o4", "o3", "o2"]);
    // The same windows as the report: orders by their own time, recovered ones by that of the reminder.
    const { totals } = await recoveryReport({ sql }, { by: [], from: null, to: null });
    expect([totals.orders, totals.recoveredOrders]).toEqual([5, 1]);
    for (const [from, to] of [
      [T0, T0 + MINUTE],
      [T0 + MINUTE, T0 + 10 * MINUTE],
      [T0 + 10 * MINUTE, T0 + 11 * MINUTE],
      [T0 + 11 * MINUTE, T0 + DAY],
    ] as const) {
      const counted = (await recoveryReport({ sql }, { by: [], from, to })).totals;
      expect((await ids({ from, to })).length).toBe(counted.orders);
      expect((await ids({ from, to, recovered: true })).length).toBe(counted.recoveredOrders);
    }
  });

  it("shows an order with its recovery, in the zone of its shop", async () => {
    const { page } = await story();
    const [o1] = (await page({ q: "o1" })).items;
    expect(o1).toMatchObject({
      shop: "acme",
      id: "o1",
      number: "#1006",
      buyer: "b-o1",
      state: "paid",
      amount: { amount: "129.00", currency: "CNY" },
      createdAt: "2026-11-10T20:00:00+08:00",
      paidAt: "2026-11-10T20:20:00+08:00",
      campaign: "default",
      recovery: {
        campaign: "default",
        step: "nudge",
        remindedAt: "2026-11-10T20:10:00+08:00",
        amount: { amount: "129.00", currency: "CNY" },
      },
    });
    const [z1] = (await page({ shop: "emea" })).items;
    expect(z1).toMatchObject({ createdAt: "2026-11-10T13:40:00+01:00", recovery: null });
  });

  it("finds an order by its id or number, its buyer's id or phone, also one that no figure counts", async () => {
    const { order, ids, page } = await story();
    const buyer = { id: "b-77", phone: "13812345678" };
    await order("p1", T0 + 2 * HOUR, { buyer });
    await order("p2", T0 + 3 * HOUR, { buyer });
    await order("p3", T0 + 3 * HOUR, { buyer: { id: "b-78", phone: "+8613812345678" } }, "emea");
    expect(await ids({ q: " o2 " })).toEqual(["o2"]);
    expect(await ids({ q: "1006" })).toEqual(["o1"]);
    expect(await ids({ q: "#1006" })).toEqual(["o1"]);
    expect(await ids({ q: "b-o2" })).toEqual(["o2"]);
    expect(await ids({ q: "b-77" })).toEqual(["p2", "p1"]);
    expect(await ids({ q: "+86 138 1234 5678", shop: "acme" })).toEqual(["p2", "p1"]);
    expect(await ids({ q: "13812345678", shop: "acme" })).toEqual(["p2", "p1"]);
    expect(await ids({ q: "+8613812345678" })).toEqual(["p3", "p2", "p1"]);
    expect(await ids({ q: "b-77", state: "paid" })).toEqual([]);
    expect(await ids({ q: "cod" })).toEqual(["cod"]);
    expect(await ids({ q: "late" })).toEqual(["late"]);
    for (const q of ["nope", "138", "%", "'", "o_"]) expect(await ids({ q }), q).toEqual([]);
    const [found] = (await page({ q: "p1" })).items;
    expect(found?.phone).toBe("+86138****5678");
    expect(JSON.stringify(await page({ q: "13812345678" }))).not.toContain("12345678");
    expect((await page({ q: "p1", phones: false })).items[0]?.phone).toBeNull();
  });

  it("pages through orders of one instant and several shops, each once", async () => {
    const { order, page, ids, ask } = await orderList();
    for (const n of [1, 2, 3]) for (const shop of ["acme", "emea"]) await order(`${shop}-${n}`, T0, {}, shop);
    await order("first", T0 - HOUR);
    const whole = await ids();
    expect(whole).toHaveLength(7);
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = [];
      for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
        const { items, next } = await page({ limit, cursor });
        seen.push(...items.map(({ id }) => id));
        cursor = next;
      }
      expect(seen, String(limit)).toEqual(whole);
    }
    const { next } = await page({ limit: 1 });
    for (const cursor of [`${next}x`, "", "x", "bnVsbA", Buffer.from('["o",1e300,"a","b"]').toString("base64url")])
      expect(await ask({ cursor }), cursor).toEqual({ kind: "invalid_cursor" });
    // The recovered ones have another order.
    expect(await ask({ cursor: next, recovered: true })).toEqual({ kind: "invalid_cursor" });
  });

  it("knows no shop that is neither configured nor seen, and shows an empty one", async () => {
    const { ask, ids } = await orderList();
    expect(await ask({ shop: "nope" })).toEqual({ kind: "unknown_shop" });
    expect(await ids({ shop: "acme" })).toEqual([]);
    expect(await ids()).toEqual([]);
  });
});

it("reads as many rows as it shows, however many orders there are", async () => {
  const { sql } = await orderList();
  await sql`
    insert into buyers (shop_id, id, platform_id, bucket, created_at)
    select 'acme', md5(n::text)::uuid, 'b' || n, 0, '2026-11-10T12:00:00Z' from generate_series(1, 20000) n`;
  await sql`
    insert into orders (shop_id, id, number, buyer_id, case_id, status, amount, currency, created_at, details, seen_at, counted_for)
    select 'acme', 'o' || n, '#' || n, md5(n::text)::uuid, md5(n::text)::uuid, 'unpaid', 100, 'CNY',
      timestamptz '2026-11-10T12:00:00Z' + n * interval '1 second', '{}', now(), 'default' from generate_series(1, 20000) n`;
  await sql`
    insert into reminders (shop_id, id, case_id, buyer_id, kind, state, due_at, orders)
    select 'acme', md5(n::text)::uuid, md5(n::text)::uuid, md5(n::text)::uuid, 'send', 'sent', now(), array['o' || n] from generate_series(1, 20000) n`;
  await sql`
    insert into recoveries (shop_id, order_id, reminder_id, amount, currency, reminded_at, paid_at, sent)
    select 'acme', 'o' || n, md5(n::text)::uuid, 100, 'CNY', timestamptz '2026-11-10T12:10:00Z' + n * interval '1 second', now(), true
    from generate_series(1, 20000, 2) n`;
  await sql`analyze`;
  const all = { shops: ["acme"], state: null, campaign: null, recovered: null, windows: [], search: null };
  const search = (id: string) => ({ id, numbers: [id, `#${id}`], contacts: [] });
  const read = async (filter: Partial<typeof all> | object, after: OrderPlace | null = null) => {
    const [row] = await sql<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>`
      explain (analyze, format json) ${findOrders(sql, { ...all, ...filter }, { after, limit: 20 })}`;
    if (row === undefined) throw new Error("no plan");
    return Math.max(...rowsOf(row["QUERY PLAN"][0].Plan));
  };
  expect(await read({})).toBeLessThanOrEqual(50);
  expect(await read({}, { at: T0 + 10_000_000, shop: "acme", id: "x" })).toBeLessThanOrEqual(50);
  expect(await read({ recovered: true })).toBeLessThanOrEqual(50);
  expect(await read({ recovered: false })).toBeLessThanOrEqual(100);
  for (const name of ["o77", "77", "b77"]) expect(await read({ search: search(name) }), name).toBeLessThanOrEqual(50);
});

type PlanNode = {
  readonly "Actual Rows": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
};

const rowsOf = (node: PlanNode): number[] => [
  node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0),
  ...(node.Plans ?? []).flatMap(rowsOf),
];
