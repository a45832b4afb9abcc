/** The effect of the reminders, from the arms of the strata (db/stores/reads/report/report-arms-store.ts). recovery.ts says what each figure means. */
import { type MoneySums, moneyArm, type OrderSums, orderArms } from "../../core/measure/clusters.ts";
import { isSkewed } from "../../core/measure/draw.ts";
import { alwaysValid, isMeasured, type Lift, liftOf, type Stratum } from "../../core/measure/lift.ts";
import { moreBuyers } from "../../core/measure/power.ts";
import type { ArmRow, MoneyRow } from "../../db/stores/reads/report/report-arms-store.ts";

export type Effect = {
  readonly treatedBuyers: number;
  readonly treatedOrders: number;
  readonly treatedPaidRate: number | null;
  readonly holdoutBuyers: number;
  readonly holdoutOrders: number;
  readonly holdoutPaidRate: number | null;
  /** Buyers whose time to pay is not over. */
  readonly openBuyers: number;
  /** Buyers that nobody can be compared with, since their shop and campaign had one arm only. */
  readonly unmeasuredBuyers: number;
  readonly lift: number | null;
  readonly liftLow: number | null;
  readonly liftHigh: number | null;
  /** About so many more buyers would show an effect of this size; null: it is shown already, or both arms paid alike. */
  readonly moreBuyers: number | null;
  readonly extraOrders: number | null;
  readonly extraOrdersLow: number | null;
  readonly extraOrdersHigh: number | null;
  /** Minor units, sorted by currency. */
  readonly extraAmount: readonly ExtraAmount[];
  /** The sizes of the arms do not fit the shares held out: the effect would mean nothing, and is null. */
  readonly skewed: boolean;
};

export type ExtraAmount = {
  readonly amount: number;
  readonly low: number;
  readonly high: number;
  readonly currency: string;
};

type ArmSums = OrderSums & { readonly paid: number; readonly open: number; readonly money: Map<string, MoneySums> };
export type Strata = Map<string, { readonly share: number; treated: ArmSums; held: ArmSums }>;

const emptyArm = (): ArmSums => ({ buyers: 0, paid: 0, open: 0, m: 0, s: 0, mm: 0, ss: 0, ms: 0, money: new Map() });

const stratumOf = (strata: Strata, { stratum, share }: Pick<ArmRow, "stratum" | "share">) => {
  const found = strata.get(stratum) ?? { share, treated: emptyArm(), held: emptyArm() };
  strata.set(stratum, found);
  return found;
};

export function addArm(strata: Strata, row: ArmRow): void {
  const into = stratumOf(strata, row);
  const arm = row.held ? "held" : "treated";
  into[arm] = sumOfArms(into[arm], { ...row, money: new Map() });
}

export function addMoney(strata: Strata, row: MoneyRow): void {
  const into = stratumOf(strata, row);
  const arm = row.held ? "held" : "treated";
  into[arm] = sumOfArms(into[arm], { ...emptyArm(), money: new Map([[row.currency, row]]) });
}

function sumOfArms(one: ArmSums, two: ArmSums): ArmSums {
  const money = new Map(one.money);
  for (const [currency, { stake, got, squares }] of two.money) {
    const known = money.get(currency) ?? { stake: 0, got: 0, squares: 0 };
    money.set(currency, { stake: known.stake + stake, got: known.got + got, squares: known.squares + squares });
  }
  return {
    buyers: one.buyers + two.buyers,
    paid: one.paid + two.paid,
    open: one.open + two.open,
    m: one.m + two.m,
    s: one.s + two.s,
    mm: one.mm + two.mm,
    ss: one.ss + two.ss,
    ms: one.ms + two.ms,
    money,
  };
}

/** Whether some of its buyers still have time to pay. */
export const isOpen = (strata: Strata): boolean =>
  [...strata.values()].some(({ treated, held }) => treated.open + held.open > 0);

/** `running`: further buyers may come, so the intervals are those that may be looked at every day. */
export function effectOf(strata: Strata, running: boolean): Effect {
  const all = [...strata.values()];
  const measured = all.filter(({ treated, held }) => treated.buyers > 0 && held.buyers > 0);
  // Without a holdout the share of the treated that paid is shown all the same.
  const counted = measured.length > 0 ? measured : all;
  const total = {
    treated: counted.map(({ treated }) => treated).reduce(sumOfArms, emptyArm()),
    held: counted.map(({ held }) => held).reduce(sumOfArms, emptyArm()),
  };
  const drawn = all.map(({ share, treated, held }) => ({
    share,
    treated: treated.buyers + treated.open,
    held: held.buyers + held.open,
  }));
  const skewed = isSkewed(drawn);
  const buyers = liftOf(measured.map((each) => buyerStratum(each)));
  const shown = skewed ? null : withInterval(buyers, running);
  const orders = skewed ? null : extraOf(measured.map(orderStratum), running);
  return {
    treatedBuyers: total.treated.buyers,
    treatedOrders: total.treated.m,
    treatedPaidRate: buyers?.treated ?? share(total.treated),
    holdoutBuyers: total.held.buyers,
    holdoutOrders: total.held.m,
    holdoutPaidRate: buyers?.held ?? share(total.held),
    openBuyers: all.reduce((open, { treated, held }) => open + treated.open + held.open, 0),
    unmeasuredBuyers: all.reduce(
      (count, each) => (measured.includes(each) ? count : count + each.treated.buyers + each.held.buyers),
      0,
    ),
    lift: shown?.lift ?? null,
    liftLow: shown?.low ?? null,
    liftHigh: shown?.high ?? null,
    moreBuyers: shown === null ? null : missing(shown, total.treated.buyers + total.held.buyers, running),
    extraOrders: orders?.amount ?? null,
    extraOrdersLow: orders?.low ?? null,
    extraOrdersHigh: orders?.high ?? null,
    extraAmount: skewed ? [] : extraAmounts(measured, running),
    skewed,
  };
}

const share = ({ buyers, paid }: ArmSums): number | null => (buyers === 0 ? null : paid / buyers);

type Measured = { readonly treated: ArmSums; readonly held: ArmSums };

const buyerStratum = ({ treated, held }: Measured): Stratum => ({
  treated: { n: treated.buyers, paid: treated.paid },
  held: { n: held.buyers, paid: held.paid },
  weight: treated.buyers,
});

const orderStratum = ({ treated, held }: Measured): Stratum => ({ ...orderArms(treated, held), weight: treated.m });

function extraAmounts(measured: readonly Measured[], running: boolean): ExtraAmount[] {
  const currencies = new Set(measured.flatMap(({ treated }) => [...treated.money.keys()]));
  return [...currencies].sort().flatMap((currency) => {
    const none = { stake: 0, got: 0, squares: 0 };
    const strata = measured.map(({ treated, held }): Stratum => {
      const own = treated.money.get(currency) ?? none;
      return { treated: moneyArm(own), held: moneyArm(held.money.get(currency) ?? none), weight: own.stake };
    });
    const extra = extraOf(strata, running);
    if (extra === null) return [];
    return [{ amount: Math.round(extra.amount), low: Math.round(extra.low), high: Math.round(extra.high), currency }];
  });
}

/** The treated brought so much more than they would have brought. Its unit is that of the weights. */
function extraOf(strata: readonly Stratum[], running: boolean): { amount: number; low: number; high: number } | null {
  const found = withInterval(liftOf(strata), running);
  if (found === null) return null;
  const whole = strata.reduce((sum, each) => (isMeasured(each) ? sum + each.weight : sum), 0);
  return { amount: found.lift * whole, low: found.low * whole, high: found.high * whole };
}

function missing(shown: Lift, buyers: number, running: boolean): number | null {
  const more = shown.low > 0 || shown.high < 0 ? null : moreBuyers(shown, buyers, running);
  return more === null ? null : Math.max(1, more);
}

const withInterval = (found: Lift | null, running: boolean) =>
  found === null || !running ? found : { ...found, ...alwaysValid(found) };
