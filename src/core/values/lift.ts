/**
 * Measures the effect of reminders: the difference of two shares, with its 95% interval. Newcombe's hybrid score interval (Statistics in
 * Medicine 17, 1998, method 10), made of two Wilson intervals. It is right for small arms and for shares of 0 and 1, where the textbook
 * interval fails. None of our packages has it.
 */

export type Arm = { readonly orders: number; readonly paid: number };
export type Interval = { readonly low: number; readonly high: number };
export type Lift = Interval & { readonly lift: number };

/** The standard normal's 97.5th percentile: 95% between the two sides. */
const Z95 = 1.959963984540054;

/** Wilson's 95% score interval of a share; null without trials. */
export function wilson({ orders, paid }: Arm): Interval | null {
  if (orders === 0) return null;
  const z2 = Z95 * Z95;
  const share = paid / orders;
  const middle = share + z2 / (2 * orders);
  const reach = Z95 * Math.sqrt((share * (1 - share)) / orders + z2 / (4 * orders * orders));
  const scale = 1 + z2 / orders;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}

/** The share paid in `treated` less that in `holdout`, with its 95% interval; null while either arm is empty. */
export function liftOf(treated: Arm, holdout: Arm): Lift | null {
  const one = wilson(treated);
  const two = wilson(holdout);
  if (one === null || two === null) return null;
  const p = treated.paid / treated.orders;
  const q = holdout.paid / holdout.orders;
  const lift = p - q;
  return {
    lift,
    low: lift - Math.hypot(p - one.low, two.high - q),
    high: lift + Math.hypot(one.high - p, q - two.low),
  };
}
