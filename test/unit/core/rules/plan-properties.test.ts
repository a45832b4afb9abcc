import fc from "fast-check";
import { expect, it } from "vitest";
import { type PlanFacts, planSteps } from "../../../../src/core/rules/plan.ts";
import { DAY, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Campaign, Step } from "../../../../src/core/values/policy.ts";
import { campaignOf, planOrder } from "../../../support/rules.ts";
import { isQuietAt, referencePlan } from "./reference-plan.ts";

/** A week around the change of clocks in each zone, and leap days. */
const STARTS = ["2026-03-07", "2026-10-31", "2026-03-28", "2026-10-24", "2026-04-04", "2026-10-03", "2028-02-28"].map(
  (day) => Date.parse(`${day}T00:00:00Z`),
);
const ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"];

const minutes = (max: number, min = 0) => fc.integer({ min, max }).map((n) => n * MINUTE);
/** Small numbers, so that bounds meet exactly often. */
const coarse = (max: number) => fc.integer({ min: 0, max }).map((n) => n * 5 * MINUTE);

const stepArb = fc.record({ kind: fc.constantFrom("afterCreated" as const, "beforeClose" as const), ms: coarse(24) });
const stepsArb: fc.Arbitrary<Step[]> = fc
  .array(stepArb, { minLength: 1, maxLength: 4 })
  .map((steps) => steps.map((at, index) => ({ id: `s${index}`, at, channels: ["sms"] })));
const quietArb = fc.option(fc.record({ from: coarse(287), to: coarse(287) }));

const campaignArb: fc.Arbitrary<Campaign> = fc
  .record({
    steps: stepsArb,
    whenTight: fc.constantFrom("pull" as const, "skip" as const),
    minAge: minutes(10),
    minLead: minutes(10),
    staleAfter: coarse(12),
    paidSilence: fc.option(coarse(24)),
    repeatAfter: coarse(40),
    gap: coarse(6),
  })
  .map(({ gap, ...rest }) => campaignOf({ ...rest, limits: { max: 3, per: DAY, gap } }));

const factsArb: fc.Arbitrary<PlanFacts> = fc
  .record({
    start: fc.constantFrom(...STARTS).chain((start) => coarse(600).map((more) => start + more)),
    zone: fc.constantFrom(...ZONES),
    campaign: campaignArb,
    quiet: quietArb,
    now: coarse(60),
    orders: fc.array(
      fc.record({
        created: coarse(12),
        open: fc.option(coarse(60)),
        delay: coarse(20),
        settled: fc.option(coarse(30)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    contact: fc.constantFrom(
      "usable" as const,
      "usable" as const,
      "usable" as const,
      "none" as const,
      "suppressed" as const,
    ),
    paid: fc.option(coarse(24), { freq: 3 }),
    promised: fc.option(coarse(48), { freq: 3, nil: null }),
    sends: fc.array(
      fc.record({
        ago: coarse(36),
        step: fc.constantFrom("s0", "s1", "x"),
        campaign: fc.constantFrom("default", "other"),
      }),
      {
        maxLength: 2,
      },
    ),
  })
  .map(({ start, now: later, orders, contact, paid, promised, sends, ...rest }) => {
    const now = start + later;
    return {
      ...rest,
      now,
      contactFor: () => contact,
      paidAt: paid === null ? null : now - paid,
      promisedAt: promised === null ? null : start + promised,
      sends: sends.map(({ ago, ...send }) => ({ ...send, at: now - ago })),
      orders: orders.map(({ created, open, delay, settled }, index) => {
        const createdAt = start + created;
        return planOrder({
          id: `o${index}`,
          createdAt,
          closesAt: open === null ? null : createdAt + open,
          reportedAt: Math.min(createdAt + delay, now),
          settled: settled === null ? {} : { "default/s0": createdAt + settled },
        });
      }),
    };
  });

const rowsOf = (facts: PlanFacts) =>
  planSteps(facts).map(({ step, at, kind, reason, owed }) => ({
    step,
    at,
    kind,
    reason,
    orders: owed.map(({ order }) => order),
  }));

it("plans as the reference planner does, to the second", () => {
  fc.assert(
    fc.property(factsArb, (facts) => {
      expect(rowsOf(facts)).toEqual(referencePlan(facts));
    }),
    { numRuns: 2_000 },
  );
});

it("gives every row a reason or a send, one row per step, and never a send that breaks a rule", () => {
  fc.assert(
    fc.property(factsArb, (facts) => {
      const { campaign, now } = facts;
      const rows = planSteps(facts);
      expect(new Set(rows.map(({ step }) => step)).size).toBe(rows.length);
      expect(planSteps(facts)).toEqual(rows);
      for (const row of rows) {
        expect(row.reason === null).toBe(row.kind === "send");
        expect(row.owed.length).toBeGreaterThan(0);
        if (row.kind === "skip") continue;
        expect(row.at).toBeGreaterThanOrEqual(now);
        for (const { order: id } of row.owed) {
          const close = facts.orders.find((order) => order.id === id)?.closesAt ?? Infinity;
          expect(row.at).toBeLessThanOrEqual(close - campaign.minLead);
        }
        expect(isQuietAt(facts, row.at)).toBe(false);
        if (campaign.paidSilence !== null && facts.paidAt !== null)
          expect(row.at).toBeGreaterThanOrEqual(facts.paidAt + campaign.paidSilence);
        for (const send of facts.sends) {
          expect(row.at).toBeGreaterThanOrEqual(send.at + campaign.limits.gap);
          if (send.campaign === campaign.key && send.step === row.step)
            expect(row.at).toBeGreaterThanOrEqual(send.at + campaign.repeatAfter);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

it("plans the same whichever order the orders are named in", () => {
  fc.assert(
    fc.property(factsArb, (facts) => {
      const turned = { ...facts, orders: facts.orders.toReversed() };
      const plain = (rows: ReturnType<typeof rowsOf>) =>
        rows.map(({ orders, ...row }) => ({ ...row, orders: orders.sort() }));
      expect(plain(rowsOf(turned))).toEqual(plain(rowsOf(facts)));
    }),
    { numRuns: 500 },
  );
});

/** How often each outcome comes up, so that the comparison above is known to reach all of them. */
it("generates every outcome that planning can have", () => {
  const seen = new Set<string>();
  for (const facts of fc.sample(factsArb, { numRuns: 4_000, seed: 7 })) {
    for (const row of planSteps(facts)) {
      seen.add(row.reason ?? "send");
      for (const { rule } of row.moves) seen.add(rule);
    }
  }
  expect([...seen].sort()).toEqual([
    "gap",
    "late",
    "no_contact",
    "no_time",
    "paid_other_order",
    "promise",
    "promised",
    "quiet",
    "quiet_hours",
    "recent",
    "send",
    "stale",
    "superseded",
    "suppressed",
    "tight",
  ]);
});

it("leaves a send where it is when it is planned again before its time", () => {
  fc.assert(
    fc.property(factsArb, fc.integer({ min: 0, max: 100 }), (facts, percent) => {
      for (const { index, kind, at } of planSteps(facts)) {
        if (kind === "skip") continue;
        const now = facts.now + Math.floor(((at - facts.now) / MINUTE) * (percent / 100)) * MINUTE;
        const steps = facts.campaign.steps.slice(index, index + 1);
        const again = planSteps({ ...facts, now, campaign: { ...facts.campaign, steps } });
        expect(again[0]).toMatchObject({ at, kind });
      }
    }),
    { numRuns: 1_000 },
  );
});
