/** Why no reminder may be sent for an unpaid order now. */
export const NOT_CHASED = {
  unknown: "its amount, its creation time or its buyer is not known yet",
  onDelivery: "it is paid on delivery",
  zero: "its amount is zero: nothing is owed",
  shipped: "it was shipped or archived unpaid",
  unconfirmed: "it waits for a confirmation, or for the deposit of its presale",
  window: "its balance window has not begun",
} as const;

type Facts = {
  readonly told_at: number | null;
  readonly cash_on_delivery: boolean;
  readonly chase_from: number | null;
  readonly amount: number | null;
  readonly shipped: boolean;
  readonly now: number;
};

/** null: one may be sent. */
export function notChased(order: Facts): string | null {
  if (order.told_at === null) return NOT_CHASED.unknown;
  if (order.cash_on_delivery) return NOT_CHASED.onDelivery;
  if (order.chase_from !== null) return order.chase_from > order.now ? NOT_CHASED.window : null;
  if (order.amount === 0) return NOT_CHASED.zero;
  return order.shipped ? NOT_CHASED.shipped : NOT_CHASED.unconfirmed;
}
