/** `dunlin users password NAME` */
import { Command } from "commander";
import { renewPassword } from "../../../access/users.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { noSuchUser } from "./disable.ts";
import { givenPassword, linkOf, passwordOption, taken } from "./given-password.ts";

export const password: Describe = (cli) =>
  new Command("password")
    .description("End the password and the sessions of a person, and print a link to set a new one with, once")
    .argument("<name>", "name of the person")
    .addOption(passwordOption())
    .addHelpText("after", examples("dunlin users password Vera"))
    .action((name: string, options: { readonly passwordStdin?: boolean }) =>
      runCommand(cli, async (context) => passwordCommand(context, name, await givenPassword(options.passwordStdin))),
    );

export async function passwordCommand(context: CommandContext, name: string, given?: string): Promise<void> {
  const made = await withDatabase(context, ({ sql }) => taken(renewPassword(sql, commandActor(), name, given)));
  if (made === null) throw noSuchUser(name);
  if (made.token === null) return context.out(`The password of ${name} is changed.`);
  context.note(`The old password of ${name} has ended. ${name} sets a new one with this link, once, within 3 days:`);
  context.out(linkOf(context.config, made.token));
}
