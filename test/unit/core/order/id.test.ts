import { describe, expect, it, test } from "vitest";
import { parseEvent } from "../../../../src/core/order/event.ts";
import { idFault, readId } from "../../../../src/core/order/id.ts";

const ID = "351531314732935793";

test.each<[string, string]>([
  ["as it is", ID],
  ["with a tab behind", `${ID}\t`],
  ["with blanks around", `  ${ID} `],
  ["with a line break", `${ID}\r\n`],
  ["with a no-break space", `\u00a0${ID}\u00a0`],
  ["with an ideographic space", `${ID}\u3000`],
  ["with a byte order mark", `\ufeff${ID}`],
  ["with zero-width characters", `\u200b${ID}\u200d\u2060`],
  ["with marks of direction", `\u202d${ID}\u202c\u200e`],
  ["with a Hangul filler", `${ID}\u3164`],
  ["with a leading apostrophe", `'${ID}`],
  ["with a blank and an apostrophe", ` ' ${ID}`],
  ["as a formula", `="${ID}"`],
  ["as a formula with a tab in it", `="${ID}\t"`],
  ["as a formula that was quoted twice", `"=""${ID}"""`],
  ["in quotes", `"${ID}"`],
])("an id %s has one spelling", (_, text) => {
  expect(readId(text)).toBe(ID);
});

test.each(["#1006", "E2018-1 b", "a'b'", "o=1", "李雷", "ＡＢＣ１", "Tom", "tom", "a\u200db"])(
  "the id %j stays as it is",
  (id) => {
    expect(readId(id)).toBe(id);
  },
);

test("composed and decomposed letters are the same id", () => {
  expect(readId("Jose\u0301-1")).toBe("Jos\u00e9-1");
});

test.each(["", " ", "\ufeff", "'", '=""', "\u200b\t"])("nothing is left of %j", (text) => {
  expect(readId(text)).toBe("");
});

describe("what is not an id", () => {
  it.each(["1.23E+17", "1.67185E+13", "1,23457E+17", "3.515e17", "1E+17", "-1.2E+5"])(
    "refuses the rounded number %s",
    (id) => {
      expect(idFault(id)).toContain("export the column as text");
    },
  );

  it.each([
    "#N/A",
    "NaN",
    "null",
    "NULL",
    "undefined",
    "None",
    "[object Object]",
    "#REF!",
    "########",
    "-",
    "--",
    "***",
  ])("refuses %s, written where a value is missing", (id) => {
    expect(idFault(id)).toContain("send the real id");
  });

  it.each(["1E17", "12E4", "#1006", "0", "order-1", "1.2", "1.5E", "Nullarbor", "李", "evt_1.5", "acme"])(
    "takes %s",
    (id) => {
      expect(idFault(id)).toBeNull();
    },
  );
});

describe("the ids of an event", () => {
  const at = "2026-11-10T20:00:00+08:00";
  const event = (order: object, more: object = {}) => ({
    id: "e1",
    type: "order.paid",
    occurredAt: at,
    shop: "acme",
    order: { id: "1", ...order },
    ...more,
  });

  it("are read in one spelling: of the event, the shop, the order, the buyer and the handles", () => {
    const buyer = { id: "b1 ", chat: { "wechat ": "'openid\u200b" } };
    expect(parseEvent(event({ id: "\ufeff'1", buyer }, { id: "e1\t", shop: " acme" }))).toEqual({
      ok: true,
      event: {
        id: "e1",
        type: "order.paid",
        occurredAt: Date.parse(at),
        shop: "acme",
        order: { id: "1", buyer: { id: "b1", chat: { wechat: "openid" } } },
      },
    });
  });

  it("count as absent when only blanks are left: a buyer's id, a handle", () => {
    const parsed = parseEvent(event({ buyer: { id: "\u00a0", chat: { wechat: "\u200b", line: "l" } } }));
    expect(parsed).toMatchObject({ ok: true, event: { order: { buyer: { id: null, chat: { line: "l" } } } } });
  });

  it.each<[string, object, object, string]>([
    ["an order id", { id: "1.23E+17" }, {}, "order.id: is a number that a spreadsheet or program rounded"],
    ["an order id as a formula", { id: '="1.23E+17"' }, {}, "order.id: is a number that a spreadsheet"],
    ["an order id", { id: "undefined" }, {}, 'order.id: is "undefined", which programs write where a value is missing'],
    ["an order id", { id: "-" }, {}, 'order.id: is "-", without a letter or digit'],
    ["an order id", { id: " \u200b" }, {}, "order.id: must not be empty"],
    ["an event id", {}, { id: "[object Object]" }, 'id: is "[object Object]", which programs write'],
    ["a shop", {}, { shop: " " }, "shop: must not be empty"],
  ])("refuses %s %j", (_, order, more, message) => {
    expect(parseEvent(event(order, more))).toMatchObject({
      ok: false,
      rejection: { code: "invalid_event", message: expect.stringContaining(message) },
    });
  });
});
