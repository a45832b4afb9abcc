/** `dunlin campaigns validate DIR` */
import { Command } from "commander";
import { loadCatalog } from "../../../render/catalog/catalog.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError } from "../../context.ts";
import { examples } from "../../help.ts";

export const command: Describe = (cli) =>
  new Command("validate")
    .description("Check a directory of campaigns and report all faults with file and line")
    .argument("<dir>", "directory of campaigns")
    .addHelpText("after", examples("dunlin campaigns validate templates"))
    .action((dir: string) => runCommand(cli, (context) => validateCommand(context, dir)));

export function validateCommand({ config, out, note }: CommandContext, dir: string): void {
  const result = loadCatalog(dir, catalogOptions(config));
  for (const warning of result.warnings) note(`warning: ${warning}`);
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  const { campaigns, templates } = result.catalog;
  out(`${dir}: ${campaigns.length} campaign(s), ${templates.length} template(s), no faults`);
}
