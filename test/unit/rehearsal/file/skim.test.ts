import fc from "fast-check";
import { expect, it } from "vitest";
import { skim } from "../../../../src/rehearsal/file/skim.ts";

/** A list is no record: an event that has one in its place is refused. */
const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const texts = (value: unknown, keys: readonly string[]) =>
  Object.fromEntries(
    keys.flatMap((key) => (typeof record(value)[key] === "string" ? [[key, record(value)[key]]] : [])),
  );

/** All that a line is skimmed for. */
const picked = (value: unknown) => {
  const { order } = record(value);
  const { buyer } = record(order);
  const { chat } = record(buyer);
  return {
    ...texts(value, ["id", "shop", "occurredAt"]),
    order: texts(order, ["id"]),
    buyer: texts(buyer, ["id", "phone", "country"]),
    chat: texts(chat, Object.keys(record(chat))),
  };
};

const name = fc.constantFrom(
  "id",
  "shop",
  "occurredAt",
  "order",
  "buyer",
  "chat",
  "phone",
  "country",
  "wx",
  "é",
  'q"',
  "__proto__",
);
const leaf = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(1.5, -2e9, true, null, "\\", '"}', "{[,"),
);
const nested = fc.letrec((tie) => ({
  value: fc.oneof({ weight: 4, arbitrary: leaf }, fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  object: fc.dictionary(name, tie("value"), { maxKeys: 6, noNullPrototype: true }),
}));
const wellFormed = fc.record(
  {
    note: nested.value,
    id: leaf,
    shop: fc.string(),
    items: nested.value,
    occurredAt: fc.string(),
    order: fc.record(
      {
        tags: nested.value,
        id: leaf,
        buyer: fc.record({
          id: leaf,
          chat: nested.object,
          phone: fc.oneof(leaf, fc.array(leaf)),
          more: nested.value,
          country: leaf,
        }),
      },
      { noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
);

it("finds the same fields as a parser, in every spelling of JSON", () => {
  fc.assert(
    fc.property(fc.oneof(wellFormed, nested.object, nested.value), fc.constantFrom("", " ", "\t"), (value, space) => {
      const line = JSON.stringify(value, null, space);
      expect(picked(skim(Buffer.from(line))), line).toEqual(picked(JSON.parse(line)));
    }),
    { numRuns: 5_000 },
  );
});

it("takes the last value of a repeated key, and text with escapes", () => {
  for (const line of [
    '{"id":"a","id":"b"}',
    '{"id":"a","id":1}',
    '{"order":{"id":"a"},"order":{"buyer":{}}}',
    '{"\\u0069d":"a","order":{"id":"\\ud83d\\ude00"}}',
    '{ "order" : { "buyer" : { "chat" : { "a\\n" : "x" , "b" : "y" } } } , "shop" : "s" }',
    '{"order":{"buyer":{"chat":["\\\\"]}}}',
    '{"order":{"buyer":{"chat":{"\\u0061":"x"},"phone":["\\\\"]}}}',
    "{}",
    "[]",
    "null",
    '"x"',
  ])
    expect(picked(skim(Buffer.from(line))), line).toEqual(picked(JSON.parse(line)));
});

it("does not fail on a broken line", () => {
  const line = JSON.stringify({ id: "a", order: { id: "1", buyer: { id: "b", chat: { w: "x" } } }, shop: "s" });
  for (let end = 0; end < line.length; end++) expect(() => skim(Buffer.from(line.slice(0, end)))).not.toThrow();
});
