/** `dunlin api`: the API alone. */
import { Command } from "commander";
import type { Describe } from "../../command.ts";
import { runService } from "./run-service.ts";

export const command: Describe = (cli) =>
  new Command("api").description("Run the API alone, over shared stores").action(() => runService(cli, ["api"], false));
