/** `dunlin report`: without options the owner's page, with any option the recovery report. */
import { Command, Option } from "commander";
import { DIMENSIONS, type Dimension } from "../../core/measure/dimensions.ts";
import { PeriodError, type When } from "../../core/values/when.ts";
import { certainSkew, measureSkew } from "../../db/stores/reads/clock-skew.ts";
import { reportCsv, reportJson } from "../../reporting/format-report.ts";
import { ownerJson } from "../../reporting/owner/owner-json.ts";
import { ownerText } from "../../reporting/owner/owner-text.ts";
import { ownerPage } from "../../reporting/owner/page.ts";
import { recoveryReport } from "../../reporting/recovery.ts";
import { rebuildSums } from "../../reporting/report/sums.ts";
import { reportTable } from "../../reporting/report/table.ts";
import { dimensions, horizon, notEmpty } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withReads } from "../context.ts";
import { examples } from "../help.ts";
import { type PeriodOptions, periodOf, withPeriod } from "../period.ts";

type ReportOptions = {
  readonly by: readonly Dimension[];
  readonly period: { readonly from: When | null; readonly to: When | null };
  readonly format: "table" | "json" | "csv";
  readonly totals: boolean;
  readonly horizon?: number;
  readonly compare?: "previous";
  readonly rebuild: boolean;
};

type Given = PeriodOptions &
  Partial<Omit<ReportOptions, "period">> & {
    readonly json?: boolean;
    readonly owner?: boolean;
    readonly shop?: string;
  };
/** These make it another report than the owner's page. */
const OF_REPORT = ["by", "from", "to", "on", "horizon", "compare", "format", "totals", "rebuild"] as const;

export const command: Describe = (cli) =>
  withPeriod(
    new Command("report")
      .description(
        "Report what the reminders brought: without options the owner's page of the last 12 weeks, else what was recovered, what it cost, and the effect against the control group",
      )
      .option("--by <list>", `group by any of ${DIMENSIONS.join(",")}; rows and columns keep your order`, dimensions),
  )
    .addOption(new Option("--format <format>", "output format").choices(["table", "json", "csv"]))
    .option("--json", "short for --format json")
    .option("--owner", "the owner's page also with --json")
    .option("--shop <shop>", "the owner's page of this shop; default: of all shops", notEmpty)
    .option("--totals", "with --format csv: add a last line with the totals")
    .option(
      "--horizon <duration>",
      "count payments up to this long after the first reminder of a buyer as its effect, like 1h, 24h or 7d (default: attributionWindow of the campaign)",
      horizon,
    )
    .addOption(
      new Option(
        "--compare <period>",
        "previous: add the figures of the period before, which is just as long and ends where this one begins",
      ).choices(["previous"]),
    )
    .option("--rebuild", "make the sums of all reports again from the stored orders and reminders first")
    .addHelpText(
      "after",
      examples(
        "dunlin report",
        "dunlin report --format table",
        "dunlin report --from -7d",
        "dunlin report --by campaign,channel --on yesterday",
        "dunlin report --from -7d --compare previous",
        "dunlin report --from 2026-11-10 --to 2026-11-11 --format csv > report.csv",
      ),
    )
    .action((given: Given, command: Command) => {
      const { by = [], format = "table", totals = false, json, horizon, compare, owner, shop, rebuild = false } = given;
      const period = periodOf(command, given);
      const other = OF_REPORT.find((name) => given[name] !== undefined);
      if (compare !== undefined && period.from === null)
        command.error("error: --compare needs the beginning of the period: give --from or --on");
      if (compare !== undefined && by.includes("hour"))
        command.error("error: rows by hour cannot be compared with the period before: take day");
      const isOwner = owner === true || shop !== undefined;
      if (isOwner && other !== undefined)
        command.error(`error: the owner's page has no --${other}: leave out --${owner === true ? "owner" : "shop"}`);
      if (isOwner || (other === undefined && json !== true))
        return runCommand(cli, (context) => ownerCommand(context, { shop: shop ?? null, json: json === true }));
      return runCommand(cli, (context) =>
        reportCommand(context, {
          by,
          period,
          format: json === true ? "json" : format,
          totals,
          rebuild,
          ...(horizon === undefined ? {} : { horizon }),
          ...(compare === undefined ? {} : { compare }),
        }),
      );
    });

async function reportCommand(
  context: CommandContext,
  { by, period, format, totals, horizon, compare, rebuild }: ReportOptions,
): Promise<void> {
  const zoneOf = (shop: string) => context.config.shop(shop)?.timeZone ?? "UTC";
  const report = await withReads(context, async ({ sql, reads }) => {
    if (rebuild) await rebuildSums({ sql, zoneOf });
    // The replica may not have the sums yet that were just made.
    return recoveryReport({ sql: rebuild ? sql : reads }, { by, ...period, zoneOf, horizon, compare });
  }).catch((error: unknown) => {
    throw error instanceof PeriodError ? new CommandError(error.message) : error;
  });
  if (format === "json") context.out(JSON.stringify(reportJson(report), null, 2));
  else if (format === "csv") context.out(reportCsv(report, { totals }).trimEnd());
  else context.out(reportTable(report));
}

async function ownerCommand(
  context: CommandContext,
  { shop, json }: { readonly shop: string | null; readonly json: boolean },
): Promise<void> {
  const shopOf = context.config.shop;
  const zoneOf = (id: string) => shopOf(id)?.timeZone ?? "UTC";
  const page = await withReads(context, async ({ sql, reads }) =>
    ownerPage(
      { sql: reads },
      { shop, zoneOf, isShop: (id) => shopOf(id) !== null, skewMs: certainSkew(await measureSkew(sql)) },
    ),
  );
  if (page === null) throw new CommandError(`no shop ${shop}: it is not configured in dunlin.yaml, and has no orders`);
  context.out(json ? JSON.stringify(ownerJson(page), null, 2) : ownerText(page).trimEnd());
}
