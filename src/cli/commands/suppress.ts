/** `dunlin suppress ADDRESS --shop S`: an opt-out by hand. */
import { Command } from "commander";
import { suppress } from "../../followup/suppress.ts";
import { notEmpty } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";
import { examples } from "../help.ts";

type Options = { readonly shop: string; readonly kind: string };

export const command: Describe = (cli) =>
  new Command("suppress")
    .description("Opt an address out of all messages of a shop")
    .argument("<address>", "phone number (+8613812345678) or chat handle", notEmpty)
    .requiredOption("--shop <shop>", "id of the shop")
    .option("--kind <kind>", "phone, or the kind of chat, like wechat", "phone")
    .addHelpText(
      "after",
      examples("dunlin suppress +8613812345678 --shop acme", "dunlin suppress openid-77 --shop acme --kind wechat"),
    )
    .action((address: string, options: Options) =>
      runCommand(cli, (context) => suppressCommand(context, address, options)),
    );

async function suppressCommand(context: CommandContext, address: string, { shop, kind }: Options): Promise<void> {
  const result = await withDatabase(context, async ({ sql }) => {
    const deps = { sql, vault: await openVault(context, sql), shopOf: context.config.shop };
    return suppress(deps, { shop, address, kind, source: "by hand" });
  });
  switch (result.kind) {
    case "added":
      context.out(`${result.masked} gets no more messages from ${shop}.`);
      return;
    case "present":
      context.out(`${result.masked} was opted out of ${shop} already.`);
      return;
    case "invalid_address":
      throw new CommandError(
        `${result.masked} is not a valid phone number: write it like +8613812345678, or name the kind of chat with --kind`,
      );
    case "unknown_shop":
      throw new CommandError(`shop ${shop} is not configured: list it under shops in dunlin.yaml`);
  }
}
