/** Says why a campaign is used for none of the orders. */
import { formatInstant } from "../../core/values/instant.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Figures, FitFigures } from "../types.ts";

/** A warning for each campaign without a row. Instants are written in this zone. */
export function* unmatched(figures: Figures, campaigns: readonly Campaign[], zone: string): Generator<string> {
  for (const campaign of campaigns) {
    const fit = figures.matches.get(campaign.key);
    if (fit === undefined) continue;
    yield `campaign ${campaign.key} is used for none of the orders: ${whyUnused(campaign, fit, figures.created, zone)}`;
  }
}

const count = (n: number): string => n.toLocaleString("en");

function whyUnused(campaign: Campaign, fit: FitFigures, created: Figures["created"], zone: string): string {
  const of = `${count(fit.orders)} order${fit.orders === 1 ? "" : "s"}`;
  if (fit.all > 0)
    return fit.excluded === fit.all
      ? `its exclude takes out all ${count(fit.all)} of ${of} that it matches`
      : `the ${count(fit.all)} of ${of} that it matches go to other campaigns; a case goes to the campaign with the highest priority that fits`;
  const write = (at: number): string => formatInstant(at, offsetMinutes(zone, at));
  const conditions = conditionsOf(campaign, write).map(([condition, text]) => ({ text, orders: fit[condition] }));
  const never = conditions.filter(({ orders }) => orders === 0);
  const told = never.length > 0 ? never : conditions.filter(({ orders }) => orders < fit.orders);
  const parts = told.map(({ text, orders }, index) => {
    const rest = index === told.length - 1 ? ` of ${of}` : "";
    return `${text} on ${orders === 0 ? "none" : count(orders)}${rest}`;
  });
  const when = created === null ? "" : ` (created from ${write(created.first)} to ${write(created.last)})`;
  return `${parts.join(", ")}${when}${never.length > 0 ? "" : ", and all of this on none"}`;
}

type Condition = readonly [name: "active" | "shops" | "tags" | "amount", text: string];

function conditionsOf({ active, match }: Campaign, write: (at: number) => string): Condition[] {
  const found: Condition[] = [];
  const period = [
    ...(active.from === null ? [] : [`from ${write(active.from)}`]),
    ...(active.to === null ? [] : [`to ${write(active.to)}`]),
  ];
  if (period.length > 0) found.push(["active", `active ${period.join(" ")}`]);
  if (match.shops !== null) found.push(["shops", `shop ${match.shops.join(" or ")}`]);
  if (match.tags !== null) found.push(["tags", `tag ${match.tags.join(" or ")}`]);
  if (match.amount !== null) found.push(["amount", "match.amount"]);
  return found;
}
