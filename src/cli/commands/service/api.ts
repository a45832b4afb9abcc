/** `dunlin api`: the API alone. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { examples } from "../../help.ts";
import { runService } from "./run-service.ts";

export const command: Describe = (cli) =>
  new Command("api")
    .description("Run the API alone, over shared stores")
    .addHelpText("after", examples("DATABASE_URL=postgres://… PORT=8080 dunlin api"))
    .action(() => runService(cli, ["api"], false));
