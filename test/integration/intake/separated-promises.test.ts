/** Promises of a buyer whose ids prove to be several persons': they stay with the orders that they were for. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated } from "../../support/rules.ts";

const PHONE = "+8613900004004";
const AT = T0 + 2 * HOUR;
const steps = [afterCreated("nudge", 10 * MINUTE, ["chat", "sms"])];

/** Two ids at one number are one buyer; a third one at it separates them. Each has a handle of its own. */
async function joined() {
  const setup = await dispatchSetup({ shop: { joinAtMost: 2 }, campaign: { steps } });
  const { sql } = setup.database;
  const place = (n: number, at = T0) => {
    const buyer = { id: `b${n}`, phone: PHONE, chat: { wechat: `w${n}` } };
    return setup.receive(receivedEvent(`e${n}`, "order.created", at, { id: `o${n}`, buyer }));
  };
  const promise = (order: string, at = AT) =>
    recordPromise(sql, { shop: "acme", order, at, reason: "salary", by: "Li" });
  const states = async () => {
    const rows = await sql<{ text: string }[]>`
      select concat_ws(' ', array_to_string(orders, ' '), state, why) as text from promises order by recorded_at, orders`;
    return rows.map(({ text }) => text);
  };
  const pass = async (ms: number) => {
    await setup.at(ms);
    await setup.drain();
  };
  const sentAt = async () => {
    const rows = await sql<{ orders: string[]; at: number }[]>`
      select orders, decided_at as at from reminders where state = 'sent' order by orders`;
    return Object.fromEntries(rows.map(({ orders, at }) => [orders.join(" "), (at - T0) / MINUTE]));
  };
  const pay = (n: number, paidAt: number) =>
    setup.receive(
      receivedEvent(`p${n}`, "order.paid", paidAt, { id: `o${n}`, paidAt: new Date(paidAt).toISOString() }),
    );
  await setup.at(T0);
  return { ...setup, sql, place, promise, states, pass, sentAt, pay };
}

describe("a promise of a buyer who is separated", () => {
  it("holds for the one who stays, and for the orders that stay; the other is reminded at the usual time", async () => {
    const { place, promise, states, pass, sentAt, pay, at } = await joined();
    await place(1);
    await place(2);
    await promise("o1");
    await place(3, T0 + 1);
    expect(await states()).toEqual(["o1 o2 open"]);
    await pass(T0 + 11 * MINUTE);
    expect(await sentAt()).toEqual({ o2: 11, o3: 11 });
    await at(T0 + HOUR);
    await pay(1, T0 + HOUR);
    expect(await states()).toEqual(["o1 o2 kept"]);
  });

  it("ends as moved when none of its orders stays, and holds back no order that it was not for", async () => {
    const { place, promise, states, pass, sentAt, sql, receive } = await joined();
    await place(1);
    // Known by another number when the promise is recorded, and joined with the first one then.
    const buyer = { id: "b2", phone: "+8613900004005", chat: { wechat: "w2" } };
    await receive(receivedEvent("e2", "order.created", T0, { id: "o2", buyer }));
    await promise("o2");
    await receive(receivedEvent("proof", "order.updated", T0, { id: "o2", buyer: { id: "b2", phone: PHONE } }));
    expect(await states()).toEqual(["o2 open"]);
    expect(await sql`select from buyers where merged_into is null`).toHaveLength(1);
    await place(3, T0 + 1);
    expect(await sql`select from buyers where merged_into is null`).toHaveLength(3);
    expect(await states()).toEqual(["o2 ended moved"]);
    await pass(T0 + 11 * MINUTE);
    expect(await sentAt()).toEqual({ o1: 11, o2: 11, o3: 11 });
    await pass(AT);
    expect(await states()).toEqual(["o2 ended moved"]);
    expect(await sql`select from tasks`).toEqual([]);
  });
});
