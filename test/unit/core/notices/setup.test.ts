import { expect, test } from "vitest";
import { forecast, type Plan, type Stock } from "../../../../src/core/notices/forecast.ts";
import { type CheckedChannel, judgeSetup, setupMatters } from "../../../../src/core/notices/setup.ts";
import type { ChannelFinding } from "../../../../src/core/seams/channel-check.ts";

const written = (at: number) => `T${at}`;
const plan = (sends: number, more: Partial<Plan> = {}): Plan => ({
  sends,
  segments: sends * 2,
  price: { micros: sends * 100_000, currency: "CNY" },
  flow: [
    { at: 2, sends: sends / 2 },
    { at: 1, sends: sends / 2 },
  ],
  ...more,
});
const bought = (left: number): Stock => ({ about: "package", account: "1400", left, bought: 1_000 });
const money = (units: number, currency = "CNY"): Stock => ({
  about: "balance",
  account: "AC1",
  micros: units * 1_000_000,
  currency,
});

test.each<[string, Stock, readonly Plan[], object]>([
  ["lasts", bought(600), [plan(100)], { kind: "enough", need: 200 }],
  ["is empty", bought(0), [], { kind: "empty" }],
  ["is a tenth before the sends", bought(99), [], { kind: "low" }],
  ["is a tenth after the sends", bought(299), [plan(100)], { kind: "low", need: 200 }],
  ["ends at the last minute", bought(199), [plan(100)], { kind: "short", need: 200, runsOutAt: 2 }],
  ["ends with the first minute", bought(99), [plan(100)], { kind: "short", runsOutAt: 1 }],
  ["is just enough", bought(200), [plan(100)], { kind: "low", need: 200 }],
  ["is shared by two channels", bought(399), [plan(100), plan(100)], { kind: "short", need: 400 }],
  ["of money lasts", money(20), [plan(100)], { kind: "enough", need: 10_000_000 }],
  ["of money does not last", money(9), [plan(100)], { kind: "short", runsOutAt: 2 }],
  ["of money is owed", money(-1), [plan(100, { price: null })], { kind: "empty" }],
  ["of money cannot be compared without a price", money(9), [plan(100, { price: null })], { kind: "no_price" }],
  ["of money needs no price where nothing is planned", money(9), [plan(0, { price: null })], { kind: "enough" }],
  ["is in another currency", money(9, "USD"), [plan(100)], { kind: "other_currency" }],
])("a stock that %s", (_, stock, plans, expected) => {
  expect(forecast(stock, plans)).toMatchObject(expected);
});

const channel = (
  name: string,
  findings: readonly ChannelFinding[],
  more: Partial<CheckedChannel> = {},
): CheckedChannel => ({
  name,
  findings,
  plan: null,
  usedBy: () => [],
  ...more,
});
const template = (name: string, state: "approved" | "pending" | "refused" | "missing"): ChannelFinding => ({
  about: "template",
  name,
  state,
  message: `is ${state}`,
});
const linesOf = (...channels: CheckedChannel[]) =>
  judgeSetup(channels, written).map(({ level, text }) => `${level}: ${text}`);

test("a template that is not approved is named with the files that use it", () => {
  const usedBy = (_: string, name: string) => (name === "SMS_2" ? ["default/nudge.sms.zh-CN.hbs"] : []);
  expect(
    linesOf(
      channel("sms", [template("SMS_1", "approved"), template("SMS_2", "refused"), template("SMS_3", "pending")], {
        usedBy,
      }),
    ),
  ).toEqual([
    "fault: template SMS_2: is refused; used by default/nudge.sms.zh-CN.hbs",
    "warning: template SMS_3: is pending",
    "ok: approved: template SMS_1",
  ]);
});

test("money is forecast from the plans of all channels of the account", () => {
  const [first, second] = linesOf(
    channel("sms", [money(15)], { plan: plan(100) }),
    channel("sms-2", [money(15)], { plan: plan(100) }),
    channel("other", [{ ...money(15), account: "AC2" }], { plan: plan(100) }),
  );
  expect(first).toBe(
    "fault: 15.00 CNY are left; 20.00 CNY are planned for the next 24 hours: it runs out at about T2, top up before",
  );
  expect(second).toBe(first);
});

test("a provider that could not be asked is no fault, and no matter", () => {
  const lines = judgeSetup([channel("sms", [{ about: "check", code: "timeout", message: "no answer" }])], written);
  expect(lines).toMatchObject([{ level: "warning", text: "not checked: no answer (timeout)" }]);
  expect(setupMatters(lines, "1")).toEqual([]);
});

test("money that cannot be compared is said by doctor, and no matter", () => {
  const lines = judgeSetup([channel("sms", [money(9, "USD")], { plan: plan(100) })], written);
  expect(lines).toMatchObject([{ level: "warning", text: expect.stringContaining("9.00 USD are left; whether") }]);
  expect(setupMatters(lines, "1")).toEqual([]);
});

test("a set-up is an incident when it changes, money once a day", () => {
  const of = (day: string, ...findings: ChannelFinding[]) =>
    setupMatters(judgeSetup([channel("sms", findings, { plan: plan(100) })], written), day);
  const before = of("1", template("SMS_1", "refused"), bought(10));
  expect(before.map(({ matter }) => matter)).toEqual(["setup:sms", "balance_low:sms"]);
  const [setup, stock] = of("2", template("SMS_1", "refused"), bought(9));
  expect(setup?.occurrence).toBe(before[0]?.occurrence);
  expect(stock?.occurrence).not.toBe(before[1]?.occurrence);
  expect(of("1", template("SMS_1", "refused"), bought(9))[1]?.occurrence).toBe(before[1]?.occurrence);
  expect(of("1", bought(299))[0]?.occurrence).not.toBe(before[1]?.occurrence);
  expect(of("1", template("SMS_1", "approved"), bought(900))).toEqual([]);
});
