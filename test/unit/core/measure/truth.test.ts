/** The figures of the report, beside a known truth: whatever buyers do besides, an effect that is not there must not be seen. */
import { describe, expect, it } from "vitest";
import type { Interval } from "../../../../src/core/measure/lift.ts";
import { LIVES, type Life, type Look, liveThrough } from "../../../support/lives.ts";

const SHOPS = 60;
const BUYERS = 150;
const HELD = 0.3;

const covers = ({ low, high }: Interval, truth: number) => low <= truth && truth <= high;

function shops(life: Life, effect: number) {
  const truth = effect * (life.truth ?? 1);
  const all = Array.from({ length: SHOPS }, (_, seed) =>
    liveThrough(life, { effect, held: HELD, buyers: BUYERS }, 1_000 * effect + seed),
  ).flatMap((found) => found ?? []);
  return {
    count: all.length,
    mean: all.reduce((sum, { lift }) => sum + lift, 0) / all.length - truth,
    covered: all.filter(({ fixed }) => covers(fixed, truth)).length,
    running: all.filter(({ running }) => covers(running, truth)).length,
  };
}

describe.each(Object.entries(LIVES))("%s", (_, life) => {
  it.each(life.truth === null ? [0] : [0, 0.15])("with an effect of %d", (effect) => {
    const { count, mean, covered, running } = shops(life, effect);
    expect(count).toBe(SHOPS);
    // The mean of 9,000 buyers has a standard error of about one point.
    expect(Math.abs(mean)).toBeLessThan(0.035);
    // 95% of 60 is 57, with a standard error of 1.7.
    expect(covered).toBeGreaterThanOrEqual(52);
    expect(running).toBeGreaterThanOrEqual(covered);
  });
});

it("the interval for daily looks raises few false alarms over ten looks", () => {
  const life = LIVES["one order"];
  if (life === undefined) throw new Error("no such life");
  let alarms = 0;
  for (let seed = 0; seed < SHOPS; seed++) {
    const looks: Look[] = [];
    liveThrough(life, { effect: 0, held: HELD, buyers: BUYERS }, seed, looks);
    if (looks.some((look) => !covers(look, 0))) alarms++;
  }
  expect(alarms).toBeLessThanOrEqual(6);
});
