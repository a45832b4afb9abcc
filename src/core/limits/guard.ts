/**
 * The guard against a broken payment method: when many more of its orders than usual stay unpaid, its reminders are held. A buyer who tried to pay
 * and could not needs no reminder, and neither does one who paid while payments are not reported. Pure.
 *
 * An order is judged `JUDGED_AFTER` after its first event was received, by the database's clock: it is unpaid if no payment of the whole is known
 * then. So a wrong clock of a platform changes nothing. Orders that nobody may chase do not count: cash on delivery, presales, those that wait for a
 * confirmation. Neither do orders that were created `OLD` before they were received, like those of an import.
 */
import { DAY, formatDuration, HOUR, MINUTE } from "../values/duration.ts";
import type { Guard } from "../values/policy.ts";

/** Most buyers who pay do so in the first minutes, and the first reminders leave after ten. */
export const JUDGED_AFTER = 5 * MINUTE;
/** Longer than a clock that is an hour off. */
export const OLD = 2 * HOUR;
/** The usual share is that of so long before the window. */
export const USUAL_WITHIN = 28 * DAY;
/** It is known when it is of so many times `atLeast` orders. */
const USUAL_TIMES = 10;
/** A smaller usual share counts as this one: from nearly nothing to little is not a jump. */
const LEAST_USUAL = 0.05;
/** How often chance alone may look like a jump: less than once in a million. */
const BY_CHANCE = 1e-6;
/** The product of two decimals may be a little more than it is. */
const ROUNDING = 1e-9;

/** Orders that were judged, and those of them that were unpaid. */
export type Shares = { readonly orders: number; readonly unpaid: number };
export type WhyHeld = { readonly code: "unpaid"; readonly message: string };

/** How many orders must be known before the usual share is. */
export const usualNeeds = ({ atLeast }: Guard): number => USUAL_TIMES * atLeast;

/**
 * null: its reminders go on. `recent`: the orders of the window; `usual`: those of the weeks before it. A usual share above 1 / (unpaidJump + 1) can
 * hardly be multiplied: then it is a jump, too, when the paid share is divided by as much.
 */
export function whyHold(recent: Shares, usual: Shares, guard: Guard): WhyHeld | null {
  const { unpaidJump, atLeast, within } = guard;
  if (recent.orders < atLeast || usual.orders < usualNeeds(guard)) return null;
  const share = recent.unpaid / recent.orders;
  const before = usual.unpaid / usual.orders;
  const expected = Math.max(before, LEAST_USUAL);
  const jumped = share + ROUNDING >= Math.min(expected * unpaidJump, 1 - (1 - expected) / unpaidJump);
  if (!jumped || atMostByChance(recent.orders, share, expected) > BY_CHANCE) return null;
  const age = formatDuration(JUDGED_AFTER);
  return {
    code: "unpaid",
    message: `${recent.unpaid} of ${recent.orders} orders within ${formatDuration(within)} were unpaid ${age} after they came: ${percent(share)}. Usual are ${percent(before)}, of ${usual.orders} orders before; guard.unpaidJump is ${unpaidJump}x`,
  };
}

/** At most so probable is this share or more of `count` orders, if each is unpaid with probability `expected` (Chernoff's bound). */
function atMostByChance(count: number, share: number, expected: number): number {
  if (share <= expected) return 1;
  const part = (observed: number, of: number) => (observed === 0 ? 0 : observed * Math.log(observed / of));
  return Math.exp(-count * (part(share, expected) + part(1 - share, 1 - expected)));
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
