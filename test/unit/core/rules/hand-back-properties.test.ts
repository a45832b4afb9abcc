/** Rule 16: a person's case that goes back to the reminders is planned as the reference planner plans it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { PlanFacts, PlannedRow } from "../../../../src/core/rules/plan.ts";
import { DAY, MINUTE } from "../../../../src/core/values/duration.ts";
import { buyerOf, campaignOf, created, planFacts, planOrder, T0 } from "../../../support/rules.ts";
import { handedBackPlan } from "./reference-plan.ts";

const coarse = (max: number, min = 0) => fc.integer({ min, max }).map((n) => n * 5);

const storyArb = fc.record({
  steps: fc.array(
    fc.record({ kind: fc.constantFrom("afterCreated" as const, "beforeClose" as const), ms: coarse(24) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  whenTight: fc.constantFrom("pull" as const, "skip" as const),
  minAge: fc.integer({ min: 0, max: 10 }),
  minLead: fc.integer({ min: 0, max: 10 }),
  staleAfter: coarse(12),
  quiet: fc.option(fc.record({ from: coarse(287), to: coarse(287) })),
  zone: fc.constantFrom("Asia/Shanghai", "America/New_York", "Asia/Kolkata"),
  handBackAfter: coarse(24, 1),
  /** Somebody takes the case, and has it for so long. */
  hold: fc.option(fc.record({ after: fc.nat({ max: 99 }), minutes: coarse(30) })),
  orders: fc.array(fc.record({ after: fc.nat({ max: 99 }), open: fc.option(coarse(80, 1)) }), {
    minLength: 1,
    maxLength: 4,
  }),
  usable: fc.constantFrom(true, true, true, false),
});
type Story = typeof storyArb extends fc.Arbitrary<infer T> ? T : never;

/** Times in minutes. Everything that happens does so before the case goes back. */
function live(story: Story) {
  const { steps, whenTight, minAge, minLead, staleAfter, quiet, zone, handBackAfter, hold, usable } = story;
  const minute = (percent: number) => Math.floor((percent / 100) * handBackAfter);
  const back = Math.max(handBackAfter, hold === null ? 0 : minute(hold.after) + hold.minutes);
  // The first is open until then, so that it is one case.
  const [first, ...others] = story.orders;
  const sorted = [...(first === undefined ? [] : [first]), ...others.toSorted((a, b) => a.after - b.after)];
  const orders = sorted.map(({ after, open }, n) => {
    const at = n === 0 ? 0 : minute(after);
    return { id: `o${n}`, at, closes: open === null ? null : (n === 0 ? back : at) + open };
  });
  const campaign = campaignOf({
    steps: steps.map(({ kind, ms }, n) => ({ id: `s${n}`, at: { kind, ms: ms * MINUTE }, channels: ["sms"] })),
    ...{ whenTight, minAge: minAge * MINUTE, minLead: minLead * MINUTE, staleAfter: staleAfter * MINUTE },
    quietHours: quiet === null ? null : { from: quiet.from * MINUTE, to: quiet.to * MINUTE },
    limits: { max: 99, per: DAY, gap: 0 },
    manual: { amountAtLeast: "25.00", handBackAfter: handBackAfter * MINUTE },
  });
  const buyer = buyerOf({ campaigns: [campaign], shop: { timeZone: zone }, contacts: usable ? ["phone"] : [] });
  const happens = [
    ...orders.map((order) => ({ at: order.at, order })),
    ...(hold === null ? [] : [{ at: minute(hold.after), order: null }]),
  ].sort((a, b) => a.at - b.at);
  for (const { at, order } of happens)
    if (order === null) buyer.hold(T0 + at * MINUTE, T0 + (at + (hold?.minutes ?? 0)) * MINUTE);
    else
      buyer.receive(
        T0 + at * MINUTE,
        created(order.id, order.at, { amount: "25.00", ...(order.closes === null ? {} : { closes: order.closes }) }),
      );
  const facts: PlanFacts = planFacts({
    ...{ campaign, zone, quiet: campaign.quietHours === "off" ? null : campaign.quietHours },
    contactFor: () => (usable ? "usable" : "none"),
    orders: orders.map(({ id, at, closes }) =>
      planOrder({ id, createdAt: T0 + at * MINUTE, closesAt: closes === null ? null : T0 + closes * MINUTE }),
    ),
  });
  return { buyer, facts, back: T0 + back * MINUTE };
}

/** The skip of s2 gives s2 a new row for o1. Without that, s0 would supersede s1, which is due at once. */
const SKIP_CHANGES_THE_PLAN: Story = {
  steps: [
    { kind: "beforeClose", ms: 0 },
    { kind: "afterCreated", ms: 60 },
    { kind: "beforeClose", ms: 25 },
  ],
  ...{
    whenTight: "pull",
    minAge: 0,
    minLead: 1,
    staleAfter: 5,
    quiet: null,
    zone: "Asia/Shanghai",
    handBackAfter: 100,
  },
  hold: { after: 0, minutes: 125 },
  orders: [
    { after: 0, open: 10 },
    { after: 60, open: 95 },
  ],
  usable: true,
};

const plain = ({ step, at, kind, reason, owed }: PlannedRow) => ({
  ...{ step, at, kind, reason },
  orders: owed.map(({ order }) => order),
});

it("is planned as the reference planner plans it then, to the second", () => {
  let [planned, decided] = [0, 0];
  fc.assert(
    fc.property(storyArb, (story) => {
      const { buyer, facts, back } = live(story);
      buyer.run(back);
      const expected = handedBackPlan(facts, back);
      const rows = buyer.out.flatMap(({ step, at, row }) => (step !== null && at === back && row !== null ? row : []));
      expect(rows.slice(0, expected.skipped.length).map(plain)).toEqual(expected.skipped);
      decided += expected.skipped.length;
      // A send that is due goes out, and changes the plan.
      if (expected.planned.some(({ at }) => at <= back)) return;
      expect(rows).toHaveLength(expected.skipped.length);
      const left = buyer.state.open?.rows ?? [];
      expect(left.map(plain)).toEqual(expected.planned);
      planned += left.length;
    }),
    { numRuns: 2_000, examples: [[SKIP_CHANGES_THE_PLAN]] },
  );
  expect(Math.min(planned, decided)).toBeGreaterThan(200);
});

it("gets no message while it is a person's", () => {
  fc.assert(
    fc.property(storyArb, (story) => {
      const { buyer, back } = live(story);
      buyer.run(back - 1);
      expect(buyer.out.filter(({ kind }) => kind === "send")).toEqual([]);
      // Nothing of it was planned: there is one row for the whole case at most.
      expect(buyer.out.filter(({ step }) => step !== null)).toEqual([]);
      expect(buyer.state.open?.rows ?? []).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
