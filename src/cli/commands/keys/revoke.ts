/** `dunlin keys revoke NAME` */
import { Command } from "commander";
import { revokeKey } from "../../../db/stores/campaigns/key-store.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

export const command: Describe = (cli) =>
  new Command("revoke")
    .description("Revoke a key; it stops working within seconds")
    .argument("<name>", "name of the key")
    .addHelpText("after", examples("dunlin keys revoke Vera"))
    .action((name: string) => runCommand(cli, (context) => revokeKeyCommand(context, name)));

export async function revokeKeyCommand(context: CommandContext, name: string): Promise<void> {
  const revoked = await withDatabase(context, ({ sql }) => revokeKey(sql, commandActor(), name));
  if (revoked === null) throw new CommandError(`there is no key ${name}: \`dunlin keys list\` shows all keys`);
  context.out(revoked ? `${name} is revoked and stops working within five seconds.` : `${name} was revoked already.`);
}
