/** The campaigns that run, for commands that only take words or settings from them. */
import { runningCatalog } from "../campaigns/live.ts";
import { StoredCampaignError } from "../campaigns/stored-campaign-error.ts";
import type { Config } from "../config/config.ts";
import type { Campaign } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { readRunning } from "../db/stores/campaigns/campaign-store.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { catalogOptions } from "../render/catalog/catalog-options.ts";
import type { Phrase } from "../render/phrases.ts";

export const campaignsThatRun = async (sql: Sql, config: Config): Promise<readonly Campaign[]> =>
  (await catalogThatRuns(sql, config))?.campaigns ?? [];

export const phrasesThatRun = async (sql: Sql, config: Config): Promise<readonly Phrase[]> =>
  (await catalogThatRuns(sql, config))?.phrases ?? [];

/** null: it cannot be read, and the command does without. */
async function catalogThatRuns(sql: Sql, config: Config): Promise<Catalog | null> {
  const { campaigns } = await readRunning(sql);
  try {
    return runningCatalog(campaigns, catalogOptions(config)).catalog;
  } catch (error) {
    if (error instanceof StoredCampaignError) return null;
    throw error;
  }
}
