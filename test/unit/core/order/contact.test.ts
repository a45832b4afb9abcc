import fc from "fast-check";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { expect, it } from "vitest";
import { normalisePhone } from "../../../../src/core/order/contact.ts";

const byLibrary = (text: string, country: "CN" | "US" | "DE") => {
  const phone = parsePhoneNumberFromString(text, country);
  return phone?.isValid() === true ? phone.number : null;
};
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));

it("reads national numbers as the library does, each time", () => {
  let valid = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        digits(10).map((rest) => `1${rest}`),
        digits(8).map((rest) => `138${rest}`),
        digits(10),
        digits(12).map((rest) => `+1${rest}`),
      ),
      fc.constantFrom("CN", "US", "DE"),
      (text, country) => {
        const said = byLibrary(text, country);
        if (said !== null) valid++;
        expect(normalisePhone(text, country)).toBe(said);
        expect(normalisePhone(` ${text}`, country)).toBe(said);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(valid).toBeGreaterThan(300);
});

it("reads every mobile prefix of China as the library does", () => {
  for (let prefix = 1300; prefix < 2000; prefix++)
    for (const rest of ["0000000", "9999999", "1234567"])
      expect(normalisePhone(`${prefix}${rest}`, "CN"), String(prefix)).toBe(byLibrary(`${prefix}${rest}`, "CN"));
});

it.each([
  ["138****5678", "CN"],
  ["", "CN"],
  ["12", "CN"],
  ["13812345678", undefined],
  ["13812345678", "XX"],
])("%j in %s is not a phone number", (text, country) => expect(normalisePhone(text, country)).toBeNull());
