/** `dunlin start`: every role in one process. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { runService } from "./run-service.ts";

export const command: Describe = (cli) =>
  new Command("start")
    .description("Run the API and all workers in one process, with embedded PostgreSQL if DATABASE_URL is not set")
    .action(() => runService(cli, cli.service.roles, true));
