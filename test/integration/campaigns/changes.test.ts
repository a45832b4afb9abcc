/** Each kind of change replans a case, in the database; the rules themselves are tested in test/unit/core. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign, ShopPolicy } from "../../../src/core/values/policy.ts";
import { countRevisionUp, planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const at = (minutes: number) => T0 + minutes * MINUTE;
const iso = (minutes: number) => new Date(at(minutes)).toISOString();
const match = { shops: null, tags: null, amount: null };
/** 20:00 in Shanghai is 13:00 in Berlin. */
const evening = { from: 20 * HOUR + 5 * MINUTE, to: 21 * HOUR };
const noon = { from: 13 * HOUR, to: 14 * HOUR };

async function planning(options: { campaign?: Partial<Campaign>; shop?: Partial<ShopPolicy> } = {}) {
  const setup = await dispatchSetup(options);
  const nudge = async () => {
    const rows = await setup.database.sql<
      { state: string; reason: string | null; due_at: number; orders: string[] }[]
    >`select state, reason, due_at, orders from reminders where step = 'nudge' and state = 'planned'`;
    return rows.map(
      ({ reason, due_at, orders }) => `${(due_at - T0) / MINUTE} ${reason ?? "send"} ${orders.join("+")}`,
    );
  };
  await setup.at(T0);
  return { ...setup, nudge };
}

type Order = Record<string, unknown>;
const update = (order: Order) => [receivedEvent("u", "order.updated", at(5), order)];
const other = (type: string, order: Order = {}) => receivedEvent(type, `order.${type}`, at(5), { id: "o2", ...order });

describe("replans", () => {
  it.each<[string, unknown[], string[], { campaign?: Partial<Campaign>; shop?: Partial<ShopPolicy> }?]>([
    ["an order that joins", [other("created")], ["15 send o1+o2"]],
    ["an order that leaves", [other("created"), { ...other("closed"), id: "c" }], ["10 send o1"]],
    ["times", update({ closesAt: iso(11) }), ["9 send o1"]],
    ["a payment of the buyer", [other("paid")], ["10 paid_other_order o1"]],
    ["its refund", [other("paid"), other("refunded")], ["10 send o1"]],
    [
      "the amount",
      update({ amount: "5.00" }),
      [],
      { campaign: { match: { ...match, amount: { min: "10", max: null } } } },
    ],
    ["the tags", update({ tags: ["no"] }), [], { campaign: { exclude: { ...match, tags: ["no"] } } }],
    [
      "the zone",
      update({ buyer: { id: "b1", timeZone: "Europe/Berlin" } }),
      ["60 send o1"],
      { campaign: { quietHours: noon } },
    ],
    [
      "what a person is to do",
      update({ amount: "900.00" }),
      ["10 manual o1"],
      { campaign: { manual: { amountAtLeast: "900", handBackAfter: null } } },
    ],
    ["a presale whose window is to come", update({ presale: { depositPaid: true, balanceFrom: iso(60) } }), []],
    ["a balance window that is open", update({ presale: { depositPaid: true, balanceFrom: iso(2) } }), ["12 send o1"]],
  ])("%s", async (_, events, expected, options = {}) => {
    const { at: clock, receive, nudge } = await planning(options);
    await receive(receivedEvent("e1", "order.created", T0));
    expect(await nudge()).toEqual(["10 send o1"]);
    await clock(at(5));
    await receive(...events);
    expect(await nudge()).toEqual(expected);
  });

  it("a contact that arrives in time", async () => {
    const { at: clock, receive, nudge } = await planning();
    await receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1" } }));
    expect(await nudge()).toEqual(["70 no_contact o1"]);
    await clock(at(5));
    await receive(...update({}));
    expect(await nudge()).toEqual(["10 send o1"]);
  });

  it("an order that the clock closes", async () => {
    const { at: clock, receive, drain, nudge } = await planning();
    await receive(
      receivedEvent("e1", "order.created", T0),
      receivedEvent("e2", "order.created", T0, { id: "o2", closesAt: iso(8) }),
    );
    expect(await nudge()).toEqual(["6 send o1+o2"]);
    await receive(receivedEvent("e3", "order.updated", T0, { id: "o2", closesAt: iso(4) }));
    await clock(at(4));
    await drain();
    expect(await nudge()).toEqual(["10 send o1"]);
  });

  it("an order whose balance window begins", async () => {
    const { at: clock, receive, drain, nudge } = await planning();
    const presale = { depositPaid: true, balanceFrom: iso(60), balanceTo: iso(120) };
    await receive(receivedEvent("e1", "order.created", T0, { presale }));
    expect(await nudge()).toEqual([]);
    await clock(at(60));
    await drain();
    expect(await nudge()).toEqual(["70 send o1"]);
  });

  it("a new version of the campaign", async () => {
    const { at: clock, receive, drain, nudge, policy, database } = await planning();
    await receive(receivedEvent("e1", "order.created", T0));
    await clock(at(5));
    Object.assign(policy, {
      campaigns: policy.campaigns.map((each) => ({ ...each, version: "2", quietHours: evening })),
    });
    await drain();
    expect(await nudge()).toEqual(["10 send o1"]);
    await inTransaction(database.sql, countRevisionUp);
    await planAnewIfChanged(database.sql);
    await drain();
    expect(await nudge()).toEqual(["60 send o1"]);
  });
});

describe("quiet hours", () => {
  it.each<[string, Partial<Campaign>, Partial<ShopPolicy>, string]>([
    ["the shop's", {}, { quietHours: evening }, "60 send o1"],
    ["the campaign's before the shop's", { quietHours: noon }, { quietHours: evening }, "10 send o1"],
    ["none, if the campaign says so", { quietHours: "off" }, { quietHours: evening }, "10 send o1"],
  ])("%s", async (_, campaign, shop, expected) => {
    const { receive, nudge } = await planning({ campaign, shop });
    await receive(receivedEvent("e1", "order.created", T0));
    expect(await nudge()).toEqual([expected]);
  });
});
