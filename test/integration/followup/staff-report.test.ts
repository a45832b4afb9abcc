/** Recoveries of people and of reminders: each payment is one's or the other's, and reports by person and by reason show which. */
import { expect, it } from "vitest";
import type { Dimension } from "../../../src/core/measure/dimensions.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { parseWhen } from "../../../src/core/values/when.ts";
import { claim, release } from "../../../src/followup/desk/claims.ts";
import { listTasks } from "../../../src/followup/desk/list.ts";
import { recordOutcome, recordTouch, type TouchInput } from "../../../src/followup/desk/results.ts";
import { raiseLeaders } from "../../../src/notices/leaders.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { staffReport } from "../../../src/reporting/report/staff.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated, beforeClose } from "../../support/rules.ts";

type Person = { readonly who: string; readonly via: "http" };
const [VERA, ADA]: readonly [Person, Person] = [
  { who: "vera", via: "http" },
  { who: "ada", via: "http" },
];

async function desk() {
  const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"]), beforeClose("last-call", 22 * HOUR, ["sms"])];
  const setup = await dispatchSetup({ campaign: { steps, manual: { amountAtLeast: "100", handBackAfter: 2 * HOUR } } });
  const { sql } = setup.database;
  const deps = { sql, vault: setup.vault, zoneOf: () => "UTC", campaignOf: () => null };
  const place = (n: number, amount = "200.00") =>
    setup.receive(
      receivedEvent(`e${n}`, "order.created", T0, {
        ...{ id: `o${n}`, amount },
        buyer: { id: `b${n}`, phone: `+861381234567${n}` },
      }),
    );
  const pay = (n: number, at: number) =>
    setup.receive(
      receivedEvent(`p${n}`, "order.paid", at, {
        id: `o${n}`,
        buyer: { id: `b${n}` },
        paidAt: new Date(at).toISOString(),
      }),
    );
  const taskOf = async (n: number) => {
    const asked = {
      shop: null,
      state: null,
      kind: null,
      assignee: null,
      sort: "closes",
      limit: 50,
      cursor: null,
      phones: false,
    } as const;
    return (await listTasks(deps, asked))?.items.find(({ orders }) => orders.includes(`o${n}`))?.id ?? "";
  };
  const speak = async (
    n: number,
    who: Person,
    reason: TouchInput["reason"] = null,
    result: TouchInput["result"] = "reached",
  ) => {
    const id = await taskOf(n);
    await claim(deps, who, id);
    await recordTouch(deps, who, id, { how: "call", result, reason, note: null });
    await release(deps, who, id);
  };
  const by = async (...dimensions: Dimension[]) => {
    const report = await recoveryReport({ sql }, { by: dimensions, from: null, to: null });
    return {
      totals: report.totals,
      rows: report.rows.map(({ keys, orders, recoveredOrders, recoveredAmount, lift }) => [
        dimensions.map((each) => keys[each]).join("/"),
        orders,
        recoveredOrders,
        recoveredAmount.map(({ amount }) => Number(amount)),
        lift,
      ]),
    };
  };
  await setup.at(T0);
  return { ...setup, sql, deps, taskOf, place, pay, speak, by };
}

it("credits each payment to the person who spoke to the buyer last, or to the reminder after that", async () => {
  const { at, drain, place, pay, speak, by, receive, sql } = await desk();
  for (const n of [1, 2, 3, 4]) await place(n);
  await place(5, "20.00");
  await at(T0 + MINUTE);
  await pay(4, T0 + 30_000);
  await speak(1, VERA, "pays_later");
  await speak(2, VERA, "doubts_goods");
  await at(T0 + 5 * MINUTE);
  await speak(2, ADA);
  await speak(3, ADA);
  // A call that nobody took brings no payment.
  await speak(1, ADA, null, "no_answer");
  await at(T0 + 6 * MINUTE);
  await pay(1, T0 + 6 * MINUTE);
  await pay(2, T0 + 6 * MINUTE);
  // The third is handed back, and pays after the reminder; the fifth was never a person's.
  for (const minutes of [10, 120, 121]) {
    await at(T0 + minutes * MINUTE);
    await drain();
  }
  await pay(3, T0 + 130 * MINUTE);
  await pay(5, T0 + 130 * MINUTE);
  expect(
    await sql`select order_id as id, staff, reminder_id is null as person from recoveries order by order_id`,
  ).toEqual([
    { id: "o1", staff: "vera", person: true },
    { id: "o2", staff: "ada", person: true },
    { id: "o3", staff: null, person: false },
    { id: "o5", staff: null, person: false },
  ]);
  const { rows, totals } = await by("staff");
  expect(rows).toEqual([
    ["ada", 2, 1, [20_000], null],
    ["vera", 1, 1, [20_000], null],
    ["", 2, 2, [22_000], null],
  ]);
  expect(totals).toMatchObject({ orders: 5, recoveredOrders: 2 });
  expect((await by("why")).rows).toEqual([
    ["doubts_goods", 1, 1, [20_000], null],
    ["pays_later", 1, 1, [20_000], null],
    ["", 3, 2, [22_000], null],
  ]);
  expect((await by("why", "staff")).rows.map(([key]) => key)).toEqual(
    expect.arrayContaining(["doubts_goods/ada", "pays_later/vera", "/ada"]),
  );
  expect((await by("campaign")).rows).toMatchObject([["default", 5, 2, [22_000], null]]);

  const results = async (on: string) =>
    (
      await staffReport({ sql, zoneOf: () => "UTC" }, { shop: "acme", from: parseWhen(on), to: parseWhen(on) })
    ).items.map(
      ({ person, tasks, reached, recoveredCases, recoveredOrders, recoveredAmount, medianMinutesToContact }) => ({
        person,
        tasks,
        reached,
        recoveredCases,
        recoveredOrders,
        recoveredAmount,
        medianMinutesToContact,
      }),
    );
  const won = { recoveredCases: 1, recoveredOrders: 1, recoveredAmount: [{ amount: "200.00", currency: "CNY" }] };
  expect(await results("2026-11-10")).toEqual([
    // The second was begun by another person; the third was handed back.
    { person: "ada", tasks: 2, reached: 2, ...won, medianMinutesToContact: 3 },
    { person: "vera", tasks: 1, reached: 1, ...won, medianMinutesToContact: 1 },
  ]);
  expect(await results("2026-11-09")).toEqual([]);

  // A refund takes it back.
  await receive(receivedEvent("r1", "order.refunded", T0 + 140 * MINUTE, { id: "o1", buyer: { id: "b1" } }));
  expect(await sql`select order_id as id from recoveries where staff = 'vera'`).toEqual([]);
});

it("announces on the hour whose buyers paid, until a refund takes it back", async () => {
  const { at, place, pay, speak, receive, sql } = await desk();
  const announced = async (hour: number) => {
    await at(T0 + hour * HOUR);
    await raiseLeaders({ sql, receivers: ["ops"], zone: "UTC", language: "en", zoneOf: () => "UTC" });
    const [notice] = await sql<{ text: string }[]>`select text from notices order by matter desc limit 1`;
    return notice?.text.split("\n") ?? [];
  };
  for (const n of [1, 2, 3, 4]) await place(n, n === 4 ? "20.00" : "200.00");
  for (const n of [1, 2]) await speak(n, VERA);
  await speak(3, ADA);
  await at(T0 + 6 * MINUTE);
  // The last is nobody's.
  for (const n of [1, 2, 4]) await pay(n, T0 + 6 * MINUTE);
  expect(await announced(1)).toEqual(["leaders today, until 13:00 UTC", "1. vera: 2 orders recovered, 400.00 CNY"]);
  for (const n of [1, 2])
    await receive(receivedEvent(`r${n}`, "order.refunded", T0 + 61 * MINUTE, { id: `o${n}`, buyer: { id: `b${n}` } }));
  await pay(3, T0 + 62 * MINUTE);
  const text = await announced(2);
  expect(text).toEqual(["leaders today, until 14:00 UTC", "1. ada: 1 order recovered, 200.00 CNY"]);
  expect(text.join()).not.toMatch(/o\d\b|b\d|138/);
});

it("counts promises, and as kept those that were paid by their time", async () => {
  const { at, place, pay, deps, taskOf, sql } = await desk();
  for (const n of [1, 2]) {
    await place(n);
    const id = await taskOf(n);
    await claim(deps, VERA, id);
    const promise = { outcome: "will_pay", reason: null, note: null, promiseAt: T0 + HOUR, againAt: null } as const;
    expect(await recordOutcome(deps, VERA, id, promise)).toEqual({ kind: "changed" });
  }
  for (const [n, minutes] of [
    [1, 30],
    [2, 65],
  ] as const) {
    await at(T0 + minutes * MINUTE);
    await pay(n, T0 + minutes * MINUTE);
  }
  const report = await staffReport({ sql, zoneOf: () => "UTC" }, { shop: null });
  expect(report.items).toMatchObject([
    { person: "vera", tasks: 2, promises: 2, promisesKept: 1, reached: 0, recoveredCases: 0 },
  ]);
});
