/** Invariants of planning, checked over whole simulated lives of a few buyers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OrderEvent } from "../../../../src/core/order/event.ts";
import { foldOrder, silencingPayment } from "../../../../src/core/order/order.ts";
import type { Decision } from "../../../../src/core/rules/buyer-state.ts";
import { byPriority } from "../../../../src/core/rules/match.ts";
import type { Person } from "../../../../src/core/simulation/person.ts";
import { rootOf } from "../../../../src/core/simulation/person.ts";
import { simulate } from "../../../../src/core/simulation/simulate.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Campaign, Step } from "../../../../src/core/values/policy.ts";
import { REASONS } from "../../../../src/core/values/reason.ts";
import { campaignOf, shopPolicy, T0 } from "../../../support/rules.ts";
import { isQuietAt } from "./reference-plan.ts";

const shop = shopPolicy({ closeAfter: 4 * HOUR, timeZone: "America/New_York" });
const coarse = (max: number) => fc.integer({ min: 0, max }).map((n) => n * 5 * MINUTE);

const stepsArb: fc.Arbitrary<Step[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom("afterCreated" as const, "beforeClose" as const),
      coarse(24),
      fc.constantFrom("sms", "chat"),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps) =>
    steps.map(([kind, ms, channel], index) => ({ id: `s${index}`, at: { kind, ms }, channels: [channel] })),
  );

const campaignArb = (key: string): fc.Arbitrary<Campaign> =>
  fc
    .record({
      steps: stepsArb,
      priority: fc.integer({ min: 0, max: 1 }),
      match: fc.constantFrom(null, ["x"]).map((tags) => ({ shops: null, tags, amount: null })),
      exclude: fc.constantFrom(null, null, { shops: null, tags: ["no"], amount: null }),
      quietHours: fc.option(fc.record({ from: coarse(287), to: coarse(287) })),
      limits: fc.record({
        max: fc.integer({ min: 1, max: 3 }),
        per: coarse(30).map((ms) => ms + MINUTE),
        gap: coarse(4),
      }),
      repeatAfter: coarse(30),
      paidSilence: fc.option(coarse(40)),
      whenTight: fc.constantFrom("pull" as const, "skip" as const),
      holdout: fc.constantFrom(0, 0, 0.5),
      manual: fc.constantFrom(
        null,
        null,
        { amountAtLeast: "30.00", handBackAfter: null },
        { amountAtLeast: "30.00", handBackAfter: 20 * MINUTE },
      ),
    })
    .map((change) => campaignOf({ key, ...change }));

const buyerArb = fc.record(
  {
    id: fc.constantFrom("A", "B", null),
    phone: fc.constantFrom("+8613812345678", "+8613912345678"),
    chat: fc.constantFrom<Record<string, string>>({ wechat: "w" }, { qq: "q" }),
  },
  { requiredKeys: ["phone"] },
);
const eventArb = fc.record({
  type: fc.constantFrom(
    "order.created",
    "order.created",
    "order.created",
    "order.updated",
    "order.paid",
    "order.closed",
    "order.refunded",
  ),
  order: fc.constantFrom("a", "b", "c", "d"),
  at: coarse(60),
  buyer: buyerArb,
  amount: fc.constantFrom("10.00", "25.00"),
  open: fc.option(coarse(40)),
  tags: fc.constantFrom<string[]>(["x"], ["no"], []),
  pending: fc.constantFrom(null, null, null, true, false),
});
const storyArb = fc.record({
  events: fc.array(eventArb, { minLength: 1, maxLength: 14 }),
  campaigns: fc.tuple(campaignArb("one"), campaignArb("two")).map((campaigns) => byPriority(campaigns)),
});
type Story = typeof storyArb extends fc.Arbitrary<infer T> ? T : never;

const eventsOf = ({ events }: Story): OrderEvent[] =>
  events.map(({ type, order, at, buyer: { id, phone, chat }, amount, open, tags, pending }, index) => ({
    id: `e${index}`,
    type: type as OrderEvent["type"],
    occurredAt: T0 + at,
    shop: "acme",
    order: {
      id: order,
      ...(type === "order.created" ? { amount, currency: "CNY", createdAt: T0 + at, tags } : {}),
      ...(type === "order.updated" ? { amount, tags } : {}),
      ...(open === null ? {} : { closesAt: T0 + at + open }),
      ...(pending === null ? {} : { pendingConfirmation: pending }),
      buyer: { id: id ?? null, phone, chat: chat ?? null },
    },
  }));

type Row = { readonly decision: Decision; readonly person: Person };

function live(story: Story, events = eventsOf(story), onRow?: (row: Row) => void): Row[] {
  const rows: Row[] = [];
  simulate({
    events,
    shopOf: () => shop,
    policy: {
      campaigns: story.campaigns,
      channels: new Map([
        ["sms", ["phone"]],
        ["chat", ["chat"]],
      ]),
    },
    from: null,
    decided: (decision, person) => {
      rows.push({ decision, person });
      onRow?.({ decision, person });
    },
  });
  return rows;
}

const plain = (rows: readonly Row[]) =>
  rows
    .map(({ decision, person }) =>
      JSON.stringify([
        rootOf(person).number,
        decision.at,
        decision.step,
        decision.reason,
        decision.channel,
        decision.orders,
        decision.campaign?.key,
      ]),
    )
    .sort();

/** A send and a holdout's skip look alike. */
const asOneArm = (rows: readonly Row[]) =>
  rows
    .map(({ decision: { at, step, kind, reason, campaign, orders }, person }) => {
      const isSend = kind === "send" || reason === "holdout";
      return JSON.stringify([rootOf(person).number, at, step, isSend ? "send" : [reason, orders], campaign?.key]);
    })
    .sort();

describe("whatever happens", () => {
  it("does the same with the held out as with the reminded, but for the message", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        const arm = (holdout: number) =>
          live({ ...story, campaigns: story.campaigns.map((campaign) => ({ ...campaign, holdout })) });
        expect(asOneArm(arm(1))).toEqual(asOneArm(arm(0)));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every invariant of a send", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        const events = eventsOf(story);
        live(story, events, ({ decision, person }) => {
          const { campaign, at, orders, kind, step, row } = decision;
          if (kind !== "send" || campaign === null || row === null) return;
          expect(orders.length).toBeGreaterThan(0);
          const known = events.filter((event) => event.occurredAt <= at && person.state.orders.has(event.order.id));
          for (const id of orders) {
            const order = foldOrder(
              known.filter((event) => event.order.id === id),
              shop,
            );
            // Never after payment or close, and in time to be paid.
            expect([order.paidAt, order.closedAt, order.refundedAt]).toEqual([null, null, null]);
            expect(at).toBeLessThanOrEqual((order.closesAt ?? Number.POSITIVE_INFINITY) - campaign.minLead);
            expect(order.chaseFrom).not.toBeNull();
          }
          for (const id of new Set(known.map((event) => event.order.id))) {
            const paid = silencingPayment(
              foldOrder(
                known.filter((event) => event.order.id === id),
                shop,
              ),
            );
            if (paid !== null && campaign.paidSilence !== null)
              expect(at).toBeGreaterThanOrEqual(paid + campaign.paidSilence);
          }
          expect(
            isQuietAt({ quiet: campaign.quietHours === "off" ? null : campaign.quietHours, zone: shop.timeZone }, at),
          ).toBe(false);
          // This send is not among them yet.
          const before = person.state.sends.filter(
            (send) => send.at < at || send.step !== step || send.campaign !== campaign.key,
          );
          const earlier = before.filter((send) => send.at <= at && send.at > at - campaign.limits.per);
          expect(earlier.length).toBeLessThan(campaign.limits.max);
          for (const send of before) {
            if (send.at < at) expect(at - send.at).toBeGreaterThanOrEqual(campaign.limits.gap);
            if (send.campaign === campaign.key && send.step === step)
              expect(at - send.at).toBeGreaterThanOrEqual(campaign.repeatAfter);
          }
        });
      }),
      { numRuns: 700 },
    );
  });

  it("gives every decision a reason from the list or a channel, in the order of time", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        const last = new Map<number, number>();
        for (const { decision, person } of live(story)) {
          expect(decision.kind === "send").toBe(decision.reason === null);
          expect(decision.kind === "send").toBe(decision.channel !== null);
          if (decision.reason !== null) expect(REASONS).toContain(decision.reason);
          expect(decision.orders.length).toBeGreaterThan(0);
          if (decision.step === null) continue;
          expect(decision.at).toBeGreaterThanOrEqual(last.get(person.number) ?? Number.NEGATIVE_INFINITY);
          last.set(person.number, decision.at);
        }
      }),
      { numRuns: 250 },
    );
  });

  it("has at most one planned row per step, in the present plan and after each decision", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        live(story, undefined, ({ person }) => {
          const steps = person.state.open?.rows.map(({ step }) => step) ?? [];
          expect(new Set(steps).size).toBe(steps.length);
        });
      }),
      { numRuns: 150 },
    );
  });

  it("does not send the same step for the same order twice within repeatAfter", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        const sent = new Map<string, number>();
        for (const { decision } of live(story)) {
          if (decision.kind !== "send") continue;
          for (const order of decision.orders) {
            const key = `${order} ${decision.campaign?.key} ${decision.step}`;
            const before = sent.get(key);
            if (before !== undefined)
              expect(decision.at - before).toBeGreaterThanOrEqual(decision.campaign?.repeatAfter ?? 0);
            sent.set(key, decision.at);
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  it("ends an order that is alone in its case in at least one row", () => {
    fc.assert(
      fc.property(storyArb, (story) => {
        const events = story.events
          .filter(({ order }) => order === "a")
          .map((event) => ({ ...event, pending: null, buyer: { phone: "+8613812345678" as const } }));
        const steady = story.campaigns.every(({ steps }) => steps.some(({ at }) => at.kind === "afterCreated"));
        const alone = { ...story, events };
        const known = events.some(({ type }) => type === "order.created");
        if (known && steady) expect(live(alone).length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  it("does not depend on the order of the file, but for events of one instant", () => {
    fc.assert(
      fc.property(storyArb, fc.integer(), (story, seed) => {
        const events = eventsOf(story).filter(
          (event, index, all) => all.findIndex(({ occurredAt }) => occurredAt === event.occurredAt) === index,
        );
        const shuffled = [...events].sort(
          (a, b) => ((a.occurredAt * 31 + seed) % 97) - ((b.occurredAt * 31 + seed) % 97),
        );
        expect(plain(live(story, shuffled))).toEqual(plain(live(story, events)));
        expect(plain(live(story, [...events, ...events]))).toEqual(plain(live(story, events)));
      }),
      { numRuns: 150 },
    );
  });

  it("does not depend on the other buyers in the file", () => {
    fc.assert(
      fc.property(storyArb, storyArb, (story, other) => {
        const events = eventsOf(story);
        const strangers = eventsOf(other).map((event) => ({
          ...event,
          id: `x${event.id}`,
          order: { ...event.order, id: `x${event.order.id}`, buyer: { id: "stranger" } },
        }));
        const mine = (rows: readonly Row[]) => rows.filter(({ person }) => rootOf(person).platformId !== "stranger");
        const key = (rows: readonly Row[]) =>
          mine(rows).map(({ decision }) => [decision.at, decision.step, decision.reason, decision.orders]);
        expect(key(live(story, [...events, ...strangers])).sort()).toEqual(key(live(story, events)).sort());
      }),
      { numRuns: 150 },
    );
  });
});
