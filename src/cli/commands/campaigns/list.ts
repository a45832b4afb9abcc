/** `dunlin campaigns list` */
import { Command } from "commander";
import { listPaused, pauseText } from "../../../campaigns/pauses/list.ts";
import { campaignSummary } from "../../../campaigns/view.ts";
import { readCampaigns } from "../../../db/stores/campaigns/campaign-store.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { columns, pauseState } from "../pauses/switches.ts";

export const command: Describe = (cli) =>
  new Command("list")
    .description("List the campaigns in the database, and everything that is paused")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin campaigns list"))
    .action(({ json = false }: { json?: boolean }) => runCommand(cli, (context) => listCommand(context, json)));

export async function listCommand(context: CommandContext, json: boolean): Promise<void> {
  const [stored, paused] = await withDatabase(context, ({ sql }) => Promise.all([readCampaigns(sql), listPaused(sql)]));
  const items = stored.map(campaignSummary);
  if (json) return context.out(JSON.stringify({ items, paused }, null, 2));
  const rows = items.map((each) => [
    each.key,
    String(each.version),
    each.retired ? "retired" : pauseState({ ...each, reason: each.pauseReason }),
    each.createdAt,
    each.createdBy,
    each.editedSinceApply ? "yes" : "",
  ]);
  context.out(textTable(columns("campaign", "version", "state", "since", "by", "edited"), rows).trimEnd());
  for (const pause of paused) if (pause.kind !== "campaign") context.out(`paused: ${pauseText(pause)}`);
}
