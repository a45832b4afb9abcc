/** `manual.holdout`: the case gets its reminders and no task, and remembers that no person got it. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

it("leaves the case to the reminders, remembers it, and keeps it so when buyers are merged", async () => {
  const manual = { amountAtLeast: "100", handBackAfter: 2 * HOUR, holdout: 1 };
  const { database, receive, at, drain, sent } = await dispatchSetup({ campaign: { manual } });
  const { sql } = database;
  await at(T0);
  await receive(receivedEvent("e1", "order.created", T0, { amount: "99.00" }));
  const keptAt = async () => {
    const rows = await sql<
      { kept_at: number | null }[]
    >`select kept_at from cases where ended_at is null order by opened_at`;
    return rows.map(({ kept_at }) => kept_at);
  };
  expect(await keptAt()).toEqual([null]);
  await at(T0 + MINUTE);
  await receive(receivedEvent("e2", "order.updated", T0 + MINUTE, { amount: "150.00" }));
  expect(await keptAt()).toEqual([T0 + MINUTE]);
  await at(T0 + 2 * MINUTE);
  const other = { id: "o2", amount: "20.00", buyer: { id: "b2", phone: "+8613912345678" } };
  await receive(receivedEvent("e3", "order.created", T0 + 2 * MINUTE, other));
  expect(await keptAt()).toEqual([T0 + MINUTE, null]);
  await at(T0 + 3 * MINUTE);
  const joined = { ...other, buyer: { id: "b2", phone: "+8613812345678" } };
  await receive(receivedEvent("e4", "order.updated", T0 + 3 * MINUTE, joined));
  expect(await keptAt()).toEqual([T0 + MINUTE]);
  await at(T0 + 15 * MINUTE);
  await drain();
  expect(sent).toHaveLength(1);
  const story = await explainOrder({ sql, zoneOf: () => "Asia/Shanghai" }, { shop: "acme", order: "o1" });
  if (story === null) throw new Error("there is no story");
  expect(storyText(story)).toMatch(/^ {2}kept from people since .*20:01:00.* \(manual\.holdout\)/m);
  expect(await sql`select 1 from tasks`).toHaveLength(0);
  expect(await sql`select 1 from cases where manual_at is not null`).toHaveLength(0);
});
