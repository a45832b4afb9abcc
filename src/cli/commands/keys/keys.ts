/** `dunlin keys`: API keys and their roles. A key is shown once; only its digest is stored. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { command as create } from "./create.ts";
import { command as list } from "./list.ts";
import { command as revoke } from "./revoke.ts";

export const command: Describe = (cli) =>
  new Command("keys")
    .description("Manage API keys")
    .addCommand(create(cli))
    .addCommand(list(cli))
    .addCommand(revoke(cli));
