import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { isQuiet, quietEnd, quietStart } from "../../../../src/core/rules/quiet.ts";
import { HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { isZone, offsetChange, offsetMinutes, timeOfDay } from "../../../../src/core/values/zone.ts";
import { quietOf } from "../../../support/rules.ts";

const utc = (text: string) => Date.parse(`${text}Z`);
const local = (zone: string, at: number) => DateTime.fromMillis(at, { zone }).toFormat("MM-dd HH:mm ZZ");

describe("a quiet moment", () => {
  it.each([
    ["22:00", "08:00", "21:59:59.999", false],
    ["22:00", "08:00", "22:00", true],
    ["22:00", "08:00", "00:00", true],
    ["22:00", "08:00", "07:59:59.999", true],
    ["22:00", "08:00", "08:00", false],
    ["12:00", "13:00", "11:59:59.999", false],
    ["12:00", "13:00", "12:00", true],
    ["12:00", "13:00", "13:00", false],
    ["00:00", "24:00", "00:00", true],
    ["12:00", "12:00", "12:00", false],
  ])("[%s, %s) at %s: %s", (from, to, time, quiet) => {
    expect(isQuiet(quietOf(from, to), "UTC", utc(`2026-05-05T${time.length === 5 ? `${time}:00` : time}`))).toBe(quiet);
  });
  it("is never quiet without quiet hours", () => expect(isQuiet(null, "UTC", 0)).toBe(false));
});

/** [zone, quiet from, to, a quiet instant (UTC), start of its run, end of its run (local)]. */
describe("a run of quiet moments on days of DST change", () => {
  it.each([
    [
      "plain night",
      "America/New_York",
      "22:00",
      "08:00",
      "2026-06-01T05:00:00",
      "05-31 22:00 -04:00",
      "06-01 08:00 -04:00",
    ],
    [
      "spring forward within",
      "America/New_York",
      "22:00",
      "08:00",
      "2026-03-08T05:00:00",
      "03-07 22:00 -05:00",
      "03-08 08:00 -04:00",
    ],
    [
      "spring: seen from after the change",
      "America/New_York",
      "22:00",
      "08:00",
      "2026-03-08T11:00:00",
      "03-07 22:00 -05:00",
      "03-08 08:00 -04:00",
    ],
    [
      "fall back within",
      "America/New_York",
      "22:00",
      "08:00",
      "2026-11-01T04:00:00",
      "10-31 22:00 -04:00",
      "11-01 08:00 -05:00",
    ],
    [
      "the end falls in the hour that is left out",
      "America/New_York",
      "22:00",
      "02:30",
      "2026-03-08T06:30:00",
      "03-07 22:00 -05:00",
      "03-08 03:00 -04:00",
    ],
    [
      "the start falls in it",
      "America/New_York",
      "02:30",
      "06:00",
      "2026-03-08T07:30:00",
      "03-08 03:00 -04:00",
      "03-08 06:00 -04:00",
    ],
    [
      "the end comes twice: the first run ends at the first",
      "America/New_York",
      "22:00",
      "01:30",
      "2026-11-01T05:00:00",
      "10-31 22:00 -04:00",
      "11-01 01:30 -04:00",
    ],
    [
      "the second run begins at the change",
      "America/New_York",
      "22:00",
      "01:30",
      "2026-11-01T06:10:00",
      "11-01 01:00 -05:00",
      "11-01 01:30 -05:00",
    ],
    [
      "the start comes twice: the first run is cut by the change",
      "America/New_York",
      "01:30",
      "06:00",
      "2026-11-01T05:45:00",
      "11-01 01:30 -04:00",
      "11-01 01:00 -05:00",
    ],
    [
      "the second run begins at its second coming",
      "America/New_York",
      "01:30",
      "06:00",
      "2026-11-01T08:00:00",
      "11-01 01:30 -05:00",
      "11-01 06:00 -05:00",
    ],
    [
      "a run over the repeated hour as a whole",
      "America/New_York",
      "00:30",
      "06:00",
      "2026-11-01T06:10:00",
      "11-01 00:30 -04:00",
      "11-01 06:00 -05:00",
    ],
    [
      "Berlin, spring",
      "Europe/Berlin",
      "22:00",
      "02:30",
      "2026-03-29T00:30:00",
      "03-28 22:00 +01:00",
      "03-29 03:00 +02:00",
    ],
    [
      "Berlin, autumn",
      "Europe/Berlin",
      "02:30",
      "02:45",
      "2026-10-25T01:40:00",
      "10-25 02:30 +01:00",
      "10-25 02:45 +01:00",
    ],
    [
      "Lord Howe springs half an hour",
      "Australia/Lord_Howe",
      "22:00",
      "02:15",
      "2026-10-03T15:00:00",
      "10-03 22:00 +10:30",
      "10-04 02:30 +11:00",
    ],
    [
      "Lord Howe falls half an hour",
      "Australia/Lord_Howe",
      "22:00",
      "01:45",
      "2026-04-04T14:40:00",
      "04-04 22:00 +11:00",
      "04-05 01:45 +11:00",
    ],
    [
      "and is quiet again for a quarter",
      "Australia/Lord_Howe",
      "22:00",
      "01:45",
      "2026-04-04T15:05:00",
      "04-05 01:30 +10:30",
      "04-05 01:45 +10:30",
    ],
    [
      "over the leap day",
      "Asia/Shanghai",
      "23:00",
      "07:00",
      "2028-02-28T20:00:00",
      "02-28 23:00 +08:00",
      "02-29 07:00 +08:00",
    ],
    [
      "from the leap day on",
      "Asia/Shanghai",
      "23:00",
      "07:00",
      "2028-02-29T16:00:00",
      "02-29 23:00 +08:00",
      "03-01 07:00 +08:00",
    ],
    ["over New Year", "UTC", "23:00", "01:00", "2026-12-31T23:30:00", "12-31 23:00 +00:00", "01-01 01:00 +00:00"],
  ])("%s", (_, zone, from, to, instant, start, end) => {
    const quiet = quietOf(from, to);
    const at = utc(instant);
    expect(isQuiet(quiet, zone, at)).toBe(true);
    expect(local(zone, quietStart(quiet, zone, at))).toBe(start);
    expect(local(zone, quietEnd(quiet, zone, at))).toBe(end);
  });

  it("agrees with looking at the clock minute by minute", () => {
    const days = ["2026-03-07", "2026-10-31", "2026-03-28", "2026-10-24", "2026-04-04", "2026-10-03", "2028-02-28"];
    for (const zone of ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
      for (const [from, to] of [
        ["22:00", "08:00"],
        ["01:15", "02:30"],
        ["02:15", "01:50"],
        ["02:00", "03:00"],
        ["23:30", "00:15"],
      ] as const)
        for (const day of days) {
          const quiet = quietOf(from, to);
          const begin = utc(`${day}T00:00:00`);
          const wall = Array.from({ length: 48 * 12 }, (_, n) => isQuiet(quiet, zone, begin + n * 5 * MINUTE));
          for (const [n, isIt] of wall.entries()) {
            const clock = DateTime.fromMillis(begin + n * 5 * MINUTE, { zone });
            const time = clock.hour * HOUR + clock.minute * MINUTE;
            expect(isIt).toBe(
              quiet.from < quiet.to ? time >= quiet.from && time < quiet.to : time >= quiet.from || time < quiet.to,
            );
            const end = wall.indexOf(false, n);
            const start = wall.lastIndexOf(false, n);
            if (!isIt || end < 0 || start < 0 || n % 7 > 0) continue;
            expect(quietEnd(quiet, zone, begin + n * 5 * MINUTE)).toBe(begin + end * 5 * MINUTE);
            expect(quietStart(quiet, zone, begin + n * 5 * MINUTE)).toBe(begin + (start + 1) * 5 * MINUTE);
          }
        }
  });
});

describe("zones", () => {
  it("recognises zones", () => {
    expect(["Asia/Shanghai", "UTC", "Mars/Olympus", ""].map(isZone)).toEqual([true, true, false, false]);
  });
  it("counts an unknown zone as UTC", () =>
    expect(timeOfDay("Mars/Olympus", utc("2026-01-01T10:00:00"))).toBe(10 * HOUR));
  it("gives the offset before and after a change, to the second", () => {
    const change = utc("2026-03-08T07:00:00");
    expect([change - SECOND, change].map((at) => offsetMinutes("America/New_York", at))).toEqual([-300, -240]);
    expect(offsetChange("America/New_York", change - 5 * HOUR, change + HOUR)).toBe(change);
    expect(offsetChange("America/New_York", change, change + HOUR)).toBeNull();
  });
  it("reads times before 1970, too", () => expect(timeOfDay("UTC", -HOUR)).toBe(23 * HOUR));
});
