import { describe, expect, it } from "vitest";
import { DIMENSIONS, type Dimension } from "../../../src/core/measure/dimensions.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { PeriodError, parseWhen } from "../../../src/core/values/when.ts";
import { reportCsv, reportJson } from "../../../src/reporting/format-report.ts";
import { listCases, listReminders } from "../../../src/reporting/listings.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { reportTable } from "../../../src/reporting/report/table.ts";
import { campaign } from "../../support/intake.ts";
import { reportFacts } from "../../support/reporting.ts";
import { T0 } from "../../support/rules.ts";

const ALL = { from: null, to: null };
type Facts = Awaited<ReturnType<typeof reportFacts>>;
const report = ({ sql }: Facts, by: Dimension[] = [], window: { from: number | null; to: number | null } = ALL) =>
  recoveryReport({ sql }, { by, ...window });

/** Five orders: recovered, reminded twice without payment, paid without a reminder, refunded, received after payment. The figures below are computed by hand. */
async function promotion(): Promise<Facts> {
  const facts = await reportFacts([campaign({ paidSilence: null })]);
  const { order, sent, paid, refunded, receive } = facts;
  await order("o1", T0, { amount: "129.00" });
  await order("o2", T0 + MINUTE, { amount: "50.00", currency: "USD" });
  await order("o3", T0 + 2 * MINUTE, { amount: "10.00" });
  await order("o4", T0 + 3 * MINUTE, { amount: "99.00" });
  await sent({
    order: "o1",
    step: "nudge",
    at: T0 + 10 * MINUTE,
    segments: 2,
    micros: 90_000,
    currency: "CNY",
    template: "nudge.sms.zh-CN",
    deliveredAt: T0 + 11 * MINUTE,
  });
  await sent({ order: "o2", step: "nudge", at: T0 + 11 * MINUTE, channel: "chat" });
  await sent({ order: "o4", step: "nudge", at: T0 + 13 * MINUTE, segments: 1, micros: 45_000, currency: "CNY" });
  await paid("o3", T0 + 14 * MINUTE);
  await paid("o1", T0 + 30 * MINUTE);
  await paid("o4", T0 + 40 * MINUTE);
  await receive("paid", T0 + HOUR, { id: "o5", buyer: { id: "b-o5" } });
  await order("o5", T0 + HOUR);
  await sent({ order: "o2", step: "last-call", at: T0 + 5 * HOUR, segments: 1, micros: 50_000, currency: "USD" });
  await refunded("o4", T0 + 6 * HOUR);
  return facts;
}

describe("the recovery report", () => {
  it("is all zeros and nulls on an empty database", async () => {
    const facts = await reportFacts();
    const empty = await report(facts);
    expect(empty.totals).toEqual({
      orders: 0,
      cases: 0,
      manualCases: 0,
      manualWaiting: 0,
      planned: 0,
      unplannedCases: 0,
      sent: 0,
      delivered: 0,
      skipped: 0,
      failed: 0,
      unknown: 0,
      cancelled: 0,
      pending: 0,
      optOuts: 0,
      remindedOrders: 0,
      recoveredOrders: 0,
      recoveryRate: null,
      recoveredAmount: [],
      segments: 0,
      cost: [],
      roi: null,
      roiByCurrency: [],
      medianTimeToPay: null,
      treatedBuyers: 0,
      treatedOrders: 0,
      treatedPaidRate: null,
      holdoutBuyers: 0,
      holdoutOrders: 0,
      holdoutPaidRate: null,
      openBuyers: 0,
      unmeasuredBuyers: 0,
      lift: null,
      liftLow: null,
      liftHigh: null,
      moreBuyers: null,
      extraOrders: null,
      extraOrdersLow: null,
      extraOrdersHigh: null,
      extraAmount: [],
    });
    expect(empty.rows).toEqual([{ keys: {}, ...empty.totals }]);
    const grouped = await report(facts, [...DIMENSIONS]);
    expect([grouped.rows, grouped.totals]).toEqual([[], empty.totals]);
  });

  it("counts what happened", async () => {
    const { totals } = await report(await promotion());
    expect(totals).toMatchObject({
      orders: 4,
      cases: 4,
      // Four cases of two steps, and one row for the order that was received paid.
      planned: 9,
      sent: 4,
      delivered: 1,
      skipped: 0,
      cancelled: 5,
      pending: 0,
      remindedOrders: 3,
      recoveredOrders: 1,
      recoveryRate: 1 / 3,
      recoveredAmount: [{ amount: 12_900n, currency: "CNY" }],
      segments: 4,
      cost: [
        { micros: 135_000, currency: "CNY" },
        { micros: 50_000, currency: "USD" },
      ],
      roi: null,
      medianTimeToPay: 20 * MINUTE,
    });
  });

  it("separates currencies, and has a return on cost only within one", async () => {
    const facts = await promotion();
    await facts.paid("o2", T0 + 6 * HOUR);
    const { totals, rows } = await report(facts, ["step"]);
    expect(totals.recoveredAmount).toEqual([
      { amount: 12_900n, currency: "CNY" },
      { amount: 5_000n, currency: "USD" },
    ]);
    expect(totals).toMatchObject({ roi: null, recoveredOrders: 2, medianTimeToPay: 40 * MINUTE });
    const [lastCall, nudge, whole] = rows;
    // Credited once, to the last reminder before the payment.
    expect(lastCall).toMatchObject({
      keys: { step: "last-call" },
      sent: 1,
      recoveredOrders: 1,
      roi: 50 / 0.05,
      medianTimeToPay: HOUR,
    });
    expect(nudge).toMatchObject({
      keys: { step: "nudge" },
      orders: null,
      cases: null,
      sent: 3,
      remindedOrders: 3,
      recoveredOrders: 1,
      roi: 129 / 0.135,
    });
    expect(whole).toMatchObject({ keys: { step: null }, orders: null, planned: 1, unplannedCases: 1, cancelled: 1 });
  });

  it("has the median of many times to pay to within 2%, of each row and of all", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0);
    const id = await facts.sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE });
    const times = Array.from({ length: 301 }, (_, n) => Math.round(1_000 * 1.02 ** n + 7 * n));
    await facts.sql`
      insert into recoveries (shop_id, order_id, reminder_id, amount, currency, reminded_at, paid_at, campaign)
      select 'acme', 'x' || n, ${id}, 100, case n % 2 when 0 then 'CNY' else 'JPY' end, ${new Date(T0)}, ${new Date(T0)}::timestamptz + ms * interval '1 ms',
        case when n <= 101 then 'a' else 'b' end
      from unnest(${`{${times.join()}}`}::text::int8[]) with ordinality as u(ms, n)`;
    const { rows, totals } = await report(facts, ["campaign"]);
    const near = (found: number | null | undefined, n: number) => Math.abs((found ?? 0) / (times[n] ?? 1) - 1);
    expect(near(totals.medianTimeToPay, 150)).toBeLessThan(0.02);
    expect(near(rows[0]?.medianTimeToPay, 50)).toBeLessThan(0.02);
    expect(near(rows[1]?.medianTimeToPay, 200)).toBeLessThan(0.02);
  });

  it("credits neither a send in progress nor a failed send, but one that was under way at the payment", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0);
    await facts.sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE, state: "sending" });
    await facts.paid("o1", T0 + 11 * MINUTE);
    expect(await facts.sql`select order_id from recoveries`).toHaveLength(1);
    expect((await report(facts)).totals).toMatchObject({
      recoveredOrders: 0,
      recoveredAmount: [],
      medianTimeToPay: null,
      sent: 0,
      pending: 1,
    });
    await facts.sql`update reminders set state = 'skipped', reason = 'unknown_outcome' where state = 'sending'`;
    expect((await report(facts)).totals).toMatchObject({
      recoveredOrders: 0,
      pending: 0,
      skipped: 1,
    });
    await facts.sql`update reminders set state = 'sent', reason = null where reason = 'unknown_outcome'`;
    expect((await report(facts)).totals).toMatchObject({ recoveredOrders: 1, medianTimeToPay: MINUTE, sent: 1 });
  });

  it("counts a case of several orders once", async () => {
    const facts = await reportFacts();
    const buyer = { id: "b1", chat: { wechat: "w1" } };
    await facts.order("o1", T0, { buyer });
    await facts.order("o2", T0 + MINUTE, { buyer });
    await facts.sent({ order: "o1", step: "nudge", at: T0 + 11 * MINUTE });
    const { totals } = await report(facts);
    expect(totals).toMatchObject({ orders: 2, cases: 1, planned: 2, sent: 1, pending: 1, remindedOrders: 2 });
  });

  it("has a row for each tag, payment method and locale of orders, and counts once in the totals", async () => {
    const facts = await reportFacts();
    const buyer = { id: "b1", chat: { wechat: "w1" }, locale: "zh-CN" };
    await facts.order("o1", T0, { buyer, tags: ["a", "b"], paymentMethod: "alipay" });
    await facts.order("o2", T0, { buyer, tags: ["b"] });
    await facts.order("o3", T0);
    await facts.sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE, micros: 45_000, currency: "CNY" });
    await facts.paid("o1", T0 + HOUR);
    const by = async (...keys: Dimension[]) => {
      const { rows, totals } = await report(facts, keys);
      expect(totals).toEqual((await report(facts)).totals);
      return rows.map((row) => [
        ...keys.map((key) => row.keys[key]),
        row.orders,
        row.cases,
        row.sent,
        row.remindedOrders,
        row.recoveredOrders,
      ]);
    };
    expect(await by("tag")).toEqual([
      ["a", 1, 1, 1, 1, 1],
      ["b", 2, 1, 1, 2, 1],
      [null, 1, 1, 0, 0, 0],
    ]);
    expect(await by("paymentMethod")).toEqual([
      ["alipay", 1, 1, 1, 1, 1],
      [null, 2, 2, 1, 1, 0],
    ]);
    expect(await by("locale")).toEqual([
      ["zh-CN", 2, 1, 1, 2, 1],
      [null, 1, 1, 0, 0, 0],
    ]);
    expect(await by("tag", "paymentMethod", "step")).toEqual(
      expect.arrayContaining([
        ["a", "alipay", "nudge", null, null, 1, 1, 1],
        ["b", "alipay", "nudge", null, null, 1, 1, 1],
        ["b", null, "nudge", null, null, 1, 1, 0],
      ]),
    );
  });

  it("counts the case of two merged buyers once", async () => {
    const facts = await reportFacts();
    const phone = "+8613812345678";
    await facts.order("o1", T0, { buyer: { phone } });
    await facts.order("o2", T0, { buyer: { chat: { wechat: "w1" } } });
    expect((await report(facts)).totals).toMatchObject({ orders: 2, cases: 2 });
    await facts.order("o3", T0, { buyer: { phone, chat: { wechat: "w1" } } });
    expect((await report(facts)).totals).toMatchObject({ orders: 3, cases: 1 });
  });

  it("selects [from, to): orders by creation, reminders by decision, planned reminders by due time", async () => {
    const facts = await promotion();
    const of = async (from: number | null, to: number | null) => (await report(facts, [], { from, to })).totals;
    expect(await of(T0 + 10 * MINUTE, T0 + 11 * MINUTE)).toMatchObject({
      orders: 0,
      planned: 1,
      sent: 1,
      recoveredOrders: 1,
      segments: 2,
    });
    expect(await of(T0, T0 + MINUTE)).toMatchObject({ orders: 1, cases: 1, planned: 0 });
    const due = T0 + MINUTE + DAY - 30 * MINUTE;
    await facts.order("o6", T0 + MINUTE);
    expect(await of(due, due + 1)).toMatchObject({ planned: 1, pending: 1 });
    expect(await of(due - 1, due)).toMatchObject({ planned: 0 });
    const [early, late] = [await of(null, T0 + 13 * MINUTE), await of(T0 + 13 * MINUTE, null)];
    const whole = (await report(facts)).totals;
    for (const name of ["orders", "cases", "planned", "sent", "cancelled", "recoveredOrders", "segments"] as const)
      expect(Number(early[name]) + Number(late[name]), name).toBe(whole[name]);
  });

  it("adds up in every grouping", async () => {
    const facts = await promotion();
    await facts.order("o7", T0 + 7 * HOUR);
    await facts.order("o8", T0 + 8 * HOUR, {}, "zeta");
    await facts.sent({
      order: "o7",
      step: "nudge",
      at: T0 + 7 * HOUR + 10 * MINUTE,
      state: "skipped",
      reason: "channel_down",
      delivery: "failed-transient",
      channel: "chat",
      variant: "b",
    });
    await facts.skipped("o8", "nudge", T0 + 9 * HOUR, "holdout", "zeta");
    const { totals } = await report(facts);
    const groupings: Dimension[][] = [
      ...DIMENSIONS.map((each) => [each]),
      ["campaign", "step"],
      ["shop", "day"],
      [...DIMENSIONS],
    ];
    for (const by of groupings) {
      const grouped = await report(facts, by);
      expect(grouped.totals, by.join()).toEqual(totals);
      const ofReminders = by.some((each) =>
        ["step", "channel", "template", "version", "variant", "reason"].includes(each),
      );
      for (const name of [
        "planned",
        "unplannedCases",
        "sent",
        "delivered",
        "skipped",
        "cancelled",
        "pending",
        "segments",
        "recoveredOrders",
        "orders",
        "cases",
      ] as const) {
        const sum = grouped.rows.reduce((total, row) => total + (row[name] ?? 0), 0);
        if (ofReminders && (name === "orders" || name === "cases"))
          for (const row of grouped.rows) expect(row[name], by.join()).toBeNull();
        else expect(sum, `${name} by ${by.join()}`).toBe(totals[name]);
      }
      for (const row of [...grouped.rows, grouped.totals])
        expect(row.sent + row.skipped + row.cancelled + row.pending).toBe(row.planned);
    }
    const byChannel = await report(facts, ["channel"]);
    expect(byChannel.rows.map(({ keys, planned }) => [keys.channel, planned])).toEqual([
      ["chat", 2],
      ["control group", 1],
      ["sms", 3],
      [null, 7],
    ]);
  });
});

describe("days and hours", () => {
  it("follow the shop's wall clock, also when clocks change", async () => {
    const zones = { ny: "America/New_York", sh: "Asia/Shanghai" };
    const facts = await reportFacts(undefined, zones);
    const at = (text: string) => Date.parse(text);
    // New York sets its clocks back on 2026-11-01 at 06:00 UTC: that day has 25 hours, 04:00 UTC to 05:00 UTC the next day.
    const times = [
      "2026-11-01T03:59:00Z",
      "2026-11-01T04:00:00Z",
      "2026-11-01T05:30:00Z",
      "2026-11-01T06:30:00Z",
      "2026-11-02T04:59:00Z",
      "2026-11-02T05:00:00Z",
    ];
    for (const [n, time] of times.entries()) await facts.order(`n${n}`, at(time), {}, "ny");
    await facts.order("s1", at("2026-11-01T15:59:00Z"), {}, "sh");
    await facts.order("s2", at("2026-11-01T16:00:00Z"), {}, "sh");
    const zoneOf = (shop: string) => zones[shop as keyof typeof zones];
    const days = await recoveryReport({ sql: facts.sql }, { by: ["shop", "day"], ...ALL, zoneOf });
    const placed = days.rows.filter(({ orders }) => Number(orders) > 0);
    expect(placed.map(({ keys, orders }) => [keys.shop, keys.day, orders])).toEqual([
      ["ny", "2026-10-31", 1],
      ["ny", "2026-11-01", 4],
      ["ny", "2026-11-02", 1],
      ["sh", "2026-11-01", 1],
      ["sh", "2026-11-02", 1],
    ]);
    const hours = await recoveryReport(
      { sql: facts.sql },
      { by: ["hour"], from: at("2026-11-01T05:00:00Z"), to: at("2026-11-01T07:00:00Z"), zoneOf },
    );
    expect(
      hours.rows.filter(({ orders }) => Number(orders) > 0).map(({ keys, orders }) => [keys.hour, orders]),
    ).toEqual([
      ["2026-11-01T01:00:00-04:00", 1],
      ["2026-11-01T01:00:00-05:00", 1],
    ]);
  });
});

describe("the period", () => {
  const zones = { cn: "Asia/Shanghai", es: "Europe/Madrid" };
  const zoneOf = (shop: string) => zones[shop as keyof typeof zones];
  const at = (text: string) => Date.parse(text);
  const day = (text: string) => parseWhen(text);

  it("is the own day of each shop, until its end", async () => {
    const facts = await reportFacts(undefined, zones);
    // November 10 lasts from 16:00 UTC the day before in Shanghai, and from 23:00 UTC in Madrid.
    const times = {
      cn: ["09T15:59", "09T16:00", "10T15:59", "10T16:00"],
      es: ["09T22:59", "09T23:00", "10T22:59", "10T23:00"],
    };
    for (const [shop, list] of Object.entries(times))
      for (const [n, time] of list.entries()) await facts.order(`${shop}${n}`, at(`2026-11-${time}:00Z`), {}, shop);
    const of = (from: string | null, to: string | null, by: Dimension[] = ["shop"]) =>
      recoveryReport(facts, { by, from: from === null ? null : day(from), to: to === null ? null : day(to), zoneOf });
    const counted = async (from: string | null, to: string | null) =>
      (await of(from, to)).rows.map(({ keys, orders }) => `${keys.shop} ${orders}`);
    expect(await counted("2026-11-10", "2026-11-10")).toEqual(["cn 2", "es 2"]);
    expect(await counted("2026-11-10", null)).toEqual(["cn 3", "es 3"]);
    expect(await counted(null, "2026-11-09")).toEqual(["cn 1", "es 1"]);
    expect(await counted("2026-11-09T16:00:00Z", null)).toEqual(["cn 3", "es 4"]);
    await facts.database.setNow(at("2026-11-10T20:00:00Z"));
    expect(await counted("today", "today")).toEqual(["cn 1", "es 2"]);
    expect(await counted("yesterday", "yesterday")).toEqual(["cn 2", "es 1"]);
    expect(await counted("-4h", "now")).toEqual(["cn 1"]);
    const report = await of("2026-11-10", "2026-11-10");
    expect(reportJson(report)).toMatchObject({
      from: "2026-11-09T16:00:00+00:00",
      to: "2026-11-10T23:00:00+00:00",
      zone: null,
      periods: [
        { zone: "Asia/Shanghai", shops: ["cn"], from: "2026-11-10T00:00:00+08:00", to: "2026-11-11T00:00:00+08:00" },
        { zone: "Europe/Madrid", shops: ["es"], from: "2026-11-10T00:00:00+01:00", to: "2026-11-11T00:00:00+01:00" },
      ],
    });
    await expect(of("now", "yesterday")).rejects.toThrow(PeriodError);
    const lists = { sql: facts.sql, zoneOf };
    const listed = await listCases(lists, { limit: 50, from: day("yesterday"), to: day("yesterday") });
    expect(listed?.items.map(({ orders }) => orders[0]).sort()).toEqual(["cn1", "cn2", "es0"]);
    const ofShop = await listReminders(lists, {
      limit: 50,
      shop: "es",
      from: day("2026-11-10"),
      to: day("2026-11-10"),
    });
    expect(new Set(ofShop?.items.flatMap(({ orders }) => orders))).toEqual(new Set(["es0", "es1"]));
  });

  it("does not count old orders that are imported as today's", async () => {
    const facts = await reportFacts();
    const today = T0 + 30 * DAY;
    const old = { createdAt: new Date(T0).toISOString() };
    await facts.order("closed", today, { ...old, closesAt: new Date(T0 + HOUR).toISOString() });
    await facts.order("stale", today, { ...old, closesAt: new Date(today + 2 * DAY).toISOString() });
    await facts.skipped("stale", "nudge", today, "stale");
    await facts.receive("paid", today, {
      id: "paid",
      buyer: { id: "b-paid" },
      paidAt: new Date(T0 + HOUR).toISOString(),
    });
    await facts.order("paid", today, old);
    await facts.order("new", today);
    const windows = [
      { from: T0, to: T0 + DAY },
      { from: today, to: today + DAY },
    ];
    const [then, now] = await Promise.all(windows.map(async (window) => (await report(facts, [], window)).totals));
    expect(then).toMatchObject({ orders: 1, cases: 1, planned: 3, skipped: 1, cancelled: 2 });
    expect(now).toMatchObject({ orders: 1, cases: 1, planned: 2, skipped: 0, cancelled: 0, pending: 2 });
    // The reminders of a figure are listed by the same time.
    const listed = await listReminders({ sql: facts.sql }, { limit: 50, ...windows[1] });
    expect(listed?.items.map(({ orders }) => orders)).toEqual([["new"], ["new"]]);
    const days = await report(facts, ["day"]);
    expect(days.rows.map(({ keys, planned }) => [keys.day, planned]).slice(0, 1)).toEqual([["2026-11-10", 3]]);
  });

  it("of days until now begins with a full hour on the shop's clock", async () => {
    const facts = await reportFacts(undefined, { np: "Asia/Kathmandu" });
    await facts.order("o1", T0, {}, "np");
    await facts.database.setNow(at("2026-11-12T10:40:00Z"));
    const begin = async (from: string) => {
      const report = await recoveryReport(facts, { by: [], from: day(from), zoneOf: () => "Asia/Kathmandu" });
      return new Date(report.period.from ?? 0).toISOString();
    };
    expect(await begin("-1d")).toBe("2026-11-11T10:15:00.000Z");
    expect(await begin("-2h")).toBe("2026-11-12T08:40:00.000Z");
  });

  it("keeps the order of the keys", async () => {
    const facts = await promotion();
    const { columns, rows } = await report(facts, ["step", "campaign"]);
    expect(columns.slice(0, 3)).toEqual(["step", "campaign", "orders"]);
    expect(rows.map(({ keys }) => keys.step)).toEqual(["last-call", "nudge", null]);
  });
});

describe("compare previous", () => {
  const zone = "America/New_York";
  const at = (text: string) => Date.parse(text);

  it("has the same columns of as many days before, day by day, also when clocks change", async () => {
    const facts = await reportFacts(undefined, { acme: zone });
    // The clocks are set back on Sunday, 1 November.
    for (const [id, time] of [
      ["o1", "2026-10-29T04:00:00Z"],
      ["o2", "2026-10-30T12:00:00Z"],
      ["o3", "2026-11-01T04:00:00Z"],
      ["o4", "2026-11-03T04:59:59Z"],
      ["o5", "2026-10-30T03:59:59Z"],
    ] as const)
      await facts.order(id, at(time));
    await facts.sent({ order: "o2", step: "nudge", at: at("2026-10-30T12:10:00Z") });
    await facts.paid("o2", at("2026-10-30T13:00:00Z"));
    await facts.database.setNow(at("2026-11-20T12:00:00Z"));
    const days = { from: parseWhen("2026-10-31"), to: parseWhen("2026-11-02") };
    const input = { ...days, zoneOf: () => zone, compare: "previous" as const };
    const compared = await recoveryReport(facts, { ...input, by: ["day"] });
    expect(compared.previous?.period).toMatchObject({
      from: at("2026-10-28T04:00:00Z"),
      to: at("2026-10-31T04:00:00Z"),
    });
    expect(compared.rows.map(({ keys, orders, previous }) => [keys.day, orders, previous?.orders])).toEqual([
      ["2026-11-01", 1, 2],
      ["2026-11-02", 1, 1],
    ]);
    const alone = await recoveryReport(facts, {
      by: [],
      from: parseWhen("2026-10-28"),
      to: parseWhen("2026-10-30"),
      zoneOf: () => zone,
    });
    expect(compared.previous?.totals).toEqual(alone.totals);
    expect(compared.totals.orders).toBe(2);
    // In each format.
    const csv = reportCsv(await recoveryReport(facts, { ...input, by: ["campaign"] }))
      .split("\r\n")
      .map((line) => line.split(","));
    const cell = (name: string) => csv[1]?.[csv[0]?.indexOf(name) ?? -1];
    expect([cell("orders"), cell("previousOrders"), cell("previousRecoveredAmount")]).toEqual(["2", "3", "129.00"]);
    const table = reportTable(compared);
    expect(table).toContain("Compared with the period before: from 2026-10-28 to 2026-10-30 (America/New_York).");
    expect(table).toMatch(/2026-11-01 +1 .*\n {2}before +2 /);
    expect(reportTable(await recoveryReport(facts, { ...input, by: [] }))).toMatch(
      /orders seen unpaid +2 in 2 cases +before: 3 in 3 cases/,
    );
  });

  it("ends where the period begins, and needs a beginning", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0);
    await facts.database.setNow(T0 + HOUR);
    const of = async (more: object) => {
      const { previous } = await recoveryReport(facts, { by: [], compare: "previous", ...more });
      return [previous?.period.from, previous?.period.to];
    };
    expect(await of({ from: T0 })).toEqual([T0 - HOUR, T0]);
    expect(await of({ from: T0, to: T0 + 90 * MINUTE })).toEqual([T0 - 90 * MINUTE, T0]);
    await expect(of({})).rejects.toThrow("needs the beginning of the period");
    await expect(of({ from: T0, by: ["hour"] })).rejects.toThrow("rows by hour cannot be compared");
  });
});
