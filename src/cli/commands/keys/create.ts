/** `dunlin keys create NAME --role R` */
import { Command, Option } from "commander";
import { KEY_ROLES, type KeyRole } from "../../../core/values/role.ts";
import { createKey } from "../../../db/stores/campaigns/key-store.ts";
import { keyName } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

type Options = { readonly role: KeyRole; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("create")
    .description("Create a key and print it once")
    .argument("<name>", "name of its owner, for the audit trail", keyName)
    .addOption(new Option("--role <role>", "role of the key").choices(KEY_ROLES).makeOptionMandatory())
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin keys create Vera --role viewer"))
    .action((name: string, options: Options) => runCommand(cli, (context) => createKeyCommand(context, name, options)));

export async function createKeyCommand(context: CommandContext, name: string, { role, json }: Options): Promise<void> {
  const key = await withDatabase(context, ({ sql }) => createKey(sql, commandActor(), name, role));
  if (key === null)
    throw new CommandError(`the name ${name} is taken, or was: take another name, so that the audit trail stays clear`);
  if (json === true) context.out(JSON.stringify({ name, role, key }));
  else {
    context.note(`${role} key ${name}, shown only this once:`);
    context.out(key);
  }
}
