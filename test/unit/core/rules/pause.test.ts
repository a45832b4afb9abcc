import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { advance, applyChange, nextWake } from "../../../../src/core/rules/buyer.ts";
import { newBuyer } from "../../../../src/core/rules/buyer-state.ts";
import { judgeSend, type UsableChannel } from "../../../../src/core/rules/judge.ts";
import { judgeRetry } from "../../../../src/core/rules/retry.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import {
  afterCreated,
  beforeClose,
  buyerOf,
  campaignOf,
  created,
  event,
  shopPolicy,
  T0,
} from "../../../support/rules.ts";

const at = (minutes: number) => T0 + minutes * MINUTE;
const steps = [afterCreated("nudge", 10 * MINUTE)];
const running = campaignOf({ steps });
const paused = campaignOf({ steps, paused: true });
/** The decisions: minute of the clock, outcome and step. A wait ends one millisecond after its last useful moment. */
const rows = (buyer: ReturnType<typeof buyerOf>) =>
  buyer.out.map(
    ({ at, kind, reason, step }) => `${Math.floor((at - T0) / MINUTE)} ${kind === "send" ? "send" : reason} ${step}`,
  );

describe("a paused campaign", () => {
  it("lets its sends wait, and ends them as campaign_paused when they are stale", () => {
    const buyer = buyerOf({ campaigns: [paused] })
      .receive(at(0), created("a", 0))
      .run(at(70));
    expect(rows(buyer)).toEqual([]);
    buyer.run();
    expect(buyer.out).toMatchObject([
      { at: at(70) + 1, kind: "skip", reason: "campaign_paused", step: "nudge", orders: ["a"] },
    ]);
  });

  it("ends them when the buyer could not act any more, if that is sooner", () => {
    const buyer = buyerOf({ campaigns: [paused] })
      .receive(at(0), created("a", 0, { closes: 30 }))
      .run();
    expect(buyer.out).toMatchObject([{ at: at(28) + 1, reason: "campaign_paused" }]);
  });

  it("sends waiting rows when it is resumed in time, and nothing after its useful time", () => {
    const begun = () => buyerOf({ campaigns: [paused] }).receive(at(0), created("a", 0, { closes: 600 }));
    expect(rows(begun().touch(at(60), [running], true).run())).toEqual(["60 send nudge"]);
    expect(rows(begun().touch(at(90), [running], true).run())).toEqual(["70 campaign_paused nudge"]);
    expect(rows(begun().touch(at(5), [running], true).run())).toEqual(["10 send nudge"]);
  });

  it("does not send a row that got stale while no worker ran, even if the campaign changed meanwhile", () => {
    const buyer = buyerOf({ campaigns: [running] }).receive(at(0), created("a", 0));
    // As a worker finds it that was away for three hours: the row is still there.
    const row = buyer.state.open?.rows[0];
    const late = buyerOf({ campaigns: [running] }).receive(at(180), created("a", 0));
    const open = late.state.open;
    const tracked = late.state.orders.get("a");
    if (open === null || row === undefined || tracked === undefined) throw new Error("planned");
    Object.assign(tracked, { reportedAt: at(0) });
    open.rows = [row];
    expect(rows(late.touch(at(180), [campaignOf({ steps, version: "2" })], true).run())).toEqual(["180 stale nudge"]);
  });

  it("gives the end of the order as reason, if that comes first", () => {
    const buyer = buyerOf({ campaigns: [paused] })
      .receive(at(0), created("a", 0))
      .receive(at(20), event("paid", "a", 20))
      .run();
    expect(rows(buyer)).toEqual(["20 paid nudge"]);
  });

  it("does not wait longer because of an event meanwhile", () => {
    const buyer = buyerOf({ campaigns: [paused] }).receive(at(0), created("a", 0));
    for (const minute of [20, 40, 60])
      buyer.receive(at(minute), event("updated", "a", minute, { amount: `${minute}.00` }));
    expect(rows(buyer.run())).toEqual(["70 campaign_paused nudge"]);
  });

  it("gives an order that joins its own time", () => {
    const buyer = buyerOf({ campaigns: [paused] })
      .receive(at(0), created("a", 0))
      .receive(at(65), created("b", 65))
      .run();
    // For both the time is twice the step's after the older one. This is long past, so the report of the younger one counts.
    expect(rows(buyer).at(-1)).toMatch(/campaign_paused nudge/);
    expect(buyer.out.flatMap(({ orders }) => orders)).toContain("b");
  });

  it("still decides planned skips at their times", () => {
    const campaign = campaignOf({
      paused: true,
      steps: [afterCreated("nudge", 10 * MINUTE), beforeClose("last", 50 * MINUTE)],
      quietHours: { from: 20 * HOUR + 5 * MINUTE, to: 20 * HOUR + 20 * MINUTE },
    });
    const buyer = buyerOf({ campaigns: [campaign], contacts: [] })
      .receive(at(0), created("a", 0, { closes: 100 }))
      .run();
    expect(buyer.out.map(({ reason }) => reason)).toEqual(["no_contact", "no_contact"]);
  });

  it("is not looked at while there is nothing to decide", () => {
    const buyer = buyerOf({ campaigns: [paused] })
      .receive(at(0), created("a", 0))
      .run(at(30));
    expect(nextWake(buyer.state, at(30))).toBe(at(70) + 1);
    expect(nextWake(buyer.state, at(5))).toBe(at(10));
  });

  it("never sends while paused or too late, and ends every row, whenever it is paused and resumed", () => {
    const when = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(fc.uniqueArray(when, { maxLength: 6 }), fc.integer({ min: 20, max: 190 }), (switches, closes) => {
        const campaign = campaignOf({ steps: [afterCreated("nudge", 10 * MINUTE), beforeClose("last", 15 * MINUTE)] });
        const buyer = buyerOf({ campaigns: [campaign] }).receive(at(0), created("a", 0, { closes }));
        const pauses: [number, number][] = [];
        const times = [...switches].sort((a, b) => a - b);
        for (const [index, minute] of times.entries()) {
          buyer.touch(at(minute), [{ ...campaign, paused: index % 2 === 0 }], true);
          if (index % 2 === 0) pauses.push([at(minute), at(times[index + 1] ?? 1_000)]);
        }
        buyer.run();
        expect(buyer.state.open).toBeNull();
        expect(new Set(buyer.out.map(({ step }) => step)).size).toBe(2);
        for (const { kind, at: moment, row } of buyer.out) {
          if (kind !== "send") continue;
          for (const [from, to] of pauses) expect(moment > from && moment < to).toBe(false);
          expect(moment).toBeLessThanOrEqual(row?.latest ?? Number.POSITIVE_INFINITY);
          expect(moment - (row?.at ?? 0)).toBeLessThanOrEqual(HOUR);
        }
      }),
    );
  });
});

it("a retry waits, too", () => {
  const judge = (now: number, order = foldOrder([created("a", 0, { closes: 100 })], shopPolicy())) =>
    judgeRetry({
      now,
      state: { ...newBuyer(shopPolicy(), 1), orders: new Map([["a", { order, reportedAt: at(0), settled: {} }]]) },
      campaign: { ...paused, quietHours: "off" },
      retry: { step: "nudge", at: at(10), latest: at(98), caseId: "c", orders: ["a"] },
      usable: { channel: "sms" },
    });
  expect(judge(at(20))).toEqual({ kind: "defer", until: at(70) + 1 });
  expect(judge(at(70) + 1)).toEqual({ kind: "skip", reason: "campaign_paused" });
  const paidOrder = foldOrder([created("a", 0), event("paid", "a", 1)], shopPolicy());
  expect(judge(at(20), paidOrder)).toEqual({ kind: "skip", reason: "paid" });
});

describe("a paused shop", () => {
  const shop = (paused: boolean) => ({ ...shopPolicy(), ...(paused ? { paused } : {}) });
  it("lets all its sends wait, and ends them as campaign_paused", () => {
    const buyer = buyerOf({ campaigns: [running], shop: shop(true) }).receive(at(0), created("a", 0));
    expect(rows(buyer.run(at(70)))).toEqual([]);
    expect(rows(buyer.run())).toEqual(["70 campaign_paused nudge"]);
    expect(
      rows(
        buyerOf({ campaigns: [running], shop: shop(false) })
          .receive(at(0), created("a", 0))
          .run(),
      ),
    ).toEqual(["10 send nudge"]);
  });
});

describe("a paused channel", () => {
  const order = foldOrder([created("a", 0, { closes: 100 })], shopPolicy());
  const state = { ...newBuyer(shopPolicy(), 1), orders: new Map([["a", { order, reportedAt: at(0), settled: {} }]]) };
  const judge = (now: number) =>
    judgeRetry({
      now,
      state,
      campaign: { ...running, quietHours: "off" },
      retry: { step: "nudge", at: at(10), latest: at(98), caseId: "c", orders: ["a"] },
      usable: { channel: "sms", paused: true },
    });
  it("does not hold up a later send on another channel, which supersedes its own", () => {
    const campaign = campaignOf({
      steps: [
        { ...afterCreated("nudge", 10 * MINUTE), channels: ["chat"] },
        { ...beforeClose("last", 10 * MINUTE), channels: ["sms"] },
      ],
      quietHours: "off",
    });
    const contacts = ["phone", "chat.wechat"];
    const buyer = buyerOf({ campaigns: [campaign], contacts, pausedChannels: new Set(["chat"]) });
    buyer.receive(at(0), created("a", 0, { closes: 30 }));
    const { state } = buyer;
    // As a worker finds it whose claims on the channel were refused until then.
    const policy = {
      campaigns: [campaign],
      channels: new Map([["sms", ["phone"]] as const, ["chat", ["chat"]] as const]),
      pausedChannels: new Set(["chat"]),
      newId: () => "c",
    };
    const decided = advance(state, policy, at(20)).map(({ kind, reason, step }) => `${reason ?? kind} ${step}`);
    expect(decided).toEqual(["send last", "superseded nudge"]);
  });

  it("keeps the time of a waiting send when its order is updated", () => {
    const timeAfterUpdate = (pausedChannels?: ReadonlySet<string>) => {
      const { state } = buyerOf({ campaigns: [running] }).receive(at(0), created("a", 0, { closes: 600 }));
      const tracked = state.orders.get("a");
      const policy = {
        campaigns: [running],
        channels: new Map([["sms", ["phone"]] as const]),
        newId: () => "c",
        ...(pausedChannels === undefined ? {} : { pausedChannels }),
      };
      applyChange(state, policy, at(20), () => {
        if (tracked !== undefined) tracked.order = { ...tracked.order, amount: 1 };
      });
      return state.open?.rows[0]?.at;
    };
    expect(timeAfterUpdate(new Set(["sms"]))).toBe(at(10));
    expect(timeAfterUpdate()).toBe(at(20));
  });

  it("lets a retry wait, and ends it as channel_down", () => {
    expect(judge(at(20))).toEqual({ kind: "defer", until: at(70) + 1 });
    expect(judge(at(70) + 1)).toEqual({ kind: "skip", reason: "channel_down" });
  });

  it("is the reason of a send that is late because of it", () => {
    const facts = { campaign: running, quiet: null, zone: "UTC", paidAt: null, sends: [], promisedAt: null };
    const send = { step: "nudge", at: at(10), latest: at(98) };
    const late = (usable: UsableChannel) => judgeSend(facts, send, at(70) + 1, usable, "first");
    expect(late({ channel: "sms", paused: true })).toEqual({ kind: "skip", reason: "channel_down" });
    expect(late({ channel: "sms" })).toEqual({ kind: "skip", reason: "stale" });
    expect(judgeSend(facts, send, at(70), { channel: "sms", paused: true }, "first")).toEqual({
      kind: "send",
      channel: "sms",
    });
  });
});
