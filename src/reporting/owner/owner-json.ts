/** The owner's page for programs: money as decimal strings, rates as fractions, instants with the offset of the zone. */

import { DAY } from "../../core/values/duration.ts";
import { decimalCost } from "../../core/values/money.ts";
import { type FiguresJson, figuresJson, type Money } from "../format-report.ts";
import { instantWriter } from "../instants.ts";
import type { Doubt } from "./doubts.ts";
import type { OwnerPage, Verdict, Week } from "./page.ts";
import { ownerSentence, ownerWord } from "./words.ts";

export type OwnerJson = {
  readonly shop: string | null;
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  readonly verdict: Verdict;
  readonly word: string;
  readonly sentence: string;
  readonly needs: OwnerPage["needs"];
  readonly figures: FiguresJson;
  readonly costPerOrder: readonly (Money & { readonly low: string; readonly high: string | null })[];
  readonly weeks: readonly (Omit<Week, "monday"> & { readonly day: string })[];
  readonly unmeasured: readonly {
    readonly shop: string;
    readonly campaign: string;
    readonly share: number;
    readonly buyers: number;
  }[];
  readonly holdout: OwnerPage["holdout"];
  readonly warnings: readonly Doubt[];
};

/** `2026-11-09` */
export const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

export function ownerJson(page: OwnerPage): OwnerJson {
  const { shop, zone, verdict, needs, holdout, warnings } = page;
  const write = instantWriter(zone);
  const money = (micros: number, currency: string) => decimalCost({ micros, currency });
  return {
    shop,
    zone,
    from: write(page.from),
    to: write(page.to),
    verdict,
    word: ownerWord(page),
    sentence: ownerSentence(page),
    needs,
    figures: figuresJson(page.figures),
    costPerOrder: page.orderCosts.map(({ micros, low, high, currency }) => ({
      ...money(micros, currency),
      low: money(low, currency).amount,
      high: high === null ? null : money(high, currency).amount,
    })),
    weeks: page.weeks.map(({ monday, ...week }) => ({ day: dateOf(monday), ...week })),
    unmeasured: page.unmeasured.map(({ shop, campaign, share, buyers }) => ({ shop, campaign, share, buyers })),
    holdout,
    warnings,
  };
}
