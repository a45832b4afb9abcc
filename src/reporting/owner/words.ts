/** The owner's page in plain words: the sentence, the one word, and the lines below them. The notice of the day and metrics say the same. */
import { count, share } from "../report/amounts.ts";
import { about } from "../report/lift-words.ts";
import type { OwnerPage, Verdict } from "./page.ts";

type Known = Pick<OwnerPage, "verdict" | "figures" | "needs" | "holdout" | "warnings">;

/** Per 1,000 cases. */
const perMille = (rate: number): number => Math.round(rate * 1_000);
const more = (rate: number): string => (rate < 0 ? `${count(-perMille(rate))} fewer` : `${count(perMille(rate))} more`);

/** `Reminders brought 41 more paid cases of 1,000, between 12 and 70.` */
export function ownerSentence(page: Known): string {
  const { verdict, figures } = page;
  const { lift, liftLow, liftHigh, openBuyers } = figures;
  if (lift !== null && liftLow !== null && liftHigh !== null) {
    if (verdict === "works")
      return `Reminders brought ${count(perMille(lift))} more paid cases of 1,000, between ${count(perMille(liftLow))} and ${count(perMille(liftHigh))}.`;
    if (verdict === "harms")
      return `With reminders ${count(perMille(-lift))} fewer cases of 1,000 were paid, between ${count(perMille(-liftHigh))} and ${count(perMille(-liftLow))}.`;
    if (liftLow > 0 || liftHigh < 0)
      return `With reminders ${more(lift)} cases of 1,000 were paid, but with ${buyers(Math.min(figures.treatedBuyers, figures.holdoutBuyers))} in the smaller group that proves nothing yet.`;
    return `With reminders ${more(lift)} cases of 1,000 were paid, but chance alone allows anything from ${more(liftLow)} to ${more(liftHigh)}.`;
  }
  if (verdict === "waiting")
    return `It is not known yet what the reminders brought: ${buyers(openBuyers)} still ${openBuyers === 1 ? "has" : "have"} time to pay.`;
  if (verdict === "no_data") return "No reminder was due in these 12 weeks, so there is no effect to report yet.";
  return `It is not known what the reminders brought: ${whyNot(page)}.`;
}

function whyNot({ figures, holdout, warnings }: Known): string {
  if (warnings.some(({ code }) => code === "sample_ratio"))
    return "the group that was held out has a size that the draw does not explain";
  if (figures.holdoutBuyers === 0)
    return `nobody was held out to compare the buyers with. \`holdout: ${share(holdout.suggested)}\` in campaign.yaml holds some out`;
  return figures.treatedBuyers === 0
    ? "all buyers were held out"
    : "the campaigns that held buyers out are not those that reminded";
}

const buyers = (value: number): string => (value === 1 ? "1 buyer" : `${count(value)} buyers`);

const WORDS: Readonly<Record<Verdict, string>> = {
  works: "works",
  harms: "harms",
  cannot_tell: "cannot tell yet",
  waiting: "cannot tell yet",
  not_measured: "not measured",
  no_data: "no data",
};

/** Beyond it a plan makes no sense. */
const MANY_DAYS = 3 * 365;

/** `cannot tell yet: about 1,300 more cases, 12 days at this pace` */
export function ownerWord({ verdict, needs, holdout }: Known): string {
  const word = WORDS[verdict];
  if (needs === null) return word;
  const { cases, days } = needs;
  if (days > MANY_DAYS)
    return `${word}: the difference is so small that it would take years to see at this pace. Hold more buyers out (${share(holdout.suggested)} is a good share), or compare over a longer time`;
  return `${word}: about ${about(cases)} more cases, ${days === 1 ? "1 day" : `${about(days)} days`} at this pace`;
}
