/** The wages of the hours on shift, over the orders that people won. */
import { timeOnShift, wageOf } from "../../core/desk/hours.ts";
import type { StaffMember } from "../../core/desk/roster.ts";
import type { Shift } from "../../core/desk/shifts.ts";
import { HOUR } from "../../core/values/duration.ts";
import { formatAmount } from "../../core/values/money.ts";
import type { Money } from "../format-report.ts";
import type { StaffArms } from "./staff-arms.ts";

export type PersonHours = {
  readonly person: string;
  /** On shift in the period; null: the person also works for other shops than the one that is asked for. */
  readonly hours: number | null;
  readonly wage: { readonly minor: bigint; readonly currency: string } | null;
};

export type WageTotal = {
  readonly currency: string;
  readonly hours: number;
  readonly amount: string;
  readonly recoveredOrders: number;
  readonly perOrder: string | null;
  /** By the difference between people and reminders; null: it is not above zero, or a wage is missing. `high` null: perhaps no case was won. */
  readonly perExtraCase: { readonly amount: string; readonly low: string; readonly high: string | null } | null;
};

type Given = {
  readonly staff: readonly StaffMember[];
  readonly shifts: readonly Shift[];
  /** [from, to), epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly shop: string | null;
  /** Whether that one is the only shop. */
  readonly isOnlyShop: boolean;
};

/** Those who have shifts. */
export function hoursOf({ staff, shifts, from, to, shop, isOnlyShop }: Given): PersonHours[] {
  return staff.flatMap(({ name, shops, costPerHour }): PersonHours[] => {
    const own = shifts.filter(({ person }) => person === name);
    if (own.length === 0) return [];
    if (shop !== null && shops?.includes(shop) === false) return [];
    const isWhole = shop === null || (shops === null ? isOnlyShop : shops.length === 1);
    if (!isWhole) return [{ person: name, hours: null, wage: null }];
    const ms = timeOnShift(own, from, to);
    const wage = costPerHour === null ? null : { minor: wageOf(ms, costPerHour), currency: costPerHour.currency };
    return [{ person: name, hours: ms / HOUR, wage }];
  });
}

/** null: no hours, no order, or no wage. */
export const perOrderOf = ({ wage }: PersonHours, orders: number): Money | null =>
  wage === null || wage.minor === 0n || orders === 0
    ? null
    : { amount: formatAmount(rounded(Number(wage.minor) / orders), wage.currency), currency: wage.currency };

/** By currency, of those who were on shift in the period. `ordersOf`: the orders that a person recovered. */
export function wageTotals(
  people: readonly PersonHours[],
  ordersOf: (person: string) => number,
  arms: StaffArms,
): WageTotal[] {
  const currencies = [
    ...new Set(people.flatMap(({ hours, wage }) => (hours === 0 ? [] : (wage?.currency ?? [])))),
  ].sort();
  const isWhole = currencies.length === 1 && people.every(({ hours, wage }) => hours === 0 || wage !== null);
  return currencies.map((currency) => {
    const own = people.filter(({ wage }) => wage?.currency === currency);
    const minor = own.reduce((sum, { wage }) => sum + (wage?.minor ?? 0n), 0n);
    const recoveredOrders = own.reduce((sum, { person }) => sum + ordersOf(person), 0);
    const write = (amount: number) => formatAmount(rounded(amount), currency);
    return {
      ...{ currency, recoveredOrders, amount: formatAmount(minor, currency) },
      hours: own.reduce((sum, { hours }) => sum + (hours ?? 0), 0),
      perOrder: minor === 0n || recoveredOrders === 0 ? null : write(Number(minor) / recoveredOrders),
      perExtraCase: isWhole && minor > 0n ? perExtra(Number(minor), arms, write) : null,
    };
  });
}

/** The wages are for all cases that people had, so the difference is taken to hold for those that are open or not compared, too. */
function perExtra(minor: number, arms: StaffArms, write: (amount: number) => string): WageTotal["perExtraCase"] {
  const { peopleEffect, people, notCompared } = arms;
  const { difference, low, high } = peopleEffect;
  if (difference === null || low === null || high === null || difference <= 0) return null;
  const cases = people.cases + people.open + notCompared;
  const each = (effect: number) => write(minor / (effect * cases));
  return { amount: each(difference), low: each(high), high: low > 0 ? each(low) : null };
}

const rounded = (amount: number): bigint => BigInt(Math.round(amount));
