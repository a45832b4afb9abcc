import { expect, it } from "vitest";
import { type CaseArm, compareDesk, type DeskStratum, NO_CASES } from "../../../../src/core/measure/people.ts";

const arm = (m: number, s: number): CaseArm => ({ buyers: m, m, s, mm: m, ss: s, ms: s, open: 0 });
const stratum = (share: number, people: CaseArm, reminders: CaseArm): DeskStratum => ({
  ...{ share, people, reminders, nothing: NO_CASES },
});

it("does not throw together campaigns with unlike shares", () => {
  // In neither does a person help. Together 74% of the people's cases paid, and 26% of the others.
  const strata = [stratum(0.1, arm(900, 720), arm(100, 80)), stratum(0.9, arm(100, 20), arm(900, 180))];
  const found = compareDesk(strata, "people", "reminders", false);
  expect(found.difference).toBeCloseTo(0, 9);
  expect(found.verdict).toBe("cannot_tell");
});

it("counts the cases of one buyer as fewer", () => {
  const alone = compareDesk([stratum(0.5, arm(80, 60), arm(80, 40))], "people", "reminders", false);
  // The same cases of a quarter of the buyers, each of whom pays all or nothing.
  const ofFew = (m: number, s: number): CaseArm => ({ buyers: m / 4, m, s, mm: 4 * m, ss: 4 * s, ms: 4 * s, open: 0 });
  const clustered = compareDesk([stratum(0.5, ofFew(80, 60), ofFew(80, 40))], "people", "reminders", false);
  expect(clustered.difference).toBeCloseTo(alone.difference ?? 0, 9);
  expect(clustered.low ?? 0).toBeLessThan(alone.low ?? 0);
  expect([alone.verdict, clustered.verdict]).toEqual(["works", "cannot_tell"]);
});

it("tells nothing where the draw does not explain the sizes, and measures nothing without an arm", () => {
  const skewed = compareDesk([stratum(0.1, arm(100, 60), arm(60, 10))], "people", "reminders", false);
  expect(skewed).toEqual({ difference: null, low: null, high: null, verdict: "cannot_tell" });
  const alone = compareDesk([stratum(0, arm(100, 60), NO_CASES)], "people", "reminders", false);
  expect(alone.verdict).toBe("not_measured");
});

it("withholds the verdict while an arm has fewer than 30 cases", () => {
  const verdictOf = (held: number) =>
    compareDesk([stratum(0.1, arm(270, 200), arm(held, 2))], "people", "reminders", false).verdict;
  expect([verdictOf(29), verdictOf(30)]).toEqual(["cannot_tell", "works"]);
});
