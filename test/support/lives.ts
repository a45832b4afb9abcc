/**
 * Shops whose buyers answer to reminders with a known effect, lived through by the planner: what the report says of them can be compared with
 * the truth. A way of life is what buyers do besides.
 */
import { alwaysValid, type Interval, isMeasured, liftOf, type Stratum } from "../../src/core/measure/lift.ts";
import { isHeldOut } from "../../src/core/rules/arms.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign } from "../../src/core/values/policy.ts";
import { afterCreated, beforeClose, buyerOf, campaignOf, T0 } from "./rules.ts";

export type Life = {
  readonly campaigns: (held: number, buyer: number) => readonly Campaign[];
  /** The orders of a buyer: ms after T0, tags. `many`: a draw that is the buyer's own. */
  readonly orders: (draw: () => number) => readonly { readonly at: number; readonly tags?: readonly string[] }[];
  /** Each order has its own fate; absent: the buyer pays all or none. */
  readonly ownFates?: true;
  /** How likely a buyer with that number and so many orders pays without a reminder; absent: 30%. */
  readonly base?: (buyer: number, orders: number) => number;
  /** The share of the reminded that opts out after the first message. */
  readonly optsOut?: number;
  /** The share of payments before the first step, and of payments that are refunded. */
  readonly early?: number;
  readonly refunded?: number;
  /** The effect on the buyers who are counted, per effect of a reminder; absent: 1. null: campaigns mix, so only no effect has a known truth. */
  readonly truth?: number | null;
};

const one = () => [{ at: 0 }];
const nudge = (held: number, change: Partial<Campaign> = {}): readonly Campaign[] => [
  campaignOf({ holdout: held, paidSilence: null, ...change }),
];
const second = (draw: () => number, most: number) =>
  draw() < 0.5 ? [{ at: 0 }, { at: HOUR + Math.floor(draw() * most) }] : one();

export const LIVES: Readonly<Record<string, Life>> = {
  "one order": { campaigns: (held) => nudge(held), orders: one },
  "many orders, paid together": {
    campaigns: (held) => nudge(held),
    // P(m ≥ k) = k^−1.5, at most 50.
    orders: (draw) => Array.from({ length: Math.min(50, Math.floor(draw() ** (-1 / 1.5))) }, (_, at) => ({ at })),
  },
  "second order within repeatAfter": {
    campaigns: (held) => nudge(held),
    orders: (draw) => second(draw, 5 * HOUR),
    ownFates: true,
  },
  "second order after repeatAfter": {
    campaigns: (held) => nudge(held, { repeatAfter: HOUR }),
    orders: (draw) => second(draw, 5 * HOUR).map(({ at }) => ({ at: at === 0 ? 0 : at + DAY })),
    ownFates: true,
  },
  "who orders often pays seldom": {
    campaigns: (held) => nudge(held),
    orders: (draw) => second(draw, 5 * HOUR),
    base: (_, orders) => (orders > 1 ? 0.1 : 0.3),
  },
  "a cap of one a day": {
    campaigns: (held) => nudge(held, { limits: { max: 1, per: DAY, gap: 10 * MINUTE }, repeatAfter: HOUR }),
    orders: (draw) => second(draw, 5 * HOUR),
    ownFates: true,
  },
  "opt-outs": {
    campaigns: (held) => nudge(held),
    orders: (draw) => second(draw, 5 * HOUR),
    ownFates: true,
    optsOut: 0.3,
  },
  "quiet hours and early payments": {
    campaigns: (held) =>
      nudge(held, {
        steps: [afterCreated("nudge", 10 * MINUTE), beforeClose("last", 30 * MINUTE)],
        quietHours: { from: 20 * HOUR, to: 21 * HOUR },
      }),
    orders: one,
    early: 0.6,
    // 18 buyers of 100 pay before. Only 40 of the other 82 would pay late.
    truth: 0.4 / 0.82,
  },
  refunds: { campaigns: (held) => nudge(held), orders: one, refunded: 0.2, truth: 0.8 },
  "campaigns of different shares": {
    campaigns: (held, buyer) => [
      campaignOf({ holdout: held, paidSilence: null }),
      campaignOf({
        key: "vip",
        priority: 9,
        holdout: 0.5,
        paidSilence: null,
        match: { shops: null, tags: buyer % 3 === 0 ? null : ["vip"], amount: null },
      }),
    ],
    orders: one,
    base: (buyer) => (buyer % 3 === 0 ? 0.1 : 0.5),
  },
  "a holdout begun in the middle": {
    campaigns: (held, buyer) => nudge(buyer % 2 === 0 ? 0 : held),
    orders: one,
    base: (buyer) => (buyer % 2 === 0 ? 0.1 : 0.5),
  },
  "campaign chosen again": {
    campaigns: (held) => [
      campaignOf({ holdout: held, paidSilence: null }),
      campaignOf({
        key: "vip",
        priority: 9,
        holdout: held,
        paidSilence: null,
        match: { shops: null, tags: ["vip"], amount: null },
      }),
    ],
    orders: (draw) =>
      second(draw, 5 * HOUR).map(({ at }) => (at === 0 ? { at } : { at: Math.min(at, 3 * HOUR), tags: ["vip"] })),
    truth: null,
  },
};

/** mulberry32: small, and the same everywhere. In [0, 1). */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Setting = { readonly effect: number; readonly held: number; readonly buyers: number };
/** The report's interval at a moment. `smaller`: the buyers of the smaller arm. */
export type Look = Interval & { readonly smaller: number };
export type Measured = {
  readonly lift: number;
  readonly fixed: Interval;
  readonly running: Interval;
  readonly smaller: number;
  /** Paid orders of reminded ones: the plain rate that other tools show. */
  readonly plainRate: number;
};

/** One shop. `looks`: also what the report said after each tenth of the buyers. null: no arm was left. */
export function liveThrough(
  life: Life,
  { effect, held, buyers }: Setting,
  seed: number,
  looks?: Look[],
): Measured | null {
  const draw = drawsOf(seed);
  const strata = new Map<string, { treated: { n: number; paid: number }; held: { n: number; paid: number } }>();
  const plain = { reminded: 0, paid: 0 };
  const measure = () => {
    const parts: Stratum[] = [...strata.values()].map((each) => ({ ...each, weight: each.treated.n }));
    return liftOf(parts);
  };
  for (let n = 0; n < buyers; n++) {
    const lived = liveAs(life, n, { effect, held }, draw);
    for (const { stratum, isHeld, isPaid } of lived.exposures) {
      const into = strata.get(stratum) ?? { treated: { n: 0, paid: 0 }, held: { n: 0, paid: 0 } };
      strata.set(stratum, into);
      const arm = into[isHeld ? "held" : "treated"];
      arm.n++;
      if (isPaid) arm.paid++;
    }
    plain.reminded += lived.reminded;
    plain.paid += lived.recovered;
    if (looks !== undefined && (n + 1) % Math.ceil(buyers / 10) === 0) {
      const found = measure();
      if (found !== null) looks.push({ ...alwaysValid(found), smaller: smallerArm(strata.values()) });
    }
  }
  const found = measure();
  if (found === null) return null;
  const { lift, low, high } = found;
  return {
    lift,
    fixed: { low, high },
    running: alwaysValid(found),
    smaller: smallerArm(strata.values()),
    plainRate: plain.paid / Math.max(1, plain.reminded),
  };
}

type Arms = Pick<Stratum, "treated" | "held">;

function smallerArm(strata: Iterable<Arms>): number {
  const measured = [...strata].filter(isMeasured);
  const sizeOf = (arm: keyof Arms) => measured.reduce((sum, each) => sum + each[arm].n, 0);
  return Math.min(sizeOf("treated"), sizeOf("held"));
}

type Exposed = { readonly stratum: string; readonly isHeld: boolean; readonly isPaid: boolean };

/** A payment counts within a day, as the campaign says by default. */
function liveAs(life: Life, n: number, { effect, held }: Omit<Setting, "buyers">, draw: () => number) {
  const campaigns = life.campaigns(held, n);
  const bucket = Math.floor(draw() * 2 ** 32);
  const buyer = buyerOf({ campaigns, bucket });
  const orders = life.orders(draw).map((order, at) => ({ ...order, id: `o${at}` }));
  const base = life.base?.(n, orders.length) ?? 0.3;
  const own = draw();
  const fates = orders.map(() => (life.ownFates === true ? draw() : own));
  const [early, refunded, optsOut] = [draw(), draw(), draw()];
  const isReminded = () => buyer.out.some(({ kind }) => kind === "send");
  type Moment = { readonly at: number; readonly happen: (at: number) => void };
  const moments: Moment[] = [];
  const paid = new Map<string, number>();
  for (const [at, { id, at: after, tags = [] }] of orders.entries()) {
    const created = T0 + after;
    const event = (type: "order.created" | "order.paid" | "order.refunded", occurredAt: number, more: object) =>
      ({ id: `${id}-${type}`, type, occurredAt, order: { id, ...more } }) as never;
    moments.push({
      at: created,
      happen: (now) =>
        void buyer.receive(
          now,
          event("order.created", now, {
            amount: "10.00",
            currency: "CNY",
            createdAt: created,
            closesAt: created + 20 * HOUR,
            tags,
          }),
        ),
    });
    const isEarly = early < (life.early ?? 0);
    moments.push({
      at: created + (isEarly ? 5 * MINUTE : 100 * MINUTE),
      happen: (now) => {
        const fate = fates[at] ?? 1;
        if (fate >= base + (isReminded() && !isEarly ? effect : 0)) return;
        buyer.receive(now, event("order.paid", now, {}));
        paid.set(id, now);
        if (refunded >= (life.refunded ?? 0)) return;
        buyer.receive(now + MINUTE, event("order.refunded", now + MINUTE, {}));
        paid.delete(id);
      },
    });
  }
  moments.push({
    at: T0 + 30 * MINUTE,
    happen: (now) => {
      if (isReminded() && optsOut < (life.optsOut ?? 0)) buyer.setFacts(now, { contact: "phone", suppressed: true });
    },
  });
  for (const { at, happen } of moments.sort((a, b) => a.at - b.at)) {
    buyer.receive(at);
    happen(at);
  }
  buyer.run();
  const exposures: Exposed[] = [];
  const seen = new Set<string>();
  for (const { campaign, stake, at } of buyer.out) {
    if (campaign === null || stake === undefined || seen.has(campaign.key)) continue;
    seen.add(campaign.key);
    const isPaid = stake.some((id) => {
      const when = paid.get(id);
      return when !== undefined && when > at && when <= at + DAY;
    });
    exposures.push({
      stratum: `${campaign.key} ${campaign.holdout}`,
      isHeld: isHeldOut(campaign, "acme", bucket),
      isPaid,
    });
  }
  const named = new Set(buyer.out.flatMap(({ kind, orders: ids }) => (kind === "send" ? ids : [])));
  return { exposures, reminded: named.size, recovered: [...named].filter((id) => paid.has(id)).length };
}
