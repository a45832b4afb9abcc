import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/core/text/json.ts";
import { parseInSteps } from "../../../../src/core/text/json-steps.ts";

const inSteps = (bytes: Buffer, options: { maxValues?: number; step?: number }) => {
  const steps = parseInSteps(bytes, options);
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done === true) return { result: value, count };
  }
};

describe("a JSON array that is parsed in steps", () => {
  it("gives what the whole gives, values and faults alike, whatever the size of a step", () => {
    const scrap = fc
      .array(
        fc.constantFrom("[", "]", "{", "}", ",", ",", ":", '"a"', '"\\\\"', '"],["', "1", "null", " ", "\n", '"', "é"),
        {
          maxLength: 14,
        },
      )
      .map((parts) => `[${parts.join("")}`);
    const whole = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 }).map((values) => JSON.stringify(values));
    fc.assert(
      fc.property(fc.oneof(scrap, whole), fc.integer({ min: 0, max: 12 }), (text, step) => {
        const bytes = Buffer.from(text);
        expect(inSteps(bytes, { step }).result).toEqual(parseJson(bytes));
      }),
      { numRuns: 5_000 },
    );
  });

  it("names the place in the whole text, and a byte that is not UTF-8", () => {
    const fault = (bytes: Buffer) => inSteps(bytes, { step: 8 }).result;
    expect(fault(Buffer.from('["abcdefgh",\n "ijklmnop",\n oops]'))).toEqual({
      ok: false,
      message: "line 3, column 2: expected a value",
    });
    expect(fault(Buffer.concat([Buffer.from('["abcdefgh", "'), Buffer.from([0xff]), Buffer.from('"]')]))).toEqual({
      ok: false,
      message: "byte 15 is not valid UTF-8: send UTF-8",
    });
  });

  it("limits the values of an element, not those of the whole", () => {
    const bytes = Buffer.from(JSON.stringify(Array.from({ length: 100 }, () => [1, 2, 3])));
    expect(inSteps(bytes, { step: 1, maxValues: 6 })).toMatchObject({ result: { ok: true }, count: 101 });
    expect(inSteps(bytes, { step: 1, maxValues: 3 }).result).toEqual({
      ok: false,
      message: "an element of the array holds more than 3 values",
    });
    expect(parseJson(bytes, 6)).toEqual({ ok: false, message: "column 10: holds more than 6 values" });
  });
});

it("names an invalid byte behind millions of valid ones", () => {
  const bytes = Buffer.concat([Buffer.from(`"${"\ufffd".repeat(300_000)}é`), Buffer.from([0xc0])]);
  expect(parseJson(bytes)).toEqual({ ok: false, message: "byte 900004 is not valid UTF-8: send UTF-8" });
});

it("refuses brackets by their depth, and not those within strings", () => {
  const text = `"${"[".repeat(5_000)}\\"["`;
  const deep = (n: number) => parseJson(Buffer.from(`${"[".repeat(n)}${text}${"]".repeat(n)}`));
  expect(deep(1_000)).toMatchObject({ ok: true });
  expect(deep(1_001)).toEqual({ ok: false, message: "column 1001: is nested more than 1000 levels deep" });
});
