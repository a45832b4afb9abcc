/** The parts that all `pause` and `resume` commands share. */
import type { Command } from "commander";
import type { PauseView } from "../../../campaigns/pauses/list.ts";
import type { Column } from "../../../reporting/text-table.ts";
import { duration } from "../../arguments.ts";

export type PauseOptions = { readonly for?: number; readonly note?: string; readonly json?: boolean };

export const withPauseOptions = (command: Command): Command =>
  command
    .option("--for <duration>", "end the pause by itself after this time, like 30m or 2h", duration)
    .option("--note <text>", "reason, for the audit trail")
    .option("--json", "print it as JSON");

export const withResumeOptions = (command: Command): Command =>
  command.option("--note <text>", "reason, for the audit trail").option("--json", "print it as JSON");

export type PartState = Pick<PauseView, "name"> & {
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly pausedUntil: string | null;
  readonly reason?: string | null;
};

/** `sms: paused until 2026-11-10T12:30:00Z` */
export const stateText = (part: PartState): string => `${part.name}: ${pauseState(part)}`;

export function pauseState({ paused, pausedUntil, reason = null }: Omit<PartState, "name">): string {
  if (!paused) return "runs";
  return `paused${pausedUntil === null ? "" : ` until ${pausedUntil}`}${reason === null ? "" : `: ${reason}`}`;
}

export const columns = (...titles: readonly string[]): Column[] =>
  titles.map((title) => ({ title, align: "left" as const }));
