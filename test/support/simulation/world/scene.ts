/** The scene of a seed: a shop, its campaigns and channels, its buyers and what happens to their orders. Times are mostly whole minutes, so that limits are met exactly. */
import { KEPT } from "../../../../src/core/desk/words.ts";
import type { EventType, OrderPayload } from "../../../../src/core/order/event.ts";
import type { ReceivedEvent } from "../../../../src/core/order/order.ts";
import { byPriority } from "../../../../src/core/rules/match.ts";
import type { Channel } from "../../../../src/core/seams/channel.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { hash32 } from "../../../../src/core/values/hash.ts";
import type { Campaign, ContactKind, QuietHours, ShopPolicy, Step } from "../../../../src/core/values/policy.ts";
import { campaignOf, shopPolicy, T0 } from "../../rules.ts";
import type { Dice } from "./faults.ts";

export type SimChannel = Pick<Channel, "name" | "provider" | "contacts" | "fallback" | "timeoutMs" | "cost"> & {
  readonly idempotent?: true;
  /** The provider can be asked about a message. */
  readonly askable?: boolean;
};

/** A change of a buyer at a moment. An event is a fact of the shop; the rest is done by people. */
export type Told =
  | {
      readonly kind: "event";
      readonly event: ReceivedEvent;
      readonly contacts: readonly string[];
      readonly zone: string | null;
    }
  | { readonly kind: "promise"; readonly at: number }
  | { readonly kind: "suppress"; readonly contact: string }
  /** Somebody of the staff takes the case for so long; 0: lets it go; KEPT: keeps it. */
  | { readonly kind: "hold"; readonly ms: number }
  /** An event proves that two buyers are one. */
  | { readonly kind: "merge"; readonly other: string };

export type Happening = { readonly at: number; readonly buyer: string; readonly told: Told };
/** One request of a shop. */
export type Post = { readonly at: number; readonly buyer: string; readonly told: readonly Told[] };

/** The campaigns and the pauses from a moment on. */
export type Revision = { readonly at: number; readonly campaigns: readonly Campaign[]; readonly shop: ShopPolicy };

export type Scene = {
  readonly from: number;
  readonly to: number;
  readonly shop: ShopPolicy;
  readonly channels: ReadonlyMap<string, SimChannel>;
  /** The first revision, and those that follow. */
  readonly revisions: readonly Revision[];
  readonly buyers: readonly { readonly id: string; readonly bucket: number }[];
  readonly happenings: readonly Happening[];
};

/** Without daylight saving time: a check can compute the wall clock by itself. */
export const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  "Asia/Shanghai": 8 * HOUR,
  "America/Phoenix": -7 * HOUR,
};

export function sceneOf(dice: Dice, hours: number): Scene {
  const from = T0 + dice.int(0, 23) * HOUR;
  const to = from + hours * HOUR;
  const shop = shopPolicy({
    timeZone: dice.pick(Object.keys(ZONES)),
    closeAfter: dice.pick([null, 2 * HOUR, 6 * HOUR, 12 * HOUR]),
    quietHours: dice.chance(0.4) ? quiet(dice) : null,
  });
  const first = byPriority([campaign(dice, "one"), ...(dice.chance(0.4) ? [campaign(dice, "two")] : [])]);
  const buyers = Array.from({ length: dice.int(4, 6) }, (_, n) => ({
    id: `b${n}`,
    bucket: hash32(`id:b${n}-${dice.int(0, 1e9)}`),
  }));
  return {
    from,
    to,
    shop,
    channels: channels(dice),
    revisions: revisions(dice, { at: from, campaigns: first, shop }, to),
    buyers,
    happenings: [
      ...buyers.flatMap(({ id }) => happeningsOf(dice, id, first, from, to)),
      ...(dice.chance(0.4) ? [mergeOf(dice, from, to)] : []),
    ],
  };
}

const minutes = (dice: Dice, max: number): number => dice.int(0, max / 5) * 5 * MINUTE;
const quiet = (dice: Dice): QuietHours => ({ from: minutes(dice, 23 * 60), to: minutes(dice, 23 * 60) });

function channels(dice: Dice): ReadonlyMap<string, SimChannel> {
  const of = (name: string, contacts: readonly ContactKind[], more: Partial<SimChannel> = {}): SimChannel => ({
    name,
    provider: name,
    contacts,
    fallback: null,
    timeoutMs: dice.pick([5, 10, 20]) * SECOND,
    cost: null,
    ...more,
  });
  return new Map(
    [
      of("sms", ["phone"], { fallback: dice.chance(0.4) ? "chat" : null, askable: dice.chance(0.6) }),
      of("chat", ["chat"]),
      of("hook", ["phone"], { idempotent: true }),
    ].map((channel) => [channel.name, channel]),
  );
}

function steps(dice: Dice): Step[] {
  return Array.from({ length: dice.int(1, 4) }, (_, n) => ({
    id: `s${n}`,
    at: {
      kind: dice.pick(["afterCreated", "afterCreated", "beforeClose"]),
      ms: (n + 1) * MINUTE * 5 + minutes(dice, 60),
    },
    channels: dice.pick([["sms"], ["sms", "chat"], ["chat", "sms"], ["hook"], ["hook", "chat"], ["chat"]]),
  }));
}

function campaign(dice: Dice, key: string): Campaign {
  return campaignOf({
    key,
    steps: steps(dice),
    priority: key === "two" ? 1 : 0,
    match: { shops: null, tags: key === "two" ? ["x"] : null, amount: null },
    exclude: dice.chance(0.2) ? { shops: null, tags: ["no"], amount: null } : null,
    quietHours: dice.chance(0.3) ? quiet(dice) : null,
    limits: {
      max: dice.pick([1, 2, 3, 5, 8]),
      per: dice.pick([HOUR, 4 * HOUR, DAY]),
      gap: dice.pick([0, 5, 10, 20]) * MINUTE,
    },
    repeatAfter: dice.pick([10 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 20 * HOUR]),
    paidSilence: dice.pick([null, 20 * MINUTE, HOUR, 4 * HOUR]),
    minAge: dice.int(0, 3) * MINUTE,
    minLead: dice.pick([2, 5]) * MINUTE,
    staleAfter: dice.pick([15, 30, 60]) * MINUTE,
    whenTight: dice.pick(["pull", "pull", "skip"]),
    holdout: dice.pick([0, 0, 0, 0, 0, 0, 0.5, 1]),
    manual: dice.chance(0.25)
      ? {
          amountAtLeast: "30.00",
          handBackAfter: dice.pick([null, 20 * MINUTE, HOUR]),
          ...(dice.chance(0.3) ? { holdout: 0.5 } : {}),
        }
      : null,
  });
}

/** Operators change steps, and pause and resume campaigns, the shop and a payment method. */
function revisions(dice: Dice, first: Revision, to: number): Revision[] {
  const all = [first];
  let last = first;
  for (let n = dice.pick([0, 0, 0, 1, 2, 3]); n > 0; n--) {
    const { at: before, campaigns, shop } = last;
    const at = before + Math.floor((dice.draw() * (to - first.at)) / 3);
    const { paused, pausedMethods, ...usual } = shop;
    last = dice.pick<() => Revision>([
      () => ({ at, shop, campaigns: campaigns.map((each) => ({ ...each, version: `${n}`, steps: steps(dice) })) }),
      () => ({ at, shop, campaigns: campaigns.map((each) => ({ ...each, paused: each.paused !== true })) }),
      () => ({ at, campaigns, shop: paused === true ? usual : { ...usual, paused: true } }),
      () => ({
        at,
        campaigns,
        shop: pausedMethods === undefined ? { ...usual, pausedMethods: new Set(["card"]) } : usual,
      }),
    ])();
    all.push(last);
  }
  return all;
}

const mergeOf = (dice: Dice, from: number, to: number): Happening => ({
  at: from + Math.floor(dice.draw() * (to - from)),
  buyer: dice.pick(["b1", "b2"]),
  told: { kind: "merge", other: "b0" },
});

function happeningsOf(dice: Dice, buyer: string, [first]: readonly Campaign[], from: number, to: number): Happening[] {
  const happenings: Happening[] = [];
  const delays = first?.steps.flatMap(({ at }) => (at.kind === "afterCreated" ? [at.ms] : [])) ?? [];
  const skew = dice.hit("clock of the shop wrong") ? dice.int(-10, 10) * MINUTE : 0;
  const contacts = dice.pick([
    ["phone"],
    ["phone", "chat.wechat"],
    ["phone", "chat.wechat"],
    ["phone", "chat.wechat"],
    ["chat.wechat"],
    [],
  ]);
  for (let n = dice.int(2, 6); n > 0; n--) {
    const id = `${buyer}-o${n}`;
    const created = Math.floor((from + dice.draw() * (to - from) * 0.7) / MINUTE) * MINUTE;
    let number = 0;
    const tell = (type: EventType, at: number, order: Partial<OrderPayload> = {}): void => {
      const event = { id: `${id}-e${number++}`, type, occurredAt: at + skew, order: { id, ...order } as OrderPayload };
      const zone = dice.chance(0.05) ? dice.pick(Object.keys(ZONES)) : null;
      happenings.push({ at, buyer, told: { kind: "event", event, contacts: dice.chance(0.9) ? contacts : [], zone } });
    };
    /** Some time after it was created, often that of a reminder or just beside it. */
    const later = (): number => {
      if (delays.length === 0 || dice.chance(0.4)) return created + dice.int(1, 240) * MINUTE;
      return Math.max(
        created + MINUTE,
        created + dice.pick(delays) + dice.pick([-MINUTE, -2, 0, 1, 20, 500, 3000, 30_000, 10 * MINUTE]),
      );
    };
    const amount = dice.pick(["10.00", "20.00", "35.00"]);
    tell("order.created", created, {
      amount,
      currency: "CNY",
      createdAt: created + skew,
      tags: dice.pick([[], [], ["x"], ["no"]]),
      ...(dice.chance(0.5) ? { closesAt: created + skew + dice.int(1, 40) * 6 * MINUTE } : {}),
      paymentMethod: dice.pick(["cod", "card", "card", "wallet", "wallet", "wallet"]),
      ...(dice.chance(0.1) ? { pendingConfirmation: true } : {}),
    });
    if (dice.chance(0.3)) tell("order.updated", later(), { pendingConfirmation: false, paymentMethod: "card" });
    if (dice.chance(0.2)) tell("order.updated", later(), { closesAt: created + skew + dice.int(2, 60) * 10 * MINUTE });
    if (dice.chance(0.2))
      tell("order.updated", later(), { amount: dice.pick(["15.00", "40.00"]), tags: dice.pick([["x"], ["no"], []]) });
    if (dice.chance(0.2)) tell("order.paid", later(), { amount: "5.00", currency: "CNY" });
    const paid = later();
    if (dice.chance(0.5)) tell("order.paid", paid);
    if (dice.chance(0.15)) tell("order.refunded", Math.max(paid, later()));
    if (dice.chance(0.15)) tell("order.closed", later());
    if (dice.chance(0.15))
      happenings.push({ at: later(), buyer, told: { kind: "promise", at: later() + dice.int(0, 12) * 10 * MINUTE } });
    if (dice.chance(0.15)) {
      const taken = later();
      happenings.push({ at: taken, buyer, told: { kind: "hold", ms: dice.pick([15 * MINUTE, HOUR, KEPT]) } });
      if (dice.chance(0.5))
        happenings.push({ at: taken + dice.int(1, 40) * MINUTE, buyer, told: { kind: "hold", ms: 0 } });
    }
    if (dice.chance(0.05))
      happenings.push({ at: later(), buyer, told: { kind: "suppress", contact: dice.pick(["phone", "chat.wechat"]) } });
  }
  return happenings;
}

/** Shops send some events together, when the last of them happened. */
export function postsOf(dice: Dice, happenings: readonly Happening[]): Post[] {
  const posts: Post[] = [];
  for (const { at, buyer, told } of happenings) {
    const last = posts.at(-1);
    if (last?.buyer === buyer && told.kind !== "merge" && dice.chance(0.1))
      posts.splice(-1, 1, { at: Math.max(last.at, at), buyer, told: [...last.told, told] });
    else posts.push({ at, buyer, told: [told] });
  }
  return posts;
}
