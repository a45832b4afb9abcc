/** The campaigns that run, for commands that only take words or settings from them. */
import { runningCatalog } from "../campaigns/live.ts";
import { StoredCampaignError } from "../campaigns/stored-campaign-error.ts";
import type { Config } from "../config/config.ts";
import type { Campaign } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { readRunning } from "../db/stores/campaigns/campaign-store.ts";
import { catalogOptions } from "../render/catalog/catalog-options.ts";

/** If they cannot be read, there are none, and the command does without. */
export async function campaignsThatRun(sql: Sql, config: Config): Promise<readonly Campaign[]> {
  const { campaigns } = await readRunning(sql);
  try {
    return runningCatalog(campaigns, catalogOptions(config)).catalog.campaigns;
  } catch (error) {
    if (error instanceof StoredCampaignError) return [];
    throw error;
  }
}
