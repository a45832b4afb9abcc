/** The day so far, on a real database. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { todayAnswer } from "../../../src/http/contract/reports/today.ts";
import { readToday } from "../../../src/reporting/live/today.ts";
import { todayJson } from "../../../src/reporting/live/today-json.ts";
import { keepSums } from "../../../src/reporting/report/sums.ts";
import { reportFacts } from "../../support/reporting.ts";

/** 10:00 in Shanghai. */
const TEN = Date.parse("2026-11-10T10:00:00+08:00");

it("counts the day of the shop, the day before until the last full hour, and the orders that can still be paid", async () => {
  const facts = await reportFacts();
  const { order, paid, sent, skipped } = facts;
  const zoneOf = () => "Asia/Shanghai";
  const read = (shop: string | null, isShop = true) =>
    readToday(facts.sql, { zoneOf, shop, isShop: () => isShop }).then((day) => (day === null ? null : todayJson(day)));
  const dayOf = async (shop: string | null, isShop = true) => {
    const day = await read(shop, isShop);
    if (day === null) throw new Error("no day");
    return day;
  };
  const yesterday = TEN - 24 * HOUR;
  // Before noon, and after the time of the day that it is now.
  await order("y1", yesterday - 2 * HOUR, { amount: "10.00" });
  await sent({ order: "y1", step: "nudge", at: yesterday - HOUR });
  await order("y2", yesterday + 3 * HOUR, { amount: "10.00" });
  await sent({ order: "y2", step: "nudge", at: yesterday + 4 * HOUR });
  // Today, and one order that was placed before midnight.
  await order("late", TEN - 10 * HOUR - MINUTE, { amount: "5.00" });
  await order("o1", TEN - 2 * HOUR, { amount: "129.00" });
  await sent({ order: "o1", step: "nudge", at: TEN - HOUR });
  await paid("o1", TEN - 30 * MINUTE);
  await order("o2", TEN - HOUR, { amount: "71.00", closesAt: new Date(TEN + HOUR).toISOString() });
  await order("o3", TEN - 50 * MINUTE, { amount: "9.00", currency: "EUR" });
  await skipped("o3", "nudge", TEN - 10 * MINUTE, "cap");
  // Its time is over, though nobody said so yet.
  await order("gone", TEN - 40 * MINUTE, { amount: "3.00", closesAt: new Date(TEN - 5 * MINUTE).toISOString() });
  await facts.database.setNow(TEN);

  const day = await dayOf(null);
  expect(todayAnswer.safeParse(day).error).toBeUndefined();
  expect(day.zone).toBe("Asia/Shanghai");
  expect(day.unpaid).toEqual({
    orders: 2,
    amounts: [
      { amount: "71.00", currency: "CNY" },
      { amount: "9.00", currency: "EUR" },
    ],
  });
  expect(day.figures).toMatchObject({ orders: 4, sent: 1, recoveredOrders: 1 });
  expect(day.yesterdaySoFar).toMatchObject({ orders: 1, sent: 1, recoveredOrders: 0 });
  const sends = (hours: typeof day.hours) => hours.flatMap((each) => (each.sent === 0 ? [] : [[each.hour, each.sent]]));
  expect(sends(day.hours)).toEqual([["2026-11-10T09:00:00+08:00", 1]]);
  expect(sends(day.yesterday)).toEqual([
    ["2026-11-09T09:00:00+08:00", 1],
    ["2026-11-09T14:00:00+08:00", 1],
  ]);
  // Just after midnight, and at it, when yesterday has hardly begun.
  for (const [at, orders] of [
    [TEN - 10 * HOUR, 3],
    [TEN - 10 * HOUR + 30 * MINUTE, 3],
    [TEN + 14 * HOUR, 4],
  ] as const) {
    await facts.database.setNow(at);
    const early = await dayOf(null);
    expect([early.yesterdaySoFar.orders, early.yesterday.length > 0]).toEqual([0, true]);
    expect(early.yesterday.reduce((sum, each) => sum + (each.orders ?? 0), 0)).toBe(orders);
  }
  await facts.database.setNow(TEN + 20 * MINUTE);
  // A change that only sums have: they answer for today and for yesterday, also within an hour.
  await keepSums({ sql: facts.sql, zoneOf });
  for (const at of [TEN - HOUR, TEN - 25 * HOUR])
    await facts.sql`insert into report_changes (shop_id, at, orders) values ('acme', ${new Date(at)}, 100)`;
  const summed = await dayOf("acme", false);
  expect([summed.figures.orders, summed.yesterdaySoFar.orders]).toEqual([104, 101]);
  expect(await read("other", false)).toBeNull();
  const none = await dayOf("other");
  expect([none.unpaid.orders, none.figures.sent, none.hours]).toEqual([0, 0, []]);
  // Midnight comes while it is read: all of it is about the day on which it began.
  await facts.sql.unsafe(`
    create or replace function dunlin_now() returns timestamptz language sql volatile as $$
      select timestamptz '2026-11-10 23:59:00+08' + interval '20 seconds'
        * set_config('test.asked', (coalesce(nullif(current_setting('test.asked', true), ''), '0')::int + 1)::text, true)::int $$`);
  const last = await dayOf(null);
  expect(last.periods).toMatchObject([{ from: "2026-11-10T00:00:00+08:00", to: "2026-11-11T00:00:00+08:00" }]);
  expect([sends(last.hours), sends(last.yesterday)]).toEqual([sends(day.hours), sends(day.yesterday)]);
});
