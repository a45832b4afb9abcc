/** Claims beside what happens at the same moment. */
import { expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { deskSetup, VERA } from "../../support/desk.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";

it("ends each task as paid when the payment comes at the moment of the claim", async () => {
  const COUNT = 60;
  const { receive, at, drain, deps, list, callAll, sent, sql } = await deskSetup();
  const orders = Array.from({ length: COUNT }, (_, n) => ({
    ...{ id: `o${n}`, amount: "20.00" },
    buyer: { id: `b${n}`, phone: `+86138${String(n + 10_000_000)}` },
  }));
  await receive(...orders.map((order) => receivedEvent(`e-${order.id}`, "order.created", T0, order)));
  const tasks = await callAll();
  const paidAt = T0 + 9 * MINUTE;
  await at(paidAt);
  // Each with its own buyer: a payment that names another one would join them.
  const payment = (order: string) =>
    receivedEvent(`p-${order}`, "order.paid", paidAt, {
      ...{ id: order, paidAt: new Date(paidAt).toISOString() },
      ...orders.find(({ id }) => id === order),
    });
  const results = await Promise.all(tasks.flatMap(({ id, order }) => [claim(deps, VERA, id), receive(payment(order))]));
  for (const result of results)
    if (result !== undefined && "kind" in result) expect(["changed", "ended"]).toContain(result.kind);
  expect(await list({ limit: 1_000 })).toEqual([]);
  const done = await list({ state: "done", limit: 1_000 });
  expect(done.map(({ why }) => why)).toEqual(tasks.map(() => "paid"));
  await at(T0 + 60 * MINUTE);
  await drain();
  expect([sent, await sql`select from cases where ended_at is null`]).toEqual([[], []]);
});
