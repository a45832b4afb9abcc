/** `dunlin users`: people who sign in to the console. Only the hash of a password is stored. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { create } from "./create.ts";
import { disable } from "./disable.ts";
import { list } from "./list.ts";
import { password } from "./password.ts";

export const command: Describe = (cli) =>
  new Command("users")
    .description("Manage people who sign in")
    .addCommand(create(cli))
    .addCommand(list(cli))
    .addCommand(password(cli))
    .addCommand(disable(cli));
