/** The problems of campaigns and their versions. */
import type { CampaignFault } from "../contract/campaigns.ts";
import { HttpProblem } from "../kit/errors.ts";

export const notFound = (key: string) => new HttpProblem("campaign_not_found", `there is no campaign ${quoted(key)}`);

export const noVersion = (key: string, version: number | null) =>
  new HttpProblem(
    "version_not_found",
    version === null
      ? `${quoted(key)} has no version before the current one`
      : `${quoted(key)} has no version ${version}`,
  );

export function invalid(faults: readonly CampaignFault[]): HttpProblem {
  const errors = faults.map(({ file, line, message }) => ({ file, line, message }));
  return new HttpProblem("invalid_campaign", `${errors.length} fault(s) in the campaign; nothing was saved`, {
    errors,
  });
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 60));
