import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { type Clock, formatWhen, instantOf, isNever, parseWhen, type When } from "../../../../src/core/values/when.ts";

/** 00:30 on November 11 in Shanghai, 17:30 on November 10 in Madrid. */
const NOW = Date.parse("2026-11-10T16:30:00Z");

function at(text: string, edge: Clock["edge"] = "start", zone = "Asia/Shanghai", now = NOW): string {
  const when = parseWhen(text);
  return when === null ? "no time" : new Date(instantOf(when, { zone, now, edge })).toISOString();
}

const certain = (text: string): When => {
  const when = parseWhen(text);
  if (when === null) throw new Error(`${text} is no time`);
  return when;
};

describe("a time as people write it", () => {
  it.each([
    ["2026-11-10", "start", "2026-11-09T16:00:00.000Z"],
    ["2026-11-10", "end", "2026-11-10T16:00:00.000Z"],
    ["today", "start", "2026-11-10T16:00:00.000Z"],
    ["Yesterday", "start", "2026-11-09T16:00:00.000Z"],
    ["yesterday", "end", "2026-11-10T16:00:00.000Z"],
    ["tomorrow", "start", "2026-11-11T16:00:00.000Z"],
    ["20:00", "end", "2026-11-11T12:00:00.000Z"],
    ["tomorrow 20:00", "end", "2026-11-12T12:00:00.000Z"],
    ["2026-11-10 20:00", "start", "2026-11-10T12:00:00.000Z"],
    ["2026-11-10 20:00:05", "start", "2026-11-10T12:00:05.000Z"],
    ["-2h", "start", "2026-11-10T14:30:00.000Z"],
    ["-7d", "end", "2026-11-03T16:30:00.000Z"],
    ["now", "end", "2026-11-10T16:30:00.000Z"],
    ["2026-11-10T20:00:00+01:00", "start", "2026-11-10T19:00:00.000Z"],
  ] as const)("%s, %s, in Shanghai", (text, edge, instant) => expect(at(text, edge)).toBe(instant));

  it("is the own day of each zone", () => {
    expect(at("today", "start", "Europe/Madrid")).toBe("2026-11-09T23:00:00.000Z");
    expect(at("today", "start", "Asia/Shanghai")).toBe("2026-11-10T16:00:00.000Z");
  });

  it.each([
    "",
    " ",
    "soon",
    "2026-02-30",
    "2026-13-01",
    "11-10",
    "24:00",
    "20:60",
    "2026-11-10 25:00",
    "7d",
    "-",
    "-7",
    "todayish",
    "2026-11-10T",
    "2026-11-10T20:00:00",
    "2026-11-1020:00",
    "1969-12-31",
  ])("refuses %j", (text) => expect(parseWhen(text)).toBeNull());

  it("begins a day with its first instant, also when clocks change at midnight", () => {
    // Beirut skips 00:00 to 01:00 on 2026-03-29, and has 23:00 to 24:00 twice on 2026-10-24.
    expect(at("2026-03-29", "start", "Asia/Beirut")).toBe("2026-03-28T22:00:00.000Z");
    expect(at("2026-03-29 00:30", "start", "Asia/Beirut")).toBe("2026-03-28T22:00:00.000Z");
    expect(at("2026-10-24", "end", "Asia/Beirut")).toBe("2026-10-24T22:00:00.000Z");
    expect(at("2026-10-24 23:30", "start", "Asia/Beirut")).toBe("2026-10-24T20:30:00.000Z");
    // 25 hours in New York.
    const [from, to] = (["start", "end"] as const).map((edge) =>
      Date.parse(at("2026-11-01", edge, "America/New_York")),
    );
    expect((to ?? 0) - (from ?? 0)).toBe(25 * HOUR);
  });

  it("covers all days of a zone without gap or overlap", () => {
    for (const zone of ["Asia/Beirut", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"])
      for (let day = Date.parse("2026-01-01T00:00:00Z"); day < Date.parse("2027-01-01T00:00:00Z"); day += DAY) {
        const [one, next] = [day, day + DAY].map((ms) => new Date(ms).toISOString().slice(0, 10));
        expect(at(one ?? "", "end", zone)).toBe(at(next ?? "", "start", zone));
      }
  });

  it("knows a period that can have no instant", () => {
    const never = (from: string, to: string) => isNever(certain(from), certain(to));
    expect(never("2026-11-28", "2026-11-28")).toBe(false);
    expect(never("2026-11-28", "2026-11-27")).toBe(true);
    expect(never("today", "yesterday")).toBe(true);
    expect(never("-1h", "-2h")).toBe(true);
    expect(never("2026-11-10T20:00:00Z", "2026-11-10T20:00:00Z")).toBe(true);
    // It depends on the zone or on the time.
    expect(never("tomorrow", "2026-11-10")).toBe(false);
    expect(never("2026-11-10T20:00:00Z", "2026-11-10")).toBe(false);
  });

  it.each(["yesterday", "2026-11-10", "2026-11-10 20:00", "today 20:00", "-7d", "now"])(
    "is written as %s again",
    (text) => expect(formatWhen(certain(text))).toBe(text),
  );

  it("counts a time ago in days of 24 hours", () => {
    expect(instantOf(certain("-1d"), { zone: "UTC", now: NOW + 0.5, edge: "start" })).toBe(NOW - DAY);
    expect(instantOf(certain("-90s"), { zone: "UTC", now: NOW, edge: "end" })).toBe(NOW - 1.5 * MINUTE);
  });
});
