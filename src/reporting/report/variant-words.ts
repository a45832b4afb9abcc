/** How the variants of a campaign compare, in a sentence. */
import type { Comparison } from "../../core/measure/draw.ts";
import { points } from "./amounts.ts";
import { about } from "./lift-words.ts";
import type { CampaignVariants } from "./variants.ts";

/** So many comparisons are written out. */
const MAX_SHOWN = 3;

/** `default: no winner yet. b is 5.0 points above a (−1.2 to +11.2). About 4,100 more buyers would show a difference of this size.` */
export function variantSentence({ campaign, winner, comparisons }: CampaignVariants): string {
  if (comparisons.length === 0)
    return `${campaign}: no winner yet. The variants cannot be compared: the time to pay of their buyers is not over.`;
  const own =
    winner === null ? comparisons : comparisons.filter(({ one, other }) => winner === one || winner === other);
  const pairs = own.slice(0, MAX_SHOWN).map((each) => pairText(each, winner));
  return `${campaign}: ${winner === null ? "no winner yet" : `${winner} wins`}. ${pairs.join(" ")}`;
}

function pairText(each: Comparison, winner: string | null): string {
  const turned = winner === null ? each.difference < 0 : each.other === winner;
  const [first, second] = turned ? [each.other, each.one] : [each.one, each.other];
  const [difference, low, high] = turned
    ? [-each.difference, -each.high, -each.low]
    : [each.difference, each.low, each.high];
  const interval = `(${points(low)} to ${points(high)})`;
  if (difference === 0) return `${first} and ${second} paid alike ${interval}.`;
  const needs =
    each.moreBuyers === null
      ? ""
      : ` About ${about(each.moreBuyers)} more buyers would show a difference of this size.`;
  return `${first} is ${(difference * 100).toFixed(1)} points above ${second} ${interval}.${needs}`;
}
