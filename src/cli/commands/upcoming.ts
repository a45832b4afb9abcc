/** `dunlin upcoming [--for 1h]`: what goes out next. */
import { Command } from "commander";
import { openLiveCampaigns } from "../../campaigns/live.ts";
import { StoredCampaignError } from "../../campaigns/stored-campaign-error.ts";
import { commonZone } from "../../config/shops.ts";
import { DAY, HOUR } from "../../core/values/duration.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { textTable } from "../../reporting/text-table.ts";
import { type Upcoming, upcoming } from "../../reporting/upcoming/upcoming.ts";
import { duration } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withReads } from "../context.ts";
import { examples } from "../help.ts";

type Options = { readonly for?: number; readonly json?: boolean };

export const command: Describe = (cli) => {
  const command = new Command("upcoming")
    .description("Show what is planned to go out next, by minute and channel, and what it will cost")
    .option("--for <duration>", "how far ahead, at most 1d; default: 1h", duration)
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin upcoming", "dunlin upcoming --for 3h --json"));
  return command.action((options: Options) => {
    if ((options.for ?? 0) > DAY) command.error("error: --for must be at most 1d");
    return runCommand(cli, (context) => upcomingCommand(context, options));
  });
};

export async function upcomingCommand(context: CommandContext, options: Options): Promise<void> {
  const { config } = context;
  const { channels } = config;
  const next = await withReads(context, async ({ sql, reads }) => {
    const contacts = new Map(channels.map(({ name, contacts: kinds }) => [name, kinds]));
    try {
      const live = await openLiveCampaigns({ sql, options: catalogOptions(config), channels: contacts });
      const zone = commonZone(config);
      return await upcoming(
        { sql: reads, ...live.current(), channels, shopOf: config.shop, zone },
        options.for ?? HOUR,
      );
    } catch (error) {
      throw error instanceof StoredCampaignError ? new CommandError(error.message) : error;
    }
  });
  context.out(options.json === true ? JSON.stringify(next, null, 2) : upcomingText(next));
}

const COLUMNS = ["minute", "channel", "due", "sent", "waiting"];
const TOTALS = ["channel", "limit/min", "due", "waiting at end", "paused", "segments", "cost"];

export function upcomingText({ from, to, minutes, channels, noContact, holdout }: Upcoming): string {
  const columns = (titles: readonly string[]) =>
    titles.map((title) => ({
      title,
      align: title === "minute" || title === "channel" ? ("left" as const) : ("right" as const),
    }));
  const rows = minutes.map(({ at, channel, due, sends, waiting }) => [
    at,
    channel,
    ...[due, sends, waiting].map(String),
  ]);
  const totals = channels.map(({ channel, perMinute, due, waitingAtEnd, paused, segments, cost }) => [
    channel,
    perMinute === null ? "none" : String(perMinute),
    ...[due, waitingAtEnd, paused, segments].map(String),
    cost === null ? "" : `${cost.amount} ${cost.currency}`,
  ]);
  return [
    `${from} to ${to}, if nobody pays until then`,
    ...(rows.length === 0 ? [] : ["", textTable(columns(COLUMNS), rows).trimEnd()]),
    "",
    textTable(columns(TOTALS), totals).trimEnd(),
    ...(noContact > 0 ? [`no usable contact: ${noContact}`] : []),
    ...(holdout > 0 ? [`control group, not sent: ${holdout}`] : []),
  ].join("\n");
}
