/**
 * Arms whose trials hang together. A buyer is assigned as a whole, so the orders of one buyer are no independent trials, and neither is the
 * money in one order. Both are counted as the number of independent trials that would say as much.
 */
import type { Arm } from "./lift.ts";

/** Sums over the buyers of an arm: `m` orders at stake, `s` of them paid. */
export type OrderSums = {
  readonly buyers: number;
  readonly m: number;
  readonly s: number;
  readonly mm: number;
  readonly ss: number;
  readonly ms: number;
};

/** The orders of both arms, in independent orders: the design effect 1 + ρ(Σm²/Σm − 1), with one ρ of both arms, in [0, 1]. */
export function orderArms(treated: OrderSums, held: OrderSums): { readonly treated: Arm; readonly held: Arm } {
  const rho = alikeness([treated, held]);
  const arm = ({ m, s, mm }: OrderSums): Arm => {
    if (m === 0) return { n: 0, paid: 0 };
    const n = m / (1 + rho * (mm / m - 1));
    return { n, paid: (n * s) / m };
  };
  return { treated: arm(treated), held: arm(held) };
}

/** The correlation of the orders of one buyer, by the excess of the variance between buyers. */
function alikeness(arms: readonly OrderSums[]): number {
  let excess = 0;
  let most = 0;
  for (const { buyers, m, s, mm, ss, ms } of arms) {
    if (m === 0 || buyers < 2) continue;
    const share = s / m;
    const spread = share * (1 - share);
    excess += (buyers / (buyers - 1)) * (ss - 2 * share * ms + share * share * mm) - m * spread;
    most += (mm - m) * spread;
  }
  return most <= 0 ? 0 : Math.min(1, Math.max(0, excess / most));
}

/** Sums over the buyers of an arm: `stake` is the money at stake, `got` what was paid of it, `squares` the sum of the squared stakes. */
export type MoneySums = { readonly stake: number; readonly got: number; readonly squares: number };

/** The share of the money that was paid, over so many equal stakes. */
export function moneyArm({ stake, got, squares }: MoneySums): Arm {
  if (stake <= 0 || squares <= 0) return { n: 0, paid: 0 };
  const n = (stake * stake) / squares;
  return { n, paid: (n * got) / stake };
}
