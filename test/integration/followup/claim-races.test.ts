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

it("gives each of 10,000 cases either to the person who claims it or a message, and never both", async () => {
  const [WAVES, EACH] = [10, 1_000];
  const held = new Set<string>();
  const late: string[] = [];
  let underWay = 0;
  const { receive, at, another, deps, sql, callAll } = await deskSetup({
    answer: ({ orders }) => {
      late.push(...orders.filter((id) => held.has(id)));
      return { kind: "accepted", messageId: null, segments: null };
    },
  });
  // A wave is due each minute, and people claim its cases at that moment. So all claims meet messages, and each claim lasts to the end.
  const orders = Array.from({ length: WAVES * EACH }, (_, n) => ({
    ...{ id: `o${n}`, amount: "20.00", createdAt: new Date(T0 + (n % WAVES) * MINUTE).toISOString() },
    buyer: { id: `b${n}`, phone: `+86138${String(n + 10_000_000)}` },
  }));
  await at(T0 + WAVES * MINUTE - 1);
  await receive(...orders.map((order) => receivedEvent(`e-${order.id}`, "order.created", T0, order)));
  const numbered = (await callAll()).map(({ id, order }) => ({ id, order, n: Number(order.slice(1)) }));
  // Dispatch takes them in the order of their making. People take them in another one, and so meet it all along the way.
  const tasks = numbered.sort((a, b) => ((a.n * 617) % orders.length) - ((b.n * 617) % orders.length));
  // As each process does for tables that have doubled.
  await sql`analyze`;
  const people = async (wave: typeof tasks) => {
    for (let from = 0; from < EACH; from += 20)
      await Promise.all(
        wave.slice(from, from + 20).map(async ({ id, order }) => {
          const { kind } = await claim(deps, VERA, id);
          if (kind === "changed") held.add(order);
          else if (kind === "under_way") underWay += 1;
          else throw new Error(`the claim was refused: ${kind}`);
        }),
      );
  };
  const dispatchers = [another(), another()];
  const dispatch = async (dispatcher: ReturnType<typeof another>) => {
    while ((await dispatcher.drain()) > 0);
    await dispatcher.settled();
  };
  for (let n = 0; n < WAVES; n++) {
    await at(T0 + (10 + n) * MINUTE);
    await Promise.all([people(tasks.filter((task) => task.n % WAVES === n)), ...dispatchers.map(dispatch)]);
  }
  for (const dispatcher of dispatchers) await dispatch(dispatcher);
  expect(late).toEqual([]);
  const steps = await sql<{ reason: string | null; count: number }[]>`
    select reason, count(*)::int as count from reminders where step = 'nudge' group by 1 order by 1`;
  const [byHand = 0, sent = 0] = steps.map(({ count }) => count);
  console.log(`${byHand} by hand, ${sent} sent, ${underWay} refused`);
  expect(steps.map(({ reason }) => reason)).toEqual(["manual", null]);
  expect(byHand + sent).toBe(WAVES * EACH);
  expect(underWay, "some met a message that was under way").toBeGreaterThan(0);
});
