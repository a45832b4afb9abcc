/** Which variant of a campaign is the better one, by the reminded buyers alone: none is until the interval of the difference leaves zero. */

import { type Comparison, compareVariants } from "../../core/measure/draw.ts";
import type { Arm } from "../../core/measure/lift.ts";
import type { VariantRow } from "../../db/stores/reads/report/report-arms-store.ts";

export type CampaignVariants = {
  readonly campaign: string;
  /** null: the interval of a difference still holds zero. */
  readonly winner: string | null;
  /** Sorted by their names. The rate is that of the buyers whose time to pay is over. */
  readonly variants: readonly {
    readonly variant: string;
    readonly buyers: number;
    readonly openBuyers: number;
    readonly paidRate: number | null;
  }[];
  /** Two by two. The intervals hold for all of them together, and may be looked at every day. */
  readonly comparisons: readonly Comparison[];
};

/** Campaigns with one variant only are left out. */
export function variantsOf(rows: readonly VariantRow[]): CampaignVariants[] {
  const campaigns = [...new Set(rows.map(({ campaign }) => campaign))].sort();
  return campaigns.flatMap((campaign) => {
    const own = rows.filter((row) => row.campaign === campaign);
    const names = [...new Set(own.map(({ variant }) => variant))].sort();
    if (names.length < 2) return [];
    const strata = new Map<string, Map<string, Arm>>();
    for (const { stratum, variant, buyers, paid } of own) {
      const arms = strata.get(stratum) ?? new Map<string, Arm>();
      strata.set(stratum, arms.set(variant, { n: buyers, paid }));
    }
    return { campaign, ...compareVariants([...strata.values()]), variants: names.map((name) => sumOf(name, own)) };
  });
}

function sumOf(variant: string, rows: readonly VariantRow[]): CampaignVariants["variants"][number] {
  const own = rows.filter((row) => row.variant === variant);
  const sum = (key: "buyers" | "paid" | "open") => own.reduce((total, row) => total + row[key], 0);
  const buyers = sum("buyers");
  return { variant, buyers, openBuyers: sum("open"), paidRate: buyers === 0 ? null : sum("paid") / buyers };
}
