/** Tasks of the staff: how they begin and end, who has them, and that no message goes out while somebody does. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import { insertUser } from "../../../src/db/stores/access/user-store.ts";
import { assign, claim, extend, LEASE, release } from "../../../src/followup/desk/claims.ts";
import { findTask, listTasks, type TaskQuery } from "../../../src/followup/desk/list.ts";
import { type OutcomeInput, recordOutcome, recordTouch, revealContact } from "../../../src/followup/desk/results.ts";
import { erase } from "../../../src/followup/erase.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated, beforeClose } from "../../support/rules.ts";

const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];
const MANUAL = { amountAtLeast: "100", handBackAfter: 2 * HOUR };
const [VERA, ADA] = (["vera", "ada"] as const).map((who) => ({ who, via: "http" as const })) as [Actor, Actor];
type Actor = { readonly who: string; readonly via: "http" };

const ALL: TaskQuery = {
  shop: null,
  state: null,
  kind: null,
  assignee: null,
  sort: "closes",
  limit: 50,
  cursor: null,
  phones: true,
};

async function desk(options: { manual?: Campaign["manual"]; hang?: boolean; steps?: Campaign["steps"] } = {}) {
  const { manual = MANUAL, hang = false } = options;
  const setup = await dispatchSetup({ campaign: { steps: options.steps ?? steps, manual }, hang });
  const { sql } = setup.database;
  const deps = { sql, vault: setup.vault, zoneOf: () => "Asia/Shanghai", campaignOf: () => ({ minLead: 2 * MINUTE }) };
  const list = async (query: Partial<TaskQuery> = {}) => (await listTasks(deps, { ...ALL, ...query }))?.items ?? [];
  const only = async (query: Partial<TaskQuery> = {}) => {
    const [task, ...others] = await list(query);
    if (task === undefined || others.length > 0) throw new Error(`${others.length + 1} tasks`);
    return task;
  };
  const rows = async () => {
    const found = await sql<{ step: string; reason: string | null; state: string; at: number }[]>`
      select step, reason, state, coalesce(decided_at, due_at) as at from reminders order by at, step`;
    return found.map(({ step, reason, state, at }) => `${(at - T0) / MINUTE} ${state} ${reason ?? step}`);
  };
  const ended = async (input: Partial<OutcomeInput> & Pick<OutcomeInput, "outcome">, who = VERA) =>
    recordOutcome(deps, who, (await only()).id, { reason: null, note: null, promiseAt: null, againAt: null, ...input });
  await setup.at(T0);
  return { ...setup, sql, deps, list, only, rows, ended };
}

/** With an order of a buyer of high value. */
async function dear(options: Parameters<typeof desk>[0] = {}) {
  const setup = await desk(options);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  return { ...setup, task: await setup.only() };
}

describe("a task", () => {
  it("begins with the case that becomes a person's, and shows no address", async () => {
    const { task, receive, list } = await dear();
    expect(task).toMatchObject({
      ...{ kind: "high_value", shop: "acme", buyer: "+86138****5678", orders: ["o1"], state: "open", touches: 0 },
      ...{ amount: [{ amount: "129.00", currency: "CNY" }], closesAt: "2026-11-11T20:00:00+08:00", version: 1 },
      ...{ assignee: null, leaseUntil: null, dueAt: null, why: null, outcome: null },
    });
    expect((await list({ phones: false }))[0]?.buyer).toBeNull();
    const small = { id: "o9", amount: "5.00", buyer: { id: "b9", phone: "+8613912345678" } };
    await receive(receivedEvent("e9", "order.created", T0, small));
    expect(await list()).toHaveLength(1);
    await receive(receivedEvent("e2", "order.created", T0 + 1, { id: "o2", amount: "20.00" }));
    expect((await list())[0]).toMatchObject({ orders: ["o1", "o2"], amount: [{ amount: "149.00", currency: "CNY" }] });
  });

  it.each<[why: string, type: string, order: object]>([
    ["paid", "order.paid", { paidAt: new Date(T0 + 1).toISOString() }],
    ["closed", "order.closed", {}],
  ])("ends by itself when its order is %s", async (why, type, order) => {
    const { task, receive, list, deps } = await dear();
    await claim(deps, VERA, task.id);
    await receive(receivedEvent("e2", type, T0 + 1, { ...order }));
    expect(await list()).toEqual([]);
    expect(await list({ state: "done" })).toMatchObject([
      { id: task.id, state: "done", why, outcome: null, assignee: "vera" },
    ]);
    expect(await claim(deps, VERA, task.id)).toEqual({ kind: "ended" });
  });

  it("ends when its order closes by the clock, when its case goes back, and when its buyer is erased", async () => {
    const { drain, at, list } = await dear({ manual: { ...MANUAL, handBackAfter: null } });
    await at(T0 + 24 * HOUR);
    await drain();
    expect(await list({ state: "done" })).toMatchObject([{ why: "closed" }]);

    const back = await dear();
    await back.at(T0 + 2 * HOUR);
    await back.drain();
    expect(await back.list({ state: "done" })).toMatchObject([{ why: "handed_back" }]);

    const gone = await dear();
    await claim(gone.deps, VERA, gone.task.id);
    await recordTouch(gone.deps, VERA, gone.task.id, {
      how: "call",
      result: "reached",
      reason: null,
      note: "lives in Hangzhou",
    });
    const shopOf = gone.shopOf;
    expect(
      await erase({ sql: gone.sql, vault: gone.vault, shopOf }, VERA, { shop: "acme", buyer: "b1" }),
    ).toMatchObject({ kind: "erased" });
    expect(await gone.list({ state: "done" })).toMatchObject([{ why: "erased", buyer: null }]);
    expect(await gone.sql`select note from touches`).toEqual([{ note: null }]);
  });

  it.each([
    ["first", 0],
    ["second", 1],
  ])("of buyers that prove to be one is left to the one who has claimed it: the %s", async (_which, claimed) => {
    const { receive, list, deps } = await desk();
    for (const n of [1, 2]) {
      const buyer = { id: `b${n}`, phone: `+861381234567${n}` };
      await receive(receivedEvent(`e${n}`, "order.created", T0 + n, { id: `o${n}`, buyer }));
    }
    const { id = "" } = (await list())[claimed] ?? {};
    await claim(deps, VERA, id);
    const proof = { id: "o1", buyer: { id: "b1", phone: "+8613812345672" } };
    await receive(receivedEvent("e3", "order.updated", T0 + 3, proof));
    expect(await list()).toMatchObject([{ id, state: "claimed", assignee: "vera", orders: ["o1", "o2"] }]);
    expect(await list({ state: "done" })).toMatchObject([{ why: "moved" }]);
  });

  it("is listed by state, person, close and amount, a page at a time", async () => {
    const { receive, list, deps } = await desk();
    for (const [n, amount] of [
      [1, "100.00"],
      [2, "300.00"],
      [3, "200.00"],
    ] as const) {
      const buyer = { id: `b${n}`, phone: `+861381234567${n}` };
      await receive(receivedEvent(`e${n}`, "order.created", T0 + n, { id: `o${n}`, amount, buyer }));
    }
    const ids = async (query: Partial<TaskQuery> = {}) => (await list(query)).map(({ orders }) => orders[0]);
    expect(await ids()).toEqual(["o1", "o2", "o3"]);
    expect(await ids({ sort: "amount" })).toEqual(["o2", "o3", "o1"]);
    const page = await listTasks(deps, { ...ALL, sort: "amount", limit: 2 });
    expect(await ids({ sort: "amount", cursor: page?.next ?? null })).toEqual(["o1"]);
    expect(await listTasks(deps, { ...ALL, cursor: "x" })).toBeNull();
    const [first] = await list();
    await claim(deps, VERA, first?.id ?? "");
    expect(await ids({ state: "claimed" })).toEqual(["o1"]);
    expect(await ids({ assignee: "vera" })).toEqual(["o1"]);
    expect(await ids({ state: "open" })).toEqual(["o2", "o3"]);
    expect(await ids({ shop: "other" })).toEqual([]);
    expect(await ids({ kind: "promise" })).toEqual([]);
  });
});

describe("a claim", () => {
  it("is one person's: of 50 at once one wins", async () => {
    const { deps, task, only } = await dear();
    const people = Array.from({ length: 50 }, (_, n) => ({ who: `p${n}`, via: "http" as const }));
    const results = await Promise.all(people.map((who) => claim(deps, who, task.id)));
    expect(results.filter(({ kind }) => kind === "changed")).toHaveLength(1);
    const { assignee } = await only();
    expect(results.filter((result) => result.kind === "taken" && result.by === assignee)).toHaveLength(49);
  });

  it("lapses by itself, and then the case goes back at its time", async () => {
    const { deps, task, at, drain, only, rows } = await dear();
    await at(T0 + 110 * MINUTE);
    expect(await claim(deps, VERA, task.id)).toEqual({ kind: "changed" });
    expect(await only()).toMatchObject({ state: "claimed", assignee: "vera", leaseUntil: "2026-11-10T22:05:00+08:00" });
    // The time of the campaign passes: a person has it.
    await at(T0 + 2 * HOUR);
    await drain();
    expect(await rows()).toEqual([]);
    expect(await claim(deps, ADA, task.id)).toEqual({ kind: "taken", by: "vera" });
    await at(T0 + 110 * MINUTE + LEASE);
    expect(await only()).toMatchObject({ state: "open", assignee: null, leaseUntil: null });
    await drain();
    expect(await rows()).toEqual(["125 skipped stale", "1410 planned last-call"]);
  });

  it("is renewed, let go and given to another person", async () => {
    const { deps, task, at, only, drain, rows, list } = await dear();
    expect(await extend(deps, VERA, task.id)).toEqual({ kind: "not_claimed" });
    await claim(deps, VERA, task.id);
    await at(T0 + 10 * MINUTE);
    expect(await extend(deps, ADA, task.id)).toEqual({ kind: "taken", by: "vera" });
    expect(await extend(deps, VERA, task.id)).toEqual({ kind: "changed" });
    expect((await only()).leaseUntil).toBe("2026-11-10T20:25:00+08:00");
    expect(await release(deps, ADA, task.id)).toEqual({ kind: "taken", by: "vera" });
    expect(await assign(deps, VERA, { id: task.id, to: "ada" })).toEqual({ kind: "unknown_person" });
    await insertUser(deps.sql, VERA, { name: "ada", role: "operator", way: { password: "x" } });
    expect(await assign(deps, VERA, { id: task.id, to: "ada" })).toEqual({ kind: "changed" });
    expect(await only()).toMatchObject({ state: "open", assignee: "ada", leaseUntil: null });
    expect(await list({ assignee: "ada" })).toHaveLength(1);
    expect(await claim(deps, VERA, task.id)).toEqual({ kind: "taken", by: "ada" });
    expect(await claim(deps, ADA, task.id)).toEqual({ kind: "changed" });
    await at(T0 + 3 * HOUR);
    await drain();
    expect(await claim(deps, ADA, task.id)).toEqual({ kind: "ended" });
    expect(await rows()).toEqual(["180 skipped stale", "1410 planned last-call"]);
    expect(await claim(deps, ADA, "no-id")).toEqual({ kind: "unknown_task" });
    expect(await claim(deps, ADA, "00000000-0000-4000-8000-000000000000")).toEqual({ kind: "unknown_task" });
  });

  it("that is let go after the time of the campaign gives the case back at once", async () => {
    const { deps, task, at, drain, rows } = await dear();
    await at(T0 + 119 * MINUTE);
    await claim(deps, VERA, task.id);
    await at(T0 + 125 * MINUTE);
    await release(deps, VERA, task.id);
    await drain();
    expect(await rows()).toEqual(["125 skipped stale", "1410 planned last-call"]);
  });

  it("is refused while a message is under way, and keeps a retry from leaving", async () => {
    const { receive, at, dispatcher, deps, only, sql, rows } = await desk({ hang: true, manual: MANUAL });
    await receive(receivedEvent("e1", "order.created", T0, { amount: "20.00" }));
    await at(T0 + 10 * MINUTE);
    await dispatcher.drain();
    await receive(receivedEvent("e2", "order.updated", T0 + 10 * MINUTE, { amount: "500.00" }));
    const { id } = await only();
    expect(await claim(deps, VERA, id)).toEqual({ kind: "under_way" });
    await sql`update deliveries set state = 'failed-transient', finished_at = dunlin_now()`;
    await sql`update reminders set retry_at = dunlin_now() + interval '1 minute', retry_channel = 'sms' where state = 'sending'`;
    expect(await claim(deps, VERA, id)).toEqual({ kind: "changed" });
    expect(await rows()).toContain("10 skipped manual");
    expect(await sql`select from reminders where retry_at is not null`).toEqual([]);
  });
});

it("gives each case either to the person who claims it or back to the reminders, and never both", async () => {
  const COUNT = 400;
  const due = [beforeClose("nudge", 22 * HOUR, ["sms"])];
  const { receive, at, another, deps, sql, list } = await desk({ steps: due });
  const orders = Array.from({ length: COUNT }, (_, n) => ({
    ...{ id: `o${n}`, amount: "900.00" },
    buyer: { id: `b${n}`, phone: `+86138${String(n + 10_000_000)}` },
  }));
  await receive(...orders.map((order) => receivedEvent(`e-${order.id}`, "order.created", T0, order)));
  const tasks = await list({ limit: 500 });
  await at(T0 + 2 * HOUR);
  const dispatchers = [another(), another()];
  const held: string[] = [];
  const people = async () => {
    for (let from = 0; from < COUNT; from += 20) {
      const some = tasks.slice(from, from + 20);
      const taken = await Promise.all(some.map((task) => claim(deps, VERA, task.id)));
      for (const [n, { kind }] of taken.entries())
        if (kind === "changed") held.push(some[n]?.orders[0] ?? "");
        else expect(["ended", "under_way"]).toContain(kind);
    }
  };
  const dispatch = async (dispatcher: ReturnType<typeof another>) => {
    while ((await dispatcher.drain()) > 0);
    await dispatcher.settled();
  };
  await Promise.all([people(), ...dispatchers.map(dispatch)]);
  for (const dispatcher of dispatchers) await dispatch(dispatcher);
  const sent = await sql<{ order: string }[]>`
    select r.orders[1] as order from deliveries d join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id`;
  expect([...held, ...sent.map(({ order }) => order)].sort()).toEqual(orders.map(({ id }) => id).sort());
  expect([held.length > 0, sent.length > 0]).toEqual([true, true]);
});

describe("the one who has a task", () => {
  it("sees the number, which the trail notes, and records what was said", async () => {
    const { deps, task, only, sql, vault } = await dear();
    expect(await revealContact(deps, VERA, task.id)).toEqual({ kind: "not_claimed" });
    await claim(deps, VERA, task.id);
    expect(await revealContact(deps, ADA, task.id)).toEqual({ kind: "taken", by: "vera" });
    expect(await revealContact(deps, VERA, task.id)).toEqual({ kind: "revealed", phone: "+8613812345678" });
    expect(await sql`select who, action, note from audit`).toEqual([
      { who: "vera", action: "contact.reveal", note: `task ${task.id}` },
    ]);
    const said = { how: "call", result: "reached", reason: "doubts_goods", note: "asks for the size" } as const;
    expect(await recordTouch(deps, VERA, task.id, said)).toEqual({ kind: "changed" });
    expect(await only()).toMatchObject({ touches: 1 });
    const [stored] = await sql<{ who: string; note: Buffer }[]>`select who, how, result, reason, note from touches`;
    expect(stored).toMatchObject({ who: "vera", how: "call", result: "reached", reason: "doubts_goods" });
    expect(vault.open(stored?.note ?? Buffer.alloc(0))).toBe("asks for the size");
  });

  it("voids a wrong number: nobody is shown it again, and it gets no message", async () => {
    const { deps, task, sql } = await dear();
    await claim(deps, VERA, task.id);
    await recordTouch(deps, VERA, task.id, { how: "call", result: "wrong_number", reason: null, note: null });
    expect(await revealContact(deps, VERA, task.id)).toEqual({ kind: "no_phone" });
    expect(await sql`select reason, source from suppressions`).toEqual([{ reason: "bounce", source: "vera" }]);
  });

  it("records a promise: reminders wait, and it is a task when it is broken", async () => {
    const { deps, task, ended, at, drain, rows, list, only } = await dear();
    await claim(deps, VERA, task.id);
    const late = await ended({ outcome: "will_pay", promiseAt: T0 + 24 * HOUR - MINUTE });
    const closesAt = T0 + 24 * HOUR;
    expect(late).toEqual({ kind: "too_late", at: closesAt - MINUTE, closesAt, latest: closesAt - 2 * MINUTE });
    expect(await ended({ outcome: "will_pay", promiseAt: T0 })).toMatchObject({ kind: "past", field: "promiseAt" });
    expect(await ended({ outcome: "will_pay", reason: "pays_later", promiseAt: T0 + 20 * HOUR })).toEqual({
      kind: "changed",
    });
    expect(await list({ state: "done" })).toMatchObject([
      { outcome: "will_pay", reason: "pays_later", assignee: "vera" },
    ]);
    expect(await list()).toEqual([]);
    await at(T0 + 20 * HOUR - 1);
    await drain();
    expect(await rows()).toEqual([]);
    // The task does not hold back the last reminder.
    await at(T0 + 20 * HOUR);
    await drain();
    expect(await only()).toMatchObject({ kind: "promise", state: "open", dueAt: "2026-11-11T16:00:00+08:00" });
    expect(await rows()).toEqual(["1200 skipped stale", "1410 planned last-call"]);
  });

  it("keeps a promise that is paid from being a task", async () => {
    const { deps, task, ended, receive, list } = await dear();
    await claim(deps, VERA, task.id);
    await ended({ outcome: "will_pay", promiseAt: T0 + HOUR });
    await receive(receivedEvent("e2", "order.paid", T0 + MINUTE, { paidAt: new Date(T0 + MINUTE).toISOString() }));
    expect(await list()).toEqual([]);
    expect(await list({ state: "done" })).toMatchObject([{ kind: "high_value", outcome: "will_pay" }]);
  });

  it("tries again later when nobody answered", async () => {
    const { deps, task, ended, only, at, drain, rows } = await dear();
    await claim(deps, VERA, task.id);
    expect(await ended({ outcome: "not_reached", againAt: T0 + 3 * HOUR })).toEqual({ kind: "changed" });
    expect(await only()).toMatchObject({
      id: task.id,
      state: "open",
      assignee: null,
      dueAt: "2026-11-10T23:00:00+08:00",
    });
    await at(T0 + 3 * HOUR);
    await drain();
    expect(await rows()).toEqual([]);
    expect(await claim(deps, ADA, task.id)).toEqual({ kind: "changed" });
  });

  it("waits for the next event of its orders after a change of them was agreed", async () => {
    const { deps, task, ended, only, at, drain, sql, receive } = await dear();
    const isManual = async () => (await sql`select manual from cases where manual_at is not null`)[0]?.manual;
    await claim(deps, VERA, task.id);
    await ended({ outcome: "order_changed", reason: "wants_combined_postage" });
    expect(await only()).toMatchObject({ state: "open", assignee: null, dueAt: "2026-11-10T22:00:00+08:00" });
    // An event of a stranger changes nothing.
    const stranger = { id: "o9", amount: "5.00", buyer: { id: "b9", phone: "+8613912345678" } };
    await receive(receivedEvent("e9", "order.created", T0 + MINUTE, stranger));
    expect((await only()).dueAt).toBe("2026-11-10T22:00:00+08:00");
    await at(T0 + 118 * MINUTE);
    await receive(receivedEvent("e2", "order.updated", T0 + 118 * MINUTE, { amount: "119.00" }));
    expect(await only()).toMatchObject({ state: "open", dueAt: "2026-11-10T21:58:00+08:00" });
    // The time of the campaign passes while somebody may still take it.
    await at(T0 + 125 * MINUTE);
    await drain();
    expect(await isManual()).toBe(true);
    await receive(receivedEvent("e3", "order.updated", T0 + 125 * MINUTE, { amount: "118.00" }));
    expect((await only()).dueAt).toBe("2026-11-10T21:58:00+08:00");
    await at(T0 + 133 * MINUTE);
    await drain();
    expect(await isManual()).toBe(false);
  });

  it("waits for no event longer than its campaign waits for a person", async () => {
    const { deps, task, ended, at, drain, list } = await dear();
    await claim(deps, VERA, task.id);
    await ended({ outcome: "order_changed" });
    await at(T0 + 2 * HOUR);
    await drain();
    expect(await list()).toMatchObject([{ state: "open", dueAt: "2026-11-10T22:00:00+08:00" }]);
    expect(await claim(deps, ADA, task.id)).toEqual({ kind: "changed" });
  });

  it.each([["refused"], ["done"], ["opted_out"]] as const)("ends it as %s: no reminder any more", async (outcome) => {
    const { deps, task, ended, at, drain, rows, list, sql } = await dear();
    await claim(deps, VERA, task.id);
    expect(await ended({ outcome })).toEqual({ kind: "changed" });
    for (const hours of [2, 23.5]) {
      await at(T0 + hours * HOUR);
      await drain();
    }
    expect(await rows()).toEqual([]);
    expect(await list()).toEqual([]);
    expect(await findTask(deps, task.id)).toMatchObject({ state: "done", outcome, why: null });
    const suppressed = await sql`select reason from suppressions`;
    expect(suppressed).toEqual(outcome === "opted_out" ? [{ reason: "opt_out" }] : []);
  });

  it("cannot end it after the claim is over", async () => {
    const { deps, task, ended, at } = await dear();
    await claim(deps, VERA, task.id);
    await at(T0 + LEASE);
    expect(await ended({ outcome: "done" })).toEqual({ kind: "not_claimed" });
  });
});
