/** `dunlin report`: what was recovered, and whether the reminders caused it. */
import { parseInstant } from "../core/instant.ts";
import { reportCsv, reportJson, reportTable } from "../reporting/format-report.ts";
import { DIMENSIONS, type Dimension, recoveryReport } from "../reporting/recovery.ts";
import { type CommandContext, CommandError, withDatabase } from "./context.ts";

export type ReportOptions = {
  readonly by?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: "table" | "json" | "csv";
};

export async function reportCommand(context: CommandContext, options: ReportOptions): Promise<void> {
  const input = {
    by: dimensions(options.by ?? ""),
    from: instant("--from", options.from),
    to: instant("--to", options.to),
    zoneOf: (shop: string) => context.config.shop(shop)?.timeZone ?? "UTC",
  };
  if (input.from !== null && input.to !== null && input.from >= input.to)
    throw new CommandError("--from must lie before --to");
  const report = await withDatabase(context, ({ sql }) => recoveryReport({ sql }, input));
  if (options.format === "json") context.out(JSON.stringify(reportJson(report), null, 2));
  else if (options.format === "csv") context.out(reportCsv(report).trimEnd());
  else context.out(reportTable(report));
}

function dimensions(text: string): Dimension[] {
  const named = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  for (const name of named)
    if (!DIMENSIONS.some((dimension) => dimension === name))
      throw new CommandError(`--by: ${name} is none of ${DIMENSIONS.join(", ")}`);
  return DIMENSIONS.filter((dimension) => named.includes(dimension));
}

function instant(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseInstant(text);
  if (ms === null)
    throw new CommandError(`${option}: must be an instant with an offset, like 2026-11-10T20:00:00+08:00`);
  return ms;
}
