/**
 * Generates scenarios: a shop, its campaigns and the events of its orders. Times lie on a grid of five minutes, so that bounds often meet
 * exactly, and so that many scenarios share their instants.
 */
import fc from "fast-check";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Amounts, Campaign, Match, QuietHours, ShopPolicy } from "../../../src/core/values/policy.ts";

export type Scenario = {
  readonly shop: ShopPolicy;
  readonly campaigns: readonly Campaign[];
  /** As a shop's system would send them, sorted by `occurredAt`. */
  readonly events: readonly { readonly at: number; readonly event: unknown }[];
};

const GRID = 5 * MINUTE;
const grid = (max: number, min = 0) => fc.integer({ min: min / GRID, max: max / GRID }).map((n) => n * GRID);
const often = <T>(usual: T, ...others: fc.Arbitrary<T>[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 * others.length }, ...others);
const hours = (max: number) => fc.integer({ min: 1, max }).map((n) => n * HOUR);
/** Mostly within a few hours, where things meet; at times the day after. */
const soon = fc.oneof(
  { arbitrary: fc.constantFrom(0, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR), weight: 3 },
  { arbitrary: grid(3 * HOUR), weight: 4 },
  hours(30),
);

const quietArb = fc.record({ from: grid(DAY - GRID), length: hours(10) });
const ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"];

type Quiet = { readonly from: number; readonly length: number };

const shopArb = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  closeAfter: fc.option(hours(20), { freq: 2 }),
  quiet: often<Quiet | null>(null, quietArb),
  cashOnDelivery: fc.constantFrom(["cod"], ["cod"], []),
  joinAtMost: fc.constantFrom(5, 5, 1, 2),
});

const stepArb = fc.record({
  kind: fc.constantFrom("afterCreated" as const, "afterCreated" as const, "beforeClose" as const),
  ms: fc.oneof({ arbitrary: grid(90 * MINUTE), weight: 4 }, hours(22)),
  channels: fc.constantFrom(
    ["sms"],
    ["chat"],
    ["chat", "sms"],
    ["sms", "chat"],
    ["whatsapp", "chat"],
    ["email"],
    ["email", "sms"],
    ["call"],
    ["call", "sms"],
  ),
});
const conditions = { shops: null, tags: null, amount: null };
const dear: Match = { ...conditions, amount: { min: "20", max: null } };
const tagged: Match = { ...conditions, tags: ["x", "y"] };

const campaignArb = fc.record({
  priority: fc.integer({ min: 0, max: 2 }),
  active: often<[number | null, number | null]>([null, null], fc.constantFrom([null, HOUR], [HOUR, null])),
  match: often<Match>(conditions, fc.constantFrom(dear, tagged)),
  exclude: often<Match | null>(
    null,
    fc.constantFrom({ ...dear, amount: { min: "50", max: null } }, { ...tagged, tags: ["no"] }),
  ),
  steps: fc.array(stepArb, { minLength: 1, maxLength: 3, size: "max" }),
  inOrder: often(true, fc.constant(false)),
  variants: fc.boolean(),
  holdout: often(0, fc.constantFrom(0.3, 1)),
  quiet: often<Quiet | "off" | null>(null, fc.constant("off"), quietArb),
  max: fc.integer({ min: 1, max: 3 }),
  per: fc.oneof(grid(2 * HOUR, GRID), hours(30)),
  gap: grid(30 * MINUTE),
  repeatAfter: fc.oneof(grid(2 * HOUR), hours(30)),
  paidSilence: fc.option(fc.oneof(grid(2 * HOUR), hours(30)), { freq: 2 }),
  minAge: often(0, grid(10 * MINUTE)),
  minLead: fc.constantFrom(0, 2 * MINUTE, GRID),
  staleAfter: often(60 * MINUTE, grid(90 * MINUTE)),
  whenTight: often<"pull" | "skip">("pull", fc.constant("skip")),
  manual: often<Campaign["manual"]>(
    null,
    fc.record({
      amountAtLeast: fc.constantFrom<Amounts | null>("20.00", "60.00", "130.00", { EUR: "10.00", CNY: "60.00" }, null),
      noContact: fc.boolean(),
      tiers: fc.constantFrom(["gold"], [], ["gold", "Silver"]),
      handBackAfter: fc.constantFrom(null, GRID, 30 * MINUTE, 2 * HOUR),
      holdout: often(0, fc.constantFrom(0.5, 1)),
    }),
  ),
});
type CampaignShape = typeof campaignArb extends fc.Arbitrary<infer T> ? T : never;

/** The buyers: two persons, who sometimes prove to be one. */
const PEOPLE = [
  { id: "A", phone: "+8613812345678", chat: { wechat: "wa" }, email: "both@acme.cn" },
  { id: "B", phone: "+8613912345678", chat: { wechat: "wb", whatsapp: "852 9123 4567" }, email: "Both@acme.cn" },
  { id: "C", phone: "+8613712345678", chat: { qq: "qc" }, email: "c@acme.cn" },
];
const toldBuyerArb = fc.record({
  fields: fc.subarray(["id", "phone", "chat"] as const, { minLength: 1 }),
  email: fc.boolean(),
  of: often<number | null>(null, fc.constantFrom(0, 1, 2)),
  foreign: often<"id" | "phone" | "chat" | null>(
    null,
    fc.constantFrom("id" as const, "phone" as const, "chat" as const),
  ),
  timeZone: often<string | null>(null, fc.constantFrom(...ZONES, "Mars/Base")),
  tier: often<string | null>(null, fc.constantFrom("gold", "silver", "bronze")),
});

const eventArb = fc.record({
  type: fc.constantFrom("created", "created", "created", "created", "updated", "updated", "paid", "closed", "refunded"),
  order: fc.constantFrom(0, 1, 2, 3, 4),
  at: soon,
  again: often(false, fc.constant(true)),
  buyer: fc.option(toldBuyerArb, { freq: 3 }),
  age: often(0, fc.constantFrom(GRID, 30 * MINUTE, 3 * HOUR)),
  amount: fc.constantFrom("10.00", "10.00", "25.00", "25.00", "60.00", "60.00", "0.00"),
  /** Paid or refunded by an event of that kind. */
  part: fc.constantFrom(null, null, "5.00", "10.00", "25.00"),
  open: fc.option(fc.oneof({ arbitrary: soon, weight: 3 }, hours(26)), { freq: 2 }),
  tags: fc.constantFrom(["x"], ["x"], ["y"], [], ["x", "no"]),
  pending: often<boolean | null>(null, fc.boolean()),
  method: often<string | null>(null, fc.constantFrom("cod", "alipay")),
  presale: often<{ paid: boolean | null; from: number | null; to: number | null } | null>(
    null,
    fc.record({
      paid: fc.constantFrom(true, true, false, null),
      from: fc.option(grid(3 * HOUR)),
      to: fc.option(grid(6 * HOUR, 3 * HOUR)),
    }),
  ),
});
type EventShape = typeof eventArb extends fc.Arbitrary<infer T> ? T : never;

/** The parts of a scenario, apart from its name and its start. */
export const scenarioArb = fc.record({
  shop: shopArb,
  campaigns: fc.array(campaignArb, { minLength: 1, maxLength: 2, size: "max" }),
  events: fc.array(eventArb, { minLength: 1, maxLength: 14, size: "max" }),
});
export type Shape = typeof scenarioArb extends fc.Arbitrary<infer T> ? T : never;

/** The shape as a shop of its own, beginning at `start`. */
export function scenarioOf(shape: Shape, name: string, start: number): Scenario {
  const { quiet, ...shop } = shape.shop;
  return {
    shop: {
      ...shop,
      id: name,
      name: null,
      chaseShipped: false,
      locale: "en",
      currency: "CNY",
      country: "CN",
      quietHours: quiet === null ? null : quietOf(quiet),
    },
    campaigns: shape.campaigns.map((campaign, index) => campaignOf(campaign, `${name}-${index}`, name, start)),
    events: shape.events
      .map((event, index) => ({ at: start + event.at, event: eventOf(event, index, name, start + event.at) }))
      .sort((a, b) => a.at - b.at),
  };
}

const quietOf = ({ from, length }: Quiet): QuietHours => ({ from, to: (from + length) % DAY });

function campaignOf(shape: CampaignShape, key: string, shop: string, start: number): Campaign {
  const { active, match, steps, inOrder, variants, quiet, max, per, gap, ...rest } = shape;
  const [from, to] = active;
  const useful = ({ kind, ms }: CampaignShape["steps"][number]) => (kind === "beforeClose" ? DAY - ms : ms);
  const sorted = inOrder ? steps.toSorted((a, b) => useful(a) - useful(b)) : steps;
  return {
    ...rest,
    key,
    name: key,
    version: "1",
    active: { from: from === null ? null : start + from, to: to === null ? null : start + to },
    match: { ...match, shops: [shop] },
    steps: sorted.map(({ kind, ms, channels }, index) => ({ id: `s${index}`, at: { kind, ms }, channels })),
    variants: variants ? ["a", "b"].map((variant) => ({ key: variant, weight: 50 })) : [],
    quietHours: quiet === null || quiet === "off" ? quiet : quietOf(quiet),
    limits: { max, per, gap },
    attributionWindow: DAY,
    pauseWhen: null,
  };
}

const instant = (ms: number) => new Date(ms).toISOString();

function eventOf(event: EventShape, index: number, shop: string, at: number) {
  const { type, order, again, age, amount, part, open, tags, pending, method, presale } = event;
  const isNew = type === "created";
  const priced = isNew || type === "updated";
  return {
    id: `e${again ? Math.max(0, index - 1) : index}`,
    type: `order.${type}`,
    occurredAt: instant(at),
    shop,
    order: {
      id: `${shop}-o${order}`,
      ...(priced ? { amount, currency: "CNY", tags } : {}),
      ...(part === null || !["paid", "refunded"].includes(type) ? {} : { amount: part }),
      ...(isNew ? { createdAt: instant(at - age) } : {}),
      ...(open === null || !priced ? {} : { closesAt: instant(at + open) }),
      ...(type === "paid" && age > 0 ? { paidAt: instant(at - age) } : {}),
      ...(type === "closed" && age > 0 ? { closedAt: instant(at - age) } : {}),
      ...(pending === null || !priced ? {} : { pendingConfirmation: pending }),
      ...(method === null ? {} : { paymentMethod: method }),
      ...(presale === null || !priced
        ? {}
        : {
            presale: {
              depositPaid: presale.paid,
              balanceFrom: presale.from === null ? null : instant(at + presale.from),
              balanceTo: presale.to === null ? null : instant(at + presale.to),
            },
          }),
      ...buyerOf(event, isNew),
    },
  };
}

function buyerOf({ order, buyer }: EventShape, required: boolean) {
  const fields = buyer?.fields ?? (required ? (["id", "phone"] as const) : []);
  if (fields.length === 0) return {};
  const person = PEOPLE[buyer?.of ?? order % PEOPLE.length] ?? PEOPLE[0];
  const other = PEOPLE[(order + 1) % PEOPLE.length];
  const foreign = buyer?.foreign ?? null;
  return {
    buyer: {
      ...Object.fromEntries(fields.map((field) => [field, person?.[field]])),
      ...(foreign === null ? {} : { [foreign]: other?.[foreign] }),
      ...(buyer?.email === true ? { email: person?.email } : {}),
      ...(buyer?.timeZone == null ? {} : { timeZone: buyer.timeZone }),
      ...(buyer?.tier == null ? {} : { tier: buyer.tier }),
    },
  };
}
