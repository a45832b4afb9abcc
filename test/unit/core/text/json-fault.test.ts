import fc from "fast-check";
import { expect, it } from "vitest";
import { findJsonFault } from "../../../../src/core/text/json-fault.ts";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it("finds no fault in JSON", () => {
  fc.assert(fc.property(fc.json(), (text) => findJsonFault(text) === null));
});

it("agrees with JSON.parse, and the text before the fault can still become JSON", () => {
  const scrap = fc.array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "\\",
      "\\n",
      "\\u00e9",
      "1",
      "-",
      "0",
      ".5",
      "e3",
      "true",
      "nul",
      " ",
      "\n",
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(scrap, (parts) => {
      const text = parts.join("");
      const fault = findJsonFault(text);
      expect(fault === null).toBe(isJson(text));
      if (fault !== null) expect(findJsonFault(text.slice(0, fault.offset))?.offset ?? fault.offset).toBe(fault.offset);
    }),
    { numRuns: 5_000 },
  );
});

it.each([
  ['{"a":1,}', 7, "expected a key in double quotes"],
  ["{'a':1}", 1, 'expected a key in double quotes or "}"'],
  ['{"a" 1}', 5, 'expected ":"'],
  ["[1 2]", 3, 'expected "," or "]"'],
  ['["a\nb"]', 3, "a control character in a string: escape it"],
  ['["a\\x"]', 3, "an unknown escape in a string"],
  ['["abc', 5, "it ends within a string"],
  ["[NaN]", 1, 'expected a value or "]"'],
  ["{} {}", 3, "expected the end of the text"],
])("names place and remedy: %j", (text, offset, message) => {
  expect(findJsonFault(text)).toEqual({ offset, message });
});

it("reads a string of megabytes, and nesting of millions", () => {
  expect(findJsonFault(`["${"x\\n".repeat(3_000_000)}"`)?.message).toMatch(/ends too soon/);
  expect(findJsonFault("[".repeat(3_000_000))?.offset).toBe(3_000_000);
});
