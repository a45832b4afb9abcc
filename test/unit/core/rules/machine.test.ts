import { describe, expect, it } from "vitest";
import { isHeldOut, variantOf } from "../../../../src/core/rules/arms.ts";
import { advance } from "../../../../src/core/rules/buyer.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Campaign } from "../../../../src/core/values/policy.ts";
import { afterCreated, beforeClose, buyerOf, campaignOf, created, event, quietOf, T0 } from "../../../support/rules.ts";

const at = (minutes: number) => T0 + minutes * MINUTE;
const two = campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE), beforeClose("last", 30 * MINUTE)] });
const match = (tags: string[]) => ({ shops: null, tags, amount: null });

describe("rule 1: the case", () => {
  it("chases all unpaid orders as one, and ends with the last", () => {
    const buyer = buyerOf()
      .receive(at(0), created("a", 0))
      .receive(
        at(5),
        created("b", 5),
        created("cod", 5, { paymentMethod: "cod" }),
        created("wait", 5, { pendingConfirmation: true }),
      )
      .receive(at(6), event("paid", "a", 6))
      .run();
    expect(buyer.rows()).toEqual(["15 paid_other_order nudge b"]);
  });

  it("takes in an order that ceases to be cash on delivery, and lets go one that becomes it", () => {
    const buyer = buyerOf()
      .receive(at(0), created("a", 0, { paymentMethod: "cod" }))
      .receive(at(60), event("updated", "a", 60, { paymentMethod: "alipay" }))
      .run(at(69))
      .receive(at(69.5), event("updated", "a", 69.5, { paymentMethod: "cod" }))
      .run();
    expect(buyer.rows()).toEqual(["69.5 excluded nudge a"]);
  });

  it("opens a presale order with its balance window", () => {
    const presale = { depositPaid: true, balanceFrom: at(100), balanceTo: at(200) };
    const buyer = buyerOf({ campaigns: [two] })
      .receive(at(0), created("a", 0, { closes: 5, presale }))
      .run();
    expect(buyer.rows()).toEqual(["110 sms nudge a", "170 sms last a"]);
  });

  it("leaves a presale order out of the case until its window opens", () => {
    const presale = { depositPaid: true, balanceFrom: at(100) };
    const buyer = buyerOf().receive(at(0), created("p", 0, { presale }));
    expect(buyer.state.open).toBeNull();
    buyer.receive(at(5), created("a", 5)).run(at(99));
    expect(buyer.rows()).toEqual(["15 sms nudge a"]);
    expect(buyer.state.open?.members).toEqual(["a"]);
    expect(buyer.run(at(100)).state.open?.members).toEqual(["a", "p"]);
  });

  it.each([
    ["paid", event("paid", "a", 1)],
    ["closed", event("closed", "a", 1)],
    ["refunded", event("refunded", "a", 1)],
    ["closed by its time", event("updated", "a", 1, { closesAt: at(2) })],
  ])("has one row `closed` for an order reported when already over: %s", (_, over) => {
    expect(buyerOf().receive(at(5), over, created("a", 0)).run().rows()).toEqual(["5 closed * a"]);
  });

  it.each([
    ["cash on delivery", { paymentMethod: "cod" }],
    ["a presale without its deposit", { presale: { balanceFrom: at(0) } }],
  ])("has none for one that nobody may chase: %s", (_, order) => {
    expect(
      buyerOf()
        .receive(at(5), event("paid", "a", 1), created("a", 0, order))
        .run()
        .rows(),
    ).toEqual([]);
  });

  it("takes an order at the very moment of its close for open until the clock closes it", () => {
    const buyer = buyerOf({ campaigns: [two] }).receive(at(60), created("a", 0, { closes: 60 }));
    expect(buyer.state.open?.members).toEqual(["a"]);
    expect(buyer.run().rows()).toEqual(["60 no_time nudge a", "60 no_time last a"]);
    expect(
      buyerOf()
        .receive(at(60) + 1, created("a", 0, { closes: 60 }))
        .run()
        .rows(),
    ).toEqual([`${60 + 1 / MINUTE} closed * a`]);
  });

  it("closes by the clock, and opens again when a later close is reported", () => {
    const buyer = buyerOf({
      campaigns: [campaignOf({ steps: [afterCreated("nudge", 60 * MINUTE), beforeClose("last", 30 * MINUTE)] })],
    })
      .receive(at(0), created("a", 0, { closes: 2 }))
      .run(at(2));
    // hi = 0 and lo = 3: no step fits; both are decided where they are anchored or when the case ends.
    expect(buyer.rows()).toEqual(["0 no_time last a", "2 no_time nudge a"]);
    buyer.receive(at(40), event("updated", "a", 40, { closesAt: at(4000) })).run();
    expect(buyer.rows().slice(2)).toEqual(["3970 sms last a"]);
  });

  it("never opens again after order.closed", () => {
    const buyer = buyerOf()
      .receive(at(0), created("a", 0))
      .receive(at(1), event("closed", "a", 1));
    buyer.receive(at(2), event("updated", "a", 2, { closesAt: at(500) })).run();
    expect(buyer.rows()).toEqual(["1 closed nudge a"]);
  });
});

describe("rule 2: the campaign of a case", () => {
  const plain = campaignOf({ key: "plain" });
  const vip = campaignOf({
    key: "vip",
    priority: 5,
    match: match(["vip"]),
    steps: [afterCreated("v1", 10 * MINUTE), afterCreated("v2", HOUR)],
  });

  it("is the highest priority that fits any order; the others count, too", () => {
    const buyer = buyerOf({ campaigns: [plain, vip] })
      .receive(at(0), created("a", 0))
      .receive(at(1), created("b", 1, { tags: ["vip"] }))
      .run();
    expect(buyer.rows()).toEqual(["11 sms v1 a+b", "61 sms v2 a+b"]);
  });

  it("is one of the order's own shop", () => {
    const other = campaignOf({ match: { shops: ["other"], tags: null, amount: null } });
    expect(buyerOf({ campaigns: [other] }).receive(at(0), created("a", 0)).state.open?.whole?.reason).toBe(
      "no_campaign",
    );
  });

  it("breaks ties by the smaller key", () => {
    const buyer = buyerOf({ campaigns: [campaignOf({ key: "b" }), campaignOf({ key: "a" })] })
      .receive(at(0), created("a", 0))
      .run();
    expect(buyer.out.map(({ campaign }) => campaign?.key)).toEqual(["a"]);
  });

  it.each([
    ["from is active", { from: at(0), to: null }, true],
    ["before from is not", { from: at(0) + 1, to: null }, false],
    ["before to is", { from: null, to: at(0) + 1 }, true],
    ["to is not", { from: null, to: at(0) }, false],
  ])("is active at the order's creation: %s", (_, active, fits) => {
    const rows = buyerOf({ campaigns: [campaignOf({ active })] })
      .receive(at(0), created("a", 0))
      .receive(at(20), event("paid", "a", 20))
      .run()
      .rows();
    expect(rows).toEqual([fits ? "10 sms nudge a" : "0 no_campaign * a"]);
  });

  it.each([
    ["amount at min", { min: "10.00", max: null }, true],
    ["below min", { min: "10.01", max: null }, false],
    ["amount at max", { min: null, max: "10" }, true],
    ["above max", { min: null, max: "9.999999" }, false],
  ])("matches the amount of the order: %s", (_, amount, fits) => {
    const campaign = campaignOf({ match: { shops: ["acme"], tags: null, amount } });
    const rows = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .receive(at(20), event("paid", "a", 20))
      .run()
      .rows();
    expect(rows).toEqual([fits ? "10 sms nudge a" : "0 no_campaign * a"]);
  });

  it("is chosen again until a send, then stays while an order of that send is in the case", () => {
    const start = () => buyerOf({ campaigns: [plain, vip] }).receive(at(0), created("a", 0));
    const before = start()
      .receive(at(5), created("b", 5, { tags: ["vip"] }))
      .run();
    expect(before.rows()).toEqual(["15 sms v1 a+b", "65 sms v2 a+b"]);
    const after = start()
      .receive(at(11), created("b", 11, { tags: ["vip"] }))
      .run();
    expect(after.rows()).toEqual(["10 sms nudge a", "21 recent nudge a+b"]);
    const free = start()
      .receive(at(11), created("b", 11, { tags: ["vip"] }))
      .receive(at(12), event("closed", "a", 12))
      .run();
    expect(free.rows()).toEqual(["10 sms nudge a", "21 sms v1 b", "71 sms v2 b"]);
  });

  it("does not count what it excludes", () => {
    const campaign = campaignOf({ exclude: match(["no"]) });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("x", 0, { tags: ["no"] }), created("a", 5))
      .run();
    expect(buyer.rows()).toEqual(["15 sms nudge a"]);
  });

  it("decides the rest of its plan when it stays after a send but now excludes every order", () => {
    const campaign = campaignOf({ steps: two.steps, exclude: match(["no"]) });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 120 }))
      .receive(at(50), event("updated", "a", 50, { tags: ["no"] }))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a", "50 excluded last a"]);
  });

  it.each([
    ["excluded", campaignOf({ exclude: match(["no"]) })],
    ["no_campaign", campaignOf({ match: match(["other"]), exclude: match(["no"]) })],
  ])("waits with one row for the whole case: %s", (reason, campaign) => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { tags: ["no"] }))
      .receive(at(5), created("b", 5, { tags: ["no"] }))
      .run();
    expect(buyer.rows()).toEqual([]);
    buyer.receive(at(9), event("closed", "a", 9), event("closed", "b", 9));
    expect(buyer.rows()).toEqual([`0 ${reason} * b`]);
  });

  it("leaves no row for the whole case once it had a plan", () => {
    const campaign = campaignOf({ exclude: match(["no"]) });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { tags: ["no"] }))
      .receive(at(1), event("updated", "a", 1, { tags: [] }))
      .receive(at(2), event("updated", "a", 2, { tags: ["no"] }))
      .receive(at(9), event("paid", "a", 9))
      .run();
    expect(buyer.rows()).toEqual(["2 excluded nudge a"]);
  });

  it("replans under a new version", () => {
    const buyer = buyerOf().receive(at(0), created("a", 0));
    buyer.touch(at(2), [campaignOf({ version: "2", steps: [afterCreated("nudge", 20 * MINUTE)] })]).run();
    expect(buyer.rows()).toEqual(["20 sms nudge a"]);
  });
});

describe("rule 11: at one instant", () => {
  it("takes events before it closes by the clock", () => {
    const buyer = buyerOf({ campaigns: [two] })
      .receive(at(0), created("a", 0, { closes: 60 }))
      .receive(at(60), event("updated", "a", 60, { closesAt: at(90) }))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a", "30 sms last a"]);
    expect(buyer.state.open).toBeNull();
  });

  it("closes before it decides: what is left is planned without the closed order", () => {
    const campaign = campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE)], minLead: 0 });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 10 }), created("b", 0, { closes: 50 }))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge b"]);
    const alone = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 10 }))
      .run();
    expect(alone.rows()).toEqual(["10 closed nudge a"]);
  });

  it("closes several orders at the same instant together", () => {
    const buyer = buyerOf({ campaigns: [two] })
      .receive(at(0), created("a", 0, { closes: 8 }), created("b", 1, { closes: 8 }))
      .run();
    expect(buyer.rows()).toEqual(["3 superseded last a+b", "6 sms nudge a+b"]);
  });

  it("decides planned skips, then sends in list order, replanning after each", () => {
    const campaign = campaignOf({
      steps: [
        afterCreated("s1", 10 * MINUTE, ["sms"]),
        afterCreated("s2", 20 * MINUTE, ["sms"]),
        afterCreated("s3", 30 * MINUTE, ["chat"]),
      ],
    });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .run();
    expect(buyer.rows()).toEqual(["10 sms s1 a", "20 sms s2 a", "90 no_contact s3 a"]);
  });

  it("replans after each of two skips of one instant, when the time before the quiet hours is already past", () => {
    const campaign = campaignOf({
      steps: [beforeClose("s1", 90 * MINUTE), beforeClose("s2", 60 * MINUTE)],
      quietHours: quietOf("22:00", "08:00"),
    });
    const buyer = buyerOf({ campaigns: [campaign], contacts: [] })
      .receive(at(0), created("a", 0, { closes: 360 }))
      .run();
    expect(buyer.rows()).toEqual(["179 no_contact s1 a", "300 quiet_hours s2 a"]);
  });

  it("moves the second of two sends of one instant by the gap", () => {
    const campaign = campaignOf({ steps: [afterCreated("s1", 5 * MINUTE), afterCreated("s2", 5 * MINUTE)] });
    // s1 is superseded by s2 at one moment; the same step of a new order comes a gap later at the earliest.
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .run();
    expect(buyer.rows()).toEqual(["5 superseded s1 a", "5 sms s2 a"]);
    const spaced = campaignOf({ steps: [afterCreated("s1", 5 * MINUTE), afterCreated("s2", 6 * MINUTE)] });
    expect(
      buyerOf({ campaigns: [spaced] })
        .receive(at(0), created("a", 0))
        .run()
        .rows(),
    ).toEqual(["5 sms s1 a", "15 sms s2 a"]);
  });

  it.each([
    ["max within per", { max: 2, per: 50 * MINUTE, gap: 0 }, ["10 sms s1 a", "20 sms s2 a", "30 cap s3 a"]],
    [
      "a send exactly per ago does not count",
      { max: 2, per: 20 * MINUTE, gap: 0 },
      ["10 sms s1 a", "20 sms s2 a", "30 sms s3 a"],
    ],
    [
      "one a moment younger does",
      { max: 2, per: 20 * MINUTE + 1, gap: 0 },
      ["10 sms s1 a", "20 sms s2 a", "30 cap s3 a"],
    ],
  ])("keeps the cap: %s", (_, limits, expected) => {
    const steps = [1, 2, 3].map((n) => afterCreated(`s${n}`, n * 10 * MINUTE));
    expect(
      buyerOf({ campaigns: [campaignOf({ steps, limits })] })
        .receive(at(0), created("a", 0))
        .run()
        .rows(),
    ).toEqual(expected);
  });

  it("counts sends of earlier cases and other campaigns against the cap", () => {
    const limits = { max: 1, per: DAY, gap: 0 };
    const other = campaignOf({ key: "other", priority: 1, match: match(["x"]), limits, paidSilence: null });
    const buyer = buyerOf({ campaigns: [campaignOf({ limits, paidSilence: null }), other] })
      .receive(at(0), created("a", 0, { tags: ["x"] }))
      .receive(at(30), event("paid", "a", 30))
      .receive(at(100), created("b", 100))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a", "110 cap nudge b"]);
  });

  it("takes the first usable channel, and names the orders that can still be paid in time", () => {
    const campaign = campaignOf({
      steps: [
        afterCreated("nudge", 10 * MINUTE, ["chat", "sms", "fax"]),
        afterCreated("second", 30 * MINUTE, ["chat", "sms"]),
      ],
    });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 32 }), created("b", 0, { closes: 32 - 1 / 60 }), created("c", 0))
      .setFacts(at(20), { contact: "chat.wechat" })
      .run();
    // b closes a second too early for the time of the second step, which its close pulls to 29 min 59 s.
    expect(buyer.rows()).toEqual(["10 sms nudge a+b+c", `${30 - 1 / 60} chat second a+b+c`]);
    const settled = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 32 }), created("b", 0))
      .receive(at(20), created("c", 20, { closes: 31 }))
      .run();
    expect(settled.rows()[0]).toBe("10 sms nudge a+b");
  });

  it("does not name an order that closes too soon to be paid", () => {
    const campaign = campaignOf({ steps: [beforeClose("last", 5 * MINUTE)] });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 60 }), created("b", 0, { closes: 100 }))
      .receive(at(57), event("updated", "b", 57, { closesAt: at(63.5) }))
      .run();
    expect(buyer.rows()[0]).toBe("55 sms last a+b");
    const late = buyerOf({ campaigns: [campaign], contacts: [] })
      .receive(at(0), created("a", 0, { closes: 60 }), created("b", 0, { closes: 100 }))
      .run();
    expect(late.rows()).toEqual(["58 no_contact last a+b", "98 no_contact last b"]);
    const soon = campaignOf({ limits: { max: 9, per: DAY, gap: 0 }, repeatAfter: 0 });
    const buyers = buyerOf({ campaigns: [soon] })
      .receive(at(0), created("a", 0, { closes: 13 }))
      .receive(at(10.5), created("b", 2))
      .run();
    expect(buyers.rows()).toEqual(["10 sms nudge a", "12 sms nudge b"]);
  });
});

describe("rule 12: settling", () => {
  it("settles a skip for orders due by then; later ones make a new row", () => {
    const campaign = campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE)] });
    const buyer = buyerOf({ campaigns: [campaign], contacts: [] })
      .receive(at(0), created("a", 0))
      .receive(at(15), created("b", 15))
      .run();
    // r = min(25, 20) = 20, skipped at 80; b's own time 25 ≤ 80 is settled with it.
    expect(buyer.rows()).toEqual(["80 no_contact nudge a+b"]);
    const tight = buyerOf({ campaigns: [campaignOf({ whenTight: "skip" })] })
      .receive(at(0), created("a", 0, { closes: 11 }), created("b", 15, { closes: 100 }))
      .run();
    expect(tight.rows()).toEqual(["25 sms nudge b"]);
  });

  it("settles a send for orders due up to repeatAfter later, not for one due exactly then", () => {
    const run = (later: number) =>
      buyerOf({ campaigns: [campaignOf({ steps: [beforeClose("last", 30 * MINUTE)], repeatAfter: HOUR })] })
        .receive(at(0), created("a", 0, { closes: 100 }), created("b", 0, { closes: 100 + later }))
        .run()
        .rows();
    expect(run(59)).toEqual(["70 sms last a+b"]);
    expect(run(60)).toEqual(["70 sms last a+b", "130 sms last b"]);
  });

  it("settles with a send every step listed before it", () => {
    const campaign = campaignOf({ steps: [beforeClose("early", 10 * MINUTE), afterCreated("late", 20 * MINUTE)] });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 100 }))
      .run();
    // The first is strictly later than the second and neither was moved: the second goes.
    expect(buyer.rows()).toEqual(["20 superseded late a", "90 sms early a"]);
    const apart = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { closes: 100 }))
      .receive(at(1), created("b", 1, { closes: 28 }))
      .run();
    expect(apart.rows()).toEqual(["18 sms early a+b", "21 gap late a+b"]);
  });

  it("decides rows of earlier steps that a send takes away as superseded", () => {
    const campaign = campaignOf({
      steps: [afterCreated("s1", 10 * MINUTE), afterCreated("s2", 60 * MINUTE)],
      quietHours: quietOf("20:05", "21:00"),
    });
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .run();
    expect(buyer.rows()).toEqual(["60 superseded s1 a", "60 sms s2 a"]);
    const later = campaignOf({
      steps: [afterCreated("s1", 10 * MINUTE), afterCreated("s2", 60 * MINUTE)],
      quietHours: quietOf("20:05", "20:59"),
    });
    const apart = buyerOf({ campaigns: [later] })
      .receive(at(0), created("a", 0))
      .run();
    expect(apart.rows()).toEqual(["59 sms s1 a", "69 sms s2 a"]);
    // Quiet hours move s1 to 30, and s2 was not moved: s1 is superseded at 30, which the send of s2 brings forward.
    const before = campaignOf({
      steps: [afterCreated("s1", 10 * MINUTE), afterCreated("s2", 4 * MINUTE)],
      quietHours: quietOf("20:05", "20:30"),
    });
    expect(
      buyerOf({ campaigns: [before] })
        .receive(at(0), created("a", 0))
        .run()
        .rows(),
    ).toEqual(["4 sms s2 a", "4 superseded s1 a"]);
  });

  it("reminds again of an order whose own time moved later by more than repeatAfter", () => {
    const campaign = campaignOf({ steps: [beforeClose("last", 30 * MINUTE)], repeatAfter: HOUR });
    const run = (closes: number) =>
      buyerOf({ campaigns: [campaign] })
        .receive(at(0), created("a", 0, { closes: 100 }))
        .receive(at(80), event("updated", "a", 80, { closesAt: at(closes) }))
        .run()
        .rows();
    expect(run(160)).toEqual(["70 sms last a"]);
    expect(run(161)).toEqual(["70 sms last a", "131 sms last a"]);
  });
});

describe("rule 13: the end", () => {
  const both = {
    campaigns: [
      campaignOf({
        steps: [afterCreated("nudge", 10 * MINUTE), beforeClose("last", 30 * MINUTE)],
        whenTight: "skip" as const,
      }),
    ],
  };
  it.each([
    ["paid", event("paid", "a", 5)],
    ["closed", event("closed", "a", 5)],
    ["refunded", event("refunded", "a", 5)],
    ["excluded", event("updated", "a", 5, { pendingConfirmation: true })],
  ])("gives each send the reason %s, and each skip its own", (reason, over) => {
    const buyer = buyerOf(both)
      .receive(at(0), created("a", 0, { closes: 42 }))
      .receive(at(5), over)
      .run();
    expect(buyer.rows()).toEqual([`5 ${reason} nudge a`, `5 ${reason} last a`]);
    const tight = buyerOf(both)
      .receive(at(0), created("a", 0, { closes: 11.5 }))
      .receive(at(5), over)
      .run();
    expect(tight.rows()).toEqual([`0 no_time last a`, `5 no_time nudge a`]);
  });

  it.each([
    [["refunded", "closed", "paid"], "paid"],
    [["refunded", "closed"], "closed"],
    [["pending", "refunded"], "refunded"],
  ])("of several things at one instant %s counts as %s", (kinds, reason) => {
    const over = kinds.map((kind, index) =>
      kind === "pending"
        ? event("updated", `o${index}`, 5, { pendingConfirmation: true })
        : event(kind as "paid", `o${index}`, 5),
    );
    const buyer = buyerOf()
      .receive(at(0), ...kinds.map((_, index) => created(`o${index}`, 0)))
      .receive(at(5), ...over)
      .run();
    expect(buyer.rows()).toEqual([`5 ${reason} nudge o${kinds.length - 1}`]);
  });

  it("puts a payment before any other end of the case at that instant, by event or by clock", () => {
    const loud = campaignOf({ paidSilence: null, minLead: 0 });
    const byEvent = buyerOf({ campaigns: [loud] })
      .receive(at(0), created("a", 0), created("b", 0))
      .receive(at(6), event("paid", "b", 6), event("closed", "a", 6));
    expect(byEvent.rows()).toEqual(["6 paid nudge a"]);
    const clock = buyerOf({ campaigns: [loud] })
      .receive(at(0), created("a", 0, { closes: 6 }), created("b", 0))
      .receive(at(6), event("paid", "b", 6))
      .run();
    expect(clock.rows()).toEqual(["6 paid nudge a"]);
    const apart = buyerOf({ campaigns: [loud] })
      .receive(at(0), created("a", 0), created("b", 0))
      .receive(at(5), event("paid", "b", 5))
      .receive(at(6), event("closed", "a", 6));
    expect(apart.rows()).toEqual(["6 closed nudge a"]);
  });

  it("decides nothing for orders that leave while the case goes on", () => {
    const buyer = buyerOf()
      .receive(at(0), created("a", 0), created("b", 2))
      .receive(at(5), event("closed", "a", 5))
      .run();
    expect(buyer.rows()).toEqual(["12 sms nudge b"]);
  });
});

describe("rule 14: taken up late", () => {
  const decide = (change: Partial<Campaign>, minutes: number, order: { closes?: number } = {}) => {
    const { state } = buyerOf({ campaigns: [campaignOf(change)] }).receive(at(0), created("a", 0, order));
    const channels = new Map([["sms", ["phone" as const]]]);
    const rows = advance(state, { campaigns: [campaignOf(change)], channels, newId: () => "c" }, at(minutes));
    const row = state.open?.rows[0];
    return row === undefined
      ? rows.map(({ reason, channel }) => reason ?? channel)
      : [`deferred ${(row.at - T0) / MINUTE}`];
  };
  const quietHours = quietOf("20:20", "21:00");
  it.each<[string, Partial<Campaign>, number, { closes?: number }, string]>([
    ["staleAfter late is not stale", {}, 70, {}, "sms"],
    ["later is", {}, 70 + 1 / 60, {}, "stale"],
    ["at hi it is in time", {}, 28, { closes: 30 }, "sms"],
    ["after hi it is too late", {}, 29, { closes: 30 }, "no_time"],
    ["the close goes first", {}, 30, { closes: 30 }, "closed"],
    ["quiet hours put it off", { quietHours }, 25, {}, "deferred 60"],
    ["or skip it", { quietHours }, 25, { closes: 40 }, "quiet_hours"],
  ])("%s", (_, change, minutes, order, expected) => expect(decide(change, minutes, order)).toEqual([expected]));
});

describe("rule 15: holdout", () => {
  const steps = [afterCreated("s1", 10 * MINUTE), afterCreated("s2", 30 * MINUTE), beforeClose("s3", 30 * MINUTE)];
  const receive = (holdout: number) =>
    buyerOf({ campaigns: [campaignOf({ steps, holdout })] })
      .receive(at(0), created("a", 0, { closes: 300 }))
      .receive(at(5), created("b", 5, { closes: 400 }))
      .receive(at(280), event("paid", "a", 280))
      .run()
      .rows();

  it("skips the sends of the other arm, at the same moments, for the same orders", () => {
    expect(receive(0)).toEqual(["15 sms s1 a+b", "35 sms s2 a+b", "270 sms s3 a+b"]);
    expect(receive(1)).toEqual(["15 holdout s1 a+b", "35 holdout s2 a+b", "270 holdout s3 a+b"]);
  });

  it("settles the steps before as a send does", () => {
    const backward = {
      steps: [beforeClose("early", 10 * MINUTE), afterCreated("late", 4 * MINUTE)],
      quietHours: quietOf("20:05", "20:30"),
    };
    const rows = (holdout: number) =>
      buyerOf({ campaigns: [campaignOf({ ...backward, holdout })] })
        .receive(at(0), created("a", 0, { closes: 35 }))
        .run()
        .rows();
    expect(rows(0)).toEqual(["4 sms late a", "4 superseded early a"]);
    expect(rows(1)).toEqual(["4 holdout late a", "4 superseded early a"]);
  });

  it("falls the same way for one buyer, near its share over many, and apart from the variants", () => {
    const campaign = campaignOf({
      holdout: 0.2,
      variants: [
        { key: "a", weight: 50 },
        { key: "b", weight: 50 },
      ],
    });
    const buckets = Array.from({ length: 20_000 }, (_, n) => n * 2_654_435);
    const held = buckets.filter((bucket) => isHeldOut(campaign, "acme", bucket));
    expect(held.length / buckets.length).toBeCloseTo(0.2, 1);
    expect(buckets.filter((bucket) => isHeldOut(campaign, "acme", bucket))).toEqual(held);
    for (const some of [held, buckets]) {
      const share = some.filter((bucket) => variantOf(campaign, "acme", bucket) === "a").length / some.length;
      expect(share).toBeGreaterThan(0.47);
      expect(share).toBeLessThan(0.53);
    }
    const elsewhere = held.filter((bucket) => isHeldOut({ ...campaign, key: "other" }, "acme", bucket)).length;
    expect(elsewhere / held.length).toBeCloseTo(0.2, 1);
  });
});

describe("rule 16: a person's case", () => {
  const campaign = campaignOf({ manual: { amountAtLeast: "25.00", handBackAfter: null } });
  it("is a person's as a whole, dated when its orders reached the amount", () => {
    const below = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { amount: "24.99" }))
      .run();
    expect(below.rows()).toEqual(["10 sms nudge a"]);
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { amount: "25" }))
      .receive(at(3), event("updated", "a", 3, { amount: "1" }))
      .receive(at(9), event("paid", "a", 9))
      .run();
    expect(buyer.rows()).toEqual(["0 manual * a"]);
  });
  it("skips the rest of a plan at its times", () => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .receive(at(4), created("b", 4, { amount: "15.00" }))
      .run();
    expect(buyer.rows()).toEqual(["14 manual nudge a+b"]);
  });
  it("is kept from people for a share of the buyers, each for as long as it lasts", () => {
    const kept = (holdout: number) => campaignOf({ manual: { amountAtLeast: "25.00", handBackAfter: null, holdout } });
    const shares = [0, 0.3, 1].map((holdout) => {
      const rows = Array.from({ length: 200 }, (_, bucket) =>
        buyerOf({ campaigns: [kept(holdout)], bucket: bucket * 7_919 })
          .receive(at(0), created("a", 0, { amount: "25" }))
          .run()
          .rows(),
      );
      return rows.filter(([row]) => row === "10 sms nudge a").length / rows.length;
    });
    expect([shares[0], shares[2]]).toEqual([0, 1]);
    expect(shares[1]).toBeGreaterThan(0.2);
    expect(shares[1]).toBeLessThan(0.4);
  });
  it("stays kept from people under a later version that keeps nobody", () => {
    const of = (holdout: number) => campaignOf({ manual: { amountAtLeast: "25.00", handBackAfter: null, holdout } });
    const buyer = buyerOf({ campaigns: [of(1)] })
      .receive(at(0), created("a", 0, { amount: "25" }))
      .touch(at(5), [of(0)])
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a"]);
  });
  it("counts only orders that count", () => {
    const shy = { ...campaign, exclude: match(["no"]) };
    const buyer = buyerOf({ campaigns: [shy] })
      .receive(at(0), created("a", 0), created("b", 0, { amount: "99.00", tags: ["no"] }))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a"]);
  });
});

describe("rule 16: a person's case that is handed back", () => {
  const steps = [afterCreated("s1", 10 * MINUTE), afterCreated("s2", 2 * HOUR)];
  const manual = { amountAtLeast: "25.00", handBackAfter: HOUR };
  const campaign = campaignOf({ steps, manual });
  const dear = { amount: "25.00" };

  it("is planned as if its orders had been reported then", () => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, dear))
      .run();
    expect(buyer.rows()).toEqual(["63 sms s1 a", "120 sms s2 a"]);
  });
  it("has a step that is too old by then skipped", () => {
    const later = campaignOf({ steps, manual: { ...manual, handBackAfter: 71 * MINUTE } });
    const buyer = buyerOf({ campaigns: [later] })
      .receive(at(0), created("a", 0, dear))
      .run();
    expect(buyer.rows()).toEqual(["71 stale s1 a", "120 sms s2 a"]);
  });
  it("is a person's no more, whatever its amount", () => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, dear))
      .receive(at(61), created("b", 61, dear))
      .run();
    expect(buyer.rows()).toEqual(["64 sms s1 a+b", "181 sms s2 a+b"]);
  });
  it("was skipped at its times until then, and has its row at that very moment back", () => {
    const before = [afterCreated("s0", 30 * MINUTE), afterCreated("s1", HOUR), afterCreated("s2", 2 * HOUR)];
    const buyer = buyerOf({
      campaigns: [campaignOf({ steps: before, manual: { ...manual, handBackAfter: 55 * MINUTE } })],
    })
      .receive(at(0), created("a", 0))
      .receive(at(5), event("updated", "a", 5, dear))
      .run();
    expect(buyer.rows()).toEqual(["30 manual s0 a", "60 sms s1 a", "120 sms s2 a"]);
  });
  it("stays a person's if it ends before", () => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0, { ...dear, closes: 60 }))
      .run();
    expect(buyer.rows()).toEqual(["0 manual * a"]);
  });
});

describe("rule 16: a promise", () => {
  const steps = [afterCreated("s1", 10 * MINUTE), afterCreated("s2", HOUR)];
  const promised = (minutes: number, change: Partial<Campaign> = {}, closes?: number) =>
    buyerOf({ campaigns: [campaignOf({ steps, ...change })] })
      .receive(at(0), created("a", 0, closes === undefined ? {} : { closes }))
      .promise(at(5), at(minutes));
  const quietHours = quietOf("20:25", "21:00");
  it.each<[string, ReturnType<typeof buyerOf>, string[]]>([
    ["moves what is earlier there", promised(30), ["30 sms s1 a", "60 sms s2 a"]],
    ["leaves what is not earlier", promised(10), ["10 sms s1 a", "60 sms s2 a"]],
    ["lets one of several go there", promised(90), ["90 superseded s2 a", "90 sms s1 a"]],
    ["skips at its time what would come too late", promised(30, {}, 25), ["10 promised s1 a", "23 promised s2 a"]],
    ["moves on to the end of quiet hours", promised(30, { quietHours }), ["60 superseded s1 a", "60 sms s2 a"]],
    ["goes to no time before it", promised(30, { quietHours }, 55), ["30 quiet_hours s1 a", "53 quiet_hours s2 a"]],
    [
      "is over with the payment",
      promised(30).receive(at(12), event("paid", "a", 12)),
      ["12 paid s1 a", "12 paid s2 a"],
    ],
    ["gives way to a later one", promised(30).promise(at(6), at(20)), ["20 sms s1 a", "60 sms s2 a"]],
    ["moves only what is left", promised(30).promise(at(40), at(70)), ["30 sms s1 a", "70 sms s2 a"]],
    ["holds for an order that joins", promised(30).receive(at(8), created("b", 8)), ["30 sms s1 a+b", "68 sms s2 a+b"]],
    [
      "ends with its case",
      promised(30).receive(at(6), event("closed", "a", 6), created("b", 6)),
      ["6 closed s1 a", "6 closed s2 a", "16 sms s1 b", "66 sms s2 b"],
    ],
  ])("%s", (_, buyer, expected) => expect(buyer.run().rows()).toEqual(expected));

  it("waits with the contact, too", () => {
    const buyer = buyerOf({ contacts: [] }).receive(at(0), created("a", 0)).promise(at(5), at(30));
    expect(buyer.run().rows()).toEqual(["90 no_contact nudge a"]);
  });
});

describe("changes re-plan", () => {
  it.each([
    ["an order that joins", (b: ReturnType<typeof buyerOf>) => b.receive(at(5), created("b", 5)), "15 sms nudge a+b"],
    [
      "an order that leaves",
      (b: ReturnType<typeof buyerOf>) => b.receive(at(4), created("b", 4)).receive(at(5), event("closed", "b", 5)),
      "10 sms nudge a",
    ],
    [
      "its times",
      (b: ReturnType<typeof buyerOf>) => b.receive(at(5), event("updated", "a", 5, { closesAt: at(11) })),
      "9 sms nudge a",
    ],
    [
      "a contact",
      (b: ReturnType<typeof buyerOf>) => b.setFacts(at(5), { contact: "phone", suppressed: true }),
      "70 suppressed nudge a",
    ],
    ["the zone", (b: ReturnType<typeof buyerOf>) => b.setFacts(at(5), { zone: "Europe/Berlin" }), "60 sms nudge a"],
    [
      "a payment of the buyer",
      (b: ReturnType<typeof buyerOf>) => b.receive(at(5), event("paid", "x", 5)),
      "10 paid_other_order nudge a",
    ],
    [
      "its refund",
      (b: ReturnType<typeof buyerOf>) =>
        b.receive(at(5), event("paid", "x", 5)).receive(at(6), event("refunded", "x", 6)),
      "10 sms nudge a",
    ],
  ])("%s", (_, change, expected) => {
    const buyer = buyerOf({ campaigns: [campaignOf({ quietHours: quietOf("13:00", "14:00") })] }).receive(
      at(0),
      created("a", 0),
    );
    expect(change(buyer).run().rows()).toEqual([expected]);
  });

  it.each([
    [
      "its amount",
      campaignOf({ match: { shops: null, tags: null, amount: { min: "20", max: null } } }),
      { amount: "20.00" },
    ],
    ["its tags", campaignOf({ match: match(["x"]) }), { tags: ["x"] }],
  ])("%s, by which the campaign is chosen", (_, campaign, change) => {
    const buyer = buyerOf({ campaigns: [campaign] })
      .receive(at(0), created("a", 0))
      .receive(at(5), event("updated", "a", 5, change))
      .run();
    expect(buyer.rows()).toEqual(["10 sms nudge a"]);
  });

  it("waits for a contact that is reported in time", () => {
    const buyer = buyerOf({ contacts: [] })
      .receive(at(0), created("a", 0))
      .setFacts(at(30), { contact: "phone" })
      .run();
    expect(buyer.rows()).toEqual(["30 sms nudge a"]);
  });
});
