/**
 * Contacts that strangers share: the number of a service point, of a shop assistant, or one that buyers type to be left alone. Each contact
 * knows which buyer ids reported it, and on which day last. More than the shop's `joinAtMost` within 30 days are not one person
 * (docs/rules.md, one buyer, several identities). The result does not depend on the order in which reports arrive.
 */
import { DAY } from "../values/duration.ts";
import { hash32 } from "../values/hash.ts";

/** A buyer id, as a hash in base 36 → the last day (since 1970, UTC) on which an event of it reported the contact. */
export type Reporters = Map<string, number>;

const WINDOW_DAYS = 30;
/** So many are kept, the latest first. More change nothing. */
export const MAX_REPORTERS = 100;

/** The name of a buyer id. */
export const reporterOf = (platformId: string): string => hash32(platformId).toString(36);

export function addReporter(reporters: Reporters, platformId: string, occurredAt: number): void {
  const name = reporterOf(platformId);
  const day = Math.floor(occurredAt / DAY);
  reporters.set(name, Math.max(reporters.get(name) ?? day, day));
}

/** Whether more than `atMost` buyer ids reported it in the 30 days before its latest report. */
export function isShared(reporters: Reporters, atMost: number): boolean {
  if (reporters.size <= atMost) return false;
  let latest = 0;
  for (const day of reporters.values()) latest = Math.max(latest, day);
  let recent = 0;
  for (const day of reporters.values()) if (day >= latest - WINDOW_DAYS) recent++;
  return recent > atMost;
}

/** Whether so many fresh reporters are stored that another one changes nothing: a number of thousands is not written with each event. */
export function isSettled(packed: string | null, occurredAt: number): boolean {
  const last = packed?.slice(packed.lastIndexOf(".") + 1) ?? "";
  const count = packed === null ? 0 : packed.split(":").length;
  return count >= MAX_REPORTERS && Number.parseInt(last, 36) >= Math.floor(occurredAt / DAY) - 1;
}

/** `name.day:name.day`, the latest first. One value has one text. null: none. */
export function packReporters(reporters: Reporters): string | null {
  if (reporters.size === 0) return null;
  return [...reporters]
    .sort(([a, day], [b, other]) => other - day || (a < b ? -1 : 1))
    .slice(0, MAX_REPORTERS)
    .map(([name, day]) => `${name}.${day.toString(36)}`)
    .join(":");
}

export function unpackReporters(packed: string | null): Reporters {
  const reporters: Reporters = new Map();
  for (const each of packed?.split(":") ?? []) {
    const [name = "", day = ""] = each.split(".");
    reporters.set(name, Number.parseInt(day, 36));
  }
  return reporters;
}
