import { describe, expect, it } from "vitest";
import type { Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Sql } from "../../../src/db/client.ts";
import { isBilled } from "../../../src/db/stores/reads/billed.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { receiptSetup } from "../../support/receipts.ts";

const BUYER = { id: "b1", phone: "+8613812345678", chat: { wechat: "w1" } };
const at = (minutes: number) => new Date(T0 + minutes * MINUTE).toISOString();

/** A chat message that was sent at T0 + 10 m, with SMS as the next channel. */
async function sentOnce(options: Parameters<typeof receiptSetup>[0] = {}, buyer: object = BUYER) {
  const setup = await receiptSetup(options);
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer }));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  await setup.at(T0 + 13 * MINUTE);
  return { ...setup, id: setup.sent[0]?.idempotencyKey ?? "" };
}

describe("a delivery receipt", () => {
  it("notes that the message arrived, what it cost, and how many segments it had", async () => {
    const { post, id, deliveries } = await sentOnce();
    const receipt = {
      type: "delivered",
      id,
      at: at(11),
      segments: 2,
      cost: { amount: "0.075", currency: "USD" },
    };
    expect(await post("chat", receipt)).toEqual({ status: 200, body: { matched: 1, unmatched: 0 } });
    expect(await deliveries()).toMatchObject([
      { state: "accepted", delivered_at: T0 + 11 * MINUTE, segments: 2, cost_micros: 75_000, cost_currency: "USD" },
    ]);
  });

  it("counts at the time that it says, also years too early or late, and when it comes years after the message", async () => {
    const { post, id, deliveries, reminders, drain, sent, at: setNow } = await sentOnce();
    const time = async (said: string) => {
      expect((await post("chat", { type: "delivered", id, at: said })).body).toEqual({ matched: 1, unmatched: 0 });
      return (await deliveries())[0]?.delivered_at;
    };
    expect(await time("2039-01-01T00:00:00Z"), "a time to come counts as now").toBe(T0 + 13 * MINUTE);
    await setNow(T0 + 3 * 365 * 24 * HOUR);
    expect(await time("2029-01-01T00:00:00Z"), "the earliest one counts").toBe(T0 + 13 * MINUTE);
    expect(await time("2019-01-01T00:00:00Z")).toBe(Date.parse("2019-01-01T00:00:00Z"));
    await drain();
    expect(sent).toHaveLength(1);
    expect((await reminders())[0]).toMatchObject({ state: "sent" });
  });

  it("of a failure that comes years late is noted, and nothing more is sent", async () => {
    const { post, id, deliveries, drain, sent, at: setNow } = await sentOnce();
    await setNow(T0 + 3 * 365 * 24 * HOUR);
    expect((await post("chat", { type: "failed", id, at: at(12), code: "late" })).body.matched).toBe(1);
    await drain();
    expect(sent).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ state: "failed-permanent", code: "late" }]);
  });

  describe("and the cost", () => {
    const PRICE = { micros: 50_000, currency: "CNY" };
    const billed = async (setup: Awaited<ReturnType<typeof sentOnce>>) => {
      const { totals } = await recoveryReport({ sql: setup.database.sql }, { by: [], zoneOf: () => "UTC" });
      const byChannel = await recoveryReport({ sql: setup.database.sql }, { by: ["channel"], zoneOf: () => "UTC" });
      const listed = await listDeliveries(setup.database.sql);
      return {
        cost: totals.cost.map(({ micros, currency }) => `${micros} ${currency}`),
        segments: totals.segments,
        channels: byChannel.rows.flatMap(({ keys, cost }) => (cost[0] ? [[keys.channel, cost[0].micros]] : [])),
        listed,
      };
    };
    const listDeliveries = async (sql: Sql) =>
      (await findDeliveries(sql)).map(({ channel, state, cost_micros }) => [channel, state, cost_micros]);
    const findDeliveries = (sql: Sql) => sql<{ channel: string; state: string; cost_micros: number | null }[]>`
      select channel, state, case when ${isBilled(sql)} then cost_micros end as cost_micros from deliveries d order by id`;

    it("is the channel's price for each segment that the receipt reports", async () => {
      const setup = await sentOnce({ cost: PRICE });
      expect(await billed(setup)).toMatchObject({ cost: ["50000 CNY"], segments: 1 });
      await setup.post("chat", { type: "delivered", id: setup.id, at: at(11), segments: 3 });
      expect(await billed(setup)).toMatchObject({ cost: ["150000 CNY"], segments: 3 });
    });

    it("of a failed attempt counts if its receipt says a price, beside that of the next channel", async () => {
      const setup = await sentOnce({ cost: PRICE });
      const cost = { amount: "0.03", currency: "CNY" };
      await setup.post("chat", { type: "failed", id: setup.id, at: at(11), code: "E", cost });
      await setup.drain();
      expect(await billed(setup)).toEqual({
        cost: ["80000 CNY"],
        segments: 1,
        channels: [
          ["chat", 30_000],
          ["sms", 50_000],
        ],
        listed: [
          ["chat", "failed-permanent", 30_000],
          ["sms", "accepted", 50_000],
        ],
      });
    });

    it("of a failed attempt is nothing if no receipt says a price", async () => {
      const setup = await sentOnce({ cost: PRICE });
      await setup.post("chat", { type: "failed", id: setup.id, at: at(11), code: "E" });
      await setup.drain();
      expect(await billed(setup)).toMatchObject({
        cost: ["50000 CNY"],
        listed: [
          ["chat", "failed-permanent", null],
          ["sms", "accepted", 50_000],
        ],
      });
    });

    it("of a message whose outcome was unknown comes with the receipt that it was sent", async () => {
      const lost: SendOutcome = { kind: "unknown", code: "timeout", message: "no answer" };
      const setup = await sentOnce({ cost: PRICE, answer: () => lost });
      expect(await billed(setup)).toMatchObject({ cost: [], segments: 0 });
      await setup.post("chat", { type: "delivered", id: setup.id, at: at(11) });
      expect(await billed(setup)).toMatchObject({ cost: ["50000 CNY"], segments: 1 });
    });
  });

  it("finds its message by the provider's id, and only on its own channel", async () => {
    const { post, id, deliveries } = await sentOnce();
    const named = { type: "delivered", messageId: `m-${id}`, at: at(11) };
    expect((await post("sms", [named, { ...named, id }])).body).toEqual({ matched: 0, unmatched: 2 });
    expect((await deliveries())[0]?.delivered_at).toBeNull();
    expect((await post("chat", [named])).body).toEqual({ matched: 1, unmatched: 0 });
    expect((await deliveries())[0]?.delivered_at).toBe(T0 + 11 * MINUTE);
  });

  it("is kept when it comes before the answer to the send, and matched after it", async () => {
    let answer: (outcome: SendOutcome) => void = () => {};
    let begun: (message: Message) => void = () => {};
    const sending = new Promise<Message>((resolve) => {
      begun = resolve;
    });
    const setup = await receiptSetup({
      answer: (message) => {
        begun(message);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await setup.at(T0);
    await setup.receive(receivedEvent("e1", "order.created", T0, { buyer: BUYER }));
    await setup.at(T0 + 10 * MINUTE);
    const drained = setup.drain();
    const { idempotencyKey: id } = await sending;
    expect((await setup.post("chat", { type: "delivered", messageId: "early", at: at(10) })).body.matched).toBe(0);
    expect((await setup.post("chat", { type: "delivered", id, at: at(11) })).body.matched).toBe(1);
    await setup.at(T0 + 11 * MINUTE);
    await setup.sweep();
    expect(await setup.deliveries()).toMatchObject([{ state: "claimed", delivered_at: null }]);
    answer({ kind: "accepted", messageId: "early", segments: 1 });
    await drained;
    await setup.at(T0 + 12 * MINUTE);
    await setup.sweep();
    expect(await setup.deliveries()).toMatchObject([{ state: "accepted", delivered_at: T0 + 10 * MINUTE }]);
    expect(await setup.database.sql`select from kept_receipts`).toHaveLength(0);
  });

  it("of a message that nobody knows is dropped after a while", async () => {
    const { post, sweep, at: setNow, database } = await sentOnce();
    await post("chat", { type: "delivered", id: "0193b3c0-0000-7000-8000-000000000001", at: at(1) });
    await post("chat", { type: "delivered", messageId: "someone else's", at: "2019-01-01T00:00:00Z" });
    const kept = async () => (await database.sql`select from kept_receipts`).length;
    expect(await kept()).toBe(2);
    await setNow(T0 + 20 * MINUTE);
    await sweep();
    expect(await kept()).toBe(2);
    await setNow(T0 + 30 * MINUTE);
    await sweep();
    expect(await kept()).toBe(0);
  });

  it("tells that a message was sent whose outcome nobody knew", async () => {
    const { post, id, deliveries, reminders } = await sentOnce({
      answer: () => ({ kind: "unknown", code: "timeout", message: "no answer" }),
    });
    expect((await reminders())[0]).toMatchObject({ state: "skipped", reason: "unknown_outcome" });
    await post("chat", { type: "delivered", id, at: at(11) });
    expect(await deliveries()).toMatchObject([{ state: "accepted", delivered_at: T0 + 11 * MINUTE, code: null }]);
    expect((await reminders())[0]).toMatchObject({ state: "sent", reason: null });
  });
});

describe("a failure", () => {
  const failure = (id: string) => ({ type: "failed", id, at: at(12), code: "4711" });

  it("sends the reminder over the next channel, once", async () => {
    const { post, id, deliveries, reminders, drain, sent } = await sentOnce();
    expect((await post("chat", [failure(id), failure(id)])).body).toEqual({ matched: 2, unmatched: 0 });
    await post("chat", failure(id));
    await drain();
    await post("chat", failure(id));
    await drain();
    expect(sent.map(({ channel }) => channel)).toEqual(["chat", "sms"]);
    expect(await deliveries()).toMatchObject([
      { channel: "chat", state: "failed-permanent", code: "4711" },
      { channel: "sms", state: "accepted" },
    ]);
    expect((await reminders())[0]).toMatchObject({ state: "sent" });
  });

  it("ends the reminder where no other channel reaches the buyer", async () => {
    const { post, id, reminders, drain, sent } = await sentOnce({}, { id: "b1", chat: { wechat: "w1" } });
    await post("chat", failure(id));
    await drain();
    expect(sent).toHaveLength(1);
    expect((await reminders())[0]).toEqual({ step: "nudge", state: "skipped", reason: "rejected_by_provider" });
  });

  it("sends nothing when the reminder is of no use any more", async () => {
    const { post, id, reminders, drain, sent, at: setNow } = await sentOnce();
    await setNow(T0 + 2 * HOUR);
    await post("chat", failure(id));
    await drain();
    expect(sent).toHaveLength(1);
    expect((await reminders())[0]).toMatchObject({ state: "skipped", reason: "rejected_by_provider" });
  });

  it("that is not definite only notes its code", async () => {
    const { post, id, deliveries, drain, sent } = await sentOnce();
    await post("chat", { ...failure(id), definite: false });
    await drain();
    expect(sent).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ state: "accepted", code: "4711" }]);
  });

  it("sends nothing after the buyer paid", async () => {
    const { post, id, receive, drain, sent } = await sentOnce();
    await receive(receivedEvent("e2", "order.paid", T0 + 11 * MINUTE));
    await post("chat", failure(id));
    await drain();
    expect(sent).toHaveLength(1);
  });

  it("takes back the credit of a payment", async () => {
    const { post, id, receive, database } = await sentOnce({}, { id: "b1", chat: { wechat: "w1" } });
    await receive(receivedEvent("e2", "order.paid", T0 + 11 * MINUTE));
    const recovered = async () => (await database.sql`select from recoveries`).length;
    expect(await recovered()).toBe(1);
    await post("chat", failure(id));
    expect(await recovered()).toBe(0);
    await post("chat", { type: "delivered", id, at: at(11) });
    expect(await recovered()).toBe(1);
  });
});

describe("the route", () => {
  it("verifies the signature over the raw bytes, and the time", async () => {
    const { app, post, id } = await sentOnce();
    const receipt = { type: "delivered", id };
    expect((await post("chat", receipt, "another")).body).toMatchObject({ status: 401, code: "invalid_signature" });
    const unsigned = await app.inject({ method: "POST", url: "/v1/receipts/chat", payload: receipt });
    expect(unsigned.json().code).toBe("invalid_signature");
    expect((await post("nowhere", receipt)).body.code).toBe("channel_not_found");
    expect((await post("chat", "text")).body.code).toBe("invalid_receipt");
    expect((await post("chat", [receipt, { type: "opened", id }, { type: "delivered" }])).body).toEqual({
      matched: 1,
      unmatched: 2,
    });
  });
});
