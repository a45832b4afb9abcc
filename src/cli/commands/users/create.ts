/** `dunlin users create NAME --role R` */
import { Command, Option } from "commander";
import { createUser } from "../../../access/users.ts";
import { KEY_ROLES, type KeyRole } from "../../../core/values/role.ts";
import { keyName } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { givenPassword, linkOf, passwordOption, taken } from "./given-password.ts";

type Options = { readonly role: KeyRole; readonly passwordStdin?: boolean };

export const create: Describe = (cli) =>
  new Command("create")
    .description("Add a person, and print a link to set the password with, once")
    .argument("<name>", "name to sign in with, also for the audit trail", keyName)
    .addOption(new Option("--role <role>", "what the person may do").choices(KEY_ROLES).makeOptionMandatory())
    .addOption(passwordOption())
    .addHelpText("after", examples("dunlin users create Vera --role operator"))
    .action((name: string, options: Options) =>
      runCommand(cli, async (context) =>
        createUserCommand(context, { name, role: options.role, password: await givenPassword(options.passwordStdin) }),
      ),
    );

type NewUser = { readonly name: string; readonly role: KeyRole; readonly password: string | undefined };

export async function createUserCommand(context: CommandContext, user: NewUser): Promise<void> {
  const made = await withDatabase(context, ({ sql }) => taken(createUser(sql, commandActor(), user)));
  if (made === null)
    throw new CommandError(
      `the name ${user.name} is taken, or was: take another name, so that the audit trail stays clear`,
    );
  if (made.token === null) return context.out(`${user.name} can sign in as ${user.role}.`);
  context.note(
    `${user.name} sets a password with this link, once, within 3 days, and can then sign in as ${user.role}:`,
  );
  context.out(linkOf(context.config, made.token));
}
