/** A case has one planned row at most for each step, whatever became of the rows before it. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { newId } from "../../../src/db/ids.ts";
import { insertReminders } from "../../../src/db/stores/buyers/write/reminders.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

type Setup = Awaited<ReturnType<typeof dispatchSetup>>;

const rowsOf = ({ database }: Setup) =>
  database.sql<{ case_id: string; buyer_id: string; step: string; seq: number; planned: boolean; orders: string[] }[]>`
    select case_id, buyer_id, step, seq, decided_at is null as planned, orders from reminders order by step, seq`;

/** Plans one more row beside that one, as a transaction would that holds no lock. */
async function planAgain({ database }: Setup, row: Awaited<ReturnType<typeof rowsOf>>[number] | undefined) {
  if (row === undefined) throw new Error("there is no planned row");
  const write = {
    shop: "acme",
    id: newId(),
    caseId: row.case_id,
    buyerId: row.buyer_id,
    step: row.step,
    kind: "send",
    state: "planned",
    dueAt: T0,
    orders: row.orders,
    inStoredCase: true,
    after: 0,
  } as const;
  const nothing = { campaign: null, version: null, variant: null, reason: null, decidedAt: null, row: null };
  await insertReminders(database.sql, [{ ...write, ...nothing, attributedUntil: null }]);
}

it("numbers the rows of a step, and refuses a second planned one", async () => {
  const setup = await dispatchSetup({ shop: { closeAfter: 48 * HOUR } });
  const { receive, at, drain } = setup;
  const created = (id: string, when: number) => receivedEvent(`e-${id}`, "order.created", when, { id });
  await at(T0);
  await receive(created("o1", T0));
  await expect(planAgain(setup, (await rowsOf(setup))[0])).rejects.toThrow("reminders_of_step");
  await at(T0 + 10 * MINUTE);
  await drain();
  await at(T0 + 21 * HOUR);
  await receive(created("o2", T0 + 21 * HOUR));
  const rows = await rowsOf(setup);
  expect(rows.map(({ step, seq, planned }) => [step, seq, planned])).toEqual([
    ["last-call", 0, true],
    ["nudge", 0, false],
    ["nudge", 1, true],
  ]);
  await expect(planAgain(setup, rows[2])).rejects.toThrow("reminders_of_step");
});

it("numbers the rows of two cases that become one", async () => {
  const setup = await dispatchSetup({ shop: { closeAfter: 48 * HOUR } });
  const { receive, at, drain } = setup;
  const person = (n: number) => ({ id: `b${n}`, phone: `+861381234567${n}` });
  await at(T0);
  for (const n of [1, 2])
    await receive(receivedEvent(`e-${n}`, "order.created", T0, { id: `o${n}`, buyer: person(n) }));
  await at(T0 + 10 * MINUTE);
  await drain();
  const both = { id: "b1", phone: person(2).phone };
  await at(T0 + 21 * HOUR);
  await receive(receivedEvent("e-3", "order.created", T0 + 21 * HOUR, { id: "o3", buyer: both }));
  const rows = await rowsOf(setup);
  expect(new Set(rows.map(({ case_id }) => case_id)).size).toBe(1);
  const nudges = rows.filter(({ step }) => step === "nudge");
  expect(nudges.map(({ planned }) => planned)).toEqual([false, false, true]);
  await expect(planAgain(setup, nudges[2])).rejects.toThrow("reminders_of_step");
});
