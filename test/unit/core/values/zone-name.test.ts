import { expect, test } from "vitest";
import { HOUR } from "../../../../src/core/values/duration.ts";
import { isZone, offsetMinutes } from "../../../../src/core/values/zone.ts";
import { readZone } from "../../../../src/core/values/zone-name.ts";

const zoneOf = (text: string) => {
  const read = readZone(text);
  return read.ok ? read.zone : `! ${read.fault}`;
};

test.each<[string, number]>([
  ...["+08:00", "+0800", "+08", "+8", "UTC+8", "UTC +8", "utc+08:00", "GMT+8", "GMT+0800", " +08:00 "].map(
    (text): [string, number] => [text, 480],
  ),
  ["-05:00", -300],
  ["UTC-5", -300],
  ["UTC\u22125", -300],
  ["+14:00", 840],
  ["-12", -720],
  ["+00:00", 0],
  ["GMT+0", 0],
  ["+05:30", 330],
  ["UTC+05:45", 345],
  ["UTC+3:30", 210],
  ["+06:30", 390],
  ["+08:45", 525],
  ["+09:30", 570],
  ["-09:30", -570],
])("%j is a zone with that offset all year", (text, minutes) => {
  const zone = zoneOf(text);
  expect(isZone(zone)).toBe(true);
  for (const month of [0, 3, 6, 9]) expect(offsetMinutes(zone, Date.UTC(2026, month, 1) + HOUR)).toBe(minutes);
});

test.each([
  "Asia/Shanghai",
  "America/Argentina/Buenos_Aires",
  "UTC",
  "GMT",
  "CET",
  "Etc/GMT-8",
  "Etc/GMT+5",
  "PRC",
  "EST5EDT",
])("%s stays as it is", (name) => {
  expect(zoneOf(name)).toBe(name);
});

test("a zone of IANA keeps the sign of POSIX", () => {
  expect(offsetMinutes(zoneOf("Etc/GMT-8"), 0)).toBe(480);
});

test.each([
  ["CST", "Asia/Shanghai", "America/Chicago"],
  ["cst", "Asia/Shanghai", "America/Chicago"],
  ["IST", "Asia/Kolkata", "Europe/Dublin"],
  ["BST", "Europe/London", "Asia/Dhaka"],
  ["EST", "America/New_York", "America/Panama"],
  ["AST", "America/Halifax", "Asia/Riyadh"],
])("%s is refused by name, with its candidates", (name, one, other) => {
  expect(zoneOf(name)).toBe(`! ${name} means several time zones: write ${one} or ${other}`);
  expect([isZone(one), isZone(other)]).toEqual([true, true]);
});

test.each(["Mars/Base", "", "8", "+25:00", "+08:60", "UTC+15", "+8:0:0"])("%j is refused", (text) => {
  expect(zoneOf(text)).toMatch(/^! /);
});

test.each(["+10:30", "+12:45", "-03:30"])("the offset %s has daylight saving wherever it is used", (text) => {
  expect(zoneOf(text)).toContain("write its IANA name");
});
