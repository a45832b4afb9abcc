/** `dunlin users password NAME` */
import { Command } from "commander";
import { setPassword } from "../../../access/users.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { noSuchUser } from "./disable.ts";
import { givenPassword, passwordOption, taken } from "./given-password.ts";

export const password: Describe = (cli) =>
  new Command("password")
    .description("Give a person a new password, print it once, and end their sessions")
    .argument("<name>", "name of the person")
    .addOption(passwordOption())
    .addHelpText("after", examples("dunlin users password Vera"))
    .action((name: string, options: { readonly passwordStdin?: boolean }) =>
      runCommand(cli, async (context) => passwordCommand(context, name, await givenPassword(options.passwordStdin))),
    );

export async function passwordCommand(context: CommandContext, name: string, given?: string): Promise<void> {
  const made = await withDatabase(context, ({ sql }) => taken(setPassword(sql, commandActor(), name, given)));
  if (made === null) throw noSuchUser(name);
  if (given !== undefined) return context.out(`The password of ${name} is changed.`);
  context.note(`The new password of ${name}, shown only this once:`);
  context.out(made);
}
