/** `dunlin explain ORDER --shop S`: the whole story of an order. */

import { runningCatalog, StoredCampaignError } from "../../campaigns/live.ts";
import type { Config } from "../../config/config.ts";
import type { Campaign } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import { readRunning } from "../../db/stores/campaigns/campaign-store.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { explainOrder } from "../../reporting/explain.ts";
import { storyJson, storyText } from "../../reporting/format-explain.ts";
import { policyLookups } from "../../reporting/policies.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";

export async function explainCommand(
  context: CommandContext,
  order: string,
  shop: string,
  json: boolean,
): Promise<void> {
  const { config } = context;
  const story = await withDatabase(context, async ({ sql }) => {
    const campaigns = await campaignsThatRun(sql, config);
    return explainOrder({ sql, ...policyLookups(() => campaigns, config.shop) }, { shop, order });
  });
  if (story === null)
    throw new CommandError(
      `no event ever told of order ${order} in shop ${shop}: check both ids, and that its events arrive`,
    );
  context.out(json ? JSON.stringify(storyJson(story), null, 2) : storyText(story));
}

/** Those that the API tells the story by. The story is told without them, too: what was planned is stored, they only give it words. */
async function campaignsThatRun(sql: Sql, config: Config): Promise<readonly Campaign[]> {
  const { campaigns } = await readRunning(sql);
  try {
    return runningCatalog(campaigns, catalogOptions(config)).catalog.campaigns;
  } catch (error) {
    if (error instanceof StoredCampaignError) return [];
    throw error;
  }
}
