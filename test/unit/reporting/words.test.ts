import { describe, expect, it } from "vitest";
import type { Move } from "../../../src/core/rules/plan.ts";
import { planSteps } from "../../../src/core/rules/plan.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { REASONS } from "../../../src/core/values/reason.ts";
import { type MoveContext, moveText, reasonText, ruleText } from "../../../src/reporting/words.ts";
import { afterCreated, beforeClose, campaignOf, planFacts, planOrder, quietOf, T0 } from "../../support/rules.ts";

/** T0 is 20:00 on this clock. */
const context = (change: Partial<MoveContext> = {}): MoveContext => ({
  zone: "Asia/Shanghai",
  foreign: false,
  latest: null,
  quiet: null,
  ...change,
});
const at = (minutes: number) => T0 + minutes * MINUTE;
const night = quietOf("22:00", "08:00");

describe("a move in words", () => {
  it.each<[string, Move, Partial<MoveContext>, string]>([
    [
      "to the earliest moment",
      { rule: "tight", from: at(1), to: at(3) },
      {},
      "moved from 20:01 to 20:03: no reminder goes out so soon after the order",
    ],
    [
      "to the last useful one",
      { rule: "tight", from: at(30), to: at(28) },
      { latest: at(28) },
      "moved from 20:30 to 20:28: 20:28 is the last useful moment before the order closes",
    ],
    [
      "to the end of quiet hours",
      { rule: "quiet", from: at(160), to: at(720) },
      { quiet: night },
      "moved from 22:40 to 08:00: quiet hours until 08:00",
    ],
    [
      "before quiet hours",
      { rule: "quiet", from: at(160), to: at(119) },
      { quiet: night, latest: at(718) },
      "moved from 22:40 to 21:59: quiet hours until 08:00 end after 07:58, the last useful moment",
    ],
    [
      "before quiet hours that are others by now",
      { rule: "quiet", from: at(160), to: at(119) },
      { quiet: quietOf("01:00", "02:00"), latest: at(718) },
      "moved from 22:40 to 21:59: quiet hours end after 07:58, the last useful moment",
    ],
    [
      "from the past",
      { rule: "late", from: at(10), to: at(45) },
      {},
      "moved from 20:10 to 20:45: that time had passed when this was planned",
    ],
    [
      "away from another message",
      { rule: "gap", from: at(12), to: at(20) },
      {},
      "moved from 20:12 to 20:20: the last message to the buyer was too recent",
    ],
    [
      "to a promise",
      { rule: "promise", from: at(10), to: at(60) },
      {},
      "moved from 20:10 to 21:00: the buyer promised to pay by then",
    ],
    [
      "over days and zones, with seconds",
      { rule: "late", from: at(10) + 5_000, to: at(10) + 2 * DAY },
      { zone: "UTC", foreign: true },
      "moved from 2026-11-10 12:10:05 to 2026-11-12 12:10 (UTC): that time had passed when this was planned",
    ],
  ])("%s", (_, move, change, text) => expect(moveText(move, context(change))).toBe(text));

  it("exists for each rule of the planner that moves a time", () => {
    const planned = (change: Parameters<typeof planFacts>[0]) => {
      const [row] = planSteps(planFacts(change));
      return row?.moves.map((move) => moveText(move, context({ latest: row.latest, quiet: change?.quiet ?? null })));
    };
    const steps = [afterCreated("nudge", HOUR)];
    expect(planned({ campaign: campaignOf({ steps }), orders: [planOrder({ closesAt: at(30) })] })).toEqual([
      "moved from 21:00 to 20:28: 20:28 is the last useful moment before the order closes",
    ]);
    expect(planned({ campaign: campaignOf({ steps: [afterCreated("nudge", MINUTE)] }) })).toEqual([
      "moved from 20:01 to 20:03: no reminder goes out so soon after the order",
    ]);
    expect(planned({ quiet: quietOf("20:30", "21:30"), campaign: campaignOf({ steps }) })).toEqual([
      "moved from 21:00 to 21:30: quiet hours until 21:30",
    ]);
    expect(
      planned({ now: at(70), orders: [planOrder({ reportedAt: at(70) })], campaign: campaignOf({ steps }) }),
    ).toEqual(["moved from 21:00 to 21:13: that time had passed when this was planned"]);
    const sends = [{ at: at(55), campaign: "other", step: "x" }];
    expect(planned({ sends, campaign: campaignOf({ steps }) })).toEqual([
      "moved from 21:00 to 21:05: the last message to the buyer was too recent",
    ]);
  });
});

describe("the rule of a step in words", () => {
  it.each([
    ["one order", afterCreated("s", 10 * MINUTE), [0], "20:10 is 10m after the order was created"],
    [
      "orders close together",
      afterCreated("s", 10 * MINUTE),
      [0, 6],
      "20:16 is 10m after the newest of its 2 orders was created",
    ],
    [
      "orders far apart",
      afterCreated("s", 10 * MINUTE),
      [0, 8, 15],
      "20:20 is twice 10m after the oldest of its 3 orders was created, beyond which later ones do not put it off",
    ],
    ["a close", beforeClose("s", 30 * MINUTE), [0], "20:30 is 30m before the order closes"],
    ["closes", beforeClose("s", 30 * MINUTE), [0, 5], "20:30 is 30m before the first of its 2 orders closes"],
  ])("%s", (_, step, minutes, text) => {
    const orders = minutes.map((minute) =>
      planOrder({ id: `o${minute}`, createdAt: at(minute), closesAt: at(minute + 60) }),
    );
    const [row] = planSteps(
      planFacts({ now: at(minutes.at(-1) ?? 0), campaign: campaignOf({ steps: [step] }), orders }),
    );
    expect(row === undefined ? "" : ruleText(step.at, row, context())).toBe(text);
  });
});

it("has a sentence of its own for each reason, without code words", () => {
  for (const reason of REASONS) expect(reasonText(reason)).toMatch(/^[a-z][a-z ,;']{20,}[a-z]$/);
  expect(new Set(REASONS.map(reasonText)).size).toBe(REASONS.length);
});
