/** The rehearsal as a page for a terminal. */
import { formatDuration, HOUR } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Figures, RehearsalChannel, Sample } from "../types.ts";
import { MAX_SAMPLES } from "./figures.ts";
import type { Outcome } from "./outcome.ts";

const BAR = 40;
const MAX_HOURS = 72;
const MAX_WARNINGS = 20;

export function formatRehearsal(outcome: Outcome, figures: Figures, channels: readonly RehearsalChannel[]): string {
  const zone = figures.first?.zone ?? "UTC";
  const skipped = [...figures.reasons.values()].reduce((sum, { count }) => sum + count, 0);
  const parts = [
    [
      `Rehearsal from ${outcome.from ?? "-"} to ${outcome.to ?? "-"}`,
      `${count(figures.events)} events, ${count(outcome.orders)} unpaid orders in ${count(outcome.cases)} cases: ${count(figures.sends)} sends, ${count(skipped)} skips`,
    ],
    section("Sends per hour", hours(figures, zone)),
    section("Channels", channelLines(outcome, figures, channels)),
    section("Texts", textLines(outcome)),
    section("Cost", [
      outcome.cost.length === 0
        ? "none: no channel in use has a cost"
        : outcome.cost.map(({ amount, currency }) => `${amount} ${currency}`).join(" + "),
    ]),
    section("Skipped", skips(figures)),
    section("Sample texts", samples(figures)),
    section("Warnings", warnings(outcome.warnings)),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const count = (n: number): string => n.toLocaleString("en");
/** Texts and names come from outside: control characters in them must not reach the terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, (char) => (char === "\n" ? "\n" : "�"));

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function hours({ perSecond }: Figures, zone: string): string[] {
  const sums = new Map<number, number>();
  for (const seconds of perSecond.values())
    for (const [second, { count: n }] of seconds) {
      const at = second * 1_000;
      const offset = offsetMinutes(zone, at) * 60_000;
      const hour = Math.floor((at + offset) / HOUR) * HOUR - offset;
      sums.set(hour, (sums.get(hour) ?? 0) + n);
    }
  const sorted = [...sums].sort(([a], [b]) => a - b);
  const peak = Math.max(...sorted.map(([, n]) => n));
  const lines = sorted.slice(0, MAX_HOURS).map(([hour, n]) => {
    const bar = "█".repeat(Math.max(1, Math.round((n / peak) * BAR)));
    return `${formatInstant(hour, offsetMinutes(zone, hour)).slice(5, 16).replace("T", " ")}  ${bar.padEnd(BAR)} ${count(n)}`;
  });
  if (sorted.length > MAX_HOURS) lines.push(`and ${sorted.length - MAX_HOURS} more hours`);
  return lines;
}

function channelLines(
  { peakPerSecond, segments }: Outcome,
  { perSecond }: Figures,
  channels: readonly RehearsalChannel[],
): string[] {
  return channels.flatMap(({ name, ratePerSecond }) => {
    const seconds = perSecond.get(name);
    if (seconds === undefined) return [];
    const sent = [...seconds.values()].reduce((sum, { count: n }) => sum + n, 0);
    const peak = peakPerSecond[name] ?? 0;
    const against =
      ratePerSecond === null
        ? "no limit"
        : `limit ${ratePerSecond}/s${peak > ratePerSecond ? `, the peak second takes ${formatDuration(Math.ceil(peak / ratePerSecond) * 1_000)}` : ""}`;
    const billed = segments[name] === undefined ? "" : `, ${count(segments[name])} segments`;
    return [`${name}: ${count(sent)} sends${billed}, peak ${count(peak)}/s (${against})`];
  });
}

function textLines({ texts, segments: billed }: Outcome): string[] {
  const rows = texts.map(({ template, channel, sends, segments, cost }) => [
    template,
    `${count(sends)} send${sends === 1 ? "" : "s"}`,
    billed[channel] === undefined ? "" : `${count(segments)} segments, ${(segments / sends).toFixed(2)} each`,
    cost === null ? "" : `${cost.amount} ${cost.currency}`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function skips({ reasons }: Figures): string[] {
  const sorted = [...reasons].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const width = Math.max(...sorted.map(([reason]) => reason.length));
  return sorted.map(
    ([reason, { count: n, example }]) =>
      `${reason.padEnd(width)} ${count(n).padStart(9)}  e.g. order ${printable(example.order)} of ${printable(example.buyer)} in ${printable(example.shop)}`,
  );
}

/** The first text of each template, then further texts up to the limit. */
function samples({ samples: map }: Figures): string[] {
  const order = (a: Sample, b: Sample) =>
    a.at - b.at || (a.template < b.template ? -1 : a.template > b.template ? 1 : 0);
  const lists = [...map.values()];
  const firsts = lists.flatMap((list) => list.slice(0, 1)).sort(order);
  const others = lists.flatMap((list) => list.slice(1)).sort(order);
  return [...firsts, ...others]
    .slice(0, MAX_SAMPLES)
    .sort(order)
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
