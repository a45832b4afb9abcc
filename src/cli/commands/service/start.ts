/** `dunlin start`: every role in one process. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { examples } from "../../help.ts";
import { runService } from "./run-service.ts";

export const command: Describe = (cli) =>
  new Command("start")
    .description("Run the API and all workers in one process, with embedded PostgreSQL if DATABASE_URL is not set")
    .addHelpText("after", examples("dunlin start", "DATABASE_URL=postgres://… QUEUE_URL=redis://… dunlin start"))
    .action(() => runService(cli, cli.service.roles, true));
