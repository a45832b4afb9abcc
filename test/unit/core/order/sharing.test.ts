import fc from "fast-check";
import { expect, it } from "vitest";
import {
  addReporter,
  isSettled,
  isShared,
  MAX_REPORTERS,
  packReporters,
  type Reporters,
  unpackReporters,
} from "../../../../src/core/order/sharing.ts";
import { DAY } from "../../../../src/core/values/duration.ts";
import { T0 } from "../../../support/rules.ts";

const reportersOf = (reports: readonly (readonly [string, number])[]): Reporters => {
  const reporters: Reporters = new Map();
  for (const [id, day] of reports) addReporter(reporters, id, T0 + day * DAY);
  return reporters;
};

it("is shared by more ids than allowed within 30 days of the latest report", () => {
  expect(
    isShared(
      reportersOf([
        ["a", 0],
        ["b", 0],
        ["b", 3],
      ]),
      2,
    ),
  ).toBe(false);
  expect(
    isShared(
      reportersOf([
        ["a", 0],
        ["b", 0],
        ["c", 30],
      ]),
      2,
    ),
  ).toBe(true);
  expect(
    isShared(
      reportersOf([
        ["a", 0],
        ["b", 0],
        ["c", 31],
      ]),
      2,
    ),
  ).toBe(false);
  expect(
    isShared(
      reportersOf([
        ["a", 0],
        ["b", 0],
        ["c", 31],
        ["a", 5],
        ["b", 2],
      ]),
      2,
    ),
  ).toBe(true);
});

it("gives one text, and one verdict, in whatever order the reports arrive", () => {
  const report = fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f"), fc.integer({ min: 0, max: 70 }));
  fc.assert(
    fc.property(fc.array(report, { maxLength: 12 }), fc.nat(), (reports, at) => {
      const cut = at % (reports.length + 1);
      const packed = packReporters(reportersOf(reports));
      const other = reportersOf([...reports.slice(cut), ...reports.slice(0, cut)]);
      expect(packReporters(other)).toBe(packed);
      expect(packReporters(unpackReporters(packed))).toBe(packed);
      expect(isShared(unpackReporters(packed), 3)).toBe(isShared(other, 3));
    }),
  );
});

it("is stored with a bounded number of ids, and rarely once it has that many", () => {
  const many = Array.from({ length: 150 }, (_, n): [string, number] => [`b${n}`, n < 60 ? -40 : 0]);
  const packed = packReporters(reportersOf(many));
  expect(unpackReporters(packed).size).toBe(MAX_REPORTERS);
  expect(isShared(unpackReporters(packed), 5)).toBe(true);
  expect([isSettled(packed, T0 - 39 * DAY), isSettled(packed, T0)]).toEqual([true, false]);
  const today = packReporters(reportersOf(many.map(([id]) => [id, 0])));
  expect([isSettled(today, T0 + DAY), isSettled(today, T0 + 2 * DAY), isSettled(null, T0)]).toEqual([
    true,
    false,
    false,
  ]);
});
