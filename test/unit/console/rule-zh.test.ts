import { expect, it } from "vitest";
import { ruleZh } from "../../../src/console/pages/orders/rule-zh.ts";
import { ruleText, unplannedText } from "../../../src/reporting/words.ts";

const AT = Date.parse("2026-11-10T12:00:00Z");
const CONTEXT = { zone: "Asia/Shanghai", foreign: false, latest: null, quiet: null };
const after = { kind: "afterCreated", ms: 600_000 } as const;
const before = { kind: "beforeClose", ms: 600_000 } as const;
const owed = (...own: number[]) => own.map((each) => ({ own: each }));

it.each([
  [ruleText(after, { anchor: AT, owed: owed(AT) }, CONTEXT), "20:00：下单后 10m"],
  [ruleText(after, { anchor: AT, owed: owed(AT - 60_000, AT) }, CONTEXT), "20:00：2 个订单中最新下单后 10m"],
  [ruleText(after, { anchor: AT - 1, owed: owed(AT - 60_000, AT) }, CONTEXT), /最早下单后 10m 的两倍/],
  [ruleText(before, { anchor: AT, owed: owed(AT) }, CONTEXT), "20:00：关单前 10m"],
  [ruleText(before, { anchor: AT, owed: owed(AT, AT) }, CONTEXT), "20:00：2 个订单中最早关单前 10m"],
  [
    ruleText(before, { anchor: AT, owed: owed(AT) }, { ...CONTEXT, foreign: true }),
    "20:00 (Asia/Shanghai)：关单前 10m",
  ],
  [unplannedText(before), "应在关单前 10m 发送，但关单时间未知"],
])("%s is said in Chinese", (text, zh) => {
  expect(ruleZh(text)).toMatch(zh);
});

it("other words stay", () => {
  expect(ruleZh("20:00 is a riddle")).toBeNull();
});
