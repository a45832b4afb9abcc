/** `dunlin campaigns versions KEY` */
import { Command } from "commander";
import { versionSummary } from "../../../campaigns/view.ts";
import { listVersions, readCampaigns } from "../../../db/stores/campaigns/campaign-store.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { wholeNumber } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { columns } from "../pauses/switches.ts";

type Options = { readonly limit: number; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("versions")
    .description("List the versions of a campaign, the newest first")
    .argument("<campaign>", "key of the campaign: the name of its directory")
    .option("--limit <number>", "at most this many", wholeNumber(1, 10_000), 50)
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin campaigns versions default"))
    .action((campaign: string, options: Options) =>
      runCommand(cli, (context) => versionsCommand(context, campaign, options)),
    );

export async function versionsCommand(
  context: CommandContext,
  campaign: string,
  { limit, json }: Options,
): Promise<void> {
  const items = await withDatabase(context, async ({ sql }) => {
    const [stored] = await readCampaigns(sql, campaign);
    if (stored === undefined)
      throw new CommandError(`there is no campaign ${campaign}: \`dunlin campaigns list\` shows them`);
    const versions = await listVersions(sql, campaign, { before: null, limit });
    return versions.map((version) => ({ ...versionSummary(version), current: version.number === stored.number }));
  });
  if (json === true) return context.out(JSON.stringify(items, null, 2));
  const rows = items.map((each) => [
    String(each.version),
    each.current ? "current" : "",
    each.createdAt,
    each.createdBy,
    each.source,
    each.fromVersion === null ? "" : String(each.fromVersion),
    each.note ?? "",
  ]);
  context.out(textTable(columns("version", "", "at", "by", "made by", "from", "note"), rows).trimEnd());
}
