/** The list of tasks: those that are overdue, the order by close and amount as orders change, and what a page costs. */
import { expect, it } from "vitest";
import { OVERDUE_AFTER } from "../../../src/core/desk/words.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { findTasks, type TaskFilter } from "../../../src/db/stores/reads/task-list-store.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { testDatabase } from "../../support/database.ts";
import { deskSetup, VERA } from "../../support/desk.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const buyer = (n: number) => ({ id: `b${n}`, phone: `+861381234567${n}` });

it("shows the tasks that nobody has claimed in time", async () => {
  const { sql, deps, at, list, receive, callAll } = await deskSetup();
  for (const n of [1, 2, 3])
    await receive(receivedEvent(`e${n}`, "order.created", T0 + n, { id: `o${n}`, buyer: buyer(n) }));
  await callAll();
  const late = async () => (await list({ overdue: true })).map(({ orders }) => orders[0]);
  // The third one is to be done in an hour.
  await sql`update tasks t set due_at = dunlin_now() + interval '1 hour' from orders o where o.id = 'o3' and t.case_id = o.case_id`;
  await at(T0 + OVERDUE_AFTER - 1);
  expect(await late()).toEqual([]);
  await at(T0 + OVERDUE_AFTER);
  expect(await late()).toEqual(["o1", "o2"]);
  const [first] = await list();
  await claim(deps, VERA, first?.id ?? "");
  expect(await late()).toEqual(["o2"]);
  expect(await list({ overdue: true, state: "claimed" })).toEqual([]);
  // The claim lapsed.
  await at(T0 + 30 * MINUTE);
  expect(await late()).toEqual(["o1", "o2"]);
  await at(T0 + HOUR);
  expect(await late()).toEqual(["o1", "o2", "o3"]);
  await sql`update tasks set ended_at = dunlin_now()`;
  expect(await late()).toEqual([]);
  expect(await list({ overdue: true, state: "done" })).toEqual([]);
});

it("sorts by what the orders of a case are now", async () => {
  const { sql, receive, list, callAll } = await deskSetup();
  const stored = () => sql`
    select o.id, t.total::int as total, (extract(epoch from t.closes_at) * 1000 - ${T0}) / ${HOUR} as closes
    from tasks t join orders o on o.shop_id = t.shop_id and o.case_id = t.case_id where t.ended_at is null order by o.id`;
  const rows = async () =>
    (await stored()).map(
      ({ id, total, closes }) => `${id} ${total} ${closes === "Infinity" ? "never" : Number(closes)}`,
    );
  const change = (event: string, n: number, id: string, facts: object) =>
    receive(receivedEvent(event, "order.updated", T0 + n, { id, ...facts }));
  const closesAt = (hours: number) => iso(T0 + hours * HOUR);
  await receive(
    receivedEvent("e1", "order.created", T0, { id: "o1", amount: "10.00", closesAt: closesAt(4), buyer: buyer(1) }),
  );
  await receive(
    receivedEvent("e2", "order.created", T0, { id: "o2", amount: "20.00", closesAt: closesAt(5), buyer: buyer(2) }),
  );
  await callAll();
  expect(await rows()).toEqual(["o1 1000 4", "o2 2000 5"]);
  // Price and close change, an order joins, one is paid.
  await change("e3", 3, "o1", { amount: "50.00", closesAt: closesAt(6), buyer: buyer(1) });
  expect(await rows()).toEqual(["o1 5000 6", "o2 2000 5"]);
  expect((await list({ sort: "amount" })).map(({ orders }) => orders[0])).toEqual(["o1", "o2"]);
  expect((await list()).map(({ orders }) => orders[0])).toEqual(["o2", "o1"]);
  await receive(
    receivedEvent("e4", "order.created", T0 + 4, { id: "o3", amount: "40.00", closesAt: closesAt(3), buyer: buyer(2) }),
  );
  expect(await rows()).toEqual(["o1 5000 6", "o2 6000 3", "o3 6000 3"]);
  await receive(receivedEvent("e5", "order.closed", T0 + 5, { id: "o3", closedAt: iso(T0 + 5), buyer: buyer(2) }));
  expect((await rows()).slice(0, 2)).toEqual(["o1 5000 6", "o2 2000 5"]);
  // Two buyers prove to be one.
  await change("e6", 6, "o1", { buyer: { id: "b1", phone: buyer(2).phone } });
  expect(new Set((await rows()).filter((row) => !row.startsWith("o3")))).toEqual(new Set(["o1 7000 5", "o2 7000 5"]));
  // An order goes to another buyer.
  await sql`update orders set case_id = null, in_case = false where id = 'o1'`;
  expect(await rows()).toContain("o2 2000 5");
});

const ALL: TaskFilter = { shop: null, state: null, kind: null, assignee: null, sort: "closes" };
const PAGE = 20;

it("reads as many rows as the page shows, however many tasks there are", async () => {
  const { sql } = await testDatabase();
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const numbers = tx`generate_series(1, 6000) n`;
    await tx`
      insert into cases (shop_id, id, buyer_id, opened_at) select 'acme', md5('c' || n)::uuid, md5('b' || n)::uuid, now() from ${numbers}`;
    await tx`
      insert into orders (shop_id, id, buyer_id, case_id, status, in_case, amount, currency, created_at, closes_at, details, seen_at)
      select 'acme', 'o' || n, md5('b' || n)::uuid, md5('c' || n)::uuid, 'unpaid', true, n, 'CNY', now(), now(), '{}', now() from ${numbers}`;
    // Half of them are done; of the others every second is overdue.
    await tx`
      insert into tasks (id, shop_id, case_id, kind, created_at, due_at, ended_at, closes_at, total)
      select gen_random_uuid(), 'acme', md5('c' || n)::uuid, 'call', now() - interval '1 hour', case when n % 2 > 0 then now() + interval '1 day' end,
        case when n > 3000 then now() - n * interval '1 s' end, now() + n * interval '1 s', n from ${numbers}`;
  });
  await sql`vacuum analyze`;
  const read = async (filter: Partial<TaskFilter>) => {
    const [row] = await sql<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>`
      explain (analyze, format json) ${findTasks(sql, { ...ALL, ...filter }, { after: null, limit: PAGE })}`;
    if (row === undefined) throw new Error("no plan");
    return Math.max(...rowsOf(row["QUERY PLAN"][0].Plan));
  };
  expect(await read({})).toBeLessThanOrEqual(2 * PAGE);
  expect(await read({ sort: "amount" })).toBeLessThanOrEqual(2 * PAGE);
  expect(await read({ state: "open" })).toBeLessThanOrEqual(2 * PAGE);
  expect(await read({ state: "done" })).toBeLessThanOrEqual(2 * PAGE);
  expect(await read({ overdue: true })).toBeLessThanOrEqual(2 * PAGE);
});

type PlanNode = {
  readonly "Actual Rows": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
};

const rowsOf = (node: PlanNode): number[] => [
  node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0),
  ...(node.Plans ?? []).flatMap(rowsOf),
];
