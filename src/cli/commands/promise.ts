/** `dunlin promise ORDER --shop S --at T` */
import { Command } from "commander";
import { readId } from "../../core/order/id.ts";
import type { When } from "../../core/values/when.ts";
import { recordPromise } from "../../followup/promise.ts";
import { effectText, refusalText } from "../../followup/promise-words.ts";
import { when } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { asCommandError, type CommandContext, CommandError, withDatabase } from "../context.ts";
import { examples } from "../help.ts";
import { campaignsThatRun } from "../running-campaigns.ts";

type PromiseOptions = {
  readonly shop: string;
  readonly at: When;
  readonly reason?: string;
  readonly by?: string;
};

export const command: Describe = (cli) =>
  new Command("promise")
    .description("Record when the buyer promised to pay; reminders wait until then")
    .argument("<order>", "id or number of the order", readId)
    .requiredOption("--shop <shop>", "id of its shop")
    .requiredOption("--at <time>", "when the buyer will pay, like 20:00, tomorrow or 2026-11-10T20:00:00+08:00", when)
    .option("--reason <text>", "why the buyer has not paid yet")
    .option("--by <name>", "who recorded the promise")
    .addHelpText(
      "after",
      examples(
        "dunlin promise 2233445566 --shop acme --at 20:00",
        'dunlin promise 2233445566 --shop acme --at tomorrow --reason "waits for the salary" --by Vera',
      ),
    )
    .action((order: string, options: PromiseOptions) =>
      runCommand(cli, (context) => promiseCommand(context, order, options)),
    );

async function promiseCommand(context: CommandContext, order: string, options: PromiseOptions): Promise<void> {
  const { config } = context;
  const { shop, at, reason = null, by = null } = options;
  const zone = config.shop(shop)?.timeZone ?? "UTC";
  const result = await withDatabase(context, async ({ sql }) => {
    const campaigns = await campaignsThatRun(sql, config);
    const minLeadOf = (key: string) => campaigns.find((campaign) => campaign.key === key)?.minLead ?? null;
    return recordPromise(sql, { shop, order, at, reason, by }, { zoneOf: () => zone, minLeadOf }).catch(asCommandError);
  });
  switch (result.kind) {
    case "recorded":
      context.out(effectText(result, zone));
      return;
    case "past":
    case "too_late":
      throw new CommandError(`--at: ${refusalText(result, zone)}`);
    case "unknown_order":
      throw new CommandError(
        `no event of order ${order} in shop ${shop} was received: check both ids, and that the shop sends its events`,
      );
    case "no_open_case":
      throw new CommandError(
        `order ${order} of ${shop} has no open case: \`dunlin explain ${order} --shop ${shop}\` shows why`,
      );
  }
}
