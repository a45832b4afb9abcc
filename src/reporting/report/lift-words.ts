/** The effect of the reminders in one sentence, beside the figures of the report. */
import { MIN_ARM } from "../../core/measure/verdict.ts";
import type { Figures } from "../figures.ts";
import { count, percent, points } from "./amounts.ts";

/** null: nothing was sent or held out. */
export function liftSentence(figures: Figures): string | null {
  const { holdoutBuyers, treatedBuyers, openBuyers, holdoutPaidRate, treatedPaidRate, lift, liftLow, liftHigh } =
    figures;
  if (holdoutBuyers === 0 && treatedBuyers === 0)
    return openBuyers === 0
      ? null
      : `Effect of the reminders: not known yet. ${count(openBuyers)} buyers still have time to pay.`;
  if (lift === null || liftLow === null || liftHigh === null)
    return holdoutBuyers === 0
      ? "Effect of the reminders: unknown, because no buyer was in a control group. `holdout: 5%` in campaign.yaml makes one."
      : "Effect of the reminders: unknown, because all buyers of this period were in the control group.";
  return (
    `Effect of the reminders: ${percent(treatedPaidRate)} of the buyers paid with reminders, and ${percent(holdoutPaidRate)} of the ` +
    `${count(holdoutBuyers)} buyers of the control group. The effect is between ${points(liftLow)} and ` +
    `${points(liftHigh)} points (95%), ${judged(liftLow, liftHigh, figures)}.`
  );
}

function judged(low: number, high: number, { treatedBuyers, holdoutBuyers, moreBuyers: more }: Figures): string {
  const smaller = Math.min(treatedBuyers, holdoutBuyers);
  if (smaller < MIN_ARM && (low > 0 || high < 0))
    return `but with fewer than ${MIN_ARM} buyers in the smaller group that proves nothing yet`;
  if (low > 0) return "which is above zero: the reminders caused payments";
  if (high < 0) return "which is below zero: with reminders fewer buyers paid";
  const needs =
    more === null
      ? "More buyers, or a larger holdout, give a closer figure"
      : `About ${about(more)} more buyers would show an effect of this size, fewer with a larger holdout`;
  return `which includes zero: this period alone proves nothing. ${needs}`;
}

/** `1,300`: an estimate has two digits that mean something. */
export function about(value: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return count(Math.ceil(value / step) * step);
}
