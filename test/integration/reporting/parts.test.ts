/** How reports count an order that was paid or refunded in parts. */
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { reportCsv, reportJson } from "../../../src/reporting/format-report.ts";
import { ownerJson } from "../../../src/reporting/owner/owner-json.ts";
import { ownerText } from "../../../src/reporting/owner/owner-text.ts";
import { ownerPage } from "../../../src/reporting/owner/page.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { keepExposureSums, keepSums } from "../../../src/reporting/report/sums.ts";
import { reportTable } from "../../../src/reporting/report/table.ts";
import { exposed } from "../../support/exposures.ts";
import { campaign } from "../../support/intake.ts";
import { reportFacts } from "../../support/reporting.ts";
import { T0 } from "../../support/rules.ts";

it("credits a payment once, also if it is reported again without its time under another id", async () => {
  const facts = await reportFacts([campaign({ paidSilence: null })]);
  const { order, paid, sent, refunded, sql } = facts;
  await order("o1", T0);
  await sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE });
  await paid("o1", T0 + HOUR);
  const credited = () => sql`select reminded_at, paid_at from recoveries`;
  const once = [{ reminded_at: T0 + 10 * MINUTE, paid_at: T0 + HOUR }];
  expect(await credited()).toEqual(once);
  // Beyond the window of a day.
  await paid("o1", T0 + 30 * HOUR);
  expect(await credited()).toEqual(once);
  await refunded("o1", T0 + 31 * HOUR);
  expect(await credited()).toEqual([]);
  await paid("o1", T0 + 32 * HOUR);
  expect(await credited()).toEqual([]);
});

it("adds up money beyond 2^53 exactly, and writes it in full everywhere", async () => {
  const facts = await reportFacts([campaign({ paidSilence: null })]);
  const { order, paid, sent, sql, database } = facts;
  // The largest amount that intake takes: 2^53 - 1 fen.
  for (const id of ["o1", "o2", "o3"]) {
    await order(id, T0, { amount: "90071992547409.91" });
    await sent({ order: id, step: "nudge", at: T0 + 10 * MINUTE });
    await paid(id, T0 + HOUR);
  }
  await exposed(sql, { at: T0, buyers: 900, paid: 450, amount: Number.MAX_SAFE_INTEGER });
  await exposed(sql, { at: T0, buyers: 100, paid: 30, amount: Number.MAX_SAFE_INTEGER, held: true });
  await database.setNow(T0 + 10 * DAY);
  for (const by of [[], ["campaign"], ["day", "step"]] as const) {
    const report = await recoveryReport({ sql }, { by, from: null, to: null });
    expect(reportJson(report).totals.recoveredAmount).toEqual([{ amount: "270215977642229.73", currency: "CNY" }]);
    expect(reportCsv(report)).toContain("270215977642229.73");
    expect(reportTable(report)).toContain("270,215,977,642,229.73");
  }
  const page = await ownerPage({ sql }, { zoneOf: () => "UTC", isShop: () => true, skewMs: null });
  if (page === null) throw new Error("no page");
  const text = ownerText(page) + JSON.stringify(ownerJson(page));
  expect(text).toContain("270215977642229.73");
  // A fifth of 900 times the stake, to the precision of an estimate.
  expect(text).toMatch(/money brought \(95%\) +16,212,958,658,53\d,\d{3}\.\d\d /);
  expect(text).not.toMatch(/e\+\d|NaN|Infinity/);
});

describe("what was paid or refunded in parts", () => {
  it("counts the rest: without what was paid before the reminder, and what was refunded since", async () => {
    const facts = await reportFacts([campaign({ paidSilence: null })]);
    const { order, receive, sent, paid, sql } = facts;
    const nudge = (id: string) => sent({ order: id, step: "nudge", at: T0 + 10 * MINUTE });
    const part = (type: string, id: string, at: number, amount: string) =>
      receive(type, at, { id, buyer: undefined, amount });
    for (const id of ["before", "after", "refund", "both", "unpaid"]) await order(id, T0, { amount: "100.00" });
    await part("paid", "before", T0 + 5 * MINUTE, "40.00");
    const owed = await sql`select amount from orders where id = 'before'`;
    expect(owed).toEqual([{ amount: 6_000 }]);
    for (const id of ["before", "after", "refund", "both"]) await nudge(id);
    await part("paid", "before", T0 + 20 * MINUTE, "60.00");
    await part("paid", "after", T0 + 20 * MINUTE, "99.00");
    expect((await recoveryReport({ sql }, { by: [], from: null, to: null })).totals).toMatchObject({
      recoveredOrders: 1,
      recoveredAmount: [{ amount: 6_000n, currency: "CNY" }],
    });
    await part("paid", "after", T0 + 21 * MINUTE, "1.00");
    await paid("refund", T0 + 22 * MINUTE);
    await paid("both", T0 + 23 * MINUTE);
    await part("refunded", "refund", T0 + 24 * MINUTE, "30.00");
    await part("refunded", "both", T0 + 24 * MINUTE, "30.00");
    const credited = () => sql`select order_id, amount from recoveries order by order_id`;
    expect(await credited()).toEqual([
      { order_id: "after", amount: 10_000 },
      { order_id: "before", amount: 6_000 },
      { order_id: "both", amount: 7_000 },
      { order_id: "refund", amount: 7_000 },
    ]);
    // The money that was brought is without it, too.
    await sql`
      insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, at, window_ms, orders, amounts, currencies)
      select o.shop_id, gen_random_uuid(), 'default', o.buyer_id, '1', 0.5, o.id = 'unpaid', ${new Date(T0 + 10 * MINUTE)}, ${DAY}, array[o.id],
        array[10000::int8], array['CNY'] from orders o where o.id in ('refund', 'unpaid')`;
    await part("refunded", "refund", T0 + 24 * MINUTE + 1, "10.00");
    await facts.database.setNow(T0 + 3 * DAY);
    const money = async () => (await recoveryReport({ sql }, { by: [], from: null, to: null })).totals;
    expect(await money()).toMatchObject({ treatedPaidRate: 1, extraAmount: [{ amount: 6_000, currency: "CNY" }] });
    await keepSums({ sql, zoneOf: () => "UTC" });
    await keepExposureSums({ sql, zoneOf: () => "UTC" });
    expect(await money()).toMatchObject({ treatedPaidRate: 1, extraAmount: [{ amount: 6_000, currency: "CNY" }] });
    await part("refunded", "both", T0 + 25 * MINUTE, "70.00");
    expect((await credited()).map(({ order_id }) => order_id)).toEqual(["after", "before", "refund"]);
  });
});
