/** Which hour's leaders are due, from when on their figures count, and in which words. */
import { describe, expect, it } from "vitest";
import { dayWindows, leadersHour, leadersText, type PersonsWins } from "../../../../src/core/notices/leaders.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";

const SHANGHAI = "Asia/Shanghai";
const iso = (at: number) => new Date(at).toISOString().replace(":00.000Z", "Z");
const hourAt = (now: string, zone = SHANGHAI) => {
  const hour = leadersHour(Date.parse(now), zone);
  return hour === null ? null : `${iso(hour.since)}..${iso(hour.at)}`;
};

describe("the hour", () => {
  it.each([
    ["2026-11-10T19:59:59.999+08:00", null],
    ["2026-11-10T20:00:00+08:00", "2026-11-10T11:00Z..2026-11-10T12:00Z"],
    ["2026-11-10T20:09:59.999+08:00", "2026-11-10T11:00Z..2026-11-10T12:00Z"],
    // A late start announces no old hour.
    ["2026-11-10T20:10:00+08:00", null],
    ["2026-11-11T00:00:00+08:00", "2026-11-10T15:00Z..2026-11-10T16:00Z"],
  ])("at %s it is %s", (now, expected) => expect(hourAt(now)).toBe(expected));

  it("is a whole one on the clock of the zone, also half an hour off", () => {
    expect(hourAt("2026-11-10T20:00:00+05:30", "Asia/Kolkata")).toBe("2026-11-10T13:30Z..2026-11-10T14:30Z");
    expect(hourAt("2026-11-10T14:00:00Z", "Asia/Kolkata")).toBeNull();
    expect(hourAt("2026-11-10T20:00:00+05:45", "Asia/Kathmandu")).toBe("2026-11-10T13:15Z..2026-11-10T14:15Z");
  });

  it("names the notice by its instant, so that an hour that comes twice has two", () => {
    const matter = (now: string) => leadersHour(Date.parse(now), "Europe/Madrid")?.matter;
    // 02:00 comes twice on 25 October 2026.
    expect(matter("2026-10-25T02:00:00+02:00")).toBe("desk_leaders:2026-10-25T00:00Z");
    expect(matter("2026-10-25T02:00:00+01:00")).toBe("desk_leaders:2026-10-25T01:00Z");
    // 02:00 does not come on 29 March: at that moment it is 03:00.
    expect(matter("2026-03-29T01:00:00Z")).toBe("desk_leaders:2026-03-29T01:00Z");
    expect(hourAt("2026-03-29T01:00:00Z", "Europe/Madrid")).toBe("2026-03-29T00:00Z..2026-03-29T01:00Z");
    expect(matter("2026-11-10T20:00:00.0004+08:00")).toBe("desk_leaders:2026-11-10T12:00Z");
  });

  it("follows clocks that change by half an hour", () => {
    const LORD_HOWE = "Australia/Lord_Howe";
    // On 4 October 2026 it is 02:30 right after 01:59: nobody's clock showed 02:00.
    expect(hourAt("2026-10-04T02:30:00+11:00", LORD_HOWE)).toBeNull();
    expect(hourAt("2026-10-04T03:00:00+11:00", LORD_HOWE)).toBe("2026-10-03T14:30Z..2026-10-03T16:00Z");
    // On 5 April it is 01:30 again after 01:59, and 02:00 comes once.
    expect(hourAt("2026-04-05T01:30:00+10:30", LORD_HOWE)).toBeNull();
    expect(hourAt("2026-04-05T02:00:00+10:30", LORD_HOWE)).toBe("2026-04-04T14:00Z..2026-04-04T15:30Z");
  });
});

describe("the day", () => {
  const days = (hour: string, ...zones: string[]) =>
    dayWindows(
      zones.map((zone) => ({ shop: zone, zone })),
      Date.parse(hour),
    ).map(({ shops, from, to }) => ({ shops, from: iso(from), to: iso(to) }));

  it("is each shop's own, and at midnight the one that ends", () => {
    expect(days("2026-11-10T20:00:00+08:00", SHANGHAI)).toEqual([
      { shops: null, from: "2026-11-09T16:00Z", to: "2026-11-10T12:00Z" },
    ]);
    expect(days("2026-11-11T00:00:00+08:00", SHANGHAI)).toEqual([
      { shops: null, from: "2026-11-09T16:00Z", to: "2026-11-10T16:00Z" },
    ]);
    expect(days("2026-11-10T18:00:00Z", SHANGHAI, "UTC")).toEqual([
      { shops: [SHANGHAI], from: "2026-11-10T16:00Z", to: "2026-11-10T18:00Z" },
      { shops: ["UTC"], from: "2026-11-10T00:00Z", to: "2026-11-10T18:00Z" },
    ]);
    expect(days("2026-11-10T18:00:00Z")).toEqual([]);
  });

  it("may have 23 or 25 hours", () => {
    const [short] = dayWindows([{ shop: "a", zone: "Europe/Madrid" }], Date.parse("2026-03-30T00:00:00+02:00"));
    const [long] = dayWindows([{ shop: "a", zone: "Europe/Madrid" }], Date.parse("2026-10-26T00:00:00+01:00"));
    expect([short, long].map((day) => ((day?.to ?? 0) - (day?.from ?? 0)) / HOUR)).toEqual([23, 25]);
  });
});

describe("the words", () => {
  const AT = Date.parse("2026-11-10T20:00:00+08:00");
  const person = (name: string, orders: number, kept = 0, ...money: [bigint, string][]): PersonsWins => ({
    ...{ person: name, orders, kept, lastAt: AT - 1 },
    money: money.map(([amount, currency]) => ({ amount, currency })),
  });
  const text = (
    people: readonly PersonsWins[],
    { language = "en", zone = SHANGHAI, at = AT }: { language?: "en" | "zh"; zone?: string; at?: number } = {},
  ) => leadersText(people, { at, since: at - HOUR }, { zone, language })?.split("\n") ?? null;

  it("name the first three: by orders, then by kept promises, then by name", () => {
    const people = [
      person("zoe", 2, 1, [40_000n, "CNY"]),
      person("ada", 2, 1, [1_234_567n, "CNY"], [9_900n, "EUR"]),
      person("bob", 1, 9, [999_999_99n, "CNY"]),
      person("vera", 2, 2, [500n, "JPY"]),
    ];
    expect(text(people)).toEqual([
      "leaders today, until 20:00",
      "1. vera: 2 orders recovered, 500 JPY; 2 promises kept",
      "2. ada: 2 orders recovered, 12,345.67 CNY + 99.00 EUR; 1 promise kept",
      "3. zoe: 2 orders recovered, 400.00 CNY; 1 promise kept",
    ]);
    expect(text(people.slice(2), { language: "zh" })).toEqual([
      "今日挽回榜，截至 20:00",
      "1. vera：挽回订单 2 笔，500 JPY；兑现承诺 2 个",
      "2. bob：挽回订单 1 笔，999,999.99 CNY；兑现承诺 9 个",
    ]);
    expect(text([person("eve", 0, 1)])).toEqual(["leaders today, until 20:00", "1. eve: 1 promise kept"]);
    expect(text([person("eve", 1, 0, [5n, "CNY"])], { language: "zh" })?.[1]).toBe("1. eve：挽回订单 1 笔，0.05 CNY");
  });

  it("are not said when nobody won anything in the hour", () => {
    const early = { ...person("vera", 3, 0, [1n, "CNY"]), lastAt: AT - HOUR - 1 };
    expect(text([])).toBeNull();
    expect(text([early])).toBeNull();
    expect(text([{ ...early, lastAt: AT - HOUR }])).toHaveLength(2);
    expect(
      text([early, person("ada", 1, 0, [1n, "CNY"])])
        ?.slice(1)
        .map((line) => line.slice(0, 7)),
    ).toEqual(["1. vera", "2. ada:"]);
  });

  it("write midnight as the end of the day, and say of UTC that it is", () => {
    const one = [person("vera", 1, 0, [1n, "CNY"])];
    const midnight = Date.parse("2026-11-11T00:00:00+08:00");
    const title = (options: Parameters<typeof text>[1], lastAt: number) =>
      text(
        one.map((each) => ({ ...each, lastAt })),
        options,
      )?.[0];
    expect(title({ at: midnight }, midnight - 1)).toBe("leaders today, until 24:00");
    expect(title({ at: midnight, zone: "UTC" }, midnight - 1)).toBe("leaders today, until 16:00 UTC");
    expect(title({ at: AT - 30 * MINUTE, zone: "Asia/Kolkata" }, AT - HOUR)).toBe("leaders today, until 17:00");
    // In Beirut the day of 29 March 2026 begins at 01:00.
    const late = Date.parse("2026-03-28T22:00:00Z");
    expect(title({ at: late, zone: "Asia/Beirut" }, late - 1)).toBe("leaders today, until 24:00");
  });
});
