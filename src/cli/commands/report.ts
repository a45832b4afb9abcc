/** `dunlin report` */
import { Command, Option } from "commander";
import { PeriodError, type When } from "../../core/values/when.ts";
import { reportCsv, reportJson } from "../../reporting/format-report.ts";
import { DIMENSIONS, type Dimension, recoveryReport } from "../../reporting/recovery.ts";
import { reportTable } from "../../reporting/report/table.ts";
import { dimensions, horizon } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";
import { examples } from "../help.ts";
import { type PeriodOptions, periodOf, withPeriod } from "../period.ts";

type ReportOptions = {
  readonly by: readonly Dimension[];
  readonly period: { readonly from: When | null; readonly to: When | null };
  readonly format: "table" | "json" | "csv";
  readonly totals: boolean;
  readonly horizon?: number;
};

type Given = PeriodOptions & Partial<Omit<ReportOptions, "period">> & { readonly json?: boolean };

export const command: Describe = (cli) =>
  withPeriod(
    new Command("report")
      .description("Report what was recovered, what it cost, and the effect of the reminders against the control group")
      .option("--by <list>", `group by any of ${DIMENSIONS.join(",")}; rows and columns keep your order`, dimensions),
  )
    .addOption(new Option("--format <format>", "output format").choices(["table", "json", "csv"]).default("table"))
    .option("--json", "short for --format json")
    .option("--totals", "with --format csv: add a last line with the totals")
    .option(
      "--horizon <duration>",
      "count payments up to this long after the first reminder of a buyer as its effect, like 1h, 24h or 7d (default: attributionWindow of the campaign)",
      horizon,
    )
    .addHelpText(
      "after",
      examples(
        "dunlin report --from -7d",
        "dunlin report --by campaign,channel --on yesterday",
        "dunlin report --from 2026-11-10 --to 2026-11-11 --format csv > report.csv",
      ),
    )
    .action((given: Given, command: Command) => {
      const { by = [], format = "table", totals = false, json, horizon } = given;
      const period = periodOf(command, given);
      return runCommand(cli, (context) =>
        reportCommand(context, {
          by,
          period,
          format: json === true ? "json" : format,
          totals,
          ...(horizon === undefined ? {} : { horizon }),
        }),
      );
    });

async function reportCommand(
  context: CommandContext,
  { by, period, format, totals, horizon }: ReportOptions,
): Promise<void> {
  const zoneOf = (shop: string) => context.config.shop(shop)?.timeZone ?? "UTC";
  const report = await withDatabase(context, ({ sql }) =>
    recoveryReport({ sql }, { by, ...period, zoneOf, horizon }),
  ).catch((error: unknown) => {
    throw error instanceof PeriodError ? new CommandError(error.message) : error;
  });
  if (format === "json") context.out(JSON.stringify(reportJson(report), null, 2));
  else if (format === "csv") context.out(reportCsv(report, { totals }).trimEnd());
  else context.out(reportTable(report));
}
