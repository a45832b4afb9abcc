/** `dunlin suppress ADDRESS --shop S`: an opt-out by hand. `dunlin unsuppress` lifts an opt-out. */
import { Command } from "commander";
import { suppress, unsuppress } from "../../followup/suppress.ts";
import { notEmpty } from "../arguments.ts";
import { type Cli, type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, commandActor, openVault, withDatabase } from "../context.ts";
import { examples } from "../help.ts";

type Options = { readonly shop: string; readonly kind?: string };
type Work = typeof suppress | typeof unsuppress;

export const suppressCommand: Describe = (cli) =>
  aboutAddress(cli, "suppress", "Opt an address out of all messages of a shop", suppress);

export const unsuppressCommand: Describe = (cli) =>
  aboutAddress(cli, "unsuppress", "Lift the opt-out of an address: its buyer is reminded again", unsuppress);

function aboutAddress(cli: Cli, name: string, description: string, work: Work): Command {
  return new Command(name)
    .description(description)
    .argument("<address>", "phone number (+8613812345678), e-mail address or chat handle", notEmpty)
    .requiredOption("--shop <shop>", "id of the shop")
    .option("--kind <kind>", "phone, email, or the kind of chat, like wechat (default: by the address)")
    .addHelpText(
      "after",
      examples(`dunlin ${name} +8613812345678 --shop acme`, `dunlin ${name} openid-77 --shop acme --kind wechat`),
    )
    .action((address: string, options: Options) => runCommand(cli, (context) => run(context, address, options, work)));
}

async function run(context: CommandContext, address: string, { shop, kind }: Options, work: Work): Promise<void> {
  const result = await withDatabase(context, async ({ sql }) => {
    const deps = { sql, vault: await openVault(context, sql), shopOf: context.config.shop };
    return work(deps, commandActor(), { shop, address, kind });
  });
  switch (result.kind) {
    case "added":
      context.out(`${result.masked} gets no more messages from ${shop}.`);
      return;
    case "present":
      context.out(`${result.masked} was opted out of ${shop} already.`);
      return;
    case "lifted":
      context.out(`${result.masked} gets messages from ${shop} again. Reminders that were skipped stay skipped.`);
      return;
    case "absent":
      context.out(`${result.masked} was not opted out of ${shop}.`);
      return;
    case "invalid_address":
      throw new CommandError(
        `${result.masked} is not a valid phone number or e-mail address: write it like +8613812345678, or name the kind of chat with --kind`,
      );
    case "unknown_shop":
      throw new CommandError(`shop ${shop} is not configured: list it under shops in dunlin.yaml`);
  }
}
