/** The difference between two campaign directories as a part of the page. */
import { columns, count, printable, section } from "./columns.ts";
import type { Difference } from "./difference.ts";

const MAX_ROWS = 60;

export function differenceLines(difference: Difference): string[][] {
  const { against, sends, rows, texts } = difference;
  const figures = [
    ["sends", count(sends.before), count(sends.after), step(sends.before, sends.after)],
    ...Object.entries(difference.skips).map(([reason, { before, after }]) => [
      `skipped: ${reason}`,
      count(before),
      count(after),
      step(before, after),
    ]),
    ...Object.entries(difference.segments).map(([channel, { before, after }]) => [
      `segments: ${channel}`,
      count(before),
      count(after),
      step(before, after),
    ]),
    ...Object.entries(difference.peakPerSecond).map(([channel, { before, after }]) => [
      `peak/s: ${channel}`,
      count(before),
      count(after),
      step(before, after),
    ]),
    ...Object.entries(difference.cost).map(([currency, { before, after }]) => [`cost: ${currency}`, before, after, ""]),
  ];
  const shown = rows
    .slice(0, MAX_ROWS)
    .map(({ before, after, ...row }) => [
      ...[row.campaign, row.step, row.channel, row.variant, row.shop].map((name) => printable(name ?? "-")),
      `${count(before.sends)} → ${count(after.sends)}`,
      `${count(before.settled + before.skips)} → ${count(after.settled + after.skips)}`,
    ]);
  const title = ["campaign", "step", "channel", "variant", "shop", "sends", "skips"];
  const lines = rows.length === 0 ? [] : columns([title, ...shown], [5, 6]);
  if (rows.length > MAX_ROWS) lines.push(`and ${count(rows.length - MAX_ROWS)} more (all of them with --json)`);
  return [
    section(`Difference against ${printable(against)}`, [
      `${count(sends.same)} sends are the same, ${count(sends.changed)} have another text, channel, variant or campaign, ${count(sends.onlyBefore)} are gone, ${count(sends.onlyAfter)} are new`,
      ...columns([["", "before", "after", ""], ...figures], [1, 2, 3]),
    ]),
    section("Rows that differ", lines),
    section(
      "Texts that differ",
      texts.flatMap(({ template, before, after }) => [
        `${template}:`,
        ...textLines("-", before),
        ...textLines("+", after),
      ]),
    ),
  ];
}

const step = (before: number, after: number): string =>
  after === before ? "" : `${after > before ? "+" : "−"}${count(Math.abs(after - before))}`;

const textLines = (sign: string, text: string | null): string[] =>
  text === null
    ? [`  ${sign} (not used)`]
    : printable(text)
        .split("\n")
        .map((line) => `  ${sign} ${line}`);
