/** Reasons to doubt the figures of the owner's page, or to read them with care. */
import { MIN_ARM } from "../../core/measure/verdict.ts";
import { formatDuration, MINUTE, SECOND } from "../../core/values/duration.ts";
import { describeSkew, SKEW_WARNING_MS } from "../../db/stores/reads/clock-skew.ts";
import type { ShopClock } from "../../db/stores/reads/owner/owner-store.ts";
import { share } from "../report/amounts.ts";
import type { NamedStratum } from "./strata.ts";

export const DOUBT_CODES = ["sample_ratio", "few_held_out", "share_changed", "shop_clock", "machine_clock"] as const;
export type Doubt = { readonly code: (typeof DOUBT_CODES)[number]; readonly message: string };

type Facts = {
  /** The warnings of the report about the sizes of the arms. */
  readonly skewed: readonly string[];
  /** The buyers held out that are measured; null: nothing is. */
  readonly heldOut: number | null;
  readonly strata: readonly NamedStratum[];
  readonly clocks: readonly ShopClock[];
  /** How far this machine's clock is ahead of the database's, ms; null: not known. */
  readonly skewMs: number | null;
};

const MAX_LISTED = 5;
const LATE_MS = 5 * MINUTE;
const EARLY_MS = 30 * SECOND;

export const doubtsOf = ({ skewed, heldOut, strata, clocks, skewMs }: Facts): Doubt[] => [
  ...skewed.map((message): Doubt => ({ code: "sample_ratio", message })),
  ...fewHeldOut(heldOut),
  ...changedShares(strata),
  ...shopClocks(clocks),
  ...machineClock(skewMs),
];

function fewHeldOut(count: number | null): Doubt[] {
  if (count === null || count >= MIN_ARM) return [];
  const were = count === 1 ? "1 buyer was" : `${count} buyers were`;
  return [
    {
      code: "few_held_out",
      message: `Only ${were} held out and can be compared. Below ${MIN_ARM} the figures can change much with each of them, so they get no verdict.`,
    },
  ];
}

function changedShares(strata: readonly NamedStratum[]): Doubt[] {
  const shares = new Map<string, { readonly campaign: string; readonly shop: string; readonly shares: Set<number> }>();
  for (const { shop, campaign, share: held } of strata) {
    const key = JSON.stringify([shop, campaign]);
    const known = shares.get(key) ?? { shop, campaign, shares: new Set<number>() };
    shares.set(key, known);
    known.shares.add(held);
  }
  return listed(
    [...shares.values()].filter((each) => each.shares.size > 1),
    (each): Doubt => ({
      code: "share_changed",
      message: `The share held out by the campaign ${each.campaign} of the shop ${each.shop} changed in these weeks (${[
        ...each.shares,
      ]
        .sort((a, b) => a - b)
        .map(share)
        .join(", ")}). Buyers are compared within each share only, so the interval is wider.`,
    }),
  );
}

const shopClocks = (clocks: readonly ShopClock[]): Doubt[] =>
  listed(
    clocks.filter(({ ms }) => ms >= LATE_MS || ms <= -EARLY_MS),
    ({ shop, ms }): Doubt => ({
      code: "shop_clock",
      message:
        ms > 0
          ? `Events of the shop ${shop} arrive ${formatDuration(ms)} after the time that they carry: they are late, or the clock of its system is slow. A payment that seems older than the reminder is not counted as its effect.`
          : `Events of the shop ${shop} carry a time that is ${formatDuration(-ms)} ahead: the clock of its system is fast. A payment before a reminder can seem to be its effect.`,
    }),
  );

function machineClock(ms: number | null): Doubt[] {
  if (ms === null || Math.abs(ms) <= SKEW_WARNING_MS) return [];
  return [
    {
      code: "machine_clock",
      message: `The clock of this machine is ${describeSkew(ms)}: set it. The figures follow the database's clock.`,
    },
  ];
}

/** So many of them at most: the page must stay one. */
const listed = <Fact>(facts: readonly Fact[], write: (fact: Fact) => Doubt): Doubt[] =>
  facts.slice(0, MAX_LISTED).map(write);
