import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, envelope, parseEvent } from "../../../../src/core/order/event.ts";
import { plainReader } from "../../../../src/core/order/plain-event.ts";

const readPlain = plainReader(EVENT_TYPES);

const good = {
  text: fc.string({ minLength: 1, maxLength: 40 }),
  instant: fc.constantFrom("2026-11-10T20:00:00+08:00", "2026-11-10T12:00:00.5z", "2028-02-29T00:00:00Z"),
  decimal: fc.constantFrom("129.00", "0", "1.5", "999999999999999.999999"),
};
const long = (max: number) =>
  fc.oneof(
    { weight: 300, arbitrary: fc.constantFrom("x".repeat(max), "x") },
    { weight: 1, arbitrary: fc.constantFrom("x".repeat(max + 1), "", "a\ud800", "\udc00b", "a\u0000") },
  );
/** Anything that JSON can hold, and what nearly is right. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    -1,
    1.5,
    1_000_001,
    2 ** 53,
    true,
    [],
    {},
    "2026-02-29T00:00:00Z",
    "1e3",
    "-1",
    "XXQ",
  ),
  fc.constantFrom<unknown>(JSON.parse('{"constructor": "x"}'), JSON.parse('{"__proto__": "x"}')),
);
const mostly = (arb: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 100, arbitrary: arb }, { weight: 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd });

const given = (fields: Record<string, fc.Arbitrary<unknown>>, required: string[] = []) =>
  fc.record<Record<string, unknown>>(
    { ...Object.fromEntries(Object.entries(fields).map(([key, arb]) => [key, mostly(arb)])), more: odd },
    { requiredKeys: required, noNullPrototype: true },
  );

/** Ids with edges that must go, and texts that are no id. */
const spelled = fc.oneof(
  good.text,
  fc.constantFrom(" 1", "1\t", "'1", '="1"', "\ufeff1", "李雷", "Jose\u0301", "1.5E+17", "null", "-", " ", "#1006"),
);
const currency = fc.constantFrom("CNY", "JPY", "EUR", "KWD");
const tags = fc.oneof(fc.array(mostly(good.text), { maxLength: 3 }), fc.constant(Array(200).fill("t")));
const chat = fc.dictionary(
  fc.oneof(
    { weight: 150, arbitrary: fc.constantFrom("wechat", "x", "x".repeat(40)) },
    { weight: 1, arbitrary: fc.constantFrom("toString", "__proto__", "constructor", "Ä", "valueOf", "") },
  ),
  mostly(fc.oneof(spelled, long(300))),
  { maxKeys: 3, noNullPrototype: true },
);
const buyer = given({
  id: fc.oneof(spelled, long(200)),
  email: fc.oneof(good.text, long(500)),
  phone: fc.oneof(good.text, long(500), fc.array(mostly(long(500)), { maxLength: 11 })),
  chat,
  country: long(100),
  name: fc.oneof(good.text, long(200), fc.constantFrom("-", "Rahim -", "Jose\u0301", "NULL NULL")),
  locale: long(40),
  timeZone: long(60),
  tier: long(60),
});
const item = given({
  sku: long(200),
  title: long(500),
  quantity: fc.constantFrom(0, 1, 1_000_000),
  price: good.decimal,
  tags,
});
const order = given(
  {
    id: fc.oneof(spelled, long(200)),
    number: fc.oneof(spelled, long(100)),
    amount: good.decimal,
    currency,
    createdAt: good.instant,
    closesAt: good.instant,
    paidAt: good.instant,
    closedAt: good.instant,
    reason: long(200),
    buyer,
    items: fc.oneof(fc.array(item, { maxLength: 3 }), fc.constantFrom(Array(500).fill({}))),
    paymentMethod: long(100),
    payUrl: long(2000),
    tags,
    pendingConfirmation: fc.boolean(),
    shipped: fc.boolean(),
    archived: fc.boolean(),
    presale: given({ depositPaid: fc.boolean(), balanceFrom: good.instant, balanceTo: good.instant }),
    note: long(5000),
  },
  ["id"],
);
const event = given(
  {
    id: fc.oneof(spelled, long(200)),
    type: fc.constantFrom(...EVENT_TYPES),
    occurredAt: good.instant,
    shop: fc.oneof(spelled, long(100)),
    paidAt: good.instant,
    closedAt: good.instant,
    reason: long(200),
    order,
  },
  ["id", "type", "occurredAt", "shop", "order"],
);

describe("the short way through an event", () => {
  it("only says yes where zod does, and gives the same", () => {
    let yes = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 30, arbitrary: event }, odd), (input) => {
        const plain = readPlain(input);
        const result = envelope.safeParse(input);
        if (!result.success) refused++;
        if (plain === null) return;
        yes++;
        expect(result.success && result.data).toEqual(plain);
        expect(Object.keys(plain as object)).toEqual(Object.keys(result.data ?? {}));
      }),
      { numRuns: 4_000 },
    );
    expect(yes).toBeGreaterThan(400);
    expect(refused).toBeGreaterThan(400);
  });

  it("looks closer at every field that is wrong", () => {
    const right = {
      id: "e",
      type: "order.created",
      occurredAt: "2026-11-10T20:00:00+08:00",
      shop: "acme",
      order: {
        id: "1",
        amount: "1.00",
        currency: "CNY",
        createdAt: "2026-11-10T20:00:00+08:00",
        buyer: { id: "b", chat: { wechat: "w" } },
        items: [{ quantity: 1, price: "1.00", tags: ["a"] }],
        presale: { depositPaid: true },
      },
    };
    expect(readPlain(right)).not.toBeNull();
    const wrong = (path: readonly string[], value: unknown): unknown => {
      const copy = structuredClone(right) as Record<string, unknown>;
      let at: Record<string, unknown> = copy;
      for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[path.at(-1) ?? ""] = value;
      return copy;
    };
    const paths = ["id", "type", "occurredAt", "shop", "order", "order.id", "order.amount", "order.currency"];
    const deeper = ["order.createdAt", "order.buyer", "order.buyer.id", "order.buyer.chat", "order.buyer.chat.wechat"];
    const lists = [
      "order.items",
      "order.items.0",
      "order.items.0.quantity",
      "order.items.0.price",
      "order.items.0.tags",
    ];
    for (const path of [...paths, ...deeper, ...lists, "order.presale", "order.presale.depositPaid", "order.note"]) {
      const input = wrong(path.split("."), /price|amount/.test(path) ? "1,0" : 5.5);
      expect(readPlain(input), path).toBeNull();
      expect(parseEvent(input), path).toMatchObject({
        ok: false,
        rejection: { message: expect.stringContaining(path.replace(".0", "[0]")) },
      });
    }
  });

  it("treats a null or empty id or handle as not given", () => {
    const order = { id: "o", buyer: { id: "", chat: { wechat: null, line: "", kakao: "k" } } };
    const event = { id: "e", type: "order.paid", occurredAt: "2026-11-10T12:00:00Z", shop: "acme", order };
    expect(parseEvent(event)).toMatchObject({
      ok: true,
      event: { order: { buyer: { id: null, chat: { kakao: "k" } } } },
    });
    expect(parseEvent({ ...event, type: "order.created" }).ok).toBe(false);
  });
});

describe("the message for a bad event", () => {
  const base = {
    id: "e",
    type: "order.updated",
    occurredAt: "2026-11-10T20:00:00+08:00",
    shop: "acme",
    order: { id: "1" },
  };
  const said = (input: unknown) => {
    const parsed = parseEvent(input);
    return parsed.ok ? null : parsed.rejection.message;
  };

  it.each<[object, string]>([
    [{ shop: undefined }, "shop: is required"],
    [{ shop: null }, "shop: is required"],
    [{ shop: "" }, "shop: must not be empty"],
    [{ shop: "x".repeat(101) }, "shop: must have at most 100 characters"],
    [{ id: 7 }, "id: must be a string: put it in quotes"],
    [{ occurredAt: true }, "occurredAt: must be a string"],
    [{ order: undefined }, "order: is required"],
    [{ order: [] }, "order: must be an object"],
    [{ order: {} }, "order.id: is required"],
    [{ order: { id: null } }, "order.id: is required"],
    [{ order: { id: "" } }, "order.id: must not be empty"],
    [{ order: { id: true } }, "order.id: must be a string"],
    [{ order: { id: 2233445566 } }, "order.id: must be a string: a 64-bit number would lose its last digits in JSON"],
    [{ order: { id: "1", items: {} } }, "order.items: must be an array"],
    [{ order: { id: "1", tags: Array(201).fill("t") } }, "order.tags: must have at most 200 entries"],
    [{ order: { id: "1", items: [{ quantity: 1.5 }] } }, "order.items[0].quantity: must be a whole number"],
    [{ order: { id: "1", items: [{ quantity: -1 }] } }, "order.items[0].quantity: must be at least 0"],
    [{ order: { id: "1", items: [{ quantity: 1e7 }] } }, "order.items[0].quantity: must be at most 1000000"],
    [{ order: { id: "1", pendingConfirmation: "yes" } }, "order.pendingConfirmation: must be true or false"],
    [{ order: { id: "1", buyer: { chat: "w" } } }, "order.buyer.chat: must be an object"],
    [
      { order: { id: "1", buyer: { chat: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, "w"])) } } },
      "order.buyer.chat: must have at most 20 entries",
    ],
    [
      { order: { id: "1", buyer: { chat: { "": "w" } } } },
      "order.buyer.chat.: must be named by 1 to 40 characters of plain Unicode text",
    ],
  ])("%j", (change, expected) => {
    expect(said({ ...base, ...change })).toBe(expected);
  });

  it("is no length of a text that only people read: it is cut", () => {
    const long = { reason: "r".repeat(201), note: "n".repeat(5_001), items: [{ title: `${"t".repeat(499)}😀` }] };
    const parsed = parseEvent({
      ...base,
      type: "order.paid",
      order: { id: "1", ...long, buyer: { name: "李".repeat(10_000) } },
    });
    expect(parsed).toMatchObject({
      ok: true,
      event: {
        order: {
          reason: "r".repeat(200),
          note: "n".repeat(5_000),
          items: [{ title: "t".repeat(499) }],
          buyer: { name: "李".repeat(200) },
        },
      },
    });
    expect(said({ ...base, order: { id: "1", payUrl: "u".repeat(2_001) } })).toBe(
      "order.payUrl: must have at most 2000 characters",
    );
  });

  it("is in our words, whatever is wrong", () => {
    expect(said("text")).toBe("event: must be an object");
    fc.assert(
      fc.property(fc.oneof({ weight: 30, arbitrary: event }, odd), (input) => {
        expect(said(input) ?? "").not.toMatch(/Invalid|expected|Too (small|big)|received/);
      }),
      { numRuns: 2_000 },
    );
  });
});
