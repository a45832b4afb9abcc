import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, formatDuration, HOUR, MINUTE, parseDuration, SECOND } from "../../../../src/core/values/duration.ts";
import { formatInstant, parseInstant } from "../../../../src/core/values/instant.ts";
import { currencyDigits, formatAmount, parseAmount } from "../../../../src/core/values/money.ts";

describe("money", () => {
  it.each([
    ["129.00", "CNY", 12900],
    ["129", "CNY", 12900],
    ["129.5", "CNY", 12950],
    ["0.010000", "CNY", 1],
    ["129", "JPY", 129],
    ["129.00", "JPY", 129],
    ["1.234", "KWD", 1234],
    ["0", "CNY", 0],
    ["90071992547409.91", "CNY", 9007199254740991],
    ["0.001", "CNY", null],
    ["1.5", "JPY", null],
    ["-1.00", "CNY", null],
    ["1e3", "CNY", null],
    ["1,000.00", "CNY", null],
    [".5", "CNY", null],
    ["1.", "CNY", null],
    [" 1", "CNY", null],
    ["", "CNY", null],
    ["١٢", "CNY", null],
    ["90071992547409.92", "CNY", null],
    ["1.00", "XXQ", null],
    ["1.00", "cny", null],
  ])("%s %s is %s", (text, currency, minor) => expect(parseAmount(text, currency)).toBe(minor));

  /** The rule as it reads, digit by digit. */
  const read = (text: string, currency: string): number | null => {
    const digits = currencyDigits(currency);
    const match = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
    if (digits === null || !match) return null;
    const fraction = match[2] ?? "";
    if (/[1-9]/.test(fraction.slice(digits))) return null;
    const minor = Number(`${match[1]}${fraction.slice(0, digits).padEnd(digits, "0")}`);
    return Number.isSafeInteger(minor) ? minor : null;
  };
  it("reads by the rule", () => {
    const decimal = fc.stringMatching(/^\d{1,16}(\.\d{0,7})?$/);
    const near = fc.bigInt(9_007_199_254_740_980n, 9_007_199_254_741_000n).map((n) => `${n / 100n}.${n % 100n}`);
    const currency = fc.constantFrom("CNY", "JPY", "KWD", "XXQ", "CLF");
    const odd = fc.string({ unit: fc.constantFrom("0", "1", "9", ".", "-", "e", " ", "/", ":"), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(decimal, near, odd), currency, (text, code) => {
        expect(parseAmount(text, code)).toBe(read(text, code));
      }),
      { numRuns: 3_000 },
    );
  });

  it("prints what it reads", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.constantFrom("CNY", "JPY", "KWD", "EUR"),
        (minor, currency) => {
          expect(parseAmount(formatAmount(minor, currency), currency)).toBe(minor);
        },
      ),
    );
  });
  it.each([
    [5, "CNY", "0.05"],
    [12900, "CNY", "129.00"],
    [7, "KWD", "0.007"],
    [7, "JPY", "7"],
    [-5, "CNY", "-0.05"],
  ])("%s %s prints %s", (minor, currency, text) => expect(formatAmount(minor, currency)).toBe(text));
  it("knows the coins of a currency", () => {
    expect(["CNY", "JPY", "KWD", "XXQ"].map(currencyDigits)).toEqual([2, 0, 3, null]);
    // Not in the platform's list; ISO 4217 has them.
    expect(["CLF", "UYW", "UYI", "VED", "CHE", "COU"].map(currencyDigits)).toEqual([4, 4, 0, 2, 2, 2]);
    expect([parseAmount("1.2345", "CLF"), formatAmount(12_345, "CLF")]).toEqual([12_345, "1.2345"]);
  });
});

describe("durations", () => {
  it.each([
    ["90s", 90 * SECOND],
    ["10m", 10 * MINUTE],
    ["1h30m", 90 * MINUTE],
    ["2d", 2 * DAY],
    ["1d2h3m4s", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND],
    ["0s", 0],
    ["3653d", 3653 * DAY],
    ["3654d", null],
    ["", null],
    ["10", null],
    ["1.5h", null],
    ["30m1h", null],
    ["-5m", null],
    ["5 m", null],
    ["5M", null],
    ["1w", null],
  ])("%j is %s ms", (text, ms) => expect(parseDuration(text)).toBe(ms));
  it("prints what it reads", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3653 * 86_400 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * SECOND))).toBe(seconds * SECOND);
      }),
    );
  });
  it.each([
    [999, "0s"],
    [-90 * MINUTE, "-1h30m"],
  ])("%s ms prints %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("instants", () => {
  const utc = (text: string) => Date.parse(`${text}Z`);
  it.each([
    ["2026-11-10T20:00:00+08:00", utc("2026-11-10T12:00:00")],
    ["2026-11-10T12:00:00Z", utc("2026-11-10T12:00:00")],
    ["2026-11-10t12:00:00.5z", utc("2026-11-10T12:00:00.500")],
    ["2026-11-10T12:00:00.123456789-00:30", utc("2026-11-10T12:30:00.123")],
    ["2028-02-29T00:00:00Z", utc("2028-02-29T00:00:00")],
    ["2000-02-29T00:00:00Z", utc("2000-02-29T00:00:00")],
    ["2026-02-29T00:00:00Z", null],
    ["2100-02-29T00:00:00Z", null],
    ["2026-04-31T00:00:00Z", null],
    ["2026-13-01T00:00:00Z", null],
    ["2026-00-01T00:00:00Z", null],
    ["2026-11-10T24:00:00Z", null],
    ["2026-11-10T23:60:00Z", null],
    ["2026-11-10T23:59:60Z", null],
    ["2016-12-31T23:59:60Z", utc("2017-01-01T00:00:00")],
    ["2017-01-01T07:59:60.25+08:00", utc("2017-01-01T00:00:00.250")],
    ["2016-12-31T18:59:60-05:00", utc("2017-01-01T00:00:00")],
    ["2016-12-31T23:59:60+08:00", null],
    ["2016-12-31T23:58:60Z", null],
    ["2016-12-31T23:59:61Z", null],
    ["2026-11-10T20:00:00", null],
    ["2026-11-10 20:00:00Z", null],
    ["2026-11-10T20:00Z", null],
    ["2026-11-10T20:00:00+24:00", null],
    ["2026-11-10T20:00:00+08:60", null],
    ["2026-11-10", null],
    ["", null],
  ])("%j", (text, ms) => expect(parseInstant(text)).toBe(ms));

  it("prints what it reads, at any offset", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800_000 }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (ms, offset) => {
          expect(parseInstant(formatInstant(ms, offset))).toBe(ms);
        },
      ),
    );
  });
  it("prints the same however often it is asked, also before there were time zones", () => {
    const offset = fc.oneof(fc.integer({ min: -14 * 60, max: 14 * 60 }), fc.constantFrom(485.716, -75.5));
    fc.assert(
      fc.property(fc.integer({ min: -4_000_000_000_000, max: 4_102_444_800_000 }), offset, (ms, minutes) => {
        const local = new Date(ms + minutes * 60_000).toISOString();
        for (const _ of [1, 2])
          expect(formatInstant(ms, minutes).slice(0, -6)).toBe(local.slice(0, ms % 1000 === 0 ? 19 : 23));
      }),
    );
  });
  it.each([
    [480, "2026-11-10T20:10:00+08:00"],
    [-210, "2026-11-10T08:40:00-03:30"],
    [0, "2026-11-10T12:10:00+00:00"],
  ])("at %s minutes", (offset, text) => expect(formatInstant(utc("2026-11-10T12:10:00"), offset)).toBe(text));
  it("shows milliseconds only when there are some", () => {
    expect(formatInstant(utc("2026-11-10T12:10:00.007"), 0)).toBe("2026-11-10T12:10:00.007+00:00");
  });
});
