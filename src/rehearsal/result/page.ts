/** The rehearsal as a page for a terminal. */
import { formatDuration } from "../../core/values/duration.ts";
import type { Figures, RehearsalChannel } from "../types.ts";
import { columns, count, printable, section } from "./columns.ts";
import type { Difference } from "./difference.ts";
import { differenceLines } from "./difference-page.ts";
import { isSettled } from "./figures.ts";
import type { Outcome, RowOutcome } from "./outcome.ts";

const BAR = 40;
const MAX_HOURS = 72;
const MAX_ROWS = 60;
const MAX_NAMES = 5;
const MAX_WARNINGS = 20;

export function formatRehearsal(
  outcome: Outcome,
  figures: Figures,
  channels: readonly RehearsalChannel[],
  difference: Difference | null = null,
): string {
  const parts = [
    [
      `Rehearsal from ${outcome.from ?? "-"} to ${outcome.to ?? "-"}`,
      `${count(figures.events)} events, ${count(outcome.orders)} unpaid orders in ${count(outcome.cases)} cases: ${count(figures.sends)} sends, ${count(sum(outcome.settled))} not needed (paid or closed before), ${count(sum(outcome.skipped))} skips`,
    ],
    ...hours(outcome, figures),
    section("Channels", channelLines(outcome, figures, channels)),
    section("Rows", rowLines(outcome)),
    section("Texts", textLines(outcome)),
    section("Cost", [
      outcome.cost.length === 0
        ? "none: no channel in use has a cost"
        : outcome.cost.map(({ amount, currency }) => `${amount} ${currency}`).join(" + "),
    ]),
    section("Not needed any more", skips(figures, isSettled)),
    section(
      "Skipped",
      skips(figures, (reason) => !isSettled(reason)),
    ),
    section("Every text that is used, once", samples(figures)),
    ...(difference === null ? [] : differenceLines(difference)),
    section("Warnings", warnings(outcome.warnings)),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** A section for each zone of the shops: each hour is on its clock. */
function hours({ hours: all }: Outcome, { zones }: Figures): string[][] {
  return [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, { shops }]) => {
      const own = all.filter((hour) => hour.zone === zone);
      const peak = Math.max(...own.map(({ sends }) => sends));
      const lines = own.slice(0, MAX_HOURS).map(({ at, sends }) => {
        const bar = "█".repeat(Math.max(1, Math.round((sends / peak) * BAR)));
        return `${at.slice(5, 16).replace("T", " ")}  ${bar.padEnd(BAR)} ${count(sends)}`;
      });
      if (own.length > MAX_HOURS) lines.push(`and ${own.length - MAX_HOURS} more hours`);
      const names = [...shops].sort();
      const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
      const title = zones.size === 1 ? "" : ` in ${zone} (${printable(names.slice(0, MAX_NAMES).join(", "))}${more})`;
      return section(`Sends per hour${title}`, lines);
    });
}

function channelLines(
  { peaks, segments }: Outcome,
  { perSecond }: Figures,
  channels: readonly RehearsalChannel[],
): string[] {
  return channels.flatMap(({ name, ratePerSecond }) => {
    const seconds = perSecond.get(name);
    const peak = peaks.find(({ channel }) => channel === name);
    if (seconds === undefined || peak === undefined) return [];
    const sent = [...seconds.values()].reduce((sum, { count: n }) => sum + n, 0);
    const against =
      ratePerSecond === null
        ? "no limit"
        : `limit ${ratePerSecond}/s${peak.sends > ratePerSecond ? `, the peak second takes ${formatDuration(Math.ceil(peak.sends / ratePerSecond) * 1_000)}` : ""}`;
    const billed = segments[name] === undefined ? "" : `, ${count(segments[name])} segments`;
    return [`${name}: ${count(sent)} sends${billed}, peak ${count(peak.sends)}/s at ${peak.at} (${against})`];
  });
}

const TITLES = ["campaign", "step", "channel", "variant", "shop", "sends", "segments", "cost", "not needed", "skipped"];

function rowLines({ rows, segments: billed }: Outcome): string[] {
  if (rows.length === 0) return [];
  const n = (value: number): string => (value === 0 ? "" : count(value));
  const line = ({ campaign, step, channel, variant, shop, ...row }: RowOutcome): string[] => [
    ...[campaign, step, channel, variant, shop].map((name) => printable(name ?? "-")),
    n(row.sends),
    channel === null || billed[channel] === undefined ? "" : n(row.segments),
    row.cost === null ? "" : `${row.cost.amount} ${row.cost.currency}`,
    n(row.settled),
    n(row.skips),
  ];
  const lines = columns([TITLES, ...rows.slice(0, MAX_ROWS).map(line)], [5, 6, 7, 8, 9]);
  if (rows.length > MAX_ROWS) lines.push(`and ${count(rows.length - MAX_ROWS)} more (all of them with --json)`);
  return lines;
}

function textLines({ texts, segments: billed }: Outcome): string[] {
  return columns(
    texts.map(({ template, channel, sends, segments, cost }) => [
      template,
      `${count(sends)} send${sends === 1 ? "" : "s"}`,
      billed[channel] === undefined ? "" : `${count(segments)} segments, ${(segments / sends).toFixed(2)} each`,
      cost === null ? "" : `${cost.amount} ${cost.currency}`,
    ]),
  );
}

function skips({ reasons }: Figures, wanted: (reason: string) => boolean): string[] {
  const sorted = [...reasons]
    .filter(([reason]) => wanted(reason))
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const width = Math.max(...sorted.map(([reason]) => reason.length));
  return sorted.map(
    ([reason, { count: n, example }]) =>
      `${reason.padEnd(width)} ${count(n).padStart(9)}  e.g. order ${printable(example.order)} of ${printable(example.buyer)} in ${printable(example.shop)}`,
  );
}

function samples({ samples: map }: Figures): string[] {
  return [...map.values()]
    .sort((a, b) => (a.template < b.template ? -1 : 1))
    .flatMap(({ template, buyer, to, text }) => [
      `${template} (${to}, to ${printable(buyer)}):`,
      ...printable(text)
        .split("\n")
        .map((line) => `  ${line}`),
    ]);
}

function warnings(list: readonly string[]): string[] {
  const shown = list.slice(0, MAX_WARNINGS).map((warning) => `! ${printable(warning)}`);
  if (list.length > MAX_WARNINGS) shown.push(`! and ${list.length - MAX_WARNINGS} more (all of them with --json)`);
  return shown;
}
