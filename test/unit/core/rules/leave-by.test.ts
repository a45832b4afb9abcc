/** How long a claimed send may wait: never past the last useful moment of an order that it names. */
import { expect, it } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { newBuyer } from "../../../../src/core/rules/buyer-state.ts";
import { leaveBy } from "../../../../src/core/rules/decide.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { campaignOf, created, shopPolicy, T0 } from "../../../support/rules.ts";

const DUE = T0 + 10 * MINUTE;

/** Orders a and b close so many minutes after T0; the plan's last moment is that of the order it was made for, b. */
function lastMoment(
  given: { a?: number; b: number; at?: number; claimedAt?: number; staleAfter?: number; minLead?: number },
  attempt: "first" | "retry" = "first",
): number {
  const { a, b, at = DUE, claimedAt = at + 20, staleAfter = 60 * MINUTE, minLead = 2 * MINUTE } = given;
  const state = newBuyer(shopPolicy(), 1);
  for (const [id, closes] of Object.entries({ a: a ?? 600, b })) {
    const order = foldOrder([created(id, 0, { closes })], state.shop);
    state.orders.set(id, { order, reportedAt: T0, settled: {} });
  }
  const campaign = campaignOf({ staleAfter, minLead });
  const policy = { campaigns: [campaign], channels: new Map(), newId: () => "id", takeUp: 5 * SECOND };
  const latest = T0 + b * MINUTE - minLead;
  return leaveBy({ state, policy, campaign }, { at, latest, orders: ["a", "b"] }, claimedAt, attempt) - T0;
}

it.each([
  ["2 minutes before the close", lastMoment({ b: 20 }), 18 * MINUTE],
  ["also of an order that it names and was not planned for", lastMoment({ a: 15, b: 20 }), 13 * MINUTE],
  ["not when it would be stale", lastMoment({ b: 200, staleAfter: MINUTE }), 11 * MINUTE],
  [
    "to the millisecond, however late it was claimed",
    lastMoment({ b: 20, claimedAt: T0 + 18 * MINUTE - 1 }),
    18 * MINUTE,
  ],
  [
    "with at least half a second when it was planned for that moment",
    lastMoment({ b: 12 }),
    12 * MINUTE - 2 * MINUTE + 520,
  ],
  [
    "counted from when it was taken up, within the 5 s that it may be late",
    lastMoment({ b: 12, claimedAt: DUE + 3 * SECOND }),
    10 * MINUTE + 3_500,
  ],
  ["but no more than that", lastMoment({ b: 12, claimedAt: DUE + 9 * SECOND }), 10 * MINUTE + 5_500],
  ["and never past the close", lastMoment({ b: 12, at: T0 + 12 * MINUTE - 100, minLead: 0 }), 12 * MINUTE],
  ["a retry has no more time than that", lastMoment({ b: 12, claimedAt: DUE - SECOND }, "retry"), 10 * MINUTE],
])("a send leaves by the last useful moment: %s", (_name, found, expected) => {
  expect(found).toBe(expected);
});
