import { expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { recordTouch } from "../../../src/followup/desk/results.ts";
import { take } from "../../../src/followup/desk/take.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { purge } from "../../../src/retention/purge.ts";
import { ALICE } from "../../support/campaigns.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { whereabouts } from "../../support/personal.ts";
import { receiptSetup } from "../../support/receipts.ts";

const person = (n: number) => ({
  id: `o${n}`,
  buyer: { id: `b${n}`, phone: `+861381234000${n}`, name: "Zhang Old", email: "old@acme.cn" },
  note: "ring at the door",
  payUrl: "https://pay.example/secret",
  items: [{ sku: "S1", title: "Winter coat", quantity: 1, tags: ["d11"] }],
});
const WORDS = ["old@acme", "1381234000", "Zhang Old", "ring at", "pay.example", "Winter coat"];
const KEPT = { events: DAY, orders: 2 * DAY, contacts: 3 * DAY, deliveries: DAY, audit: DAY };

async function old() {
  const setup = await receiptSetup({ text: () => "Pay {{total}}, {{buyer.name}}", campaign: { quietHours: "off" } });
  const { sql } = setup.database;
  await setup.at(T0);
  await setup.receive(...[1, 2, 3].map((n) => receivedEvent(`e${n}`, "order.created", T0, person(n))));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  await setup.receive(receivedEvent("p1", "order.paid", T0 + 9 * MINUTE, { id: "o2", buyer: undefined }));
  await setup.at(T0 + 20 * MINUTE);
  await setup.receive(receivedEvent("p2", "order.paid", T0 + 15 * MINUTE, { id: "o1", buyer: undefined }));
  await setup.at(T0 + 25 * HOUR);
  await setup.drain();
  return {
    ...setup,
    sql,
    find: () => whereabouts(sql, WORDS, setup.vault),
    report: () => recoveryReport({ sql }, { by: [], from: null, to: null, zoneOf: () => "UTC" }),
    /** One row a step. */
    purgeAt: async (at: number) => {
      await setup.at(at);
      for (let run = 0; run < 5; run++) await purge(sql, KEPT, 1);
    },
  };
}

it("deletes each kind at its time, a step at a time, and reports keep their figures", async () => {
  const { find, report, purgeAt, sql } = await old();
  const before = await report();
  await purgeAt(T0 + DAY - 1);
  expect(await find()).toEqual([
    "buyers.profile",
    "contacts.cipher",
    "deliveries.sealed_text",
    "order_events.told",
    "orders.details",
  ]);
  await purgeAt(T0 + DAY + HOUR);
  expect(await find()).toEqual(["buyers.profile", "contacts.cipher", "orders.details"]);
  await purgeAt(T0 + 2 * DAY + HOUR);
  expect(await find()).toEqual(["buyers.profile", "contacts.cipher"]);
  await purgeAt(T0 + 3 * DAY + HOUR);
  expect(await find()).toEqual([]);
  expect(await report()).toEqual(before);
  expect(await sql`select from order_events`).toHaveLength(5);
});

it("an order that is heard of after that keeps its amount and its credit", async () => {
  const { purgeAt, receive, sql } = await old();
  await purgeAt(T0 + 4 * DAY);
  await receive(receivedEvent("p3", "order.refunded", T0 + 4 * DAY, { id: "o1", amount: "29.00", buyer: undefined }));
  expect(await sql`select amount, created_at, details -> 'tags' as tags from orders where id = 'o1'`).toEqual([
    { amount: 12_900, created_at: T0, tags: ["d11"] },
  ]);
  expect(await sql`select order_id, amount from recoveries`).toEqual([{ order_id: "o1", amount: 10_000 }]);
});

it("keeps the contacts of a buyer with an open or a recent order", async () => {
  const { purgeAt, receive, at, sql } = await old();
  await at(T0 + 2 * DAY);
  await receive(receivedEvent("n1", "order.created", T0 + 2 * DAY, { ...person(1), id: "new", buyer: { id: "b1" } }));
  await purgeAt(T0 + 4 * DAY);
  const left = await sql`select distinct b.platform_id from contacts k join buyers b on b.id = k.buyer_id`;
  expect(left).toEqual([{ platform_id: "b1" }]);
  expect(await sql`select platform_id from buyers where profile -> 'name' is not null`).toEqual([
    { platform_id: "b1" },
  ]);
});

it("deletes what people wrote of a buyer at its own time, and keeps their reasons", async () => {
  const { database, vault, at, receive } = await receiptSetup();
  const { sql } = database;
  await at(T0);
  await receive(...[1, 2].map((n) => receivedEvent(`e${n}`, "order.created", T0, person(n))));
  const desk = { sql, vault, zoneOf: () => "UTC", campaignOf: () => null };
  const said = "Zhang Old pays on Friday";
  // Later than all events of these orders, and the second later than the first.
  const cases = await sql<{ id: string }[]>`select id from cases order by id`;
  for (const [n, { id }] of cases.entries()) {
    await at(T0 + (n + 1) * HOUR);
    const taken = await take(desk, ALICE, { shop: "acme", id });
    if (taken.kind !== "changed") throw new Error(taken.kind);
    await recordTouch(desk, ALICE, taken.task, { how: "call", result: "reached", reason: "other", note: said });
  }
  for (const [order, reason] of [
    ["o1", said],
    ["o2", "pays_later"],
  ] as const)
    await recordPromise(sql, { shop: "acme", order, at: T0 + 3 * HOUR, reason, by: "alice" });
  const left = async (now: number) => {
    await at(now);
    for (let run = 0; run < 5; run++) await purge(sql, KEPT, 1);
    const [row] = await sql`
      select (select count(*)::int from touches where note is not null) as notes, (select count(reason)::int from touches) as reasons,
        (select array_agg(reason order by reason) from promises where reason is not null) as promised`;
    return row;
  };
  const both = [said, "pays_later"];
  expect(await left(T0 + 2 * DAY + HOUR)).toEqual({ notes: 2, reasons: 2, promised: both });
  expect(await left(T0 + 2 * DAY + HOUR + 1)).toEqual({ notes: 1, reasons: 2, promised: both });
  expect(await left(T0 + 2 * DAY + 3 * HOUR)).toEqual({ notes: 0, reasons: 2, promised: both });
  expect(await left(T0 + 2 * DAY + 3 * HOUR + 1)).toEqual({ notes: 0, reasons: 2, promised: ["pays_later"] });
  expect(await whereabouts(sql, [said], vault)).toEqual([]);
});
