/** `dunlin explain ORDER --shop S` */
import { Command } from "commander";
import { readId } from "../../core/order/id.ts";
import type { Sql } from "../../db/client.ts";
import type { Vault } from "../../db/vault.ts";
import { explainOrder } from "../../reporting/explain.ts";
import { storyText } from "../../reporting/format-explain.ts";
import { policyLookups } from "../../reporting/policies.ts";
import { storyJson } from "../../reporting/story-json.ts";
import { type Describe, runCommand } from "../command.ts";
import { asCommandError, type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";
import { examples } from "../help.ts";
import { campaignsThatRun } from "../running-campaigns.ts";

type Options = { readonly shop: string; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("explain")
    .description("Show the whole story of an order: events, reminders, reasons, deliveries and recovery")
    .argument("<order>", "id or number of the order", readId)
    .requiredOption("--shop <shop>", "id of its shop")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin explain 2233445566 --shop acme", 'dunlin explain "#1006" --shop acme'))
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
    const vault = await vaultOf(context, sql);
    const deps = { sql, vault, ...policyLookups(() => campaigns, config.shop) };
    return explainOrder(deps, { shop, order }).catch(asCommandError);
  });
  if (story === null)
    throw new CommandError(
      `no event of order ${order} in shop ${shop} was received: check both ids, and that the shop sends its events`,
    );
  context.out(json ? JSON.stringify(storyJson(story), null, 2) : storyText(story));
}

/** null: without the key, the story is shown without the texts of the messages. */
async function vaultOf(context: CommandContext, sql: Sql): Promise<Vault | null> {
  try {
    return await openVault(context, sql);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    context.note(`The texts of the messages are not shown: ${error.message}`);
    return null;
  }
}
