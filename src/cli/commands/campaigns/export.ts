/** `dunlin campaigns export DIR` */
import { Command } from "commander";
import { exportCampaigns } from "../../../campaigns/export.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

type Options = { readonly force?: boolean; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("export")
    .description("Write the running campaigns to a directory, byte for byte")
    .argument("<dir>", "new or empty directory")
    .option("--force", "replace the campaigns in a directory that is not empty")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin campaigns export backup"))
    .action((dir: string, options: Options) => runCommand(cli, (context) => exportCommand(context, dir, options)));

export async function exportCommand(context: CommandContext, dir: string, options: Options): Promise<void> {
  const result = await withDatabase(context, ({ sql }) => exportCampaigns(sql, dir, { force: options.force === true }));
  if (result.kind === "not-empty")
    throw new CommandError(`${dir}: is not empty: name another directory, or use --force to replace its campaigns`);
  if (options.json === true) context.out(JSON.stringify({ directory: dir, ...result }, null, 2));
  else context.out(`${dir}: ${result.campaigns.length} campaign(s), ${result.files} file(s)`);
}
