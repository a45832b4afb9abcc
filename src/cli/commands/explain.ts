/** `dunlin explain ORDER --shop S` */
import { Command } from "commander";
import { runningCatalog } from "../../campaigns/live.ts";
import { StoredCampaignError } from "../../campaigns/stored-campaign-error.ts";
import type { Config } from "../../config/config.ts";
import { readId } from "../../core/order/id.ts";
import type { Campaign } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import { readRunning } from "../../db/stores/campaigns/campaign-store.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { explainOrder } from "../../reporting/explain.ts";
import { storyText } from "../../reporting/format-explain.ts";
import { policyLookups } from "../../reporting/policies.ts";
import { storyJson } from "../../reporting/story-json.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";

type Options = { readonly shop: string; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("explain")
    .description("Show the whole story of an order: events, reminders, reasons, deliveries and recovery")
    .argument("<order>", "id of the order", readId)
    .requiredOption("--shop <shop>", "id of its shop")
    .option("--json", "print it as JSON")
    .action((order: string, { shop, json = false }: Options) =>
      runCommand(cli, (context) => explainCommand(context, order, shop, json)),
    );

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
      `no event of order ${order} in shop ${shop} was received: check both ids, and that the shop sends its events`,
    );
  context.out(json ? JSON.stringify(storyJson(story), null, 2) : storyText(story));
}

/** The running campaigns put the stored story into words. If they cannot be read, the story is shown without those words. */
async function campaignsThatRun(sql: Sql, config: Config): Promise<readonly Campaign[]> {
  const { campaigns } = await readRunning(sql);
  try {
    return runningCatalog(campaigns, catalogOptions(config)).catalog.campaigns;
  } catch (error) {
    if (error instanceof StoredCampaignError) return [];
    throw error;
  }
}
