/**
 * Compares people with reminders alone, and reminders with nothing, over the cases that would be a person's. A case stays in the arm into which it was drawn,
 * whether or not somebody took it: who takes a case chooses, and choice is no comparison.
 */
import { type OrderSums, orderArms } from "./clusters.ts";
import { isSkewed } from "./draw.ts";
import { alwaysValid, type Interval, type Lift, liftOf, type Stratum } from "./lift.ts";
import { type EffectVerdict, MIN_ARM, verdictOf } from "./verdict.ts";

/** Sums over the buyers whose time to pay is over: `m` cases, `s` of them paid. */
export type CaseArm = OrderSums & {
  /** Cases that still have time to pay. */
  readonly open: number;
};

export const DESK_ARMS = ["people", "reminders", "nothing"] as const;
type DeskArmName = (typeof DESK_ARMS)[number];
/** Cases of one shop, one campaign and the same shares: they differ by nothing but the draw. `share`: kept from people. */
export type DeskStratum = { readonly share: number } & Readonly<Record<DeskArmName, CaseArm>>;

export type DeskComparison = {
  /** The difference of the shares paid, and its 95% interval; null: there is nothing to say yet. */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** `cannot_tell`: an arm has fewer than 30 cases, the interval holds zero, or the sizes of the arms do not fit the draw. `not_measured`: an arm is empty. */
  readonly verdict: EffectVerdict | "not_measured";
};

export const NO_CASES: CaseArm = { buyers: 0, m: 0, s: 0, mm: 0, ss: 0, ms: 0, open: 0 };

/** `running`: further cases may come, so the interval is the one that may be looked at every day. */
export function compareDesk(
  strata: readonly DeskStratum[],
  treated: DeskArmName,
  held: DeskArmName,
  running: boolean,
): DeskComparison {
  const measured = strata.filter((each) => each[treated].m > 0 && each[held].m > 0);
  const sizeOf = (arm: DeskArmName) => measured.reduce((sum, each) => sum + each[arm].m, 0);
  if (measured.length === 0) return { ...NOTHING, verdict: "not_measured" };
  const smaller = Math.min(sizeOf(treated), sizeOf(held));
  if (smaller < MIN_ARM || (treated === "people" && isDrawSkewed(measured))) return NOTHING;
  const found = liftOf(measured.map((each) => stratumOf(each[treated], each[held])));
  if (found === null) return NOTHING;
  const { low, high } = intervalOf(found, running);
  return { difference: found.lift, low, high, verdict: verdictOf({ low, high }, smaller) };
}

const NOTHING: DeskComparison = { difference: null, low: null, high: null, verdict: "cannot_tell" };

/** The cases of one buyer fall the same way, and count as fewer. */
const stratumOf = (treated: CaseArm, held: CaseArm): Stratum => ({ ...orderArms(treated, held), weight: treated.m });

const intervalOf = (found: Lift, running: boolean): Interval => (running ? alwaysValid(found) : found);

const isDrawSkewed = (strata: readonly DeskStratum[]): boolean =>
  isSkewed(strata.map(({ share, people, reminders }) => ({ share, treated: people.buyers, held: reminders.buyers })));

export const sumOfCases = (one: CaseArm, two: CaseArm): CaseArm => ({
  buyers: one.buyers + two.buyers,
  m: one.m + two.m,
  s: one.s + two.s,
  mm: one.mm + two.mm,
  ss: one.ss + two.ss,
  ms: one.ms + two.ms,
  open: one.open + two.open,
});
