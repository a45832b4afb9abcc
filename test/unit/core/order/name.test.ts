import { describe, expect, it, test } from "vitest";
import { parseEvent } from "../../../../src/core/order/event.ts";
import { readName } from "../../../../src/core/order/name.ts";

test.each([
  ...["-", "--", "—", ".", "...", "***", "*", "/", "_", "?", "N/A", "n/a", "NULL", "null", "Null", "undefined", "NaN"],
  ...["undefined undefined", "NULL NULL", "null null", "- -", "[object Object]", "#N/A", "(null)", "None", "test"],
  ...[
    "Test",
    "TEST TEST",
    "test user",
    "123",
    "12 34",
    "１２３",
    "138****5678",
    "xxx",
    "XX",
    " ",
    "",
    "\u200b",
    "Guest",
  ],
  ...["测试", "匿名", "anónimo", "Ano\u0301nimo", "🌸"],
])("%j is no name", (text) => {
  expect(readName(text)).toBeNull();
});

test.each([
  ["Rahim -", "Rahim"],
  ["- Rahim", "Rahim"],
  ["Rahim .", "Rahim"],
  ["Rahim null", "Rahim"],
  ["undefined Rahim", "Rahim"],
  [" Rahim\u00a0", "Rahim"],
  ["Jose\u0301", "Jos\u00e9"],
  ["Christopher Null", "Christopher Null"],
  ["Ana Test", "Ana Test"],
  ["José & María", "José & María"],
  ["María - José", "María - José"],
  ["O’Brien", "O’Brien"],
  ["Studio 54", "Studio 54"],
  ["J. R.", "J. R."],
  ["Xu", "Xu"],
  ["X", "X"],
  ["李雷", "李雷"],
  ["王**", "王**"],
  ["Ana 🌸", "Ana 🌸"],
  ["Nadia", "Nadia"],
])("%j is read as %j", (text, name) => {
  expect(readName(text)).toBe(name);
});

describe("an event", () => {
  const nameOf = (name: string) => {
    const buyer = { id: "b", name };
    const parsed = parseEvent({
      id: "e",
      type: "order.updated",
      occurredAt: "2026-11-10T20:00:00+08:00",
      shop: "acme",
      order: { id: "1", buyer },
    });
    return parsed.ok ? parsed.event.order.buyer?.name : parsed.rejection;
  };

  it("does not report a placeholder as the name, so that an earlier name stays", () => {
    expect([nameOf("NULL"), nameOf("Rahim -"), nameOf("\ufeffMarlène")]).toEqual([null, "Rahim", "Marlène"]);
  });
});
