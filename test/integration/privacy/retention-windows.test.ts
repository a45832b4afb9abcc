/** Retention finds orders and contacts by their events: nothing is passed over, and a step costs what it deletes. */
import { expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { retentionLag } from "../../../src/db/stores/buyers/retention/lag.ts";
import { purgeContacts, reduceEvents, reduceOrders } from "../../../src/db/stores/buyers/retention/retention-store.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { receiptSetup } from "../../support/receipts.ts";

const LIMIT = 5;
/** 12 at once, then one every nine minutes. */
const TIMES = Array.from({ length: 40 }, (_, n) => T0 + Math.max(0, n - 12) * 9 * MINUTE);

async function filled() {
  const setup = await receiptSetup();
  const { sql } = setup.database;
  const order = (n: number) => ({
    id: `o${n}`,
    buyer: { id: `b${n}`, phone: `+86138123400${String(n).padStart(2, "0")}`, name: `Li ${n}` },
    note: `ring ${n}`,
  });
  for (const at of new Set(TIMES)) {
    await setup.at(at);
    const now = TIMES.flatMap((time, n) => (time === at ? [n] : []));
    await setup.receive(...now.map((n) => receivedEvent(`e${n}`, "order.created", at, order(n))));
    await setup.receive(
      ...now.map((n) => receivedEvent(`c${n}`, "order.closed", at, { id: `o${n}`, buyer: undefined })),
    );
  }
  return {
    ...setup,
    sql,
    order,
    sweepAt: async (
      at: number,
      step: (sql: typeof setup.database.sql, keep: { keepMs: number; limit: number }) => Promise<boolean>,
    ) => {
      await setup.at(at);
      let steps = 0;
      while (await step(sql, { keepMs: DAY, limit: LIMIT })) steps++;
      return steps;
    },
    count: async (from: string) => (await sql.unsafe(`select from ${from}`)).length,
  };
}

const LAST = Math.max(...TIMES);
const NOTED = "orders where details ->> 'note' is not null";
const NAMED = "buyers where profile -> 'name' is not null";
const WHOLE = "order_events where told -> 'reduced' is null";

it("all of a kind, whether many came in one millisecond or few in hours", async () => {
  const { sweepAt, count } = await filled();
  expect([await count("contacts"), await count(NAMED), await count(NOTED), await count(WHOLE)]).toEqual([
    40, 40, 40, 80,
  ]);
  const steps = [];
  for (const step of [purgeContacts, reduceOrders, reduceEvents]) steps.push(await sweepAt(LAST + DAY + MINUTE, step));
  expect([await count("contacts"), await count(NAMED), await count(NOTED), await count(WHOLE)]).toEqual([0, 0, 0, 0]);
  // 80 events, at most 5 in a step but for those of one moment.
  for (const taken of steps) expect(taken).toBeLessThan(40);
  for (const step of [purgeContacts, reduceOrders, reduceEvents])
    expect(await sweepAt(LAST + DAY + MINUTE, step)).toBe(0);
});

it("only what is old enough, and what was too young the next time", async () => {
  const { sweepAt, count } = await filled();
  const half = T0 + 2 * HOUR;
  const young = TIMES.filter((at) => at >= half).length;
  for (const step of [purgeContacts, reduceOrders, reduceEvents]) await sweepAt(half + DAY, step);
  expect([await count("contacts"), await count(NOTED), await count(WHOLE)]).toEqual([young, young, 2 * young]);
  for (const step of [purgeContacts, reduceOrders, reduceEvents]) await sweepAt(LAST + DAY + MINUTE, step);
  expect([await count("contacts"), await count(NOTED), await count(WHOLE)]).toEqual([0, 0, 0]);
});

it("a buyer with a later order keeps the contacts until that one is old", async () => {
  const { sweepAt, count, receive, at, order } = await filled();
  const later = LAST + HOUR;
  await at(later);
  await receive(receivedEvent("later", "order.paid", later, { ...order(3), id: "later", buyer: { id: "b3" } }));
  await sweepAt(LAST + DAY + MINUTE, purgeContacts);
  expect([await count("contacts"), await count(NAMED)]).toEqual([1, 1]);
  await sweepAt(later + DAY + MINUTE, purgeContacts);
  expect([await count("contacts"), await count(NAMED)]).toEqual([0, 0]);
});

it("says how late it is", async () => {
  const { sweepAt, sql, at } = await filled();
  const kept = { events: DAY, contacts: DAY, orders: DAY };
  expect(await retentionLag(sql, kept)).toEqual([]);
  await sweepAt(T0 + 2 * DAY, purgeContacts);
  expect(await retentionLag(sql, kept)).toEqual([]);
  await at(T0 + 5 * DAY);
  expect(await retentionLag(sql, kept)).toEqual([{ kind: "contacts", ms: 3 * DAY }]);
});

it("looks for the first event once, also while none is old enough", async () => {
  const { sql, at } = await filled();
  await at(T0);
  expect(await reduceEvents(sql, { keepMs: DAY, limit: LIMIT })).toBe(false);
  const [mark] = await sql`select value from settings where key = 'events_reduced'`;
  expect(mark).toEqual({ value: { until: T0 - DAY } });
});

it("is done at the moment that is old enough, and does not run after the clock", async () => {
  const { sweepAt, sql, at } = await filled();
  await sweepAt(LAST + DAY, reduceOrders);
  await at(LAST + DAY + MINUTE);
  expect(await reduceOrders(sql, { keepMs: DAY, limit: LIMIT })).toBe(false);
});
