/**
 * Warns of a campaign or a step that reminds of nothing. This is not a fault: every order still gets its reason, and a rehearsal shows it.
 */

import type { YamlPath } from "../text/yaml-faults.ts";
import { formatDuration } from "../values/duration.ts";
import type { Step } from "../values/policy.ts";
import { namesAny } from "../values/word.ts";
import type { CampaignDraft } from "./campaign-file.ts";

export type Doubt = readonly [path: YamlPath, message: string];

export function* campaignDoubts(draft: CampaignDraft): Generator<Doubt> {
  if (excludesAll(draft)) yield [["exclude", "tags"], "excludes every tag that `match` asks for: no order is reminded"];
  if (draft.whenTight !== "skip") return;
  for (const [index, step] of draft.steps.entries()) {
    const why = neverFits(draft, step);
    if (why !== null) yield [["steps", index, "at"], `${why} allows; with whenTight: skip it is never sent`];
  }
}

function excludesAll({ match, exclude }: CampaignDraft): boolean {
  if (match.tags === null || exclude === null || exclude.shops !== null || exclude.amount !== null) return false;
  const excluded = exclude.tags ?? [];
  return match.tags.every((tag) => namesAny(excluded, [tag]));
}

function neverFits({ minLead, minAge }: CampaignDraft, { at: { kind, ms } }: Step): string | null {
  if (kind === "beforeClose") return ms < minLead ? `is always later than minLead (${formatDuration(minLead)})` : null;
  // Orders created together are due at the latest 2 × afterCreated after the oldest.
  return 2 * ms < minAge ? `is always sooner than minAge (${formatDuration(minAge)})` : null;
}
