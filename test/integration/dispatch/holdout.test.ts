import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

it.each([
  ["reminded", 0],
  ["held out", 1],
])("a buyer who is %s meets the last send again, in another transaction and another case", async (_, holdout) => {
  const { receive, at, drain, database } = await dispatchSetup({ campaign: { holdout, paidSilence: null } });
  const order = async (id: string, hour: number, paidAfter: number) => {
    const created = T0 + hour * HOUR;
    await at(created);
    await receive(receivedEvent(`${id}-new`, "order.created", created, { id }));
    await at(created + 10 * MINUTE);
    await drain();
    await at(created + paidAfter);
    await receive(receivedEvent(`${id}-paid`, "order.paid", created + paidAfter, { id }));
  };
  await order("o1", 0, 20 * MINUTE);
  await order("o2", 1, 20 * MINUTE);
  const rows = await database.sql<{ orders: string[]; outcome: string }[]>`
    select orders, coalesce(reason, state) as outcome from reminders where step = 'nudge' order by decided_at`;
  expect(rows).toEqual([
    { orders: ["o1"], outcome: holdout === 0 ? "sent" : "holdout" },
    { orders: ["o2"], outcome: "recent" },
  ]);
});
