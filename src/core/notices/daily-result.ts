/** Decides whose result of the day is due. A day is one of the shop's own zone, and has one result. */
import { DAY } from "../values/duration.ts";
import { dayOf, instantOf } from "../values/when.ts";

export type ResultShop = {
  readonly shop: string;
  readonly zone: string;
  /** On the shop's clock, ms since midnight. */
  readonly at: number;
};

export type DueResult = {
  readonly shop: string;
  /** `2026-11-29`: the day of the notice. */
  readonly day: string;
  /** Names the notice: there is one of it for each receiver. */
  readonly matter: string;
};

/**
 * From the hour until the end of the day. An hour that a change of the clocks skips is the instant of that change; of an hour that comes twice the
 * first counts.
 */
export function dueResults(now: number, shops: readonly ResultShop[]): DueResult[] {
  return shops.flatMap(({ shop, zone, at }) => {
    const today = dayOf(now, zone);
    const due = instantOf({ kind: "day", day: today, relative: false, time: at }, { zone, now, edge: "start" });
    if (now < due) return [];
    const day = new Date(today * DAY).toISOString().slice(0, 10);
    return { shop, day, matter: `daily_result:${shop}:${day}` };
  });
}
