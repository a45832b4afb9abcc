/** Campaigns and versions in the answers of the API: instants as RFC 3339, the campaign as text and parsed. */
import { parseCampaignFile } from "../core/campaign/campaign-file.ts";
import { campaignForm } from "../core/campaign/campaign-form.ts";
import { formatInstant } from "../core/values/instant.ts";
import type { Files, StoredCampaign, StoredVersion } from "../db/stores/campaigns/campaign-store.ts";
import { isEdited } from "./plan-apply.ts";

/** In a list: without the files. */
export function campaignSummary(stored: StoredCampaign) {
  const { paused_at, paused_until, pause_source, pause_code, pause_reason, retired_at } = stored;
  return {
    key: stored.campaign,
    ...versionSummary(stored),
    paused: paused_at !== null,
    pausedAt: paused_at === null ? null : at(paused_at),
    pausedUntil: paused_until === null ? null : at(paused_until),
    pauseSource: paused_at === null ? null : (pause_source ?? "person"),
    pauseReason: pause_code === null ? null : `${pause_code}: ${pause_reason}`,
    retired: retired_at !== null,
    editedSinceApply: isEdited(stored),
  };
}

export function campaignView(stored: StoredCampaign) {
  return { ...campaignSummary(stored), ...filesView(stored.campaign, stored.files) };
}

export function versionSummary(version: StoredVersion) {
  return {
    version: version.number,
    createdAt: at(version.created_at),
    createdBy: version.created_by,
    source: version.source,
    fromVersion: version.from_version,
    note: version.note,
    digest: version.digest,
  };
}

export function versionView(version: StoredVersion & { readonly files: Files }) {
  return { key: version.campaign, ...versionSummary(version), ...filesView(version.campaign, version.files) };
}

/** The fields that PUT takes, and the parsed campaign; null if this version of the program cannot parse it. */
function filesView(key: string, files: Files) {
  const { "campaign.yaml": yaml = "", ...templates } = files;
  const parsed = parseCampaignFile(key, yaml, null);
  return { yaml, templates, campaign: parsed.ok ? campaignForm(parsed.value) : null };
}

const at = (ms: number): string => formatInstant(Math.floor(ms), 0);
