/** The options `--from`, `--to` and `--on` of commands that report on a period. */
import type { Command } from "commander";
import { isNever, type When } from "../core/values/when.ts";
import { day, when } from "./arguments.ts";

export type PeriodOptions = { readonly from?: When; readonly to?: When; readonly on?: When };

export const withPeriod = (command: Command): Command =>
  command
    .option(
      "--from <time>",
      "from this day or time on, like yesterday, 2026-11-10, -7d or 2026-11-10T20:00:00+08:00",
      when,
    )
    .option("--to <time>", "until the end of this day, or before this time", when)
    .option("--on <day>", "this day only: today, yesterday or 2026-11-10, in the zone of each shop", day);

/** Wrong usage ends the command. */
export function periodOf(command: Command, { from, to, on }: PeriodOptions): { from: When | null; to: When | null } {
  if (on !== undefined && (from !== undefined || to !== undefined))
    command.error("error: --on is a whole period: leave --from and --to out");
  if (from !== undefined && to !== undefined && isNever(from, to)) command.error("error: --from must be before --to");
  return { from: on ?? from ?? null, to: on ?? to ?? null };
}
