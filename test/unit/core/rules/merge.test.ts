import { describe, expect, it } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { type BuyerState, newBuyer, type OpenCase } from "../../../../src/core/rules/buyer-state.ts";
import { mergeBuyers } from "../../../../src/core/rules/merge.ts";
import { campaignOf, created, shopPolicy } from "../../../support/rules.ts";

const shop = shopPolicy();
const openCase = (id: string, openedAt: number, members: string[], change: Partial<OpenCase> = {}): OpenCase => ({
  id,
  openedAt,
  campaign: campaignOf(),
  members,
  counted: members,
  rows: [],
  hadPlan: false,
  manual: null,
  hold: null,
  promise: null,
  departures: null,
  whole: null,
  ...change,
});

function state(open: OpenCase | null, change: Partial<BuyerState> = {}): BuyerState {
  const buyer: BuyerState = { ...newBuyer(shop, 1), ...change, open };
  for (const id of open?.members ?? [])
    buyer.orders.set(id, { order: foldOrder([created(id, 0)], shop), reportedAt: 0, settled: {} });
  return buyer;
}
const send = (at: number, caseId: string) => ({
  at,
  campaign: "default",
  step: "nudge",
  caseId,
  orders: [],
  dueAt: at,
});

const manual = { since: 10, backAt: 70, isBack: false };

describe("merging two buyers", () => {
  const back = { since: 5, backAt: 15, isBack: true };
  it.each([
    ["a person's, if one is", [null, manual], manual],
    ["since the first of two", [{ ...manual, since: 11, backAt: 71 }, manual], manual],
    ["no more, if one was handed back", [manual, back], back],
    ["since the later of two", [back, { ...back, since: 6, backAt: 16 }], { since: 6, backAt: 16, isBack: true }],
  ])("leave a case that is %s", (_, [one = null, other = null], expected) => {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ]) {
      const winner = state(openCase("c1", 10, ["a"], { manual: a ?? null }));
      mergeBuyers(winner, [state(openCase("c2", 20, ["b"], { manual: b ?? null }))]);
      expect(winner.open?.manual).toEqual(expected);
    }
  });
  it.each([
    ["as long as somebody has it", [null, { until: 70, isOver: false }], { until: 70, isOver: false }],
    [
      "until the later of two",
      [
        { until: 80, isOver: false },
        { until: 70, isOver: false },
      ],
      { until: 80, isOver: false },
    ],
    [
      "though another one was let go",
      [
        { until: 90, isOver: true },
        { until: 70, isOver: false },
      ],
      { until: 70, isOver: false },
    ],
  ])("leave a case held %s", (_, [one = null, other = null], expected) => {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ]) {
      const winner = state(openCase("c1", 10, ["a"], { hold: a ?? null }));
      mergeBuyers(winner, [state(openCase("c2", 20, ["b"], { hold: b ?? null }))]);
      expect(winner.open?.hold).toEqual(expected);
    }
  });
  it("keep the winner's case, with the orders and sends of the others in it", () => {
    const winner = state(openCase("c2", 20, ["b"]), { sends: [send(7, "c2")] });
    const loser = state(openCase("c1", 10, ["a"], { hadPlan: true, manual }), {
      sends: [send(5, "c1"), send(1, "c0")],
    });
    mergeBuyers(winner, [loser]);
    expect(winner.open).toMatchObject({
      id: "c2",
      members: ["b", "a"],
      counted: ["b", "a"],
      hadPlan: true,
      manual,
    });
    expect(winner.sends.map(({ at, caseId }) => [at, caseId])).toEqual([
      [1, "c0"],
      [5, "c2"],
      [7, "c2"],
    ]);
    expect([...winner.orders.keys()].sort()).toEqual(["a", "b"]);
  });

  it("else the case that opened first", () => {
    const winner = state(null);
    mergeBuyers(winner, [state(openCase("c9", 30, ["a"])), state(openCase("c5", 20, ["b"]))]);
    expect(winner.open).toMatchObject({ id: "c5", members: ["b", "a"], hadPlan: false, manual: null });
  });

  it("keep the promise that was recorded last", () => {
    const promise = (at: number, recordedAt: number) => ({ promise: { at, recordedAt } });
    const merged = (ours: Partial<OpenCase>, theirs: Partial<OpenCase>) => {
      const winner = state(openCase("c1", 0, ["a"], ours));
      mergeBuyers(winner, [state(openCase("c2", 0, ["b"], theirs))]);
      return winner.open?.promise?.at;
    };
    expect(merged(promise(50, 1), {})).toBe(50);
    expect(merged({}, promise(40, 1))).toBe(40);
    expect(merged(promise(50, 1), promise(40, 2))).toBe(40);
    expect(merged(promise(50, 2), promise(40, 1))).toBe(50);
  });

  it("remember why orders left at the last instant at which one did", () => {
    const left = (id: string, at: number, reason: "paid" | "closed") =>
      state(openCase(id, 0, [id], { departures: { at, reasons: [reason] } }));
    const winner = left("c1", 3, "closed");
    mergeBuyers(winner, [left("c2", 2, "paid"), left("c3", 3, "paid"), left("c4", 3, "closed")]);
    expect(winner.open?.departures).toEqual({ at: 3, reasons: ["closed", "paid"] });
  });

  it("do not count orders that the kept case's campaign excludes", () => {
    const campaign = campaignOf({ exclude: { shops: null, tags: null, amount: { min: "10.00", max: null } } });
    const winner = state(openCase("c1", 0, ["a"], { campaign, counted: [] }));
    mergeBuyers(winner, [state(openCase("c2", 0, ["b"]))]);
    expect(winner.open).toMatchObject({ members: ["a", "b"], counted: [] });
  });

  it("have the latest payment and contact of each kind of them all", () => {
    const contact = (reportedAt: number, reportedId: string, suppressed = false) => ({
      suppressed,
      reportedAt,
      reportedId,
    });
    const winner = state(null, {
      otherPaidAt: 5,
      zone: "UTC",
      contacts: new Map([["phone", contact(1, "b")]]),
    });
    const loser = state(null, {
      otherPaidAt: 9,
      zone: "Asia/Tokyo",
      contacts: new Map([
        ["phone", contact(1, "c", true)],
        ["chat.w", contact(1, "a")],
      ]),
    });
    mergeBuyers(winner, [loser]);
    expect(winner).toMatchObject({ otherPaidAt: 9, zone: "UTC", open: null });
    expect([...winner.contacts]).toEqual([
      ["phone", contact(1, "c", true)],
      ["chat.w", contact(1, "a")],
    ]);
  });
});
