/** `dunlin report`: what was recovered, and whether the reminders caused it. */
import { reportCsv, reportJson, reportTable } from "../../reporting/format-report.ts";
import { type Dimension, recoveryReport } from "../../reporting/recovery.ts";
import { type CommandContext, withDatabase } from "../context.ts";

export type ReportOptions = {
  readonly by?: readonly Dimension[];
  /** Epoch ms, [from, to). */
  readonly from?: number;
  readonly to?: number;
  readonly format: "table" | "json" | "csv";
};

export async function reportCommand(context: CommandContext, options: ReportOptions): Promise<void> {
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
