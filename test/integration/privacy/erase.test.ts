import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { recordOutcome, recordTouch } from "../../../src/followup/desk/results.ts";
import { take } from "../../../src/followup/desk/take.ts";
import { erase } from "../../../src/followup/erase.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { revealPhone } from "../../../src/followup/reveal.ts";
import { suppress } from "../../../src/followup/suppress.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { ALICE } from "../../support/campaigns.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { whereabouts } from "../../support/personal.ts";
import { receiptSetup } from "../../support/receipts.ts";

const PHONE = "+8613812345678";
const PERSON = {
  buyer: {
    id: "person-77",
    phone: PHONE,
    chat: { wechat: "handle-77" },
    name: "Zhang Erase",
    email: "Zhang.Erase@acme.cn",
  },
  note: "ring at Zhang Erase, 13812345678",
  payUrl: "https://pay.example/person-77",
  items: [{ sku: "S1", title: "Coat for Zhang Erase", quantity: 1, tags: ["d11"] }],
};
const WORDS = ["zhang.erase", "13812345678", "person-77", "handle-77", "Zhang Erase", "*5678"];

async function known() {
  const setup = await receiptSetup({
    text: () => "Order of {{buyer.name}}: {{total}}",
    campaign: { quietHours: "off" },
  });
  await setup.at(T0);
  await setup.receive(
    receivedEvent("e1", "order.created", T0, PERSON),
    receivedEvent("e2", "order.created", T0, { id: "other", buyer: { id: "b2", phone: "+8613912340000", name: "Li" } }),
  );
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  await suppress(setup.deps, ALICE, { shop: "acme", address: "handle-77", kind: "wechat" });
  const { sql } = setup.database;
  return {
    ...setup,
    sql,
    find: () => whereabouts(sql, WORDS, setup.vault),
    erase: (buyer = "person-77") => erase(setup.deps, ALICE, { shop: "acme", buyer }),
    report: async () => {
      const { totals } = await recoveryReport(
        { sql },
        { by: ["campaign"], from: null, to: null, zoneOf: () => "Asia/Shanghai" },
      );
      const { orders, cases, planned, sent, segments, cost, remindedOrders, recoveredAmount } = totals;
      return { orders, cases, planned, sent, segments, cost, remindedOrders, recoveredAmount };
    },
  };
}

it("erasing a buyer leaves nothing of the person in any table, and every figure", async () => {
  const { find, erase, report, reminders, sql } = await known();
  // The test itself must be able to find the person.
  expect(await find()).toEqual([
    "buyers.platform_id",
    "buyers.profile",
    "contacts.cipher",
    "deliveries.sealed_text",
    "order_events.told",
    "orders.details",
  ]);
  const before = await report();
  expect(await erase()).toEqual({ kind: "erased", orders: 1, events: 1, contacts: 3, reminders: 1 });
  expect(await find()).toEqual([]);
  expect(await report()).toEqual(before);
  expect(await reminders()).toEqual([
    { step: "nudge", state: "sent", reason: null },
    { step: "nudge", state: "sent", reason: null },
    { step: "last-call", state: "skipped", reason: "erased" },
    { step: "last-call", state: "planned", reason: null },
  ]);
  expect(await erase()).toEqual({ kind: "before" });
  expect(await erase("nobody")).toEqual({ kind: "unknown_buyer" });
  const trail = await sql`select action, subject from audit order by id desc limit 1`;
  expect(trail).toEqual([{ action: "buyer.erase", subject: "acme" }]);
});

it("erasing a buyer leaves nothing that people of the desk wrote, and what they did", async () => {
  const { find, erase, deps, vault, sql } = await known();
  const desk = { sql, vault, zoneOf: () => "Asia/Shanghai", campaignOf: () => null };
  const [theCase] = await sql<{ id: string }[]>`select case_id as id from orders where id = 'o1'`;
  const taken = await take(desk, ALICE, { shop: "acme", id: theCase?.id ?? "" });
  if (taken.kind !== "changed") throw new Error(taken.kind);
  const note = "Zhang Erase is at work until 20:00, 13812345678";
  const talk = { how: "call", result: "reached", reason: "pays_later", note } as const;
  expect(await recordTouch(desk, ALICE, taken.task, talk)).toEqual({ kind: "changed" });
  const later = { outcome: "not_reached", reason: null, note, promiseAt: null, againAt: null } as const;
  expect(await recordOutcome(desk, ALICE, taken.task, later)).toEqual({ kind: "changed" });
  const promise = { shop: "acme", order: "o1", at: T0 + HOUR, reason: "the salary of Zhang Erase", by: "alice" };
  expect(await recordPromise(deps.sql, promise)).toMatchObject({ kind: "recorded" });
  expect(await find()).toEqual(expect.arrayContaining(["promises.reason", "touches.note"]));
  await erase();
  expect(await find()).toEqual([]);
  expect(await sql`select how, result, outcome, reason, note from touches order by at, id`).toEqual([
    { how: "call", result: "reached", outcome: null, reason: "pays_later", note: null },
    { how: null, result: null, outcome: "not_reached", reason: null, note: null },
  ]);
  expect(await sql`select why, touches from tasks`).toEqual([{ why: "erased", touches: 1 }]);
});

it("later events of an erased buyer are stored without the person, and never chased", async () => {
  const { find, erase, receive, at, drain, sent, sql } = await known();
  await erase();
  const already = sent.length;
  const { id: _, ...withoutId } = PERSON.buyer;
  await receive(
    receivedEvent("e3", "order.created", T0 + 11 * MINUTE, { ...PERSON, id: "by-id" }),
    receivedEvent("e4", "order.created", T0 + 11 * MINUTE, { ...PERSON, id: "by-phone", buyer: withoutId }),
    receivedEvent("e5", "order.updated", T0 + 12 * MINUTE, { ...PERSON, amount: "99.00" }),
    receivedEvent("e6", "order.created", T0 + 12 * MINUTE, {
      ...PERSON,
      id: "other-name",
      buyer: { id: "someone-new", phone: PHONE },
    }),
    receivedEvent("e1", "order.created", T0, PERSON),
  );
  expect(await find()).toEqual([]);
  await at(T0 + 24 * HOUR - 30 * MINUTE);
  await drain();
  expect(sent.slice(already).map(({ orders }) => orders)).toEqual([["other"]]);
  const stored = await sql`select id, amount, chase_from, in_case from orders where id <> 'other' order by id`;
  expect(stored).toEqual([
    { id: "by-id", amount: 12_900, chase_from: null, in_case: false },
    { id: "by-phone", amount: 12_900, chase_from: null, in_case: false },
    { id: "o1", amount: 9_900, chase_from: null, in_case: false },
    { id: "other-name", amount: 12_900, chase_from: null, in_case: false },
  ]);
  expect(await sql`select from buyers where erased_at is null`).toHaveLength(1);
});

it("a payment after the erasure is still credited", async () => {
  const { erase, receive, at, sql } = await known();
  await erase();
  await at(T0 + 30 * MINUTE);
  await receive(receivedEvent("e3", "order.paid", T0 + 20 * MINUTE, { buyer: undefined }));
  expect(await sql`select order_id, amount from recoveries`).toEqual([{ order_id: "o1", amount: 12_900 }]);
});

it("a case that waits without a plan gets its row, and a retry is not made", async () => {
  const setup = await receiptSetup({
    answer: () => ({ kind: "failed-transient", code: "503", message: "later", retryAfterMs: 60_000 }),
  });
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0, PERSON));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  expect(setup.sent).toHaveLength(1);
  await erase(setup.deps, ALICE, { shop: "acme", buyer: "person-77" });
  await setup.at(T0 + 30 * MINUTE);
  await setup.drain();
  expect(setup.sent).toHaveLength(1);
  expect((await setup.reminders()).map(({ reason }) => reason)).toEqual(["erased", "erased"]);
});

it("leaves no phone number to reveal; until then each look is in the audit trail, without the number", async () => {
  const { deps, sql, erase } = await known();
  const reveal = (order: string) => revealPhone(deps, ALICE, { shop: "acme", order });
  const trail = () => sql`select who, action, subject, note from audit where action = 'contact.reveal'`;
  const [{ id = "" } = {}] = await sql<{ id: string }[]>`select id from orders where id <> 'other'`;
  expect(await reveal(id)).toEqual({ kind: "revealed", answer: { shop: "acme", order: id, phone: PHONE } });
  const looked = [{ who: ALICE.who, action: "contact.reveal", subject: "acme", note: `order ${id}` }];
  expect(await trail()).toEqual(looked);
  expect(await reveal("nowhere")).toEqual({ kind: "unknown_order" });
  await erase();
  expect(await reveal(id)).toEqual({ kind: "no_phone" });
  expect(await trail()).toEqual(looked);
});
