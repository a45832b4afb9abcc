/** Writes a parsed campaign with the keys of `campaign.yaml` and every default filled in, for programs that do not parse YAML. */

import { formatDuration, MINUTE } from "../values/duration.ts";
import { formatInstant } from "../values/instant.ts";
import type { Match, PauseWhen, QuietHours } from "../values/policy.ts";
import { type CampaignDraft, DEFAULTS } from "./campaign-file.ts";

export function campaignForm(campaign: CampaignDraft) {
  const { active, limits, variants, holdout, paidSilence } = campaign;
  const instant = (ms: number | null) => (ms === null ? null : formatInstant(ms, 0));
  return {
    name: campaign.name,
    priority: campaign.priority,
    active: { from: instant(active.from), to: instant(active.to) },
    match: matchForm(campaign.match),
    exclude: campaign.exclude === null ? null : matchForm(campaign.exclude),
    steps: campaign.steps.map(({ id, at, channels }) => ({ id, at: { [at.kind]: formatDuration(at.ms) }, channels })),
    variants: Object.fromEntries(variants.map(({ key, weight }) => [key, weight])),
    holdout: percent(holdout),
    quietHours: quietForm(campaign.quietHours),
    limits: { max: limits.max, per: formatDuration(limits.per), gap: formatDuration(limits.gap) },
    repeatAfter: formatDuration(campaign.repeatAfter),
    paidSilence: paidSilence === null ? "off" : formatDuration(paidSilence),
    minAge: formatDuration(campaign.minAge),
    minLead: formatDuration(campaign.minLead),
    staleAfter: formatDuration(campaign.staleAfter),
    whenTight: campaign.whenTight,
    attributionWindow: formatDuration(campaign.attributionWindow),
    pauseWhen: campaign.pauseWhen === null ? ("off" as const) : pauseForm(campaign.pauseWhen),
    manual: campaign.manual === null ? null : manualForm(campaign.manual),
  };
}

/** The file takes four digits behind the point. */
const percent = (share: number): string => `${Number((share * 100).toFixed(4))}%`;

const pauseForm = ({ rejected, optOut, invalid, atLeast, within }: PauseWhen) => ({
  rejected: percent(rejected),
  optOut: percent(optOut),
  invalid: percent(invalid),
  atLeast,
  within: formatDuration(within),
});

const matchForm = ({ shops, tags, amount }: Match) => ({ shops, tags, amount });

const manualForm = (manual: NonNullable<CampaignDraft["manual"]>) => ({
  amountAtLeast: manual.amountAtLeast,
  tiers: manual.tiers ?? [],
  noContact: manual.noContact ?? false,
  unknown: manual.unknown ?? false,
  handBackAfter: manual.handBackAfter === null ? "never" : formatDuration(manual.handBackAfter),
  team: manual.team ?? null,
  claimWithin: formatDuration(manual.claimWithin ?? DEFAULTS.claimWithin),
  holdout: percent(manual.holdout ?? 0),
});

/** null: the shop's. */
function quietForm(quiet: QuietHours | "off" | null) {
  return quiet === null || quiet === "off" ? quiet : { from: clock(quiet.from), to: clock(quiet.to) };
}

function clock(ms: number): string {
  const minutes = Math.floor(ms / MINUTE);
  const seconds = Math.floor((ms % MINUTE) / 1_000);
  const two = (part: number) => String(part).padStart(2, "0");
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return seconds === 0 ? time : `${time}:${two(seconds)}`;
}
