/** `dunlin worker`: every role but the API, or some of them. */
import { Command } from "commander";
import { someOf } from "../../arguments.ts";
import type { Describe } from "../../command.ts";
import { examples } from "../../help.ts";
import { runService } from "./run-service.ts";

export const command: Describe = (cli) => {
  const roles = cli.service.roles.filter((role) => role !== "api");
  return new Command("worker")
    .description("Run worker roles alone, over shared stores")
    .option("--roles <list>", `any of ${roles.join(",")}; default: all of them`, someOf(roles))
    .addHelpText("after", examples("dunlin worker", "dunlin worker --roles dispatch,upkeep"))
    .action((options: { roles?: string[] }) => runService(cli, options.roles ?? roles, false));
};
