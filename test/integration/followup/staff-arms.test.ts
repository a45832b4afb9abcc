/** People against reminders alone against nothing, over the cases that would be a person's, with answers that are known. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { parseWhen } from "../../../src/core/values/when.ts";
import { staffReport } from "../../../src/reporting/report/staff.ts";
import { BUYERS, threeArms } from "../../support/desk-arms.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

async function setup() {
  const arms = await threeArms();
  const report = (asked: { horizon?: number; from?: string; to?: string } = {}) => {
    const [from, to] = [parseWhen(asked.from ?? "2026-11-10"), parseWhen(asked.to ?? "2026-11-10")];
    return staffReport({ sql: arms.sql, zoneOf: () => "UTC" }, { shop: null, horizon: asked.horizon, from, to });
  };
  return { ...arms, report };
}

it("compares by intention to treat, with Newcombe's interval", async () => {
  const { at, rows, arms, pay, refund, keep, report, sql } = await setup();
  expect(rows).toHaveLength(BUYERS);
  // Nobody claims any of these: they are people's all the same.
  expect(await sql`select 1 from tasks where lease_until is not null`).toHaveLength(0);
  expect(await sql`select 1 from tasks`).toHaveLength(arms.people.length + arms.notCompared.length);
  await keep({ people: 70, reminders: 80, nothing: 40, notCompared: 5 });
  await pay([...arms.people.slice(0, 56), ...arms.reminders.slice(0, 49), ...arms.nothing.slice(0, 10)], T0 + HOUR);
  expect((await report()).arms).toMatchObject({
    people: { cases: 0, rate: null, open: 70 },
    reminders: { cases: 0, open: 80 },
    peopleEffect: { verdict: "not_measured" },
  });
  // A refund takes it back, and a payment after the window never counts.
  await refund(arms.reminders[48] ?? "", T0 + 2 * HOUR);
  await pay(arms.people.slice(56, 60), T0 + 24 * HOUR + MINUTE);
  await at(T0 + 48 * HOUR);
  const found = await report();
  expect(found.arms).toMatchObject({
    people: { cases: 70, paidCases: 56, rate: 0.8, open: 0 },
    reminders: { cases: 80, paidCases: 48, rate: 0.6, open: 0 },
    nothing: { cases: 40, paidCases: 10, rate: 0.25, open: 0 },
    notCompared: 5,
  });
  // 56/70 against 48/80 is the first example of Newcombe's paper (1998, method 10): 0.0524 to 0.3339.
  expect(found.arms.peopleEffect).toMatchObject({ verdict: "works" });
  expect(found.arms.peopleEffect.difference).toBeCloseTo(0.2, 6);
  expect(found.arms.peopleEffect.low).toBeCloseTo(0.0524, 4);
  expect(found.arms.peopleEffect.high).toBeCloseTo(0.3339, 4);
  expect(found.arms.remindersEffect.difference).toBeCloseTo(0.35, 6);
  expect(found.arms.remindersEffect.low).toBeCloseTo(0.1627, 4);
  expect(found.arms.remindersEffect.high).toBeCloseTo(0.4975, 4);
  // While the period runs, the interval is the wider one that may be looked at every day.
  const running = (await report({ to: "2026-11-30" })).arms.peopleEffect;
  expect(running.difference).toBeCloseTo(0.2, 6);
  expect(running.low).toBeLessThan(0.0524);
  // Nobody paid within half an hour.
  expect((await report({ horizon: 30 * MINUTE })).arms).toMatchObject({
    people: { cases: 70, paidCases: 0 },
    peopleEffect: { verdict: "cannot_tell", difference: 0 },
  });
});

it("says nothing of fewer than 30 cases in an arm, nor of a draw that the share does not explain", async () => {
  const { at, keep, report } = await setup();
  await keep({ people: 70, reminders: 29, nothing: 40 });
  await at(T0 + 48 * HOUR);
  expect((await report()).arms).toMatchObject({
    peopleEffect: { verdict: "cannot_tell", difference: null, low: null },
    remindersEffect: { verdict: "cannot_tell", difference: null },
  });
});

it("leaves out cases that were paid before they became a person's, and counts those that became one later", async () => {
  const manual = { amountAtLeast: "100", handBackAfter: 2 * HOUR };
  const { database, receive, at } = await dispatchSetup({ campaign: { manual } });
  const { sql } = database;
  const buyer = { id: "b1" };
  await at(T0);
  await receive(receivedEvent("e1", "order.created", T0, { id: "o1", amount: "99.00", buyer }));
  expect(await sql`select 1 from desk_arms`).toHaveLength(0);
  await at(T0 + 5 * MINUTE);
  await receive(receivedEvent("e2", "order.updated", T0 + 5 * MINUTE, { id: "o1", amount: "150.00", buyer }));
  expect(await sql`select at, kept, orders, share from desk_arms`).toEqual([
    { at: T0 + 5 * MINUTE, kept: false, orders: ["o1"], share: 0 },
  ]);
  const count = async () =>
    (await staffReport({ sql, zoneOf: () => "UTC" }, { shop: "acme", from: null, to: null })).arms.people;
  expect(await count()).toMatchObject({ open: 1 });
  // The shop reports a payment of before that late.
  const paidAt = new Date(T0 + 4 * MINUTE).toISOString();
  await at(T0 + 6 * MINUTE);
  await receive(receivedEvent("p1", "order.paid", T0 + 4 * MINUTE, { id: "o1", paidAt, buyer }));
  expect(await count()).toMatchObject({ open: 0, cases: 0 });
});

it("puts the wages of the hours on shift over the orders that people won", async () => {
  const { at, arms, pay, keep, staff, reached, report, sql } = await setup();
  await keep({ people: 70, reminders: 80 });
  await staff();
  await reached("vera", arms.people.slice(0, 2), T0 + MINUTE);
  await pay([...arms.people.slice(0, 56), ...arms.reminders.slice(0, 48)], T0 + HOUR);
  await at(T0 + 72 * HOUR);
  const day = await report();
  // Monday's night in Shanghai ended at 22:00 UTC of the day before; Tuesday's is from 14:00 to 22:00 UTC.
  expect(day.items).toMatchObject([
    { person: "vera", recoveredOrders: 2, hours: 8, wage: money("484.00"), wagePerOrder: money("242.00") },
  ]);
  expect(day.wages).toMatchObject([
    { currency: "CNY", hours: 8, amount: "484.00", recoveredOrders: 2, perOrder: "242.00" },
  ]);
  // 20 of 100 cases more than by reminders alone, of so many that were people's; the interval as above.
  const cases = 70 + day.arms.notCompared;
  const each = (effect: number) => Number((484 / (effect * cases)).toFixed(2));
  const [wages] = day.wages;
  expect(Number(wages?.perExtraCase?.amount)).toBeCloseTo(each(0.2), 2);
  expect(Number(wages?.perExtraCase?.low)).toBeCloseTo(each(0.33387), 1);
  expect(Number(wages?.perExtraCase?.high)).toBeCloseTo(each(0.05243), 1);
  // Somebody on shift whose wage nobody knows: null and not 0, and no figure of all people.
  await sql`insert into shifts (person, place, weekdays, starts, ends, zone) values ('ada', 1, '{tue}', '08:00', '12:00', 'UTC')`;
  const both = await report();
  expect(both.items).toMatchObject([
    { person: "ada", tasks: 0, hours: 4, wage: null, wagePerOrder: null },
    { person: "vera", wage: money("484.00") },
  ]);
  expect(both.wages).toMatchObject([{ amount: "484.00", perExtraCase: null }]);
  // A shift of the future is not paid yet.
  const until = await report({ from: "2026-11-13", to: "2026-11-30" });
  expect(until.items).toEqual([]);
});

const money = (amount: string) => ({ amount, currency: "CNY" });
