/** A retry is a planned send that moved once more: at its time it is judged exactly as a fresh planned send of that time. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { advance, nextWake, touch } from "../../../../src/core/rules/buyer.ts";
import { type BuyerPolicy, type BuyerState, newBuyer, usableChannel } from "../../../../src/core/rules/buyer-state.ts";
import { judgeRetry } from "../../../../src/core/rules/retry.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Campaign } from "../../../../src/core/values/policy.ts";
import { afterCreated, campaignOf, created, shopPolicy, T0 } from "../../../support/rules.ts";

const AFTER = 30 * MINUTE;
/** The planned time of the fresh send, and the moment of the retry. */
const NOW = T0 + AFTER;
const STEP = afterCreated("nudge", AFTER);

/** Minutes before or after NOW. */
const scenario = fc.record({
  quiet: fc.option(fc.record({ from: fc.integer({ min: 0, max: 1439 }), to: fc.integer({ min: 0, max: 1439 }) })),
  closes: fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 900 })),
  paid: fc.option(fc.integer({ min: -1500, max: 0 }), { freq: 2 }),
  promise: fc.option(fc.integer({ min: -60, max: 900 }), { freq: 2 }),
  contact: fc.constantFrom("usable", "usable", "usable", "suppressed", "none"),
  paused: fc.boolean(),
  max: fc.integer({ min: 1, max: 3 }),
  gap: fc.integer({ min: 0, max: 40 }),
  sends: fc.array(
    fc.record({
      ago: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1500 })),
      step: fc.constantFrom("nudge", "other", "other"),
    }),
    { maxLength: 4 },
  ),
  failedFor: fc.integer({ min: 1, max: 600 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

const minutes = (count: number): number => NOW + count * MINUTE;

function campaignFor({ quiet, paused, max, gap }: Scenario): Campaign {
  return campaignOf({
    steps: [STEP],
    quietHours: quiet === null ? "off" : { from: quiet.from * MINUTE, to: quiet.to * MINUTE },
    limits: { max, per: 25 * HOUR, gap: gap * MINUTE },
    staleAfter: 2 * DAY,
    ...(paused ? { paused } : {}),
  });
}

/** A buyer with one open order, for which nothing was sent. */
function buyerFor(given: Scenario, policy: BuyerPolicy): BuyerState {
  const state = newBuyer(shopPolicy(), 1);
  const order = foldOrder([created("a", 0, { closes: AFTER / MINUTE + given.closes })], state.shop);
  state.orders.set("a", { order, reportedAt: T0, settled: {} });
  if (given.contact !== "none")
    state.contacts.set("phone", { suppressed: given.contact === "suppressed", reportedAt: 0, reportedId: "" });
  if (given.paid !== null) state.otherPaidAt = minutes(given.paid);
  state.sends = given.sends.map(({ ago, step }) => {
    const at = minutes(-ago);
    return { at, campaign: "default", step, caseId: "other", orders: [], dueAt: at };
  });
  touch(state, policy, NOW);
  if (state.open !== null && given.promise !== null)
    state.open.promise = { at: minutes(given.promise), recordedAt: T0 };
  return state;
}

/** The fresh send: planned at NOW, and decided when the clock reaches its times. */
function planned(state: BuyerState, policy: BuyerPolicy): { at: number; result: string | null } {
  touch(state, policy, NOW);
  for (let now = NOW; ; now = Math.max(now, nextWake(state, now) ?? Number.NaN)) {
    const [decision] = advance(state, policy, now);
    if (decision !== undefined) return { at: now, result: decision.channel ?? decision.reason };
  }
}

/** The retry: judged at NOW, and again at each time to which it is deferred. */
function retried(state: BuyerState, policy: BuyerPolicy, campaign: Campaign, given: Scenario) {
  const latest = minutes(given.closes) - campaign.minLead;
  const retry = { step: STEP.id, at: minutes(-given.failedFor), latest, caseId: state.open?.id ?? "", orders: ["a"] };
  for (let now = NOW; ; ) {
    const verdict = judgeRetry({ state, campaign, retry, usable: usableChannel(STEP, state, policy), now });
    if (verdict.kind !== "defer")
      return { at: now, result: verdict.kind === "send" ? verdict.channel : verdict.reason };
    now = verdict.until;
  }
}

/** Rule 7: the planner lets a row wait for a contact, and dates its skip later. A retry does not wait. */
const dated = ({ at, result }: { at: number; result: string | null }) =>
  result === "no_contact" || result === "suppressed" ? result : `${result} ${(at - NOW) / MINUTE}`;

const outcomes = (given: Scenario): [string, string] => {
  const campaign = campaignFor(given);
  const policy: BuyerPolicy = { campaigns: [campaign], channels: new Map([["sms", ["phone"]]]), newId: () => "c" };
  return [
    dated(retried(buyerFor(given, policy), policy, campaign, given)),
    dated(planned(buyerFor(given, policy), policy)),
  ];
};

it("judges a retry as a planned send of its time", () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const [retry, fresh] = outcomes(given);
      expect(retry).toBe(fresh);
    }),
    { numRuns: 1_000 },
  );
});

it("generates every outcome", () => {
  const seen = new Set(
    fc.sample(scenario, { numRuns: 2_000, seed: 1 }).map((given) => outcomes(given)[0].split(" ")[0]),
  );
  const expected = "sms quiet_hours promised no_contact suppressed paid_other_order recent gap cap campaign_paused";
  expect([...seen].sort()).toEqual(expected.split(" ").sort());
});
