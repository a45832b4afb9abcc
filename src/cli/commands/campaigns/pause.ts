/** `dunlin campaigns pause KEY|--all [--for 30m]` and `dunlin campaigns resume KEY|--all` */
import { Command } from "commander";
import { setPaused } from "../../../campaigns/pauses/pause.ts";
import { campaignSummary } from "../../../campaigns/view.ts";
import { readCampaigns } from "../../../db/stores/campaigns/campaign-store.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { type PauseOptions, stateText, withPauseOptions, withResumeOptions } from "../pauses/switches.ts";

type Options = PauseOptions & { readonly all?: boolean };

const WHICH = "key of the campaign: the name of its directory";

export const pause: Describe = (cli) => {
  const command = new Command("pause")
    .description("Send nothing of a campaign; its reminders wait as long as they are of use")
    .argument("[campaign]", WHICH)
    .option("--all", "all campaigns");
  return withPauseOptions(command)
    .addHelpText("after", examples("dunlin campaigns pause default --for 30m", "dunlin campaigns pause --all"))
    .action((campaign: string | undefined, options: Options) => {
      checkWhich(command, campaign, options);
      return runCommand(cli, (context) => switchCommand(context, campaign ?? null, true, options));
    });
};

export const resume: Describe = (cli) => {
  const command = new Command("resume")
    .description("Send what is still of use of a paused campaign, and go on")
    .argument("[campaign]", WHICH)
    .option("--all", "all campaigns");
  return withResumeOptions(command)
    .addHelpText("after", examples("dunlin campaigns resume default"))
    .action((campaign: string | undefined, options: Options) => {
      checkWhich(command, campaign, options);
      return runCommand(cli, (context) => switchCommand(context, campaign ?? null, false, options));
    });
};

function checkWhich(command: Command, campaign: string | undefined, { all }: Options): void {
  if ((campaign === undefined) !== (all === true)) command.error("error: name one campaign, or say --all");
}

/** `campaign` null: all that run. */
export async function switchCommand(
  context: CommandContext,
  campaign: string | null,
  paused: boolean,
  options: PauseOptions,
): Promise<void> {
  const items = await withDatabase(context, async ({ sql }) => {
    const stored = await readCampaigns(sql, campaign);
    if (campaign !== null && stored.length === 0)
      throw new CommandError(`there is no campaign ${campaign}: \`dunlin campaigns list\` shows them`);
    const running = stored.filter(({ retired_at }) => campaign !== null || retired_at === null);
    const change = { paused, forMs: options.for ?? null, note: options.note ?? null };
    for (const { campaign: name } of running)
      await setPaused(sql, commandActor(), { kind: "campaign", name, ...change });
    const names = running.map(({ campaign: name }) => name);
    return (await readCampaigns(sql, campaign)).filter((each) => names.includes(each.campaign)).map(campaignSummary);
  });
  if (options.json === true) return context.out(JSON.stringify(items, null, 2));
  if (items.length === 0) return context.out("there are no campaigns");
  context.out(items.map((each) => stateText({ ...each, name: each.key })).join("\n"));
}
