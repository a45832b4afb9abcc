/** `dunlin desk report`: the results of people, beside those of the reminders alone. */
import { Command } from "commander";
import { PeriodError, type When } from "../../../core/values/when.ts";
import { staffReport } from "../../../reporting/report/staff.ts";
import { staffReportText } from "../../../reporting/report/staff-text.ts";
import { horizon, notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, withReads } from "../../context.ts";
import { examples } from "../../help.ts";
import { type PeriodOptions, periodOf, withPeriod } from "../../period.ts";

type Options = {
  readonly period: { readonly from: When | null; readonly to: When | null };
  readonly shop?: string;
  readonly horizon?: number;
  readonly json?: boolean;
};

export const reportCommand: Describe = (cli) =>
  withPeriod(
    new Command("report").description(
      "Report what people brought: by person, against reminders alone, and for which wage",
    ),
  )
    .option("--shop <shop>", "only this shop", notEmpty)
    .option(
      "--horizon <duration>",
      "count payments up to this long after a case became a person's, like 1h, 24h or 7d (default: attributionWindow of the campaign)",
      horizon,
    )
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin desk report --from -7d", "dunlin desk report --on yesterday --json"))
    .action((_given: unknown, self: Command) => {
      // `dunlin desk` has --shop and --json too, and takes them first.
      const { from, to, on, ...options } = self.optsWithGlobals<PeriodOptions & Omit<Options, "period">>();
      const edges = { ...(from && { from }), ...(to && { to }), ...(on && { on }) };
      return runCommand(cli, (context) => print(context, { ...options, period: periodOf(self, edges) }));
    });

async function print(context: CommandContext, { period, shop, horizon: within, json }: Options): Promise<void> {
  const zoneOf = (id: string) => context.config.shop(id)?.timeZone ?? "UTC";
  const report = await withReads(context, ({ reads }) =>
    staffReport({ sql: reads, zoneOf }, { ...period, shop: shop ?? null, horizon: within }),
  ).catch((error: unknown) => {
    throw error instanceof PeriodError ? new CommandError(error.message) : error;
  });
  context.out(json === true ? JSON.stringify(report, null, 2) : staffReportText(report).trimEnd());
}
