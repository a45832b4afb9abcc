import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { flowOf } from "../../../src/reporting/upcoming/upcoming.ts";
import { T0 } from "../../support/rules.ts";

const at = (minute: number) => T0 + minute * MINUTE;
const flow = (due: Record<number, number>, perMinute: number | null, to = 6) =>
  flowOf(
    new Map(Object.entries(due).map(([minute, count]) => [at(Number(minute)), count])),
    perMinute,
    at(0),
    at(to),
  ).map((row) => [(row.at - T0) / MINUTE, row.due, row.sends, row.waiting]);

describe("the flow of a channel", () => {
  it("lets everything through without a limit, and leaves quiet minutes out", () => {
    expect(flow({ 0: 5, 3: 900 }, null)).toEqual([
      [0, 5, 5, 0],
      [3, 900, 900, 0],
    ]);
  });

  it("carries over what the limit does not let through", () => {
    expect(flow({ 0: 250, 2: 30 }, 100)).toEqual([
      [0, 250, 100, 150],
      [1, 0, 100, 50],
      [2, 30, 80, 0],
    ]);
    expect(flow({ 0: 1_000 }, 100, 2)).toEqual([
      [0, 1_000, 100, 900],
      [1, 0, 100, 800],
    ]);
  });

  it("counts a limit below one a minute, and saves nothing up in quiet minutes", () => {
    expect(flow({ 1: 3 }, 0.5)).toEqual([
      [1, 3, 0, 3],
      [2, 0, 1, 2],
      [3, 0, 0, 2],
      [4, 0, 1, 1],
      [5, 0, 0, 1],
    ]);
  });

  it("counts the minute that has begun as a whole one", () => {
    expect(flowOf(new Map([[at(0), 5]]), null, at(0) + 30_000, at(2))).toMatchObject([{ at: at(0), sends: 5 }]);
  });
});
