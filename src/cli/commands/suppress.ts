/** `dunlin suppress ADDRESS --shop S`: an opt-out by hand. The address itself is not stored, only its keyed hash. */
import { identitiesOf, maskContact } from "../../core/order/contact.ts";
import { suppressContact } from "../../db/stores/buyers/suppression-store.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../context.ts";

export async function suppressCommand(
  context: CommandContext,
  address: string,
  shop: string,
  kind: string,
): Promise<void> {
  const policy = context.config.shop(shop);
  if (policy === null) throw new CommandError(`shop ${shop} is not configured: list it under shops in dunlin.yaml`);
  const told = kind === "phone" ? { phone: address } : { chat: { [kind]: address } };
  const [contact] = identitiesOf(told, policy).contacts;
  if (contact === undefined)
    throw new CommandError(
      `${maskContact(address)}: is no valid phone number; write it like +8613812345678, or name the chat with --kind`,
    );
  const added = await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    return suppressContact(sql, shop, vault.hash(contact.kind, contact.value), "by hand");
  });
  const who = maskContact(contact.value);
  context.out(added ? `${who} will not be messaged by ${shop} any more.` : `${who} was suppressed in ${shop} already.`);
}
