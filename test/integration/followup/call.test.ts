/** Steps that are calls: a task in place of a message, by the same rules. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { recordOutcome } from "../../../src/followup/desk/results.ts";
import { take } from "../../../src/followup/desk/take.ts";
import { calls } from "../../support/calls.ts";
import { VERA } from "../../support/desk.ts";
import { receivedEvent } from "../../support/dispatch.ts";
import { inProcessChannel } from "../../support/in-process-channel.ts";
import { afterCreated, beforeClose, quietOf, T0 } from "../../support/rules.ts";

const DONE = { channel: "call", state: "accepted", finished: true };

describe("a step that is a call", () => {
  it("is a task at its time and an accepted delivery, and holds nothing back", async () => {
    const { receive, at, drain, list, only, rows, ledger, sent, story } = await calls();
    await receive(receivedEvent("e1", "order.created", T0));
    expect(await list()).toEqual([]);
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(await only()).toMatchObject({
      ...{ kind: "call", state: "open", orders: ["o1"], dueAt: "2026-11-10T20:10:00+08:00", script: null },
    });
    expect(await rows()).toEqual(["10 sent nudge", "1410 planned last-call"]);
    expect(await ledger()).toEqual([DONE]);
    expect(await story()).toMatch(/call, attempt 1: accepted/);
    await at(T0 + 1410 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
    expect(await only()).toMatchObject({ kind: "call", state: "open" });
    await receive(receivedEvent("e2", "order.paid", T0 + 1410 * MINUTE));
    expect(await list({ state: "done" })).toMatchObject([{ kind: "call", why: "paid" }]);
  });

  it("shows its text as the script, to those who may see it", async () => {
    const { receive, at, drain, only } = await calls({
      campaign: { steps: [afterCreated("nudge", 10 * MINUTE, ["call"])] },
      channels: ["call", "sms"],
    });
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(await only()).toMatchObject({ script: "Order o1: CN¥129.00" });
    expect(await only({ phones: false })).toMatchObject({ script: null });
  });

  it("keeps the task that its case has, which is due then", async () => {
    const { receive, at, drain, only, call } = await calls();
    await receive(receivedEvent("e1", "order.created", T0));
    const id = await call();
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(await only()).toMatchObject({ id, kind: "call", dueAt: "2026-11-10T20:10:00+08:00" });
  });

  it("is one task where two calls of a case are due at one moment, and holds nobody else up", async () => {
    const { receive, at, drain, list, rows, ledger } = await calls({
      campaign: {
        steps: [afterCreated("nudge", 90 * MINUTE, ["call"]), beforeClose("last-call", 15 * MINUTE, ["call"])],
        limits: { max: 3, per: HOUR, gap: 0 },
        whenTight: "pull",
      },
    });
    const order = (id: string, buyer: string, phone: string, after: number, closes: number | null) =>
      receivedEvent(`e-${id}`, "order.created", T0 + after * MINUTE, {
        id,
        createdAt: new Date(T0 + after * MINUTE).toISOString(),
        ...(closes === null ? {} : { closesAt: new Date(T0 + closes * MINUTE).toISOString() }),
        buyer: { id: buyer, phone },
      });
    await receive(order("o1", "b1", "+8613812345678", 0, null), order("o2", "b2", "+8613812345679", 0, null));
    await at(T0 + 70 * MINUTE);
    await receive(order("o3", "b1", "+8613812345678", 70, 160), order("o4", "b2", "+8613812345679", 70, 160));
    // The sooner close pulls the nudge to the last call.
    await at(T0 + 145 * MINUTE);
    await drain();
    const sent = ["145 sent last-call", "145 sent last-call", "145 sent nudge", "145 sent nudge"];
    expect((await rows()).filter((row) => row.includes("sent"))).toEqual(sent);
    expect(await ledger()).toEqual([DONE, DONE, DONE, DONE]);
    expect(await list()).toMatchObject([{ kind: "call" }, { kind: "call" }]);
  });

  it("waits for the end of quiet hours, and is skipped in the holdout and after a payment", async () => {
    const quiet = await calls({ campaign: { quietHours: quietOf("20:05", "20:40") } });
    await quiet.receive(receivedEvent("e1", "order.created", T0));
    expect(await quiet.rows()).toContain("40 planned nudge");

    const held = await calls({ campaign: { holdout: 1 } });
    await held.receive(receivedEvent("e1", "order.created", T0));
    await held.at(T0 + 10 * MINUTE);
    await held.drain();
    expect([await held.list(), await held.rows()]).toEqual([[], ["10 skipped holdout", "1410 planned last-call"]]);

    const paid = await calls();
    await paid.receive(
      receivedEvent("e1", "order.created", T0),
      receivedEvent("e2", "order.created", T0, { id: "o2" }),
    );
    await paid.receive(
      receivedEvent("e3", "order.paid", T0 + MINUTE, { id: "o2", paidAt: new Date(T0 + MINUTE).toISOString() }),
    );
    await paid.at(T0 + 10 * MINUTE);
    await paid.drain();
    expect([await paid.list(), await paid.rows()]).toEqual([
      [],
      expect.arrayContaining(["10 skipped paid_other_order"]),
    ]);
  });

  it("takes over from a channel that refused the message", async () => {
    const steps = [afterCreated("nudge", 10 * MINUTE, ["sms", "call"])];
    const { receive, at, drain, only, rows, ledger } = await calls({
      campaign: { steps },
      answer: () => ({ kind: "failed-permanent", code: "blocked", message: "blocked" }),
    });
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(await rows()).toEqual(["10 sent nudge"]);
    expect((await ledger()).map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
      "call accepted",
      "sms failed-permanent",
    ]);
    expect(await only()).toMatchObject({ kind: "call" });
  });
});

describe("a call that is the fallback of a channel", () => {
  const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"])];
  const REFUSED = { kind: "failed-permanent", code: "blocked", message: "blocked" } as const;

  async function refused() {
    const setup = await calls({ campaign: { steps } });
    setup.use(inProcessChannel({ name: "sms", contacts: ["phone"], fallback: "call" }, () => REFUSED));
    await setup.receive(receivedEvent("e1", "order.created", T0));
    await setup.at(T0 + 10 * MINUTE);
    return setup;
  }

  it("takes over from one that refused the message", async () => {
    const { drain, only, rows, ledger } = await refused();
    await drain();
    await drain();
    expect(await rows()).toEqual(["10 sent nudge"]);
    expect((await ledger()).map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
      "call accepted",
      "sms failed-permanent",
    ]);
    expect(await only()).toMatchObject({ kind: "call", state: "open", dueAt: "2026-11-10T20:10:00+08:00" });
  });

  it("is not made once a person has the case", async () => {
    const { receive, call, deps, drain, only, rows, ledger } = await refused();
    const id = await call();
    await claim(deps, VERA, id);
    await receive(receivedEvent("e2", "order.updated", T0 + 10 * MINUTE));
    await drain();
    expect([await rows(), await ledger()]).toEqual([["10 skipped manual"], []]);
    expect(await only()).toMatchObject({ id, state: "claimed", assignee: "vera" });
  });
});

describe("a call counts as a message of its buyer", () => {
  it("for the cap", async () => {
    const { receive, at, drain, rows, sent } = await calls({
      campaign: { limits: { max: 1, per: 24 * HOUR, gap: 10 * MINUTE } },
    });
    await receive(receivedEvent("e1", "order.created", T0));
    for (const minute of [10, 1410]) {
      await at(T0 + minute * MINUTE);
      await drain();
    }
    expect([await rows(), sent]).toEqual([["10 sent nudge", "1410 skipped cap"], []]);
  });

  it("for the gap", async () => {
    const steps = [afterCreated("nudge", 10 * MINUTE, ["call"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];
    const { receive, at, drain, rows, sent } = await calls({
      campaign: { steps, limits: { max: 3, per: 24 * HOUR, gap: 40 * MINUTE } },
    });
    const closesAt = new Date(T0 + 50 * MINUTE).toISOString();
    await receive(receivedEvent("e1", "order.created", T0, { closesAt }));
    for (const minute of [10, 20, 48, 50]) {
      await at(T0 + minute * MINUTE);
      await drain();
    }
    expect([await rows(), sent]).toEqual([["10 sent nudge", "20 skipped gap"], []]);
  });
});

describe("a promise that the buyer makes in a call", () => {
  const steps = [afterCreated("nudge", 10 * MINUTE, ["call"]), afterCreated("last-call", 70 * MINUTE, ["sms"])];

  async function promised() {
    const setup = await calls({ campaign: { steps } });
    const { receive, at, drain, deps, only } = setup;
    await receive(receivedEvent("e1", "order.created", T0));
    const pass = async (minutes: number) => {
      await at(T0 + minutes * MINUTE);
      await drain();
    };
    await pass(10);
    const task = await only();
    await claim(deps, VERA, task.id);
    await drain();
    const words = { reason: "pays_later", note: null, againAt: null } as const;
    const promise = { outcome: "will_pay", promiseAt: T0 + 190 * MINUTE, ...words } as const;
    expect(await recordOutcome(deps, VERA, task.id, promise)).toEqual({ kind: "changed" });
    await drain();
    expect(await setup.rows()).toEqual(["10 sent nudge", "190 planned last-call"]);
    await pass(70);
    expect(setup.sent).toEqual([]);
    return { ...setup, pass, task };
  }

  it("moves the sends that are left to its time, and the staff learns that it was broken", async () => {
    const { pass, rows, sent, list, task } = await promised();
    expect(await list({ state: "done" })).toMatchObject([{ id: task.id, outcome: "will_pay" }]);
    await pass(190);
    expect([await rows(), sent.length]).toEqual([["10 sent nudge", "190 sent last-call"], 1]);
    expect(await list()).toMatchObject([{ kind: "promise", dueAt: "2026-11-10T23:10:00+08:00" }]);
  });

  it("is kept by a payment: no message goes out", async () => {
    const { pass, at, receive, sent, list } = await promised();
    const paidAt = T0 + 100 * MINUTE;
    await at(paidAt);
    await receive(receivedEvent("e2", "order.paid", paidAt, { paidAt: new Date(paidAt).toISOString() }));
    await pass(190);
    expect([sent, await list()]).toEqual([[], []]);
  });

  it("leaves the case to a person who takes it before its time", async () => {
    const { pass, at, deps, rows, sent, task } = await promised();
    await at(T0 + 185 * MINUTE);
    expect(await take(deps, VERA, { shop: "acme", id: task.case })).toMatchObject({ kind: "changed" });
    await pass(190);
    expect([await rows(), sent]).toEqual([["10 sent nudge", "190 skipped manual"], []]);
  });
});

it("makes each call once beside claims of people, however many workers there are", async () => {
  const COUNT = 1_000;
  const { receive, at, another, deps, sql, callAll, list } = await calls();
  const orders = Array.from({ length: COUNT }, (_, n) => ({
    ...{ id: `o${n}`, amount: "20.00" },
    buyer: { id: `b${n}`, phone: `+86138${String(n + 10_000_000)}` },
  }));
  await receive(...orders.map((order) => receivedEvent(`e-${order.id}`, "order.created", T0, order)));
  const tasks = (await callAll()).slice(0, COUNT / 2);
  await sql`delete from tasks where id::text <> all(string_to_array(${tasks.map(({ id }) => id).join(" ")}, ' '))`;
  await at(T0 + 10 * MINUTE);
  const dispatchers = [another(), another()];
  const dispatch = async (dispatcher: ReturnType<typeof another>) => {
    while ((await dispatcher.drain()) > 0);
    await dispatcher.settled();
  };
  const people = async () => {
    for (let from = 0; from < tasks.length; from += 20)
      for (const { kind } of await Promise.all(tasks.slice(from, from + 20).map(({ id }) => claim(deps, VERA, id))))
        expect(kind).toBe("changed");
  };
  await Promise.all([people(), ...dispatchers.map(dispatch)]);
  for (const dispatcher of dispatchers) await dispatch(dispatcher);
  expect(await list({ limit: 2_000 })).toHaveLength(COUNT);
  const [found] = await sql<{ sent: number; skipped: number; deliveries: number; under_way: number }[]>`
    select count(*) filter (where r.state = 'sent')::int as sent, count(*) filter (where r.reason = 'manual')::int as skipped,
      count(d.id)::int as deliveries, count(*) filter (where d.state = 'claimed')::int as under_way
    from reminders r left join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id where r.step = 'nudge'`;
  expect(found).toEqual({
    ...{ sent: found?.deliveries, deliveries: expect.any(Number), under_way: 0 },
    skipped: COUNT - (found?.deliveries ?? 0),
  });
  expect(found?.deliveries).toBeGreaterThanOrEqual(COUNT / 2);
  // The tasks of the others end with their cases.
  await at(T0 + 24 * HOUR);
  for (const dispatcher of dispatchers) await dispatch(dispatcher);
  expect(await list({ limit: 2_000 })).toEqual([]);
});
