/** The states of promises to pay: kept, broken, replaced or ended, in the transaction of the change that says so. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { listTasks } from "../../../src/followup/desk/list.ts";
import { listPromises } from "../../../src/followup/desk/promises.ts";
import { recordOutcome } from "../../../src/followup/desk/results.ts";
import { erase } from "../../../src/followup/erase.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated, beforeClose } from "../../support/rules.ts";

const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];
const VERA = { who: "vera", via: "http" } as const;
const AT = T0 + 2 * HOUR;
const ALL = {
  shop: null,
  state: null,
  kind: null,
  assignee: null,
  sort: "closes",
  limit: 50,
  cursor: null,
  phones: true,
} as const;

async function promising(manual: Campaign["manual"] = null) {
  const setup = await dispatchSetup({ campaign: { steps, manual } });
  const { sql } = setup.database;
  const deps = { sql, vault: setup.vault, zoneOf: () => "Asia/Shanghai", campaignOf: () => ({ minLead: 2 * MINUTE }) };
  const place = (n = 1, change: object = {}, at = T0) =>
    setup.receive(receivedEvent(`e${n}`, "order.created", at, { id: `o${n}`, ...change }));
  const pay = (n: number, paidAt: number, receivedAt = paidAt, change: object = {}) =>
    setup.receive(
      receivedEvent(`p${n}`, "order.paid", receivedAt, {
        id: `o${n}`,
        paidAt: new Date(paidAt).toISOString(),
        ...change,
      }),
    );
  const promise = (change: object = {}) =>
    recordPromise(sql, { shop: "acme", order: "o1", at: AT, reason: "salary", by: "Li", ...change });
  const states = async () => {
    const rows = await sql<{ state: string; why: string | null; at: number | null; n: string }[]>`
      select state, why, ended_at as at, array_to_string(orders, ' ') as n from promises order by recorded_at, at`;
    return rows.map(({ state, why, at, n }) =>
      [n, state, why, at === null ? null : (at - T0) / MINUTE].filter((each) => each !== null).join(" "),
    );
  };
  const tasks = async (state: "done" | null = null) => {
    const page = await listTasks(deps, { ...ALL, state });
    return (page?.items ?? []).map(({ kind, dueAt, why }) =>
      [kind, why ?? dueAt].filter((each) => each !== null).join(" "),
    );
  };
  const pass = async (ms: number) => {
    await setup.at(ms);
    await setup.drain();
  };
  await setup.at(T0);
  return { ...setup, sql, deps, place, pay, promise, states, tasks, pass };
}

describe("a promise", () => {
  it("is a row with its orders and who recorded it; a later one replaces it", async () => {
    const { place, promise, states, sql, at } = await promising();
    await place(1);
    await place(2);
    await promise();
    await at(T0 + MINUTE);
    await promise({ at: AT + HOUR, by: "Ada" });
    expect(await states()).toEqual(["o1 o2 replaced 1", "o1 o2 open"]);
    expect(await sql`select recorded_by, reason, task_id, at from promises order by at`).toEqual([
      { recorded_by: "Li", reason: "salary", task_id: null, at: AT },
      { recorded_by: "Ada", reason: "salary", task_id: null, at: AT + HOUR },
    ]);
  });

  it("is broken at its time: it is a task, and the reminder that waited goes out", async () => {
    const { place, promise, states, tasks, pass, sent } = await promising();
    await place();
    await promise();
    await pass(AT - 1);
    expect([await states(), await tasks(), sent.length]).toEqual([["o1 open"], [], 0]);
    await pass(AT);
    expect(await states()).toEqual(["o1 broken 120"]);
    expect(await tasks()).toEqual(["promise 2026-11-10T22:00:00+08:00"]);
    expect(sent).toMatchObject([{ step: "nudge" }]);
    // Nothing is judged twice.
    await pass(AT + HOUR);
    expect([await states(), await tasks()]).toEqual([["o1 broken 120"], ["promise 2026-11-10T22:00:00+08:00"]]);
  });

  it.each([
    ["before its time", AT - MINUTE],
    ["at its time", AT],
  ])("is kept by a payment %s, in its transaction, and a refund later does not break it", async (_when, paidAt) => {
    const { place, promise, pay, states, tasks, pass, at, receive } = await promising();
    await place();
    await promise();
    await at(paidAt);
    await pay(1, paidAt);
    expect(await states()).toEqual([`o1 kept ${(paidAt - T0) / MINUTE}`]);
    await pass(AT + MINUTE);
    await receive(receivedEvent("r1", "order.refunded", AT + MINUTE, { id: "o1" }));
    expect([await states(), await tasks()]).toEqual([[`o1 kept ${(paidAt - T0) / MINUTE}`], []]);
  });

  it("is kept only when all its orders are paid, and whole", async () => {
    const { place, promise, pay, states, at, receive } = await promising();
    await place(1);
    await place(2);
    await promise();
    await place(3);
    await at(T0 + MINUTE);
    await pay(1, T0 + MINUTE);
    await receive(receivedEvent("part", "order.paid", T0 + MINUTE, { id: "o2", amount: "9.00", currency: "CNY" }));
    expect(await states()).toEqual(["o1 o2 open"]);
    await at(T0 + 3 * MINUTE);
    await pay(2, T0 + 3 * MINUTE, T0 + 3 * MINUTE, { amount: "120.00", currency: "CNY" });
    // The third order came later: the case goes on, the promise is kept.
    expect(await states()).toEqual(["o1 o2 kept 3"]);
  });

  it("becomes kept when a payment before its time is reported after it, and its task ends as paid", async () => {
    const { place, promise, pay, states, tasks, pass } = await promising();
    await place(1);
    await promise();
    await place(2);
    await pass(AT);
    expect(await states()).toEqual(["o1 broken 120"]);
    await pass(AT + 5 * MINUTE);
    await pay(1, AT - MINUTE, AT + 5 * MINUTE);
    expect([await states(), await tasks(), await tasks("done")]).toEqual([["o1 kept 119"], [], ["promise paid"]]);
  });

  it("stays broken by a payment after its time, and its task ends as paid", async () => {
    const { place, promise, pay, states, tasks, pass } = await promising();
    await place();
    await promise();
    await pass(AT);
    await pass(AT + 5 * MINUTE);
    await pay(1, AT + 5 * MINUTE);
    expect([await states(), await tasks(), await tasks("done")]).toEqual([["o1 broken 120"], [], ["promise paid"]]);
  });

  it("is broken without a task when the payment after its time is received first", async () => {
    const { place, promise, pay, states, tasks, at } = await promising();
    await place();
    await promise();
    await at(AT + MINUTE);
    await pay(1, AT + MINUTE);
    expect([await states(), await tasks(), await tasks("done")]).toEqual([["o1 broken 120"], [], []]);
  });

  it("ends with its order: a close that moves before it, and a payment that was reported late", async () => {
    const { place, promise, pay, states, tasks, pass, receive, sent } = await promising();
    await place();
    await promise();
    const closesAt = new Date(T0 + HOUR).toISOString();
    await receive(receivedEvent("e2", "order.updated", T0 + MINUTE, { id: "o1", closesAt }));
    await pass(T0 + HOUR);
    expect([await states(), await tasks(), sent.length]).toEqual([["o1 ended closed 60"], [], 0]);
    await pass(T0 + 70 * MINUTE);
    await pay(1, T0 + 59 * MINUTE, T0 + 70 * MINUTE);
    expect(await states()).toEqual(["o1 kept 59"]);
  });

  it("across the close of one of its orders is about the others", async () => {
    const { place, promise, pay, states, pass, at } = await promising();
    await place(1);
    await place(2, { closesAt: new Date(T0 + HOUR).toISOString() });
    await promise();
    await pass(T0 + HOUR);
    expect(await states()).toEqual(["o1 o2 open"]);
    await at(AT - MINUTE);
    await pay(1, AT - MINUTE);
    expect(await states()).toEqual(["o1 o2 kept 119"]);
  });

  it("ends when its buyer is erased, with its reason", async () => {
    const { place, promise, states, sql, vault, shopOf } = await promising();
    await place();
    await promise();
    await erase({ sql, vault, shopOf }, VERA, { shop: "acme", buyer: "b1" });
    expect(await states()).toEqual(["o1 ended erased 0"]);
    expect(await sql`select reason from promises`).toEqual([{ reason: null }]);
  });

  it("of buyers that prove to be one is the one that was recorded last", async () => {
    const { place, promise, states, tasks, pass, at, receive } = await promising();
    for (const n of [1, 2]) await place(n, { buyer: { id: `b${n}`, phone: `+861381234567${n}` } });
    await promise();
    await at(T0 + MINUTE);
    await promise({ order: "o2", at: AT + MINUTE });
    const proof = { id: "o1", buyer: { id: "b1", phone: "+8613812345672" } };
    await receive(receivedEvent("e3", "order.updated", T0 + MINUTE, proof));
    expect(await states()).toEqual(["o1 replaced 1", "o2 open"]);
    await pass(AT);
    expect(await states()).toEqual(["o1 replaced 1", "o2 open"]);
    await pass(AT + MINUTE);
    expect(await states()).toEqual(["o1 replaced 1", "o2 broken 121"]);
    expect(await tasks()).toHaveLength(1);
  });

  it("leaves its task with the case of buyers that prove to be one", async () => {
    const { place, promise, tasks, pass, receive } = await promising();
    for (const n of [1, 2]) await place(n, { buyer: { id: `b${n}`, phone: `+861381234567${n}` } });
    await promise({ order: "o2" });
    await pass(AT);
    const proof = { id: "o1", buyer: { id: "b1", phone: "+8613812345672" } };
    await receive(receivedEvent("e3", "order.updated", AT, proof));
    expect(await tasks()).toEqual(["promise 2026-11-10T22:00:00+08:00"]);
  });

  it("that is recorded again without its task ends that, unless somebody has it", async () => {
    const { place, promise, tasks, pass, states, deps } = await promising();
    await place();
    await promise();
    await pass(AT);
    await promise({ at: AT + HOUR });
    expect([await tasks(), await tasks("done")]).toEqual([[], ["promise promised"]]);
    await pass(AT + HOUR);
    expect(await states()).toEqual(["o1 broken 120", "o1 broken 180"]);
    const [task] = (await listTasks(deps, ALL))?.items ?? [];
    await claim(deps, VERA, task?.id ?? "");
    await promise({ at: AT + 2 * HOUR });
    expect(await tasks()).toHaveLength(1);
  });
});

it("is listed by shop, state and person: the soonest of those that are open, a page at a time", async () => {
  const { place, promise, deps, pass } = await promising();
  for (const n of [1, 2, 3]) await place(n, { buyer: { id: `b${n}`, phone: `+861381234567${n}` } });
  await promise({ at: AT + HOUR });
  await promise({ order: "o2", at: T0 + HOUR, by: "Ada" });
  await promise({ order: "o3", at: AT });
  const all = { shop: null, state: null, by: null, limit: 50, cursor: null, phones: true };
  const page = async (query: object = {}) => {
    const found = await listPromises(deps, { ...all, ...query });
    return { orders: found?.items.map(({ orders }) => orders.join(" ")), next: found?.next ?? null };
  };
  expect(await page({ state: "open" })).toEqual({ orders: ["o2", "o3", "o1"], next: null });
  expect(await page()).toEqual({ orders: ["o1", "o3", "o2"], next: null });
  const { next } = await page({ state: "open", limit: 2 });
  expect(await page({ state: "open", cursor: next })).toEqual({ orders: ["o1"], next: null });
  expect(await page({ by: "Ada" })).toEqual({ orders: ["o2"], next: null });
  expect(await page({ shop: "other" })).toEqual({ orders: [], next: null });
  expect(await listPromises(deps, { ...all, cursor: "x" })).toBeNull();
  await pass(T0 + HOUR);
  expect(await page({ state: "open" })).toEqual({ orders: ["o3", "o1"], next: null });
  expect((await listPromises(deps, { ...all, state: "broken" }))?.items).toMatchObject([
    {
      ...{ shop: "acme", buyer: "+86138****5672", orders: ["o2"], amount: [{ amount: "129.00", currency: "CNY" }] },
      ...{ at: "2026-11-10T21:00:00+08:00", recordedAt: "2026-11-10T20:00:00+08:00", by: "Ada", reason: "salary" },
      ...{ state: "broken", why: null, endedAt: "2026-11-10T21:00:00+08:00", closesAt: "2026-11-11T20:00:00+08:00" },
    },
  ]);
  expect((await listPromises(deps, { ...all, phones: false }))?.items[0]?.buyer).toBeNull();
});

describe("a promise that a person records with a task", () => {
  async function promised(handBackAfter: number | null = HOUR) {
    const setup = await promising({ amountAtLeast: "100", handBackAfter });
    const { place, deps } = setup;
    await place();
    const [task] = (await listTasks(deps, ALL))?.items ?? [];
    if (task === undefined) throw new Error("no task");
    await claim(deps, VERA, task.id);
    const words = { reason: "pays_later", note: null, againAt: null } as const;
    await recordOutcome(deps, VERA, task.id, { outcome: "will_pay", promiseAt: AT, ...words });
    return { ...setup, task };
  }

  it("is a task only when it is broken, and then the reminders take over at once", async () => {
    const { states, tasks, pass, sql, task, deps } = await promised();
    expect([await states(), await tasks(), await tasks("done")]).toEqual([["o1 open"], [], ["high_value"]]);
    expect(await sql`select task_id, recorded_by, reason from promises`).toEqual([
      { task_id: task.id, recorded_by: "vera", reason: "pays_later" },
    ]);
    await pass(AT - 1);
    expect(await sql`select from reminders`).toHaveLength(0);
    await pass(AT);
    expect([await states(), await tasks()]).toEqual([["o1 broken 120"], ["promise 2026-11-10T22:00:00+08:00"]]);
    expect(await sql`select manual from cases`).toEqual([{ manual: false }]);
    expect(await sql`select step from reminders where state = 'planned'`).toEqual([{ step: "last-call" }]);
    const [broken] = (await listTasks(deps, ALL))?.items ?? [];
    expect(await claim(deps, VERA, broken?.id ?? "")).toEqual({ kind: "changed" });
  });

  it("stays a task while a case that is a person's for good gets no reminder, and ends with the case", async () => {
    const { tasks, pass, sql } = await promised(null);
    await pass(AT + HOUR);
    expect(await tasks()).toEqual(["promise 2026-11-10T22:00:00+08:00"]);
    expect(await sql`select from reminders`).toHaveLength(0);
    await pass(T0 + 24 * HOUR);
    expect(await tasks("done")).toEqual(expect.arrayContaining(["promise closed"]));
  });

  it("stays a task when its case goes back to the reminders later", async () => {
    const { tasks, pass, sql } = await promised(3 * HOUR);
    await pass(AT);
    expect(await sql`select manual from cases`).toEqual([{ manual: true }]);
    await pass(T0 + 3 * HOUR);
    expect(await sql`select manual from cases`).toEqual([{ manual: false }]);
    expect(await tasks()).toEqual(["promise 2026-11-10T22:00:00+08:00"]);
  });
});
