import fc from "fast-check";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { readPhone } from "../../../../../src/core/order/address/phone.ts";

const byLibrary = (text: string, country: "CN" | "US" | "DE") => {
  const phone = parsePhoneNumberFromString(text, country);
  return phone?.isValid() === true ? phone.number : null;
};
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const numberOf = (text: string, country: string | null) => readPhone(text, country).number?.value ?? null;

it("reads national numbers as the library does, each time", () => {
  let valid = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        digits(10).map((rest) => `1${rest}`),
        digits(8).map((rest) => `138${rest}`),
        // Other texts that begin with 00 are tried as international ones, too.
        digits(10).filter((text) => !text.startsWith("00")),
        digits(12).map((rest) => `+1${rest}`),
      ),
      fc.constantFrom("CN", "US", "DE"),
      (text, country) => {
        const read = byLibrary(text, country);
        if (read !== null) valid++;
        expect(numberOf(text, country)).toBe(read);
        expect(numberOf(` ${text}`, country)).toBe(read);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(valid).toBeGreaterThan(300);
});

it("reads every mobile prefix of China as the library does", () => {
  for (let prefix = 1300; prefix < 2000; prefix++)
    for (const rest of ["0000000", "9999999", "1234567"])
      expect(numberOf(`${prefix}${rest}`, "CN"), String(prefix)).toBe(byLibrary(`${prefix}${rest}`, "CN"));
});

describe("a number", () => {
  it.each<[string, string | null, string]>([
    ["139 0000 2018", "CN", "+8613900002018"],
    ["139.0000.2018", "CN", "+8613900002018"],
    ["139-0000-2018-", "CN", "+8613900002018"],
    ["8613900002018", "CN", "+8613900002018"],
    ["86-13900002018", "CN", "+8613900002018"],
    ["0086 139 0000 2018", null, "+8613900002018"],
    ["008613900002018", "US", "+8613900002018"],
    ["+86 0 139 0000 2018", null, "+8613900002018"],
    ["+88001711000001", null, "+8801711000001"],
    ["+90 0532 123 45 67", null, "+905321234567"],
    ["(+44) (0)7400 123456", null, "+447400123456"],
    ["＋８６（１３９）００００－２０１８", null, "+8613900002018"],
    ["০১৭১১০০০০০১", "BD", "+8801711000001"],
    ["\u202a+86 139 0000 2018\u202c", null, "+8613900002018"],
    ["'13900002018", "CN", "+8613900002018"],
    ['="13900002018"', "CN", "+8613900002018"],
    ["13900002018.0", "CN", "+8613900002018"],
    ["tel:+8613900002018", null, "+8613900002018"],
    ["手机：13900002018（李雷）", "CN", "+8613900002018"],
    ["(415) 555-2672", "US", "+14155552672"],
    ["1 415 555 2672", "US", "+14155552672"],
    ["212-555-0123", "US", "+12125550123"],
  ])("%j in %s is read", (text, country, value) =>
    expect(readPhone(text, country)).toEqual({ number: { kind: "phone", value }, unread: false }),
  );

  it.each<[string, string | null]>([
    ["138****5678", "CN"],
    ["***********", "CN"],
    ["138xxxx5678", "CN"],
    ["1.39E+10", "CN"],
    ["12", "CN"],
    ["13900003001", "US"],
    ["13812345678", null],
    ["13812345678", "DE"],
    ["+13900002018", "CN"],
    ["1-800-FLOWERS", "US"],
    ["18400004003*1001", "CN"],
    ["18400004003(1001)", "CN"],
    ["139000020181390000201", "CN"],
  ])("%j in %s cannot be read", (text, country) =>
    expect(readPhone(text, country)).toEqual({ number: null, unread: true }),
  );

  it.each(["", " ", "-", "N/A", "none", "无"])("%j is none, which is no fault", (text) =>
    expect(readPhone(text, "CN")).toEqual({ number: null, unread: false }),
  );
});

it.each<[string, string, string]>([
  ["010-62345678", "CN", "+861062345678"],
  ["+862162345678", "US", "+862162345678"],
  ["020 7946 0018", "GB", "+442079460018"],
  ["4008001234", "CN", "+864008001234"],
  ["+1 800 234 5678", "US", "+18002345678"],
  ["050-1234-5678", "JP", "+815012345678"],
  ["070 1234 5678", "GB", "+447012345678"],
])("%j in %s is called, not written to", (text, country, value) =>
  expect(readPhone(text, country)).toEqual({ number: { kind: "call", value }, unread: false }),
);

it.each([
  "18400004003,1001",
  "18400004003，1001",
  "18400004003 ext 1001",
  "18400004003 ext. 1001",
  "18400004003 Extension: 1001",
  "18400004003;ext=1001",
  "18400004003 x1001",
  "18400004003#1001",
  "18400004003转1001",
  "18400004003 转 1001",
  "18400004003(转1001)",
  "18400004003分机1001",
  "18400004003-1001",
  "18400004003 1001",
  "18400004003/1001",
])("%j keeps its extension and takes no SMS", (text) =>
  expect(readPhone(text, "CN")).toEqual({ number: { kind: "call", value: "+8618400004003;ext=1001" }, unread: false }),
);

it.each<[string, string | null, boolean]>([
  ["13900002008/13900002009", "+8613900002008", false],
  ["13900002008;13900002009", "+8613900002008", false],
  ["13900002008, 13900002009", "+8613900002008", false],
  ["13900002008、13900002009", "+8613900002008", false],
  ["13900002008或13900002009", "+8613900002008", false],
  ["13900002008 or 13900002009", "+8613900002008", false],
  ["13900002008 13900002009", "+8613900002008", false],
  ["13900002008\n13900002009", "+8613900002008", false],
  ["13900002008(备用13900002009)", "+8613900002008", false],
  ["010-62345678/13900002009", "+8613900002009", false],
  ["010-62345678 13900002009", "+8613900002009", false],
  ["18400004003,1001,13900002009", "+8613900002009", false],
  ["138****5678/13900002009", "+8613900002009", true],
  ["010-62345678/021-62345678", "+861062345678", false],
])("of the numbers in %j the first that takes SMS is used", (text, value, unread) => {
  const read = readPhone(text, "CN");
  expect([read.number?.value ?? null, read.unread]).toEqual([value, unread]);
});

it("never reads a number that stands nowhere in the text", () => {
  const part = fc.constantFrom(
    "13900002018",
    "010-62345678",
    "+1 415 555 2672",
    "1001",
    "ext",
    "转",
    "(",
    ")",
    "/",
    ",",
    " ",
    "0",
    "x",
    "-",
    "*",
    "李",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = parts.join("");
      const { number } = readPhone(text, "CN");
      if (number === null) return;
      const [main = "", extension = ""] = number.value.replace(/^\+(?:86|1)/, "").split(";ext=");
      const flat = text.replace(/\D/g, "");
      expect(flat).toContain(main);
      expect(flat).toContain(extension);
    }),
    { numRuns: 2_000 },
  );
});
