import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { takeSlots } from "../../../src/db/stores/dispatch/rate-store.ts";
import { createVault } from "../../../src/db/vault.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const accepted: SendOutcome = { kind: "accepted", messageId: "m", segments: null };

describe("dispatch", () => {
  it("sends what is due, once, with today's amount, and records it", async () => {
    const { at, receive, drain, sent, database } = await dispatchSetup();
    await at(T0);
    await receive(
      receivedEvent("e1", "order.created", T0),
      receivedEvent("e2", "order.updated", T0 + 1, { amount: "99.00" }),
    );
    expect(await drain()).toBe(0);
    await at(T0 + 10 * MINUTE);
    expect(await drain()).toBe(1);
    expect(await drain()).toBe(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      channel: "sms",
      to: "+8613812345678",
      campaign: "default",
      step: "nudge",
      orders: ["o1"],
    });
    expect(sent[0]?.text).toContain("99");
    expect(await database.sql`select state, reason from reminders where step = 'nudge'`).toEqual([
      { state: "sent", reason: null },
    ]);
    const [delivery] = await database.sql`select id, state, channel, attempt, segments, cost_micros from deliveries`;
    expect(delivery).toMatchObject({ id: sent[0]?.idempotencyKey, state: "accepted", channel: "sms", attempt: 1 });
  });

  it("stops only when a claim that was under way is sent and recorded", async () => {
    const { at, receive, dispatcher, another, sent, database } = await dispatchSetup({
      answer: () => pause(200).then(() => accepted),
    });
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    const draining = dispatcher.drain();
    await dispatcher.stop();
    await draining;
    expect(sent).toHaveLength(1);
    expect(await database.sql`select state from deliveries`).toEqual([{ state: "accepted" }]);
    expect(await another().drain()).toBe(0);
  });

  it("never claims for a buyer whose payment is committed", async () => {
    const { at, receive, drain, sent } = await dispatchSetup();
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await receive(receivedEvent("e2", "order.paid", T0 + 10 * MINUTE));
    await drain();
    expect(sent).toEqual([]);
  });

  it("ends a case as paid when a payment and a close by the clock fall on one instant", async () => {
    const { at, receive, drain, database } = await dispatchSetup({ campaign: { paidSilence: null, minLead: 0 } });
    await at(T0);
    const closesAt = new Date(T0 + 5 * MINUTE).toISOString();
    await receive(
      receivedEvent("e1", "order.created", T0),
      receivedEvent("e2", "order.created", T0, { id: "o2", closesAt }),
    );
    await at(T0 + 5 * MINUTE);
    await receive(receivedEvent("e3", "order.paid", T0 + 5 * MINUTE));
    await drain();
    expect(
      await database.sql`select distinct reason from reminders where state = 'skipped' and step = 'nudge'`,
    ).toEqual([{ reason: "paid" }]);
  });

  it("lets two dispatchers share what is due without sending twice", async () => {
    const { at, receive, dispatcher, another, sent } = await dispatchSetup();
    await at(T0);
    await receive(
      ...Array.from({ length: 250 }, (_, n) =>
        receivedEvent(`e${n}`, "order.created", T0, {
          id: `o${n}`,
          buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}` },
        }),
      ),
    );
    await at(T0 + 10 * MINUTE);
    const second = another();
    await Promise.all([dispatcher.drain(), second.drain(), dispatcher.drain(), second.drain()]);
    await Promise.all([dispatcher.settled(), second.settled()]);
    expect(sent).toHaveLength(250);
    expect(new Set(sent.map(({ orders }) => orders[0])).size).toBe(250);
  });

  it("tries again after a transient failure, and counts one send", async () => {
    const answers: SendOutcome[] = [
      { kind: "failed-transient", code: "http_500", message: "no", retryAfterMs: null },
      accepted,
    ];
    const { at, receive, drain, sent, database } = await dispatchSetup({ answer: () => answers.shift() ?? accepted });
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(await database.sql`select state, retry_at from reminders where step = 'nudge'`).toEqual([
      { state: "sending", retry_at: expect.any(Number) },
    ]);
    expect(await drain()).toBe(0);
    await at(T0 + 10 * MINUTE + 2 * SECOND);
    expect(await drain()).toBe(1);
    // The provider can tell that it is the same message again.
    const deliveries = await database.sql`select id, state from deliveries order by attempt`;
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([deliveries[0]?.id, deliveries[0]?.id]);
    expect(deliveries.map(({ state }) => state)).toEqual(["failed-transient", "accepted"]);
    expect(await database.sql`select state, retry_at from reminders where step = 'nudge'`).toEqual([
      { state: "sent", retry_at: null },
    ]);
  });

  it("does not try again once the order is paid", async () => {
    const { at, receive, drain, sent, database } = await dispatchSetup({
      answer: () => ({ kind: "failed-transient", code: "x", message: "", retryAfterMs: 5_000 }),
    });
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 10 * MINUTE + SECOND);
    await receive(receivedEvent("e2", "order.paid", T0 + 10 * MINUTE + SECOND));
    await at(T0 + 11 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
    expect(await database.sql`select state, reason, retry_at from reminders where step = 'nudge'`).toEqual([
      { state: "skipped", reason: "paid", retry_at: null },
    ]);
    expect(await database.sql`select * from recoveries`).toEqual([]);
  });

  it("goes to the next channel after a permanent failure, and ends as rejected after the last", async () => {
    const { at, receive, drain, sent, database } = await dispatchSetup({
      answer: () => ({ kind: "failed-permanent", code: "http_400", message: "bad" }),
    });
    await at(T0);
    await receive(
      receivedEvent("e1", "order.created", T0, { buyer: { id: "b1", phone: "+8613812345678", chat: { wechat: "w" } } }),
    );
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent.map(({ channel }) => channel)).toEqual(["chat", "sms"]);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(await database.sql`select state, reason from reminders where step = 'nudge'`).toEqual([
      { state: "skipped", reason: "rejected_by_provider" },
    ]);
  });

  it("sends no half sentence: if a text needs what the buyer lacks, it tries the next channel, and the delivery says why", async () => {
    const texts: Record<string, string> = { chat: "Hi {{buyer.name}}", sms: "Pay {{payUrl}}" };
    const { at, receive, drain, sent, database } = await dispatchSetup({ text: (channel) => texts[channel] ?? "" });
    await at(T0);
    const buyer = (id: string, phone: string) => ({ id, phone, chat: { wechat: id } });
    await receive(
      receivedEvent("e1", "order.created", T0, { buyer: buyer("b1", "+8613812345678") }),
      receivedEvent("e2", "order.created", T0, {
        id: "o2",
        payUrl: "https://s.example/2",
        buyer: buyer("b2", "+8613812345679"),
      }),
    );
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent.map(({ text }) => text)).toEqual(["Pay https://s.example/2"]);
    const rows = await database.sql`select orders, state, reason from reminders where step = 'nudge' order by orders`;
    expect(rows).toEqual([
      { orders: ["o1"], state: "skipped", reason: "rejected_by_provider" },
      { orders: ["o2"], state: "sent", reason: null },
    ]);
    const failed = await database.sql`
      select d.channel, d.code, d.message from deliveries d join reminders r on r.id = d.reminder_id
      where 'o1' = any(r.orders) and d.state = 'failed-permanent' order by d.channel`;
    expect(failed).toEqual([
      { channel: "chat", code: "template_failed", message: expect.stringContaining("buyer.name is missing") },
      { channel: "sms", code: "template_failed", message: expect.stringContaining("payUrl is missing") },
    ]);
  });

  it("fails at once with a contact that cannot be read, goes to the next channel, and logs nothing of the buyer", async () => {
    const { at, receive, drain, sent, database, dispatch } = await dispatchSetup({
      campaign: { steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["chat", "sms"] }] },
    });
    const logged: string[] = [];
    dispatch.log.error = (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`);
    await at(T0);
    const phones = ["+8613812345678", "+8613812345679", "+8613812345680"];
    await receive(
      ...phones.map((phone, n) =>
        receivedEvent(`e${n}`, "order.created", T0, {
          id: `o${n}`,
          buyer: { id: `b${n}`, phone, chat: { wechat: `w${n}` } },
        }),
      ),
    );
    const spoil = (order: string, cipher: Buffer, kinds: string[]) => database.sql`
      update contacts c set cipher = ${cipher} from orders o
      where o.id = ${order} and c.buyer_id = o.buyer_id and c.kind in ${database.sql(kinds)}`;
    await spoil("o0", createVault(Buffer.alloc(32, 8)).seal("someone"), ["chat.wechat"]);
    await spoil("o1", Buffer.from([1, 2, 3]), ["chat.wechat", "phone"]);
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent.map(({ channel, orders }) => `${channel} ${orders}`).sort()).toEqual(["chat o2", "sms o0"]);
    expect(await database.sql`select orders, state, reason from reminders order by orders`).toEqual([
      { orders: ["o0"], state: "sent", reason: null },
      { orders: ["o1"], state: "skipped", reason: "rejected_by_provider" },
      { orders: ["o2"], state: "sent", reason: null },
    ]);
    const codes =
      await database.sql`select state, code, count(*)::int as n from deliveries group by 1, 2 order by 1, 2`;
    expect(codes).toEqual([
      { state: "accepted", code: null, n: 2 },
      { state: "failed-permanent", code: "contact_unreadable", n: 3 },
    ]);
    expect(logged).toHaveLength(3);
    expect(logged.join()).toContain("DUNLIN_SECRET_KEY");
    expect(logged.join()).not.toMatch(/138123456|w[01]\b|someone/);
  });

  it("hands over the approved template that the channel's provider has", async () => {
    const front =
      '---\naliyun: { signName: A, templateCode: SMS_1, params: { id: "{{order.id}}" } }\n---\n{{order.id}}';
    const { at, receive, drain, sent } = await dispatchSetup({ text: () => front });
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent.map(({ text, params, approved }) => ({ text, params, approved }))).toEqual([
      {
        text: "o1",
        params: { id: "o1" },
        approved: { provider: "aliyun", fields: { signName: "A", templateCode: "SMS_1" } },
      },
    ]);
  });

  it("never repeats an attempt of unknown outcome", async () => {
    const { at, receive, drain, sent, database } = await dispatchSetup({
      answer: () => ({ kind: "unknown", code: "timeout", message: "" }),
    });
    await at(T0);
    await receive(
      receivedEvent("e1", "order.created", T0, { buyer: { id: "b1", phone: "+8613812345678", chat: { wechat: "w" } } }),
    );
    for (const minute of [10, 11, 20, 60]) {
      await at(T0 + minute * MINUTE);
      await drain();
    }
    expect(sent).toHaveLength(1);
    expect(await database.sql`select state, reason from reminders where step = 'nudge'`).toEqual([
      { state: "skipped", reason: "unknown_outcome" },
    ]);
  });

  it("gives up a claim whose worker died, and counts it as a send", async () => {
    const { at, receive, dispatcher, sent, database } = await dispatchSetup({ hang: true });
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await dispatcher.drain();
    const leases = () => database.sql`select cardinality(deliveries) as claims from leases`;
    expect(await dispatcher.rescue()).toBe(0);
    await at(T0 + 20 * MINUTE);
    expect(await leases()).toEqual([{ claims: 1 }]);
    expect(await dispatcher.rescue()).toBe(1);
    expect(await dispatcher.rescue()).toBe(0);
    expect(await leases()).toEqual([]);
    expect(await database.sql`select state, code from deliveries`).toEqual([
      { state: "unknown", code: "lease_expired" },
    ]);
    expect(await database.sql`select state, reason from reminders where step = 'nudge'`).toEqual([
      { state: "skipped", reason: "unknown_outcome" },
    ]);
    expect(sent).toHaveLength(1);
  });

  it("keeps no index of deliveries that an accepted send would have to write", async () => {
    const { database } = await dispatchSetup({});
    expect(
      await database.sql`
        select indexname from pg_indexes
        where tablename = 'deliveries' and indexdef ~ '\\m(state|lease_until|finished_at|message_id|segments|sealed_text)\\M'`,
    ).toEqual([]);
  });

  it("holds a channel's rate across two dispatchers", async () => {
    const { at, receive, dispatcher, another, sent, database } = await dispatchSetup({ ratePerSecond: 20 });
    await at(T0);
    await receive(
      ...Array.from({ length: 60 }, (_, n) =>
        receivedEvent(`e${n}`, "order.created", T0, {
          id: `o${n}`,
          buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}` },
        }),
      ),
    );
    await at(T0 + 10 * MINUTE);
    const second = another();
    await Promise.all([dispatcher.drain(), second.drain()]);
    await Promise.all([dispatcher.settled(), second.settled()]);
    // The clock stands still: one horizon's worth of slots, to the slot.
    expect(sent.length).toBeGreaterThanOrEqual(20);
    expect(sent.length).toBeLessThanOrEqual(21);
    const [left] =
      await database.sql`select count(*)::int as n from reminders where step = 'nudge' and state = 'planned'`;
    expect(left?.n).toBe(60 - sent.length);
    await at(T0 + 10 * MINUTE + 2 * SECOND);
    await Promise.all([dispatcher.drain(), second.drain()]);
    await Promise.all([dispatcher.settled(), second.settled()]);
    expect(sent.length).toBeLessThanOrEqual(42);
    expect(sent.length).toBeGreaterThanOrEqual(40);
  });

  it("says the times of slots to the microsecond", async () => {
    const { database, at } = await dispatchSetup();
    await at(T0);
    await database.sql`update test_clock set at = at + interval '250 microseconds'`;
    for (const slot of [0, 1]) {
      const { startsAt, now } = await takeSlots(database.sql, "sms", 1, 3, SECOND);
      expect(now - T0).toBeCloseTo(0.25, 2);
      expect(startsAt - T0).toBeCloseTo(0.25 + (slot * SECOND) / 3, 2);
    }
  });

  it("grants slots again soon after the database's clock was set back", async () => {
    const { at, database } = await dispatchSetup();
    const take = (want: number) => takeSlots(database.sql, "sms", want, 10, SECOND);
    await at(T0);
    expect(await take(100)).toMatchObject({ granted: 11, startsAt: T0 });
    expect(await take(100)).toMatchObject({ granted: 0 });
    const back = T0 - HOUR;
    await at(back);
    // Slots granted before may be used up to a second later, so no new slot is sooner.
    expect(await take(100)).toMatchObject({ granted: 1, startsAt: back + SECOND });
    await at(back + SECOND);
    expect(await take(100)).toMatchObject({ granted: 10, startsAt: back + 1_100 });
  });

  it("credits a payment to the last reminder before it, and takes it back when refunded", async () => {
    const { at, receive, drain, database } = await dispatchSetup();
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 15 * MINUTE);
    await receive(receivedEvent("e2", "order.paid", T0 + 15 * MINUTE));
    expect(await database.sql`select order_id, amount, reminded_at, paid_at from recoveries`).toEqual([
      { order_id: "o1", amount: 12900, reminded_at: T0 + 10 * MINUTE, paid_at: T0 + 15 * MINUTE },
    ]);
    await receive(receivedEvent("e3", "order.refunded", T0 + 16 * MINUTE));
    expect(await database.sql`select * from recoveries`).toEqual([]);
  });

  it("closes orders by the clock and ends their case", async () => {
    const { at, receive, drain, database } = await dispatchSetup();
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1" } }));
    await at(T0 + 25 * HOUR);
    await drain();
    expect(await database.sql`select status, in_case from orders`).toEqual([{ status: "closed", in_case: false }]);
    expect(await database.sql`select distinct state from reminders`).toEqual([{ state: "skipped" }]);
    expect(await database.sql`select wake_at from buyers`).toEqual([{ wake_at: null }]);
  });
});

it("keeps the reason of each planned skip when a worker is late for several", async () => {
  const { at, receive, drain, database } = await dispatchSetup();
  await at(T0);
  const closesAt = new Date(T0 + 40 * MINUTE).toISOString();
  await receive(receivedEvent("e1", "order.created", T0, { closesAt, buyer: { id: "b1" } }));
  const planned = await database.sql`select distinct reason, due_at from reminders where state = 'planned'`;
  expect(planned).toEqual([{ reason: "no_contact", due_at: T0 + 38 * MINUTE }]);
  await at(T0 + 38 * MINUTE + 58);
  await drain();
  expect(await database.sql`select distinct state, reason from reminders`).toEqual([
    { state: "skipped", reason: "no_contact" },
  ]);
});

it("sends a reminder that was pulled to the last useful moment, though a worker takes it up a little later", async () => {
  const { at, receive, drain, sent, database } = await dispatchSetup();
  await at(T0);
  // The nudge after 10 minutes would be too late: it is pulled to 2 minutes before the close.
  await receive(receivedEvent("e1", "order.created", T0, { closesAt: new Date(T0 + 8 * MINUTE).toISOString() }));
  expect(await database.sql`select due_at from reminders where step = 'nudge'`).toEqual([{ due_at: T0 + 6 * MINUTE }]);
  await at(T0 + 3 * MINUTE);
  await drain();
  await at(T0 + 6 * MINUTE + 400);
  await drain();
  expect(sent.map(({ step }) => step)).toEqual(["nudge"]);
});

it("does not send when it is taken up well after the last useful moment", async () => {
  const { at, receive, drain, sent, database } = await dispatchSetup();
  await at(T0);
  await receive(receivedEvent("e1", "order.created", T0, { closesAt: new Date(T0 + 8 * MINUTE).toISOString() }));
  await at(T0 + 6 * MINUTE + 30 * SECOND);
  await drain();
  expect(sent).toEqual([]);
  expect(await database.sql`select distinct reason from reminders where step = 'nudge'`).toEqual([
    { reason: "no_time" },
  ]);
});

describe("text that PostgreSQL cannot hold", () => {
  it.each([
    ["half of a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["NUL", "a\u0000b", "a\ufffdb"],
    ["what only looks like it", "a\\u0000 \\ud800\\", "a\\u0000 \\ud800\\"],
    ["control characters and quotes", 'a\u0001\n\t"\\b', 'a\u0001\n\t"\\b'],
  ])("%s does not hold up the events beside it", async (_, text, stored) => {
    const { at, receive, database } = await dispatchSetup();
    await at(T0);
    const fields = { note: text, payUrl: text, tags: [text], items: [{ title: text, quantity: 1 }] };
    const buyer = { id: "b1", phone: "+8613812345678", name: text, tier: text };
    await receive(
      receivedEvent("e1", "order.created", T0, { ...fields, buyer }),
      receivedEvent("e2", "order.updated", T0 + 1),
    );
    const [order] = await database.sql`select details from orders`;
    expect(order?.details).toMatchObject({ note: stored, payUrl: stored, tags: [stored], items: [{ title: stored }] });
    expect(await database.sql`select id from order_events order by id`).toEqual([{ id: "e1" }, { id: "e2" }]);
  });
});
