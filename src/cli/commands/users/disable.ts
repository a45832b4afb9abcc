/** `dunlin users disable NAME` */
import { Command } from "commander";
import { disableUser } from "../../../db/stores/access/user-store.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

export const disable: Describe = (cli) =>
  new Command("disable")
    .description("Let a person in no longer, and end their sessions; the name stays taken")
    .argument("<name>", "name of the person")
    .addHelpText("after", examples("dunlin users disable Vera"))
    .action((name: string) => runCommand(cli, (context) => disableUserCommand(context, name)));

export async function disableUserCommand(context: CommandContext, name: string): Promise<void> {
  const done = await withDatabase(context, ({ sql }) => disableUser(sql, commandActor(), name));
  if (!done) throw noSuchUser(name);
  context.out(`${name} can sign in no longer, and all sessions have ended.`);
}

export const noSuchUser = (name: string): CommandError =>
  new CommandError(`there is no person ${name} who can sign in: \`dunlin users list\` shows all`);
