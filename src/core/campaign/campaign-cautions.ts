/** Warns of settings that are allowed and leave most buyers without a reminder. A rehearsal shows it too, but only if somebody runs one. */
import { DAY, formatDuration, HOUR } from "../values/duration.ts";
import { formatInstant } from "../values/instant.ts";
import type { QuietHours } from "../values/policy.ts";
import { namesAny } from "../values/word.ts";
import { amountsText, isAtLeast, rangeCovers } from "./amounts.ts";
import type { CampaignAdvice } from "./campaign-advice.ts";
import type { CampaignDraft } from "./campaign-file.ts";

/** Above this share more buyers go without a reminder than with one. */
const MOST = 0.5;
/** Quiet hours that leave at most this much of a day. */
const LITTLE = HOUR;

/** `now`: epoch ms; null: not known. */
export function* campaignCautions(draft: CampaignDraft, now: number | null): Generator<CampaignAdvice> {
  const { active, holdout, quietHours, match, manual } = draft;
  if (now !== null && active.to !== null && active.to <= now)
    yield {
      code: "over",
      path: ["active", "to"],
      message: `the campaign is over since ${formatInstant(active.to, 0)}: it takes no order that is created now`,
    };
  if (holdout > MOST)
    yield {
      code: "large_holdout",
      path: ["holdout"],
      message: `holds out ${Number((holdout * 100).toFixed(4))}% of the buyers, who get no reminder: 5% to 10% are usual`,
    };
  const quiet = quietHours === null || quietHours === "off" ? null : quietWarning(quietHours);
  if (quiet !== null) yield { code: "quiet_all_day", path: ["quietHours"], message: quiet };
  const min = match.amount?.min ?? null;
  if (manual !== null && (manual.amountAtLeast !== null || manual.tiers !== undefined || manual.noContact === true))
    yield { code: "manual", path: ["manual"], message: manualText(manual) };
  const least = manual?.amountAtLeast ?? null;
  if (least !== null && min !== null && isAtLeast(min, least))
    yield {
      code: "all_manual",
      path: ["match", "amount", "min"],
      message: `is not below manual.amountAtLeast (${amountsText(least)}): a person gets every case of this campaign, before any reminder`,
    };
}

/** Nothing else says that these cases are silent until somebody looks at them. */
function manualText({
  amountAtLeast,
  tiers = [],
  noContact = false,
  handBackAfter,
  holdout = 0,
}: NonNullable<CampaignDraft["manual"]>): string {
  const cases = [
    ...(amountAtLeast === null ? [] : [`cases of ${amountsText(amountAtLeast)} and more`]),
    ...(tiers.length === 0 ? [] : [`cases of buyers of the tier ${tiers.join(" or ")}`]),
    ...(noContact ? ["cases without a usable contact"] : []),
  ].join(", and ");
  const most = holdout > 0 ? `, but for ${Number((holdout * 100).toFixed(4))}% of the buyers (holdout),` : "";
  const wait = `${cases}${most} wait for a person: the page Follow-up and \`dunlin desk\` list them`;
  return handBackAfter === null
    ? `${wait}, and they get no reminder; handBackAfter: 2h gives them to the reminders after 2 hours`
    : `${wait}, and they get no reminder for ${formatDuration(handBackAfter)} (handBackAfter)`;
}

/** null: the quiet hours leave enough of the day. */
export function quietWarning({ from, to }: QuietHours): string | null {
  if (from === to) return "from and to are the same, so there are no quiet hours: write `off` if that is meant";
  const awake = (from - to + DAY) % DAY;
  return awake > LITTLE
    ? null
    : `leave only ${formatDuration(awake)} of the day: nearly every reminder is put off to it or skipped`;
}

/** Warns of a campaign whose orders another one takes, because it comes first (rule 2). Each campaign is named once. */
export function* shadowedCampaigns(
  drafts: readonly CampaignDraft[],
): Generator<CampaignAdvice & { readonly campaign: string }> {
  for (const draft of drafts) {
    const before = drafts.filter((other) => comesBefore(other, draft) && other.exclude === null);
    const twin = before.find((other) => other.priority === draft.priority && isLike(other, draft));
    const wider = before.find((other) => covers(other, draft));
    const shadow = { campaign: draft.key, code: "shadowed", path: ["priority"] } as const;
    if (twin !== undefined)
      yield {
        ...shadow,
        message: `has the same match and priority as campaign ${twin.key}, which takes the orders while both are active, because its name comes first: give one of them another match or priority`,
      };
    else if (wider !== undefined)
      yield {
        ...shadow,
        message: `campaign ${wider.key} (priority ${wider.priority}) comes first and fits every order that ${draft.key} fits, so ${draft.key} is never chosen: give it a higher priority`,
      };
  }
}

const comesBefore = (a: CampaignDraft, b: CampaignDraft): boolean =>
  a.key !== b.key && (a.priority > b.priority || (a.priority === b.priority && a.key < b.key));

/** Whether `a` fits every order that `b` fits. */
function covers(a: CampaignDraft, b: CampaignDraft): boolean {
  const isWithin =
    (a.active.from ?? Number.NEGATIVE_INFINITY) <= (b.active.from ?? Number.NEGATIVE_INFINITY) &&
    (a.active.to ?? Number.POSITIVE_INFINITY) >= (b.active.to ?? Number.POSITIVE_INFINITY);
  return isWithin && matchCovers(a, b);
}

const matchCovers = ({ match: a }: CampaignDraft, { match: b }: CampaignDraft): boolean =>
  hasAll(a.shops, b.shops, (shop, list) => list.includes(shop)) &&
  hasAll(a.tags, b.tags, (tag, list) => namesAny([tag], list)) &&
  rangeCovers(a.amount, b.amount);

const hasAll = (
  all: readonly string[] | null,
  some: readonly string[] | null,
  has: (item: string, list: readonly string[]) => boolean,
): boolean => all === null || (some?.every((item) => has(item, all)) ?? false);

/** The same match, both active at some moment. */
const isLike = (a: CampaignDraft, b: CampaignDraft): boolean =>
  matchCovers(a, b) && matchCovers(b, a) && startsBeforeEnd(a, b) && startsBeforeEnd(b, a);

const startsBeforeEnd = ({ active: a }: CampaignDraft, { active: b }: CampaignDraft): boolean =>
  a.from === null || b.to === null || a.from < b.to;
