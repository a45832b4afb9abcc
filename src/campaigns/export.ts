/** Writes the running campaigns of the database to a directory, byte for byte as they were applied or put. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "../db/client.ts";
import { readCampaigns } from "../db/stores/campaigns/campaign-store.ts";
import { isPhrase, PHRASES } from "../render/phrases.ts";

export type ExportResult =
  | {
      readonly kind: "exported";
      readonly campaigns: readonly { readonly campaign: string; readonly version: number }[];
      readonly files: number;
    }
  | { readonly kind: "not-empty" };

/** Stored campaigns and files have such names only. Nothing else may become a path. */
const KEY = /^[a-z0-9][a-z0-9-]{0,59}$/i;
const NAME = /^(campaign\.yaml|[\w-]+(\.[\w-]+){2,3}\.hbs|phrases\/[\w-]+\.[\w-]+\.hbs)$/;

/** `force`: also to a directory that is not empty. Files of an exported campaign that the database does not have are removed. */
export async function exportCampaigns(
  sql: Sql,
  dir: string,
  { force }: { readonly force: boolean },
): Promise<ExportResult> {
  const campaigns = (await readCampaigns(sql)).filter(({ retired_at }) => retired_at === null);
  mkdirSync(dir, { recursive: true });
  if (!force && readdirSync(dir).length > 0) return { kind: "not-empty" };
  let count = 0;
  for (const { campaign, files } of campaigns) {
    const own = join(dir, campaign);
    if (!KEY.test(campaign)) throw new Error(`the campaign ${JSON.stringify(campaign)} cannot be a directory`);
    mkdirSync(own, { recursive: true });
    if (Object.keys(files).some(isPhrase)) mkdirSync(join(own, PHRASES), { recursive: true });
    for (const name of namesIn(own)) if (NAME.test(name) && !Object.hasOwn(files, name)) rmSync(join(own, name));
    for (const [name, text] of Object.entries(files)) {
      if (!NAME.test(name)) throw new Error(`${campaign}/${JSON.stringify(name)} cannot be a file`);
      writeFileSync(join(own, name), text);
      count++;
    }
  }
  return {
    kind: "exported",
    campaigns: campaigns.map(({ campaign, number }) => ({ campaign, version: number })),
    files: count,
  };
}

/** Phrases with their folder. */
function namesIn(dir: string): string[] {
  const names = readdirSync(dir);
  return names.flatMap((name) =>
    name === PHRASES ? readdirSync(join(dir, name)).map((each) => `${name}/${each}`) : [name],
  );
}
