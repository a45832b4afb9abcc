/** To which reminder a payment is credited, whatever the order in which it, the sends and their outcomes become known. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { creditPayments } from "../../../src/db/stores/buyers/attribution-store.ts";
import { lockBuyers } from "../../../src/db/stores/intake/intake-store.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const accepted: SendOutcome = { kind: "accepted", messageId: "m", segments: null };
const refused: SendOutcome = { kind: "failed-permanent", code: "http_400", message: "no" };
const PAID = T0 + 20 * MINUTE + 10 * SECOND;

/** A nudge that was accepted, and a last call that is under way until it is answered. */
async function underWay() {
  let answer: (outcome: SendOutcome) => void = () => {};
  const steps = [10, 20].map((minutes, n) => ({
    id: ["nudge", "last-call"][n] ?? "",
    at: { kind: "afterCreated" as const, ms: minutes * MINUTE },
    channels: ["sms"],
  }));
  const setup = await dispatchSetup({
    campaign: { steps },
    answer: ({ step }) => (step === "nudge" ? accepted : new Promise((resolve) => (answer = resolve))),
  });
  const { sql } = setup.database;
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  await setup.at(T0 + 20 * MINUTE);
  await setup.dispatcher.drain();
  // The dispatcher waits for what it has claimed, also when a test fails.
  onTestFinished(() => answer(refused));
  return {
    ...setup,
    sql,
    answer: (outcome: SendOutcome) => answer(outcome),
    pay: async () => {
      await setup.at(PAID);
      await setup.receive(receivedEvent("e2", "order.paid", PAID));
    },
    credited: async () => {
      const rows = await sql<{ step: string }[]>`
        select r.step from recoveries c join reminders r on r.shop_id = c.shop_id and r.id = c.reminder_id`;
      return rows.map(({ step }) => step);
    },
  };
}

describe("a payment while a send is under way", () => {
  it("is credited to it when it is accepted", async () => {
    const { pay, answer, dispatcher, credited } = await underWay();
    await pay();
    answer(accepted);
    await dispatcher.settled();
    expect(await credited()).toEqual(["last-call"]);
  });

  it("goes to the reminder before when it fails", async () => {
    const { pay, answer, dispatcher, credited } = await underWay();
    await pay();
    answer(refused);
    await dispatcher.settled();
    expect(await credited()).toEqual(["nudge"]);
  });

  it("goes to the reminder before when its outcome stays unknown", async () => {
    const { at, pay, dispatcher, credited } = await underWay();
    await pay();
    expect(await credited()).toEqual(["last-call"]);
    await at(T0 + 30 * MINUTE);
    expect(await dispatcher.rescue()).toBe(1);
    expect(await credited()).toEqual(["nudge"]);
  });

  it("is credited to it when it was given up before the payment, and its acceptance is heard after it", async () => {
    const { at, receive, answer, dispatcher, credited, sql } = await underWay();
    await at(T0 + 30 * MINUTE);
    expect(await dispatcher.rescue()).toBe(1);
    await at(T0 + 31 * MINUTE);
    await receive(receivedEvent("e2", "order.paid", T0 + 31 * MINUTE));
    expect(await credited()).toEqual(["nudge"]);
    answer(accepted);
    await dispatcher.settled();
    expect(await credited()).toEqual(["last-call"]);
    expect(await sql`select step, state from reminders order by decided_at`).toEqual([
      { step: "nudge", state: "sent" },
      { step: "last-call", state: "sent" },
    ]);
  });

  it("goes to the reminder before when its failure is recorded before the payment is committed", async () => {
    const { sql, answer, dispatcher, credited } = await underWay();
    const [buyer] = await sql<{ shop: string; id: string }[]>`select shop_id as shop, id from buyers`;
    if (buyer === undefined) throw new Error("no buyer");
    await inTransaction(sql, async (tx) => {
      await lockBuyers(tx, [buyer]);
      await tx`update orders set status = 'paid', paid_at = ${new Date(PAID)}`;
      await creditPayments(tx, [{ shop: "acme", id: "o1" }]);
      answer(refused);
      // Recorded by now, or waiting for the buyer.
      await Promise.race([dispatcher.settled(), pause(500)]);
    });
    await dispatcher.settled();
    expect(await credited()).toEqual(["nudge"]);
  });
});

describe("an order that was paid", () => {
  it.each([
    ["before the payment", ["updated", "paid"]],
    ["after it", ["paid", "updated"]],
  ])("is credited with the amount that it had, if the change arrives %s", async (_, types) => {
    const { at, receive, drain, database } = await dispatchSetup();
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 20 * MINUTE);
    const byName = {
      updated: receivedEvent("e2", "order.updated", T0 + 15 * MINUTE, { amount: "80.00" }),
      paid: receivedEvent("e3", "order.paid", T0 + 20 * MINUTE),
    };
    for (const type of types) await receive(byName[type as keyof typeof byName]);
    expect(await database.sql`select order_id, amount from recoveries`).toEqual([{ order_id: "o1", amount: 8_000 }]);
  });
});
