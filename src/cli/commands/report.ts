/** `dunlin report` */
import { Command, Option } from "commander";
import { reportCsv, reportJson, reportTable } from "../../reporting/format-report.ts";
import { DIMENSIONS, type Dimension, recoveryReport } from "../../reporting/recovery.ts";
import { dimensions, instant } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, withDatabase } from "../context.ts";

type ReportOptions = {
  readonly by?: readonly Dimension[];
  /** Epoch ms, [from, to). */
  readonly from?: number;
  readonly to?: number;
  readonly format: "table" | "json" | "csv";
};

export const command: Describe = (cli) =>
  new Command("report")
    .description("Report what was recovered, what it cost, and the effect of the reminders over the holdout")
    .option("--by <list>", `group by any of ${DIMENSIONS.join(",")}`, dimensions)
    .option("--from <instant>", "from this instant on, like 2026-11-10T20:00:00+08:00", instant)
    .option("--to <instant>", "before this instant", instant)
    .addOption(new Option("--format <format>", "output format").choices(["table", "json", "csv"]).default("table"))
    .option("--json", "short for --format json")
    .action((options: ReportOptions & { json?: boolean }, command: Command) => {
      const { from, to } = options;
      if (from !== undefined && to !== undefined && from >= to) command.error("error: --from must be before --to");
      const chosen: ReportOptions = options.json === true ? { ...options, format: "json" } : options;
      return runCommand(cli, (context) => reportCommand(context, chosen));
    });

async function reportCommand(context: CommandContext, options: ReportOptions): Promise<void> {
  const input = {
    by: options.by ?? [],
    from: options.from ?? null,
    to: options.to ?? null,
    zoneOf: (shop: string) => context.config.shop(shop)?.timeZone ?? "UTC",
  };
  const report = await withDatabase(context, ({ sql }) => recoveryReport({ sql }, input));
  if (options.format === "json") context.out(JSON.stringify(reportJson(report), null, 2));
  else if (options.format === "csv") context.out(reportCsv(report).trimEnd());
  else context.out(reportTable(report));
}
