/**
 * The period of a report or list: from and to as people write them, made into windows. A day is the own day of each shop, so shops in
 * different zones have different windows. `today` is the day by the database's clock. `to` and `on` include the day that they name.
 */
import { DAY, HOUR, MINUTE } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { formatWhen, instantOf, PeriodError, type When } from "../../core/values/when.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { shopsSeen, type Window } from "../../db/stores/reads/windows.ts";

/** An instant may be given as epoch ms. */
export type Edge = When | number | null;
export type Asked = {
  readonly from?: Edge | undefined;
  readonly to?: Edge | undefined;
  /** The database's time, epoch ms; absent: it is asked. For several periods of one answer, between which midnight may come. */
  readonly now?: number | undefined;
  /** The shops that have a buyer; absent: they are looked for. Likewise for several periods of one answer. */
  readonly shops?: readonly string[] | undefined;
};
export type ZoneOf = (shop: string) => string;

export type ZonePeriod = {
  readonly zone: string;
  readonly shops: readonly string[];
  /** Epoch ms, [from, to); null: open. */
  readonly from: number | null;
  readonly to: number | null;
};

export type Period = {
  /** One for each zone, by its name. */
  readonly zones: readonly ZonePeriod[];
  readonly windows: readonly Window[];
  /** The earliest and the latest instant of all. */
  readonly from: number | null;
  readonly to: number | null;
};

/** `shop`: only this shop is asked for. Throws PeriodError. */
export async function readPeriod(
  sql: Sql,
  { from = null, to = null, now: given, shops: seen }: Asked,
  zoneOf: ZoneOf,
  shop: string | null = null,
): Promise<Period> {
  const shops = shop === null ? (seen ?? (await shopsSeen(sql))) : [shop];
  const edges = { from: whenOf(from), to: whenOf(to) };
  const now = needsNow(edges.from) || needsNow(edges.to) ? (given ?? (await databaseNow(sql))) : 0;
  return periodOf(edges, shops, zoneOf, now);
}

/** The windows of a list. Without days the shops need not be known: an instant is the same everywhere. Throws PeriodError. */
export async function readWindows(
  sql: Sql,
  { from = null, to = null }: Asked,
  zoneOf: ZoneOf,
  shop: string | null,
): Promise<readonly Window[]> {
  const edges = [whenOf(from), whenOf(to)].filter((when) => when !== null);
  if (edges.length === 0) return [];
  // Any shop stands for all of them.
  const any = edges.every(({ kind }) => kind !== "day") ? (shop ?? "") : shop;
  return (await readPeriod(sql, { from, to }, zoneOf, any)).windows;
}

function periodOf(
  { from, to }: { readonly from: When | null; readonly to: When | null },
  shops: readonly string[],
  zoneOf: ZoneOf,
  now: number,
): Period {
  const byZone = new Map<string, string[]>();
  for (const shop of shops) byZone.set(zoneOf(shop), [...(byZone.get(zoneOf(shop)) ?? []), shop]);
  const zones = [...(byZone.size === 0 ? [["UTC", []] as const] : byZone)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, members]): ZonePeriod => {
      const of = (when: When | null, edge: "start" | "end") =>
        when === null ? null : toHour(when, instantOf(when, { zone, now, edge }), zone);
      return { zone, shops: members, from: of(from, "start"), to: of(to, "end") };
    });
  for (const each of zones) refuseEmpty(each, from, to);
  return periodOfZones(zones);
}

export function periodOfZones(zones: readonly ZonePeriod[]): Period {
  const same = new Set(zones.map((each) => `${each.from} ${each.to}`)).size === 1;
  const [first] = zones;
  const windows = same && first !== undefined ? [{ shops: null, from: first.from, to: first.to }] : zones;
  const starts = zones.flatMap((each) => each.from ?? []);
  const ends = zones.flatMap((each) => each.to ?? []);
  return {
    zones,
    windows,
    from: starts.length === 0 ? null : Math.min(...starts),
    to: ends.length === 0 ? null : Math.max(...ends),
  };
}

/** A time of days ago is the start of its hour: so reports of it are made from the sums of hours. */
function toHour(when: When, at: number, zone: string): number {
  if (when.kind !== "ago" || when.ms < DAY) return at;
  return at - ((at + offsetMinutes(zone, at) * MINUTE) % HOUR);
}

function refuseEmpty(period: ZonePeriod, from: When | null, to: When | null): void {
  if (from === null || to === null || period.from === null || period.to === null || period.from < period.to) return;
  const [start, end] = [period.from, period.to].map((at) => formatInstant(at, offsetMinutes(period.zone, at)));
  throw new PeriodError(
    `from ${formatWhen(from)} (${start}) must be before to ${formatWhen(to)} (${end}): give an earlier from or a later to`,
  );
}

const whenOf = (edge: Edge): When | null => (typeof edge === "number" ? { kind: "instant", at: edge } : edge);
const needsNow = (when: When | null): boolean => when?.kind === "ago" || (when?.kind === "day" && when.relative);
