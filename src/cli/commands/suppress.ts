/** `dunlin suppress ADDRESS --shop S`: an opt-out by hand. Only the keyed hash of the address is stored. */
import { Command } from "commander";
import { identitiesOf, maskContact } from "../../core/order/contact.ts";
import { suppressContact } from "../../db/stores/buyers/suppression-store.ts";
import { notEmpty } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";

type Options = { readonly shop: string; readonly kind: string };

export const command: Describe = (cli) =>
  new Command("suppress")
    .description("Opt an address out of all messages of a shop")
    .argument("<address>", "phone number (+8613812345678) or chat handle", notEmpty)
    .requiredOption("--shop <shop>", "id of the shop")
    .option("--kind <kind>", "phone, or the kind of chat, like wechat", "phone")
    .action((address: string, { shop, kind }: Options) =>
      runCommand(cli, (context) => suppressCommand(context, address, shop, kind)),
    );

async function suppressCommand(context: CommandContext, address: string, shop: string, kind: string): Promise<void> {
  const policy = context.config.shop(shop);
  if (policy === null) throw new CommandError(`shop ${shop} is not configured: list it under shops in dunlin.yaml`);
  const given = kind === "phone" ? { phone: address } : { chat: { [kind]: address } };
  const [contact] = identitiesOf(given, policy).contacts;
  if (contact === undefined)
    throw new CommandError(
      `${maskContact(address)} is not a valid phone number: write it like +8613812345678, or name the kind of chat with --kind`,
    );
  const added = await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    return suppressContact(sql, shop, vault.hash(contact.kind, contact.value), "by hand");
  });
  const who = maskContact(contact.value);
  context.out(added ? `${who} gets no more messages from ${shop}.` : `${who} was opted out of ${shop} already.`);
}
