import { describe, expect, it } from "vitest";
import type { BuyerPayload, EventType, OrderEvent, OrderPayload } from "../../../../src/core/order/event.ts";
import { byPriority } from "../../../../src/core/rules/match.ts";
import { labelOf } from "../../../../src/core/simulation/person.ts";
import { simulate } from "../../../../src/core/simulation/simulate.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Campaign, ShopPolicy } from "../../../../src/core/values/policy.ts";
import { afterCreated, campaignOf, quietOf, shopPolicy, T0 } from "../../../support/rules.ts";

const at = (minutes: number) => T0 + minutes * MINUTE;
const PHONE = "+8613812345678";
type Change = Partial<OrderPayload> & { shop?: string; eventId?: string };

const event = (
  type: string,
  id: string,
  minutes: number,
  buyer: BuyerPayload | null,
  change: Change = {},
): OrderEvent => {
  const { shop = "acme", eventId = `${id}-${type}-${minutes}`, ...order } = change;
  const created = type === "created" ? { amount: "10.00", currency: "CNY", createdAt: at(minutes) } : {};
  return {
    id: eventId,
    type: `order.${type}` as EventType,
    occurredAt: at(minutes),
    shop,
    order: { id, ...created, buyer, ...order },
  };
};
const created = (id: string, minutes: number, buyer: BuyerPayload | null, change: Change = {}) =>
  event("created", id, minutes, buyer, change);

function run(
  events: readonly OrderEvent[],
  options: {
    campaigns?: Campaign[];
    shop?: Partial<ShopPolicy>;
    from?: number;
    capped?: NonNullable<Parameters<typeof simulate>[0]["capped"]>;
  } = {},
) {
  const rows: { text: string; person: Parameters<typeof labelOf>[0] }[] = [];
  const totals = simulate({
    events,
    shopOf: (id) => shopPolicy({ id, ...options.shop }),
    policy: {
      campaigns: byPriority(options.campaigns ?? [campaignOf()]),
      channels: new Map([
        ["sms", ["phone"]],
        ["chat", ["chat"]],
      ]),
    },
    capped: options.capped ?? [],
    from: options.from ?? null,
    decided: ({ at: when, reason, channel, step, orders }, person) =>
      rows.push({ text: `${(when - T0) / MINUTE} ${reason ?? channel} ${step ?? "*"} ${orders.join("+")}`, person }),
  });
  return { totals, rows: rows.map(({ text, person }) => `${labelOf(person)}: ${text}`).sort() };
}

describe("a simulation", () => {
  it("caps what an address gets over a channel, and takes the fallback or skips", () => {
    const campaign = campaignOf({
      steps: [
        afterCreated("one", 10 * MINUTE, ["sms"]),
        afterCreated("two", 40 * MINUTE, ["sms"]),
        afterCreated("three", 70 * MINUTE, ["sms"]),
      ],
      limits: { max: 9, per: HOUR, gap: 0 },
    });
    const sms = { name: "sms", contacts: ["phone"] as const, caps: { perAddress: 1, per: 50 * MINUTE } };
    const events = [created("a", 0, { id: "A", phone: PHONE, chat: { qq: "1" } })];
    const rows = (fallback: string | null) =>
      run(events, { campaigns: [campaign], capped: [{ ...sms, fallback }] }).rows;
    expect(rows(null)).toEqual(["A: 10 sms one a", "A: 40 cap two a", "A: 70 sms three a"]);
    expect(rows("chat")).toEqual(["A: 10 sms one a", "A: 40 chat two a", "A: 70 sms three a"]);
  });

  it("lets events happen at their time, whatever their place in the file", () => {
    const events = [
      event("paid", "b", 5, null),
      created("b", 1, { id: "B", phone: PHONE }),
      created("a", 0, { id: "A", phone: "+8613912345678" }),
    ];
    const { rows, totals } = run(events);
    expect(rows).toEqual(["A: 10 sms nudge a", "B: 5 paid nudge b"]);
    expect(totals).toEqual({ orders: 2, cases: 2, to: at(10), duplicates: 0 });
  });

  it("takes one event id of a shop once, the first of it", () => {
    const buyer = { id: "A", phone: PHONE };
    const twice = [created("a", 0, buyer, { eventId: "e" }), created("b", 1, buyer, { eventId: "e" })];
    expect(run(twice)).toMatchObject({ rows: ["A: 10 sms nudge a"], totals: { duplicates: 1 } });
    expect(run([...twice, created("c", 1, buyer, { eventId: "e", shop: "other" })]).rows).toHaveLength(2);
  });

  it.each<[string, BuyerPayload, BuyerPayload]>([
    ["the platform's id", { id: "A", phone: PHONE }, { id: "A" }],
    ["the phone, however written", { phone: PHONE }, { phone: "138 1234 5678" }],
    ["a chat handle", { chat: { wechat: "w" }, phone: PHONE }, { chat: { wechat: "w " } }],
  ])("joins buyers by %s", (_, one, other) => {
    expect(run([created("a", 0, one), created("b", 1, other)]).totals).toMatchObject({ orders: 2, cases: 1 });
  });

  it("joins nobody by a number that more buyer ids share than one person has, and writes to it no more", () => {
    const share = (n: number, minutes: number) => created(`o${n}`, minutes, { id: `b${n}`, phone: PHONE });
    const five = [1, 2, 3, 4, 5].map((n) => share(n, 0));
    expect(run(five)).toMatchObject({ totals: { cases: 1 }, rows: ["b1: 10 sms nudge o1+o2+o3+o4+o5"] });
    const six = run([...five, share(6, 0)]);
    expect(six.totals.cases).toBe(6);
    expect(six.rows.every((row) => row.includes("no_contact"))).toBe(true);
    // Later than the others: they were one buyer until then, and are separated.
    const later = run([...five, share(6, 5)]);
    expect(later.totals.cases).toBe(6);
    expect(later.rows).toHaveLength(6);
    expect(later.rows.every((row) => row.includes("no_contact"))).toBe(true);
  });

  it("keeps buyer ids together whose orders another contact joins, though it was reported without an id", () => {
    const wb = { chat: { wechat: "wb" } };
    const wa = { chat: { wechat: "wa" } };
    const events = [
      event("updated", "a", 0, wa),
      event("closed", "x", 0, { id: "B", ...wb }),
      created("b", 1, { id: "B" }),
      created("b", 2, { phone: PHONE, ...wa }),
      event("updated", "a", 3, { id: "A" }),
    ];
    const last = created("a", 5, { id: "A", phone: PHONE, ...wb });
    expect(run([...events, last], { shop: { joinAtMost: 1 } })).toMatchObject({
      rows: ["B: 15 sms nudge b+a"],
      totals: { cases: 1 },
    });
  });

  it("opens a balance window at the very moment at which its buyer loses a shared contact", () => {
    const presale = { depositPaid: true, balanceFrom: at(50), balanceTo: at(500) };
    const events = [
      created("a", 0, { id: "A", phone: PHONE }, { presale }),
      created("b", 50, { id: "B", phone: PHONE }),
    ];
    const { rows } = run(events, { shop: { joinAtMost: 1 } });
    expect(rows.map((row) => row.slice(0, 1)).sort()).toEqual(["A", "B"]);
  });

  it("falls back to the number that a buyer had before, when the later one proves to be shared", () => {
    const OTHER = "+8613912345678";
    const events = [
      created("a", 0, { id: "A", phone: OTHER }),
      event("updated", "a", 1, { phone: PHONE }),
      ...[1, 2, 3, 4, 5, 6].map((n) => created(`o${n}`, 2, { id: `b${n}`, phone: PHONE })),
    ];
    expect(run(events).rows.filter((row) => row.startsWith("A"))).toEqual(["A: 10 sms nudge a"]);
  });

  it("keeps shops and kinds of handle apart", () => {
    const one = { id: "A", phone: PHONE };
    expect(run([created("a", 0, one), created("a", 0, one, { shop: "other" })]).totals.cases).toBe(2);
    expect(run([created("a", 0, { chat: { x: "w" } }), created("b", 0, { chat: { y: "w" } })]).totals.cases).toBe(2);
  });

  it("finds the buyer of an event without one by its order, before or after", () => {
    expect(run([event("paid", "a", -5, null), created("a", 0, { id: "A", phone: PHONE })]).rows).toEqual([
      "A: 0 closed * a",
    ]);
    expect(run([event("paid", "x", 0, null)])).toMatchObject({ rows: [], totals: { orders: 0, cases: 0 } });
  });

  it("calls a buyer by the platform's id, even if it is reported last, else by a masked contact", () => {
    const { rows } = run([
      created("a", 0, { phone: PHONE }),
      event("updated", "a", 20, { id: "A" }),
      created("b", 0, { phone: "+8613912345678" }),
    ]);
    expect(rows).toEqual(["+86139****5678: 10 sms nudge b", "A: 10 sms nudge a"]);
  });

  it("treats an order that closed before it was created as closed", () => {
    const order = created("a", 10, { id: "A" }, { closesAt: at(9) });
    expect(run([order]).rows).toEqual(["A: 10 closed * a"]);
  });

  it("says why a case still waits", () => {
    const campaign = campaignOf({ match: { shops: null, tags: ["x"], amount: null } });
    expect(run([created("a", 0, { id: "A" }), created("b", 5, { id: "A" })], { campaigns: [campaign] }).rows).toEqual([
      "A: 0 no_campaign * a+b",
    ]);
  });
});

describe("merging", () => {
  const one = { id: "A", phone: PHONE };
  const two = { chat: { wechat: "w" } };
  const proof = (minutes: number, order = "b") => event("updated", order, minutes, { id: "A", chat: { wechat: "w" } });

  it("makes one case of two, and replans it", () => {
    const { rows, totals } = run([created("a", 0, one), created("b", 4, two), proof(6)]);
    expect(rows).toEqual(["A: 14 sms nudge a+b"]);
    expect(totals).toMatchObject({ orders: 2, cases: 1 });
  });

  it("unites sends and settled steps: nothing is sent again", () => {
    const campaigns = [campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE), afterCreated("second", HOUR)] })];
    const { rows } = run([created("a", 0, one), created("b", 4, { ...two, phone: "+8613912345678" }), proof(30)], {
      campaigns,
    });
    expect(rows).toEqual(["A: 10 sms nudge a", "A: 14 sms nudge b", "A: 64 sms second a+b"]);
  });

  it("keeps a promise of silence: a payment of one silences the other", () => {
    const { rows } = run([created("x", -60, one), event("paid", "x", -30, null), created("b", 4, two), proof(6)]);
    expect(rows).toEqual(["A: -50 sms nudge x", "A: 14 paid_other_order nudge b"]);
  });

  it("takes the last reported contact of each kind", () => {
    const campaigns = [campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE, ["chat"])] })];
    expect(run([created("a", 0, one), created("b", 4, two), proof(6)], { campaigns }).rows).toEqual([
      "A: 14 chat nudge a+b",
    ]);
  });

  it("keeps the oldest buyer's case, zone and arms", () => {
    const campaigns = [campaignOf({ quietHours: quietOf("13:00", "14:00") })];
    const berlin = { ...one, timeZone: "Europe/Berlin" };
    expect(run([created("a", 0, berlin), created("b", 4, two), proof(6)], { campaigns }).rows).toEqual([
      "A: 60 sms nudge a+b",
    ]);
  });

  it("joins three at once, and a case that only a loser has", () => {
    const three = { phone: "+8613912345678" };
    const { rows, totals } = run([
      event("updated", "z", -90, one),
      created("b", 1, two),
      created("c", 2, three),
      event("updated", "c", 3, { id: "A", chat: { wechat: "w" } }),
    ]);
    expect(rows).toEqual(["A: 12 sms nudge b+c"]);
    expect(totals).toMatchObject({ orders: 2, cases: 1 });
  });

  it("takes over the platform's id, and replans even when the event itself changes nothing", () => {
    const late = event("updated", "a", 6, { phone: PHONE, chat: { wechat: "w" } });
    const { rows } = run([created("a", 0, { phone: PHONE }), created("b", 4, { id: "B", ...two }), late]);
    expect(rows).toEqual(["B: 14 sms nudge a+b"]);
  });

  it("goes by what was known at each moment: before the proof both are reminded", () => {
    const { rows } = run([created("a", 0, one), created("b", 1, { ...two, phone: "+8613912345678" }), proof(20)]);
    expect(rows).toEqual(["A: 10 sms nudge a", "A: 11 sms nudge b"]);
  });
});

describe("from a later moment on", () => {
  const buyer = { id: "A", phone: PHONE };
  it("knows events from before, and decides nothing at their times", () => {
    const events = [
      created("old", -300, buyer),
      event("paid", "old", -200, null),
      created("a", 0, { id: "B", phone: "+8613912345678" }),
      created("b", 5, buyer),
    ];
    expect(run(events, { from: at(4) }).rows).toEqual(["A: 15 paid_other_order nudge b", "B: 10 sms nudge a"]);
  });
  it("decides overdue rows at once", () => {
    expect(run([created("a", 0, buyer)], { from: at(30) }).rows).toEqual(["A: 30 sms nudge a"]);
    expect(run([created("a", 0, buyer, { closesAt: at(31) })], { from: at(30) }).rows).toEqual([
      "A: 30 no_time nudge a",
    ]);
  });
  it("is the same as from the first event when that is where it begins", () => {
    const events = [created("a", 0, buyer), created("b", 5, buyer), event("closed", "a", 9, null)];
    expect(run(events, { from: at(0) }).rows).toEqual(run(events).rows);
    expect(run(events, { from: at(-60) }).rows).toEqual(run(events).rows);
  });
});
