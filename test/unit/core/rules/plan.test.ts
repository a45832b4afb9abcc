import { describe, expect, it } from "vitest";
import type { PlanOrder } from "../../../../src/core/rules/anchor.ts";
import { type PlanFacts, planSteps } from "../../../../src/core/rules/plan.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { afterCreated, beforeClose, campaignOf, planFacts, planOrder, quietOf, T0 } from "../../../support/rules.ts";

const MS = 1;
/** `minutes-from-T0 send|reason step` of each row. */
const plan = (change: Partial<PlanFacts>): string[] =>
  planSteps(planFacts(change)).map(({ at, kind, reason, step }) => `${(at - T0) / MINUTE} ${reason ?? kind} ${step}`);
const one = (change: Partial<PlanFacts>): string =>
  plan(change)
    .join(", ")
    .replace(/ nudge$| last$/, "");
const orders = (...list: Partial<PlanOrder>[]): PlanOrder[] =>
  list.map((order, index) => planOrder({ id: `o${index + 1}`, ...order }));
const at = (minutes: number) => T0 + minutes * MINUTE;
const nudge = campaignOf();
const last = campaignOf({ steps: [beforeClose("last", 30 * MINUTE)] });

describe("rule 3: owed", () => {
  const settled = (own: number) => ({ "default/nudge": own });
  it.each([
    ["not settled", {}, "10 send"],
    ["settled", settled(at(10)), ""],
    ["settled for another step or campaign", { "default/other": at(10), "other/nudge": at(10) }, "10 send"],
    ["moved later by repeatAfter: still settled", settled(at(10) - 20 * HOUR), ""],
    ["moved later by more: owed again", settled(at(10) - 20 * HOUR - MS), "10 send"],
    ["moved earlier: still settled", settled(at(10) + 2 * DAY), ""],
  ])("%s", (_, marks, expected) => expect(one({ orders: [planOrder({ settled: marks })] })).toBe(expected));

  it("owes nothing before a close when the order never closes", () => expect(one({ campaign: last })).toBe(""));

  it("times the row by the owed orders alone", () => {
    const done = { createdAt: at(-60), closesAt: at(5), settled: { "default/nudge": at(-50) } };
    expect(one({ orders: orders(done, { createdAt: at(0), closesAt: at(60) }) })).toBe("10 send");
    expect(planSteps(planFacts({ orders: orders(done, {}) }))[0]?.owed).toEqual([{ order: "o2", own: at(10) }]);
  });
});

describe("rule 4: time", () => {
  it.each<[string, Partial<PlanOrder>[], string]>([
    ["after creation", [{}], "10 send"],
    ["after the newest", [{}, { createdAt: at(5) }], "15 send"],
    ["at most twice as long after the oldest", [{}, { createdAt: at(19) }], "20 send"],
    ["the lesser of both, exactly", [{}, { createdAt: at(10) }], "20 send"],
    ["the earliest close bounds it: hi itself is in time", [{ closesAt: at(12) }], "10 send"],
    ["a moment less and it moves", [{ closesAt: at(12) - MS }], `${10 - MS / MINUTE} send`],
    ["of several closes the earliest", [{ closesAt: at(60) }, { closesAt: at(11) }], "9 send"],
    ["lo = hi leaves one moment", [{ closesAt: at(5) }], "3 send"],
    ["lo > hi leaves none: no_time at r", [{ closesAt: at(5) - MS }], "10 no_time"],
  ])("%s", (_, list, expected) => expect(one({ orders: orders(...list) })).toBe(expected));

  it.each<[string, Partial<PlanOrder>[], string]>([
    ["before the close", [{ closesAt: at(60) }], "30 send"],
    ["before the earliest", [{ closesAt: at(90) }, { createdAt: at(1), closesAt: at(60) }], "30 send"],
    [
      "lo is of the order closing first",
      [
        { createdAt: at(-500), closesAt: at(600) },
        { createdAt: at(20), closesAt: at(40) },
      ],
      "23 send",
    ],
    [
      "of several closing then, of the oldest",
      [
        { createdAt: at(25), closesAt: at(40) },
        { createdAt: at(10), closesAt: at(40) },
      ],
      "13 send",
    ],
    ["r = lo stays", [{ createdAt: at(27), closesAt: at(60) }], "30 send"],
    ["r below lo is pulled up", [{ createdAt: at(28), closesAt: at(60) }], "31 send"],
    ["no room: no_time at r", [{ createdAt: at(56), closesAt: at(60) }], "30 no_time"],
  ])("beforeClose: %s", (_, list, expected) => expect(one({ campaign: last, orders: orders(...list) })).toBe(expected));

  it("is skipped instead of pulled with whenTight: skip", () => {
    const campaign = campaignOf({ whenTight: "skip" });
    expect(one({ campaign, orders: orders({ closesAt: at(12) }) })).toBe("10 send");
    expect(one({ campaign, orders: orders({ closesAt: at(12) - MS }) })).toBe("10 no_time");
    expect(
      one({ campaign: { ...last, whenTight: "skip" }, orders: orders({ createdAt: at(28), closesAt: at(60) }) }),
    ).toBe("30 no_time");
  });

  it("lets r = lo and r = hi stand with whenTight: skip, too", () => {
    const tight = { ...last, whenTight: "skip" as const };
    expect(one({ campaign: tight, orders: orders({ createdAt: at(27), closesAt: at(60) }) })).toBe("30 send");
    const late = campaignOf({ steps: [beforeClose("last", 2 * MINUTE)], whenTight: "skip" });
    expect(one({ campaign: late, orders: orders({ closesAt: at(60) }) })).toBe("58 send");
  });

  it("takes minAge and minLead from the campaign", () => {
    const campaign = campaignOf({ minAge: 0, minLead: 0 });
    expect(one({ campaign, orders: orders({ closesAt: at(10) }) })).toBe("10 send");
    expect(one({ campaign: campaignOf({ minAge: 15 * MINUTE }) })).toBe("15 send");
  });
});

/** T0 is 20:00 in Shanghai. */
describe("rule 5: quiet hours", () => {
  const zone = "Asia/Shanghai";
  const night = quietOf("20:10", "08:00");
  it.each<[string, Partial<PlanFacts>, string]>([
    ["from is quiet: to its end", { quiet: night }, "720 send"],
    ["a moment before from is not", { quiet: quietOf("20:11", "08:00") }, "10 send"],
    ["to is not quiet any more", { quiet: quietOf("19:00", "20:10") }, "10 send"],
    ["a moment before to is", { quiet: quietOf("19:00", "20:11") }, "11 send"],
    ["from = to means no quiet hours", { quiet: quietOf("20:10", "20:10") }, "10 send"],
    ["the end = hi is in time", { quiet: night, orders: orders({ closesAt: at(722) }) }, "720 send"],
    ["later: a minute before the run", { quiet: night, orders: orders({ closesAt: at(722) - MS }) }, "9 send"],
    ["not sooner than lo", { quiet: quietOf("20:04", "08:00"), orders: orders({ closesAt: at(60) }) }, "3 send"],
    [
      "else quiet_hours at that time",
      { quiet: quietOf("20:03:59", "08:00"), orders: orders({ closesAt: at(60) }) },
      "10 quiet_hours",
    ],
    ["not sooner than now", { quiet: night, now: at(9), orders: orders({ closesAt: at(60) }) }, "9 send"],
    [
      "else quiet_hours, too",
      { quiet: night, now: at(9) + MS, orders: orders({ closesAt: at(60) }) },
      "10 quiet_hours",
    ],
    [
      "applies to the time pulled in",
      { quiet: quietOf("20:05", "20:08"), orders: orders({ closesAt: at(8) }) },
      "4 send",
    ],
  ])("%s", (_, change, expected) => expect(one({ zone, ...change })).toBe(expected));

  it("reads the wall of the given zone", () => {
    expect(one({ zone: "Europe/Berlin", quiet: quietOf("13:00", "14:00") })).toBe("60 send");
  });
});

describe("rule 6: late", () => {
  it.each<[string, Partial<PlanFacts>, string]>([
    ["now itself is not late", { now: at(10) }, "10 send"],
    [
      "nor is it moved away from a report of just now",
      { now: at(10), orders: orders({ reportedAt: at(10) }) },
      "10 send",
    ],
    ["late: now", { now: at(10) + SECOND }, `${10 + 1 / 60} send`],
    ["reported late: minAge after", { now: at(30), orders: orders({ reportedAt: at(30) }) }, "33 send"],
    ["but not after hi", { now: at(30), orders: orders({ reportedAt: at(30), closesAt: at(34) }) }, "32 send"],
    ["now = hi is in time", { now: at(32), orders: orders({ reportedAt: at(30), closesAt: at(34) }) }, "32 send"],
    ["now > hi: no_time", { now: at(32) + MS, orders: orders({ reportedAt: at(30), closesAt: at(34) }) }, "10 no_time"],
    ["reported staleAfter later: not stale", { now: at(70), orders: orders({ reportedAt: at(70) }) }, "73 send"],
    ["reported later than that: stale", { now: at(71), orders: orders({ reportedAt: at(70) + MS }) }, "10 stale"],
    [
      "no_time goes before stale",
      { now: at(200), orders: orders({ reportedAt: at(200), closesAt: at(201) }) },
      "10 no_time",
    ],
    ["known in time, however late it is now", { now: at(500) }, "500 send"],
    [
      "the last report of them counts",
      { now: at(300), orders: orders({}, { createdAt: at(1), reportedAt: at(300) }) },
      "11 stale",
    ],
    [
      "quiet hours apply to the time found",
      { now: at(30), orders: orders({ reportedAt: at(30) }), quiet: quietOf("20:33", "21:00") },
      "60 send",
    ],
    [
      "one minute before the run, when that is not past",
      { now: at(33), orders: orders({ reportedAt: at(33), closesAt: at(60) }), quiet: quietOf("20:34", "22:00") },
      "33 send",
    ],
    [
      "but a skip when that minute is past",
      { now: at(35), orders: orders({ reportedAt: at(33), closesAt: at(60) }), quiet: quietOf("20:34", "22:00") },
      "36 quiet_hours",
    ],
    [
      "measures staleness from the time after quiet hours",
      { now: at(100), orders: orders({ reportedAt: at(100) }), quiet: quietOf("20:05", "20:45") },
      "103 send",
    ],
  ])("%s", (_, change, expected) => expect(one(change)).toBe(expected));
});

describe("rule 7: no contact", () => {
  it.each<[string, Partial<PlanFacts>, string]>([
    ["waits staleAfter for one", { contactFor: () => "none" }, "70 no_contact"],
    ["at most until hi", { contactFor: () => "none", orders: orders({ closesAt: at(30) }) }, "28 no_contact"],
    ["suppressed, if that is why", { contactFor: () => "suppressed" }, "70 suppressed"],
    [
      "counts from the time after quiet hours",
      { contactFor: () => "none", quiet: quietOf("20:05", "20:45") },
      "105 no_contact",
    ],
    [
      "not from the late one",
      { contactFor: () => "none", now: at(30), orders: orders({ reportedAt: at(30) }) },
      "70 no_contact",
    ],
    ["stale goes first", { contactFor: () => "none", now: at(90), orders: orders({ reportedAt: at(90) }) }, "10 stale"],
  ])("%s", (_, change, expected) => expect(one(change)).toBe(expected));

  it("asks for each step by itself", () => {
    const campaign = campaignOf({
      steps: [afterCreated("nudge", 10 * MINUTE, ["chat"]), afterCreated("second", HOUR)],
    });
    const contactFor: PlanFacts["contactFor"] = ({ channels }) => (channels.includes("sms") ? "usable" : "none");
    expect(plan({ campaign, contactFor })).toEqual(["70 no_contact nudge", "60 send second"]);
  });
});

describe("rule 8: paid means silence", () => {
  it.each<[string, number | null, number | null, string]>([
    ["no payment", null, DAY, "10 send"],
    ["a payment 24 h before the time has passed", at(10) - DAY, DAY, "10 send"],
    ["a moment less has not", at(10) - DAY + MS, DAY, "10 paid_other_order"],
    ["off reminds of the rest", at(9), null, "10 send"],
    ["0 silences only what comes before the payment", at(10), 0, "10 send"],
  ])("%s", (_, paidAt, paidSilence, expected) =>
    expect(one({ paidAt, campaign: campaignOf({ paidSilence }) })).toBe(expected),
  );
});

describe("rule 9: not again", () => {
  const sent = (minutes: number, step = "nudge", campaign = "default") => [{ at: at(minutes), step, campaign }];
  it.each<[string, Partial<PlanFacts>, string]>([
    ["the same step after repeatAfter", { sends: sent(10 - 1200) }, "10 send"],
    ["sooner: recent", { sends: [{ ...sent(10 - 1200)[0], at: at(10) - 20 * HOUR + MS } as never] }, "10 recent"],
    ["another step only keeps the gap", { sends: sent(0, "other") }, "10 send"],
    ["a moment less moves", { sends: [{ at: at(0) + SECOND, step: "other", campaign: "x" }] }, `${10 + 1 / 60} send`],
    ["same step of another campaign", { sends: sent(5, "nudge", "other") }, "15 send"],
    ["the move ends at hi", { sends: sent(5, "x"), orders: orders({ closesAt: at(17) }) }, "15 send"],
    ["beyond: gap at its time", { sends: sent(5, "x"), orders: orders({ closesAt: at(17) - MS }) }, "10 gap"],
    ["not into quiet hours", { sends: sent(5, "x"), quiet: quietOf("20:15", "21:00") }, "10 gap"],
    ["up to them", { sends: sent(5, "x"), quiet: quietOf("20:15:01", "21:00") }, "15 send"],
    ["the last send counts", { sends: [...sent(2, "x"), ...sent(-50, "y")] }, "12 send"],
  ])("%s", (_, change, expected) => expect(one(change)).toBe(expected));
});

describe("rule 10: one at a time, in order", () => {
  const steps = (...list: number[]) => list.map((minutes, index) => afterCreated(`s${index + 1}`, minutes * MINUTE));
  it.each<[string, Partial<PlanFacts>, string[]]>([
    ["in order", { campaign: campaignOf({ steps: steps(10, 20) }) }, ["10 send s1", "20 send s2"]],
    [
      "at one moment, neither moved: the earlier step goes",
      { campaign: campaignOf({ steps: steps(10, 10) }) },
      ["10 superseded s1", "10 send s2"],
    ],
    [
      "neither moved, the first strictly later: the second goes",
      { campaign: campaignOf({ steps: steps(20, 10) }) },
      ["20 send s1", "10 superseded s2"],
    ],
    [
      "both pulled to hi: the later step goes",
      { campaign: campaignOf({ steps: steps(10, 20) }), orders: orders({ closesAt: at(8) }) },
      ["6 send s1", "6 superseded s2"],
    ],
    [
      "only the first moved: it goes",
      { campaign: campaignOf({ steps: steps(1, 3) }) },
      ["3 superseded s1", "3 send s2"],
    ],
    [
      "only the second moved: it goes",
      { campaign: campaignOf({ steps: steps(10, 20) }), orders: orders({ closesAt: at(12) }) },
      ["10 send s1", "10 superseded s2"],
    ],
    [
      "three at one moment: the last stays",
      { campaign: campaignOf({ steps: steps(10, 10, 10) }) },
      ["10 superseded s1", "10 superseded s2", "10 send s3"],
    ],
    [
      "three pulled to hi: the first stays",
      { campaign: campaignOf({ steps: steps(10, 20, 30) }), orders: orders({ closesAt: at(8) }) },
      ["6 send s1", "6 superseded s2", "6 superseded s3"],
    ],
    [
      "from the last but one back, each against the last first",
      { campaign: campaignOf({ steps: steps(30, 20, 10) }) },
      ["30 send s1", "20 superseded s2", "10 superseded s3"].map((row) => row),
    ],
  ])("%s", (_, change, expected) => expect(plan(change)).toEqual(expected));

  it("does not compare a send with one that would be too late then", () => {
    const campaign = campaignOf({ steps: [afterCreated("late", HOUR), beforeClose("early", 30 * MINUTE)] });
    const far = { "default/late": at(60) };
    // o1 owes only the early step and closes at 40; o2 owes both.
    const list = orders({ closesAt: at(40), settled: far }, { createdAt: at(1), closesAt: at(200) });
    expect(plan({ campaign, orders: list })).toEqual(["61 send late", "10 send early"]);
    // hi of the early step is 38: had it been 61, the two would be set against each other.
    expect(
      plan({ campaign, orders: orders({ closesAt: at(63), settled: far }, { createdAt: at(1), closesAt: at(200) }) }),
    ).toEqual(["61 send late", "33 superseded early"]);
  });

  it("ignores steps that are skipped anyway", () => {
    const campaign = campaignOf({ steps: [afterCreated("s1", 20 * MINUTE), afterCreated("s2", 10 * MINUTE)] });
    const sends = [{ at: at(-5), campaign: "default", step: "s2" }];
    expect(plan({ campaign, sends })).toEqual(["20 send s1", "10 recent s2"]);
  });
});

it("keeps the anchor, the bounds and every move for explaining", () => {
  const [row] = planSteps(
    planFacts({
      orders: orders({ closesAt: at(60) }),
      quiet: quietOf("20:05", "20:30"),
      sends: [{ at: at(29), campaign: "x", step: "x" }],
      now: at(29),
      campaign: nudge,
    }),
  );
  expect(row).toMatchObject({ anchor: at(10), at: at(39), latest: at(58), index: 0 });
  expect(row?.moves).toEqual([
    { rule: "quiet", from: at(10), to: at(30) },
    { rule: "gap", from: at(30), to: at(39) },
  ]);
});
