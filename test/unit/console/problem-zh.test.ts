import { describe, expect, it } from "vitest";
import { passwordFault } from "../../../src/access/passwords.ts";
import { faultWords, rowFaults } from "../../../src/console/ui/fault-words.ts";
import { faultZh } from "../../../src/console/ui/fault-zh.ts";
import { PROBLEM_ZH, problemZh } from "../../../src/console/ui/problem-zh.ts";
import { shiftFaults, shiftListShape, staffFaults, staffListShape, toStaff } from "../../../src/core/desk/roster.ts";
import { wordsFor } from "../../../src/core/text/zod-words.ts";
import { parseDuration } from "../../../src/core/values/duration.ts";
import { refusalText } from "../../../src/followup/promise-words.ts";
import { personBody } from "../../../src/http/contract/access/people.ts";
import { ERRORS } from "../../../src/http/contract/parts/errors.ts";
import { outcomeBody, touchBody } from "../../../src/http/contract/tasks.ts";
import { addressFor } from "../../../src/preview/test-message.ts";

const HAN = /\p{Script=Han}/u;

describe("errors in Chinese", () => {
  it("are there for every code of the API, and for no other", () => {
    expect(Object.keys(PROBLEM_ZH).sort()).toEqual(Object.keys(ERRORS).sort());
    for (const [code, words] of Object.entries(PROBLEM_ZH)) expect(words, code).toMatch(HAN);
  });

  it("keep the words of the server where they say more, and stand back for a code of a newer server", () => {
    expect(problemZh("task_taken", "Vera has the task")).toBe("任务已由他人领取");
    expect(problemZh("ambiguous_order", "orders o1, o2")).toBe("有多个订单使用此号码，请改用订单编号（orders o1, o2）");
    expect(problemZh("quota_spent", "no more")).toBeNull();
    expect(problemZh("constructor", "no more")).toBeNull();
  });
});

const CLOCK = Date.parse("2026-11-10T12:00:00Z");
const SHANGHAI = "Asia/Shanghai";
const late = (leadMs: number) =>
  refusalText({ kind: "too_late", at: CLOCK + 3_000, closesAt: CLOCK + 3_000 + leadMs, latest: CLOCK }, SHANGHAI);
const of = (result: { readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined }) =>
  (result.error?.issues ?? []).map(({ message }) => message);
const parse = (schema: typeof staffListShape | typeof shiftListShape | typeof personBody, value: unknown) =>
  of(schema.safeParse(value, { error: wordsFor }));
const member = (change: object) => [{ name: "Vera", ...change }];
const shift = (change: object) => [
  { person: "Vera", weekdays: ["mon"], from: "09:00", to: "17:00", zone: "Asia/Shanghai", ...change },
];
const SMS = { contacts: ["phone"] } as const;
const SHOP = { country: "CN", timeZone: SHANGHAI } as unknown as Parameters<typeof addressFor>[2];
const refusedAddress = (given: string, contacts: Parameters<typeof addressFor>[1]) => {
  const result = addressFor(given, contacts, SHOP);
  return result.ok ? [] : [result.message];
};
const staff = toStaff([{ name: "Vera", shops: ["no-shop"] }]);

describe("faults of fields in Chinese", () => {
  it.each<[form: string, messages: readonly string[]]>([
    ["a name", parse(personBody, { name: "*", role: "viewer" })],
    ["no name", parse(personBody, { role: "viewer" })],
    ["a long name", parse(personBody, { name: "x".repeat(101), role: "viewer" })],
    ["a role", parse(personBody, { name: "Vera", role: "king" })],
    ["a name that is there twice", parse(staffListShape, [...member({}), ...member({})])],
    ["a language", parse(staffListShape, member({ languages: ["not a language"] }))],
    ["no shop", parse(staffListShape, member({ shops: [] }))],
    ["a long team", parse(staffListShape, member({ teams: ["x".repeat(61)] }))],
    ["tasks in words", parse(staffListShape, member({ maxOpen: "many" }))],
    ["half a task", parse(staffListShape, member({ maxOpen: 1.5 }))],
    ["tasks below zero", parse(staffListShape, member({ maxOpen: -1 }))],
    ["too many tasks", parse(staffListShape, member({ maxOpen: 20_000 }))],
    ["a wage", parse(staffListShape, member({ costPerHour: { amount: "12x", currency: "CNY" } }))],
    ["a currency", parse(staffListShape, member({ costPerHour: { amount: "12", currency: "XX" } }))],
    ["no day", parse(shiftListShape, shift({ weekdays: [] }))],
    ["a time", parse(shiftListShape, shift({ from: "25:00" }))],
    ["no time", parse(shiftListShape, shift({ to: null }))],
    ["a shift without length", parse(shiftListShape, shift({ to: "09:00" }))],
    ["a zone", parse(shiftListShape, shift({ zone: "Mars/Base" }))],
    ["a zone of several meanings", parse(shiftListShape, shift({ zone: "CST" }))],
    ["a zone with daylight saving", parse(shiftListShape, shift({ zone: "-03:30" }))],
    [
      "staff that nobody knows",
      staffFaults(staff, { workers: new Set(), onShifts: ["Wang"], isShop: () => false }).map((each) => each.message),
    ],
    [
      "a shift of nobody",
      shiftFaults(
        [{ person: "Vera", weekdays: ["mon"], from: "09:00", to: "17:00", zone: SHANGHAI } as never],
        new Set(),
      ).map((each) => each.message),
    ],
    ["a time that has passed", [refusalText({ kind: "past", at: CLOCK - 1, now: CLOCK }, SHANGHAI)]],
    ["a time after the close", [late(-1_000)]],
    ["a time just before the close", [late(60_000)]],
    ["no time of a promise", of(outcomeBody.safeParse({ outcome: "will_pay" }, { error: wordsFor }))],
    ["words for a time", of(outcomeBody.safeParse({ outcome: "will_pay", promiseAt: "soon" }, { error: wordsFor }))],
    [
      "a long note",
      of(touchBody.safeParse({ how: "call", result: "reached", note: "x".repeat(2_001) }, { error: wordsFor })),
    ],
    ["no phone number", refusedAddress("12", SMS)],
    ["no e-mail address", refusedAddress("vera", { contacts: ["email"] })],
    ["a number without SMS", refusedAddress("+861088886666", SMS)],
    [
      "an address to opt out",
      ["is not a phone number: write it like +8613812345678, or name the kind of chat in `kind`"],
    ],
    [
      "passwords",
      ["short", "x".repeat(201), "a".repeat(20), "Vera-Vera-12"].map((each) => passwordFault(each, "Vera") ?? ""),
    ],
  ])("%s", (_form, messages) => {
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) expect(faultZh(message), message).toMatch(HAN);
  });

  it("name what the server names", () => {
    expect(parseDuration("1m")).toBe(60_000);
    expect(faultZh(late(60_000))).toMatch(/^订单将于 2026-11-10T20:01:03\+08:00 关闭，须提前至少 1m3s：/);
    expect(faultZh("must be at most 10000")).toBe("不能大于 10000");
    expect(faultZh("is a riddle")).toBeNull();
  });

  it("stand behind the names of the form, and at their fields", () => {
    const faults = [
      { field: "items[0].from", message: "items[0].from: is required" },
      { field: "items[0].zone", message: "items[0].zone: is a riddle" },
      { parameter: "limit", message: "limit: must be a whole number" },
    ];
    expect(faultWords(faults, { from: "开始" }, "zh")).toBe(
      "开始：必填；items[0].zone：is a riddle；limit：必须是整数",
    );
    expect(rowFaults(faults.slice(0, 2), 0, ["from", "zone"], "zh")).toEqual({ from: "必填", zone: "is a riddle" });
  });
});
