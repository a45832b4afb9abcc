/** `dunlin erase --buyer ID --shop S` */
import { Command } from "commander";
import { erase } from "../../followup/erase.ts";
import { notEmpty } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, commandActor, openVault, withDatabase } from "../context.ts";
import { examples } from "../help.ts";

type Options = { readonly buyer: string; readonly shop: string };

export const command: Describe = (cli) =>
  new Command("erase")
    .description("Delete everything personal of a buyer, for good; the figures of reports stay")
    .requiredOption("--buyer <id>", "the platform's id of the buyer", notEmpty)
    .requiredOption("--shop <shop>", "id of the shop")
    .addHelpText("after", examples("dunlin erase --buyer b-77 --shop acme"))
    .action((options: Options) => runCommand(cli, (context) => run(context, options)));

async function run(context: CommandContext, { buyer, shop }: Options): Promise<void> {
  const result = await withDatabase(context, async ({ sql }) => {
    const deps = { sql, vault: await openVault(context, sql), shopOf: context.config.shop };
    return erase(deps, commandActor(), { buyer, shop });
  });
  switch (result.kind) {
    case "erased":
      context.out(
        `Erased: ${result.contacts} contacts, the details of ${result.orders} orders and ${result.events} events. ${result.reminders} open reminders ended.`,
      );
      return;
    case "before":
      context.out("This buyer was erased before.");
      return;
    case "unknown_buyer":
      throw new CommandError(`no event of shop ${shop} named this buyer: check the id, and that it is the platform's`);
    case "unknown_shop":
      throw new CommandError(`shop ${shop} is not configured: list it under shops in dunlin.yaml`);
  }
}
