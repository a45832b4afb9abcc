/** A send settles its step for the orders that it names. The buyer's row holds this until the order is written next. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

type Setup = Awaited<ReturnType<typeof dispatchSetup>>;

const NUDGED = expect.objectContaining({ "default/nudge": T0 + 10 * MINUTE });
const person = (n: number, phone = n) => ({ id: `b${n}`, phone: `+861381234567${phone}` });
const created = (n: number, at: number, buyer: object, change: object = {}) =>
  receivedEvent(`e-${n}-${at}`, "order.created", at, { id: `o${n}`, buyer, ...change });

/** The settled steps by order: those in the rows of the orders, and the newer ones in the rows of their buyers. */
async function settledOf({ database }: Setup) {
  const orders = await database.sql<{ id: string; settled: object }[]>`select id, settled from orders order by id`;
  const buyers = await database.sql<{ settled: object }[]>`select settled from buyers where settled is not null`;
  return {
    orders: Object.fromEntries(orders.map(({ id, settled }) => [id, settled])),
    buyers: Object.assign({}, ...buyers.map(({ settled }) => settled)) as object,
  };
}

/** The orders that are owed the nudge, once everything that is due is decided. */
async function owedNudge({ database, drain }: Setup): Promise<string[]> {
  await drain();
  const rows = await database.sql<{ id: string }[]>`
    select owed ->> 'order' as id from reminders cross join json_array_elements(plan -> 'owed') owed
    where decided_at is null and step = 'nudge' order by id`;
  return rows.map(({ id }) => id);
}

async function nudged(...buyers: readonly object[]): Promise<Setup> {
  const setup = await dispatchSetup({ shop: { closeAfter: 48 * HOUR, joinAtMost: 2 } });
  await setup.at(T0);
  for (const [index, buyer] of buyers.entries()) await setup.receive(created(index + 1, T0, buyer));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  return setup;
}

it("writes no order with a send, and all of it when the order changes", async () => {
  const setup = await nudged(person(1));
  expect(await settledOf(setup)).toEqual({ orders: { o1: {} }, buyers: { o1: NUDGED } });
  const later = T0 + HOUR;
  await setup.at(later);
  await setup.receive(created(2, later, person(1)));
  expect(await settledOf(setup)).toEqual({ orders: { o1: {}, o2: {} }, buyers: { o1: NUDGED } });
  expect(await owedNudge(setup)).toEqual(["o2"]);
  await setup.receive(receivedEvent("e-amount", "order.updated", later, { id: "o1", amount: "77.00" }));
  expect(await settledOf(setup)).toEqual({ orders: { o1: NUDGED, o2: {} }, buyers: {} });
  expect(await owedNudge(setup)).toEqual(["o2"]);
});

it("keeps it when two buyers become one", async () => {
  const setup = await nudged(person(1), person(2));
  expect((await settledOf(setup)).orders).toEqual({ o1: {}, o2: {} });
  await setup.at(T0 + HOUR);
  await setup.receive(created(3, T0 + HOUR, person(1, 2)));
  expect(await settledOf(setup)).toEqual({ orders: { o1: NUDGED, o2: NUDGED, o3: {} }, buyers: {} });
  expect(await owedNudge(setup)).toEqual(["o3"]);
});

it("keeps it when buyers are separated whom a shared number had joined", async () => {
  const setup = await nudged(person(1, 1), person(2, 1));
  expect(await settledOf(setup)).toEqual({ orders: { o1: {}, o2: {} }, buyers: { o1: NUDGED, o2: NUDGED } });
  await setup.at(T0 + HOUR);
  await setup.receive(created(3, T0 + HOUR, person(3, 1)));
  const ids = await setup.database.sql`select distinct buyer_id from orders`;
  expect(ids).toHaveLength(3);
  expect((await settledOf(setup)).orders).toMatchObject({ o1: NUDGED, o2: NUDGED });
  expect(await owedNudge(setup)).toEqual(["o3"]);
});

it("knows it of orders whose ids are names that every object has", async () => {
  const setup = await dispatchSetup({ shop: { closeAfter: 48 * HOUR } });
  await setup.at(T0);
  const names = ["__proto__", "constructor"];
  for (const [n, id] of names.entries())
    await setup.receive(receivedEvent(`e-${n}`, "order.created", T0, { id, buyer: person(1) }));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  expect(setup.sent.map(({ orders }) => orders)).toEqual([names]);
  await setup.receive(
    receivedEvent("e-amount", "order.updated", T0 + 10 * MINUTE, { id: "constructor", amount: "77.00" }),
  );
  const [row] = await setup.database.sql`select settled from orders where id = 'constructor'`;
  expect(row?.settled).toEqual(NUDGED);
  await setup.receive(created(1, T0 + 10 * MINUTE, person(1)));
  expect(await owedNudge(setup)).toEqual(["o1"]);
});
