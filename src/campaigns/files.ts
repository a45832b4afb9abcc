/** The files of campaigns: by path for a directory, and by name for each campaign. */
import type { Files } from "../db/stores/campaigns/campaign-store.ts";
import { digest } from "../render/catalog/template-file.ts";

/** The digest of names and texts, whatever the order of the names. */
export function filesDigest(files: Files): string {
  return digest(JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** `default/campaign.yaml` → campaign `default`, file `campaign.yaml`. */
export function byCampaign(paths: ReadonlyMap<string, string>): Map<string, Files> {
  const campaigns = new Map<string, Record<string, string>>();
  for (const [path, text] of paths) {
    const slash = path.indexOf("/");
    const key = path.slice(0, slash);
    const own = campaigns.get(key) ?? {};
    own[path.slice(slash + 1)] = text;
    campaigns.set(key, own);
  }
  return campaigns;
}

export function byPath(key: string, files: Files): Map<string, string> {
  return new Map(Object.entries(files).map(([name, text]) => [`${key}/${name}`, text]));
}
