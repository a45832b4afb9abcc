/** Facts and policies for tests of the core; every default is the public contract's. Times are minutes or hours from T0. */

import type { EventType, OrderPayload } from "../../src/core/order/event.ts";
import { foldOrder, type ReceivedEvent } from "../../src/core/order/order.ts";
import type { PlanOrder } from "../../src/core/rules/anchor.ts";
import { advance, applyChange, nextWake, touch } from "../../src/core/rules/buyer.ts";
import { type BuyerPolicy, type BuyerState, type Decision, newBuyer } from "../../src/core/rules/buyer-state.ts";
import { byPriority } from "../../src/core/rules/match.ts";
import type { PlanFacts } from "../../src/core/rules/plan.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign, QuietHours, ShopPolicy, Step } from "../../src/core/values/policy.ts";

/** 20:00 in Shanghai. */
export const T0 = Date.parse("2026-11-10T12:00:00Z");

export const shopPolicy = (change: Partial<ShopPolicy> = {}): ShopPolicy => ({
  id: "acme",
  timeZone: "Asia/Shanghai",
  locale: "zh-CN",
  currency: "CNY",
  country: "CN",
  joinAtMost: 5,
  closeAfter: null,
  quietHours: null,
  cashOnDelivery: ["cod"],
  chaseShipped: false,
  name: null,
  ...change,
});

export const afterCreated = (id: string, ms: number, channels = ["sms"]): Step => ({
  id,
  at: { kind: "afterCreated", ms },
  channels,
});

export const beforeClose = (id: string, ms: number, channels = ["sms"]): Step => ({
  id,
  at: { kind: "beforeClose", ms },
  channels,
});

export const campaignOf = (change: Partial<Campaign> = {}): Campaign => ({
  key: "default",
  version: "1",
  name: "Default",
  priority: 0,
  active: { from: null, to: null },
  match: { shops: null, tags: null, amount: null },
  exclude: null,
  steps: [afterCreated("nudge", 10 * MINUTE)],
  variants: [],
  holdout: 0,
  quietHours: null,
  limits: { max: 3, per: DAY, gap: 10 * MINUTE },
  repeatAfter: 20 * HOUR,
  paidSilence: DAY,
  minAge: 3 * MINUTE,
  minLead: 2 * MINUTE,
  staleAfter: 60 * MINUTE,
  whenTight: "pull",
  attributionWindow: DAY,
  pauseWhen: null,
  manual: null,
  ...change,
});

export const clock = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  return hours * HOUR + minutes * MINUTE + seconds * 1000;
};

export const quietOf = (from: string, to: string): QuietHours => ({ from: clock(from), to: clock(to) });

export const planOrder = (change: Partial<PlanOrder> = {}): PlanOrder => {
  const createdAt = change.createdAt ?? T0;
  return { id: "o1", createdAt, closesAt: null, reportedAt: createdAt, settled: {}, ...change };
};

export const planFacts = (change: Partial<PlanFacts> = {}): PlanFacts => ({
  now: T0,
  campaign: campaignOf(),
  quiet: null,
  zone: "Asia/Shanghai",
  orders: [planOrder()],
  contactFor: () => "usable",
  paidAt: null,
  sends: [],
  promisedAt: null,
  ...change,
});

export const orderEvent = (
  id: string,
  type: EventType,
  at: number,
  order: Partial<OrderPayload> = {},
): ReceivedEvent => ({
  id,
  type,
  occurredAt: at,
  order: { id: "o1", ...order },
});

type ChangedFacts = {
  readonly contact?: string;
  readonly suppressed?: boolean;
  readonly zone?: string;
  readonly tier?: string;
};

/** One buyer on a simulated clock: events happen at their instants, and rows that are due in between are decided. */
export type Buyer = {
  readonly state: BuyerState;
  readonly out: Decision[];
  /** Runs the clock to `at` and applies the events there; rows due at that instant are decided by the next call. */
  receive(at: number, ...events: ReceivedEvent[]): Buyer;
  setFacts(at: number, facts: ChangedFacts): Buyer;
  /** At `at` a person records that the buyer will pay at `when`. */
  promise(at: number, when: number): Buyer;
  /** At `at` a person takes the case, or lets it go if that is `until`. */
  hold(at: number, until: number): Buyer;
  touch(at: number, campaigns: readonly Campaign[], keepTimes?: boolean): Buyer;
  /** Decides everything up to and including `at` (default: all there is). */
  run(at?: number): Buyer;
  /** `minute reason-or-channel step orders` of each decision. */
  rows(): string[];
};

const FAR = 400 * DAY;

export function buyerOf(
  options: {
    campaigns?: readonly Campaign[];
    shop?: Partial<ShopPolicy>;
    contacts?: readonly string[];
    bucket?: number;
    pausedChannels?: ReadonlySet<string>;
    lostUntil?: number;
  } = {},
): Buyer {
  const state = newBuyer(shopPolicy(options.shop), options.bucket ?? 1);
  let cases = 0;
  const policyOf = (campaigns: readonly Campaign[]): BuyerPolicy => ({
    campaigns: byPriority(campaigns),
    channels: new Map([
      ["sms", ["phone"]],
      ["chat", ["chat"]],
      ["whatsapp", ["chat.whatsapp", "phone"]],
      ["email", ["email"]],
    ]),
    newId: () => `c${++cases}`,
    lostUntil: options.lostUntil ?? null,
    ...(options.pausedChannels === undefined ? {} : { pausedChannels: options.pausedChannels }),
  });
  let policy = policyOf(options.campaigns ?? [campaignOf()]);
  for (const kind of options.contacts ?? ["phone"])
    state.contacts.set(kind, { suppressed: false, reportedAt: 0, reportedId: "" });
  const out: Decision[] = [];
  const events = new Map<string, ReceivedEvent[]>();
  let now = Number.NEGATIVE_INFINITY;
  const runTo = (limit: number, inclusive: boolean): void => {
    for (;;) {
      const wake = nextWake(state, now);
      if (wake === null) break;
      const at = Math.max(wake, now);
      if (at > limit || (at === limit && !inclusive)) break;
      now = at;
      out.push(...advance(state, policy, at));
    }
    now = Math.max(now, limit);
  };
  const buyer: Buyer = {
    state,
    out,
    receive(at, ...list) {
      runTo(at, false);
      for (const event of list) {
        const soFar = [...(events.get(event.order.id) ?? []), event];
        events.set(event.order.id, soFar);
        const change = () => {
          const order = foldOrder(soFar, state.shop);
          const tracked = state.orders.get(order.id);
          if (tracked === undefined) state.orders.set(order.id, { order, reportedAt: null, settled: {} });
          else tracked.order = order;
        };
        out.push(...applyChange(state, policy, at, change));
      }
      return buyer;
    },
    setFacts(at, { contact, suppressed, zone, tier }) {
      runTo(at, false);
      const change = () => {
        if (contact !== undefined)
          state.contacts.set(contact, { suppressed: suppressed ?? false, reportedAt: at, reportedId: String(at) });
        if (zone !== undefined) state.zone = zone;
        if (tier !== undefined) state.tier = tier;
      };
      out.push(...applyChange(state, policy, at, change));
      return buyer;
    },
    promise(at, when) {
      runTo(at, false);
      const change = () => {
        if (state.open !== null) state.open.promise = { at: when, recordedAt: at };
      };
      out.push(...applyChange(state, policy, at, change));
      return buyer;
    },
    hold(at, until) {
      runTo(at, false);
      if (state.open !== null) state.open.hold = { until, isOver: false };
      out.push(...touch(state, policy, at, true));
      return buyer;
    },
    touch(at, campaigns, keepTimes) {
      runTo(at, false);
      policy = policyOf(campaigns);
      out.push(...touch(state, policy, at, keepTimes));
      return buyer;
    },
    run(at = FAR + T0) {
      runTo(at, true);
      return buyer;
    },
    rows: () => out.map(describe),
  };
  return buyer;
}

function describe({ at, kind, channel, reason, step, orders }: Decision): string {
  const minutes = (at - T0) / MINUTE;
  return `${minutes} ${kind === "send" ? channel : reason} ${step ?? "*"} ${orders.join("+")}`;
}

/** An order created at `at` minutes after T0; `closes` minutes after T0. */
export const created = (
  id: string,
  at: number,
  order: Partial<OrderPayload> & { closes?: number } = {},
): ReceivedEvent => {
  const { closes, ...rest } = order;
  const when = T0 + at * MINUTE;
  return orderEvent(`${id}-created`, "order.created", when, {
    id,
    amount: "10.00",
    currency: "CNY",
    createdAt: when,
    ...(closes === undefined ? {} : { closesAt: T0 + closes * MINUTE }),
    ...rest,
  });
};

export const event = (
  kind: "updated" | "paid" | "closed" | "refunded",
  id: string,
  at: number,
  order: Partial<OrderPayload> = {},
) => orderEvent(`${id}-${kind}-${at}`, `order.${kind}`, T0 + at * MINUTE, { id, ...order });
