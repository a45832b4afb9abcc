import { expect, it } from "vitest";
import { block, blockWidth, widthOf } from "../../../src/demo/screen/text.ts";
import { wrap } from "../../../src/reporting/report/amounts.ts";

const SENTENCE =
  "Effect of the reminders: 66.2% of the buyers paid with reminders, and 12.1% of the 33 buyers of the control group. " +
  "The effect is between +33.5 and +74.5 points (95%), which is above zero: the reminders caused payments.";
const widths = [60, 80, 100, 105, 106, 107, 120].map((columns) => columns - 1);

it.each(widths)("shows the lines of a report as they are in %i cells", (width) => {
  const lines = wrap(SENTENCE, blockWidth(width));
  expect(block(lines.join("\n"), width)).toEqual(lines.map((line) => `  ${line}`));
  expect(lines.join(" ")).toBe(SENTENCE);
});

it.each(widths)("wraps a longer line of a command, deeper than its beginning, in %i cells", (width) => {
  const [first = "", ...more] = block(`  nudge sent\n${SENTENCE}`, width).slice(1);
  expect([first, ...more].map(widthOf).filter((cells) => cells > width)).toEqual([]);
  expect(more.every((line) => /^ {6}\S/.test(line))).toBe(true);
  expect([first, ...more].map((line) => line.trim()).join(" ")).toBe(SENTENCE);
});

it("gives a pipe each line as it is, and never loses a word that is too long", () => {
  expect(block(`a\n\n  ${SENTENCE}\n`, null)).toEqual(["  a", "", `    ${SENTENCE}`]);
  expect(wrap(`of ${"x".repeat(70)} it`, 60)).toEqual(["of", "x".repeat(70), "it"]);
});
