/** `dunlin campaigns`: campaigns and templates as files, to and from the database. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { command as apply } from "./apply.ts";
import { command as diff } from "./diff.ts";
import { command as exportTo } from "./export.ts";
import { command as list } from "./list.ts";
import { pause, resume } from "./pause.ts";
import { command as proof } from "./proof/command.ts";
import { command as rollback } from "./rollback.ts";
import { command as validate } from "./validate.ts";
import { command as versions } from "./versions.ts";

export const command: Describe = (cli) =>
  new Command("campaigns")
    .description("Check, apply, export and pause campaigns")
    .addCommand(validate(cli))
    .addCommand(proof(cli))
    .addCommand(diff(cli))
    .addCommand(apply(cli))
    .addCommand(exportTo(cli))
    .addCommand(list(cli))
    .addCommand(versions(cli))
    .addCommand(rollback(cli))
    .addCommand(pause(cli))
    .addCommand(resume(cli));
