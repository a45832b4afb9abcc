/**
 * Warns when a campaign is saved that probably does not do what its author means. It asks the planner for the rows of one order, for each
 * usual time that orders stay open, so the advice cannot disagree with the plan.
 */

import { type PlannedRow, planSteps } from "../rules/plan.ts";
import type { YamlPath } from "../text/yaml-faults.ts";
import { DAY, formatDuration, MINUTE } from "../values/duration.ts";
import type { CampaignDraft } from "./campaign-file.ts";

export type AdviceCode =
  | "never_fits"
  | "always_pulled"
  | "more_than_max"
  | "reversed"
  | "repeats_late"
  | "over"
  | "large_holdout"
  | "quiet_all_day"
  | "manual"
  | "all_manual"
  | "one_amount"
  | "shadowed";
export type CampaignAdvice = { readonly code: AdviceCode; readonly path: YamlPath; readonly message: string };

/** How long orders stay open on the usual platforms: half an hour in flash sales, a day else. */
export const USUAL_LIVES = [30 * MINUTE, DAY];
/** How many times as long as the orders stay open is far longer. */
const FAR = 2;

/** `closeAfters`: those of the shops, ms. */
export function* adviseCampaign(draft: CampaignDraft, closeAfters: readonly number[]): Generator<CampaignAdvice> {
  const lives = [...new Set([...USUAL_LIVES, ...closeAfters])].sort((a, b) => a - b);
  const plans = lives.map((life) => ({ life, rows: planOf(draft, life) }));
  yield* neverFits(draft, plans);
  yield* reversed(plans.at(-1)?.rows ?? []);
  yield* moreThanMax(draft, plans);
  const longest = lives.at(-1) ?? DAY;
  if (draft.repeatAfter > FAR * longest)
    yield {
      code: "repeats_late",
      path: ["repeatAfter"],
      message: `${formatDuration(draft.repeatAfter)} is far longer than orders stay open (${formatDuration(longest)}): a buyer's next order gets no reminder in that time`,
    };
}

type Plan = { readonly life: number; readonly rows: readonly PlannedRow[] };

/** The plan of one order that was reported when it was created, for a buyer with every contact; no quiet hours. */
function planOf(draft: CampaignDraft, life: number): PlannedRow[] {
  return planSteps({
    now: 0,
    campaign: { ...draft, version: "" },
    quiet: null,
    zone: "UTC",
    orders: [{ id: "order", createdAt: 0, closesAt: life, reportedAt: 0, settled: {} }],
    contactFor: () => "usable",
    paidAt: null,
    sends: [],
    promisedAt: null,
  });
}

const spans = (lives: readonly number[]): string => lives.map(formatDuration).join(" or ");

function* neverFits(draft: CampaignDraft, plans: readonly Plan[]): Generator<CampaignAdvice> {
  for (const [index, { id }] of draft.steps.entries()) {
    const of = (holds: (row: PlannedRow) => boolean) =>
      plans.filter(({ rows }) => rows.some((row) => row.index === index && holds(row))).map(({ life }) => life);
    const never = of(({ reason }) => reason === "no_time");
    const late = of(({ anchor, latest }) => latest !== null && anchor > latest);
    const path = ["steps", index, "at"];
    if (never.length > 0)
      yield {
        code: "never_fits",
        path,
        message: `step ${id} never fits orders that close ${spans(never)} after they were created`,
      };
    else if (late.length === plans.length)
      yield {
        code: "always_pulled",
        path,
        message: `step ${id} comes after the close of orders that stay open for ${spans(late)}: it is always pulled to ${formatDuration(draft.minLead)} before the close`,
      };
  }
}

/** Judged by the longest life: a short one may have no room for every step. */
function* reversed(rows: readonly PlannedRow[]): Generator<CampaignAdvice> {
  for (const row of rows) {
    if (row.reason !== "superseded") continue;
    const others = rows.filter(({ index, anchor }) =>
      index < row.index ? anchor >= row.anchor : index > row.index && anchor <= row.anchor,
    );
    // A step that is sent takes the place, if there is one.
    const other = others.find(({ kind }) => kind === "send") ?? others[0];
    if (other === undefined) continue;
    const [first, second] = row.index < other.index ? [row, other] : [other, row];
    yield {
      code: "reversed",
      path: ["steps", row.index],
      message: `step ${first.step} is listed before ${second.step} and comes no earlier: ${row.step} is never sent; list steps in the order of their times`,
    };
  }
}

/** Counts the sends in each window of `per` that ends with a send. */
function* moreThanMax({ limits }: CampaignDraft, plans: readonly Plan[]): Generator<CampaignAdvice> {
  const warned = new Set<number>();
  for (const { life, rows } of plans) {
    const sends = rows.filter(({ kind }) => kind === "send").sort((a, b) => a.at - b.at);
    for (const [position, row] of sends.entries()) {
      const before = sends.slice(0, position).filter(({ at }) => at > row.at - limits.per).length;
      if (before < limits.max || warned.has(row.index)) continue;
      warned.add(row.index);
      yield {
        code: "more_than_max",
        path: ["steps", row.index],
        message: `step ${row.step} is the ${ordinal(before + 1)} within ${formatDuration(limits.per)}, and limits.max is ${limits.max}: it is never sent to a buyer whose order stays open for ${formatDuration(life)}`,
      };
    }
  }
}

/** `1st`, `2nd`, `3rd`, `4th`; `11th`. */
function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th")}`;
}
