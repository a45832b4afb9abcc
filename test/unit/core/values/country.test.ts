import { expect, it } from "vitest";
import { countryCode, countryOfZone } from "../../../../src/core/values/country.ts";

it.each([
  ["CN", "CN"],
  [" us ", "US"],
  ["uk", "GB"],
  ["XX", null],
  ["China", null],
  ["USA", null],
  ["", null],
  ["AQ", null],
  ["constructor", null],
])("%j is the country %s", (text, code) => expect(countryCode(text)).toBe(code));

it.each<[string, string | null, string | null]>([
  ["Asia/Shanghai", null, "CN"],
  ["Asia/Shanghai", "USD", "CN"],
  ["PRC", "CNY", "CN"],
  ["America/New_York", "USD", "US"],
  ["Asia/Dhaka", "BDT", "BD"],
  ["Asia/Kolkata", "INR", "IN"],
  ["Asia/Calcutta", null, "IN"],
  ["Europe/Copenhagen", "DKK", "DK"],
  // Shared: the currency decides.
  ["Europe/London", "GBP", "GB"],
  ["Europe/London", null, null],
  ["Europe/Berlin", "EUR", "DE"],
  ["Europe/Berlin", "SEK", "SE"],
  ["Europe/Berlin", "USD", null],
  ["Asia/Bangkok", "VND", "VN"],
  ["Asia/Yangon", "MMK", "MM"],
  // In francs it is Switzerland. In euros it may be a Swiss shop that sells abroad.
  ["Europe/Zurich", "CHF", "CH"],
  ["Europe/Zurich", "EUR", null],
  // Zones of no country.
  ["UTC", "CNY", null],
  ["Etc/GMT+8", "USD", null],
  ["+08:00", "CNY", null],
  ["UTC+8", "CNY", null],
  ["CET", "EUR", null],
  ["EST", "USD", null],
  ["PST8PDT", "USD", null],
])("the zone %s with %s belongs to %s", (zone, currency, country) =>
  expect(countryOfZone(zone, currency)).toBe(country),
);
