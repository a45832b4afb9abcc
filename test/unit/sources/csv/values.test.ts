import { expect, it } from "vitest";
import { amountOf, textOf, timeOf } from "../../../../src/sources/csv/values.ts";

it.each([
  ["129.00", "129.00"],
  ["0", "0"],
  ["1,234.50", "1234.50"],
  ["1.234,50", "1234.50"],
  ["1.234.567,8", "1234567.8"],
  ["12,5", "12.5"],
  ["1,234", "1234"],
  ["1,234,567", "1234567"],
  ["1.234.567", "1234567"],
  ["¥88.80", "88.80"],
  ["US$ 1,000.00", "1000.00"],
  ["88.80元", "88.80"],
  ["12,50 €", "12.50"],
  ["1’234.50", "1234.50"],
  ["１２９．００", "129.00"],
])("reads the amount %s", (cell, amount) => {
  expect(amountOf(cell)).toBe(amount);
});

it.each(["", "-5", "(5.00)", "5.00 / 6.00", "1e3", "NaN", "five", ".", "1.2.3,4,5"])(
  "reads no amount in %s",
  (cell) => {
    expect(amountOf(cell)).toBeNull();
  },
);

const AT = "2026-11-28T12:00:00.000Z";
it.each([
  ["2026-11-28 20:00:00", AT],
  ["2026/11/28 20:00", AT],
  ["2026-11-28T20:00:00+08:00", AT],
  ["2026-11-28 21:00:00 +0900", AT],
  ["2026-11-28 12:00:00 UTC", AT],
  ["2026-11-28T12:00:00Z", AT],
  ["2026年11月28日 20:00", AT],
  ["28.11.2026 20:00", AT],
  ["28/11/2026 20:00", AT],
  ["11/28/2026 8:00 PM", AT],
  ["11/28/2026, 8:00:00 pm", AT],
  ["2016/5/3 2:02", "2016-05-02T18:02:00.000Z"],
  ["2026-11-28", "2026-11-27T16:00:00.000Z"],
])("reads the time %s", (cell, at) => {
  const time = timeOf(cell, "Asia/Shanghai");
  expect(time.ok && new Date(time.at).toISOString()).toBe(at);
});

it.each([
  "",
  "yesterday",
  "2026-02-30 10:00:00",
  "2026-13-01",
  "2026-11-28 24:00:00",
  "46354.5",
  "03/04/2026",
  "13/13/2026",
  "1899-01-01",
])("reads no time in %s", (cell) => {
  expect(timeOf(cell, "Asia/Shanghai").ok).toBe(false);
});

it("reads the shop's clock on the days when it changes", () => {
  const at = (cell: string) => {
    const time = timeOf(cell, "America/New_York");
    return time.ok && new Date(time.at).toISOString();
  };
  expect(at("2026-11-01 00:30:00")).toBe("2026-11-01T04:30:00.000Z");
  // The hour comes twice: the first is meant.
  expect(at("2026-11-01 01:30:00")).toBe("2026-11-01T05:30:00.000Z");
  expect(at("2026-11-01 02:30:00")).toBe("2026-11-01T07:30:00.000Z");
  // The hour does not come: the change itself.
  expect(at("2026-03-08 02:30:00")).toBe("2026-03-08T07:00:00.000Z");
  expect(at("2026-07-01 12:00:00")).toBe("2026-07-01T16:00:00.000Z");
});

it.each([
  ['="351531314732935796"', "351531314732935796"],
  ["'13900008002", "13900008002"],
  ["\t123\t", "123"],
  ["\ufeffid ", "id"],
  ["张三", "张三"],
])("takes away what stands around %s", (cell, text) => {
  expect(textOf(cell)).toBe(text);
});
