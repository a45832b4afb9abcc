import { expect, test } from "vitest";
import { namesAny } from "../../../../src/core/values/word.ts";

test.each([
  ["Flash-Sale", "flash-sale"],
  [" flash-sale\t", "flash-sale"],
  ["flash-sale", "\u00a0Flash-sale\u200b"],
  ["ＦＬＡＳＨ－ＳＡＬＥ", "flash-sale"],
  ["ﾌﾗｯｼｭ", "フラッシュ"],
  ["ＶＩＰ", "vip"],
  ["İNDİRİM", "indirim"],
  ["KIŞ", "kış"],
  ["TITEL", "titel"],
  ["STRASSE", "straße"],
  ["ΟΔΟΣ", "οδος"],
  ["cafe\u0301", "CAFÉ"],
  ["РАСПРОДАЖА", "распродажа"],
])("%j is the tag %j", (one, other) => {
  expect(namesAny(["x", one], [other])).toBe(true);
  expect(namesAny([other], ["x", one])).toBe(true);
});

test.each([
  ["flash sale", "flash-sale"],
  ["vip1", "vip"],
  ["cafe", "café"],
  ["", "x"],
])("%j is not the tag %j", (one, other) => {
  expect(namesAny([one], [other])).toBe(false);
});

test("no tags name nothing", () => {
  expect([namesAny([], ["x"]), namesAny(["x"], [])]).toEqual([false, false]);
});
