/** Promises that were recorded before they were rows of their own (0042_promises): they are carried over with what became of them. */
import { expect, it } from "vitest";
import { knownMigrations } from "../../../src/db/migrations/files.ts";
import { migrate } from "../../../src/db/migrations/migrate.ts";
import { testDatabase } from "../../support/database.ts";
import { T0 } from "../../support/rules.ts";

const HOUR = 3_600_000;
const PROMISED = T0 + HOUR;

type OldCase = {
  readonly id: number;
  readonly promisedAt: number;
  readonly ended?: true;
  readonly order: { readonly status: "unpaid" | "paid" | "closed"; readonly paidAt?: number };
};

const CASES: readonly OldCase[] = [
  { id: 1, promisedAt: PROMISED + 4 * HOUR, order: { status: "unpaid" } },
  { id: 2, promisedAt: PROMISED, order: { status: "unpaid" } },
  { id: 3, promisedAt: PROMISED, ended: true, order: { status: "paid", paidAt: PROMISED - 1 } },
  { id: 4, promisedAt: PROMISED, ended: true, order: { status: "paid", paidAt: PROMISED + 1 } },
  { id: 5, promisedAt: PROMISED, ended: true, order: { status: "closed" } },
];
const uuid = (kind: number, n: number) => `00000000-0000-4000-800${kind}-00000000000${n}`;
const at = (ms: number) => new Date(ms);

it("are open, broken, kept or ended, and tasks of those that are open go", async () => {
  const { sql, url } = await testDatabase();
  await sql.unsafe("drop schema public cascade; drop schema drizzle cascade; create schema public");
  const before = knownMigrations().filter(({ name }) => name < "0042");
  expect(before.at(-1)?.name).toBe("0041_staff");
  await migrate(url, undefined, before);
  await sql.unsafe(
    `create or replace function dunlin_now() returns timestamptz language sql volatile as $$ select '${at(PROMISED + HOUR).toISOString()}'::timestamptz $$`,
  );
  for (const { id, promisedAt, ended, order } of CASES) {
    const promise = { at: promisedAt, recordedAt: T0, reason: "salary", by: "Li" };
    await sql`insert into buyers (id, bucket, created_at, shop_id, platform_id) values (${uuid(1, id)}, 1, ${at(T0)}, 'acme', ${`b${id}`})`;
    await sql`
      insert into cases (id, buyer_id, opened_at, shop_id, promise, ended_at)
      values (${uuid(2, id)}, ${uuid(1, id)}, ${at(T0)}, 'acme', ${JSON.stringify(promise)}::text::jsonb, ${ended === true ? at(PROMISED + 2) : null})`;
    await sql`
      insert into orders (shop_id, id, details, seen_at, status, buyer_id, case_id, in_case, created_at, paid_at)
      values ('acme', ${`o${id}`}, '{}', ${at(T0)}, ${order.status}, ${uuid(1, id)}, ${uuid(2, id)}, ${ended !== true}, ${at(T0)},
        ${order.paidAt === undefined ? null : at(order.paidAt)})`;
  }
  // The task by which the first was recorded, and the one that waits for its time, as it does for the second.
  await sql`
    insert into tasks (id, case_id, created_at, shop_id, kind, outcome, ended_at)
    values (${uuid(3, 1)}, ${uuid(2, 1)}, ${at(T0)}, 'acme', 'high_value', 'will_pay', ${at(T0)})`;
  for (const { id, promisedAt } of CASES.slice(0, 2))
    await sql`
      insert into tasks (id, case_id, created_at, shop_id, kind, due_at)
      values (${uuid(4, id)}, ${uuid(2, id)}, ${at(T0)}, 'acme', 'promise', ${at(promisedAt)})`;

  expect(await migrate(url)).toEqual({ kind: "fits", ahead: 0 });
  expect(
    await sql`select array_to_string(orders, ' ') as orders, state, why, task_id as task, recorded_by as by, reason, ended_at as ended from promises order by orders`,
  ).toEqual(
    [
      { orders: "o1", state: "open", why: null, task: uuid(3, 1), ended: null },
      { orders: "o2", state: "broken", why: null, task: null, ended: PROMISED },
      { orders: "o3", state: "kept", why: null, task: null, ended: PROMISED - 1 },
      { orders: "o4", state: "broken", why: null, task: null, ended: PROMISED },
      { orders: "o5", state: "ended", why: "closed", task: null, ended: PROMISED + HOUR },
    ].map((row) => ({ ...row, by: "Li", reason: "salary" })),
  );
  expect(await sql`select id, kind, ended_at is null as open from tasks order by id`).toEqual([
    { id: uuid(3, 1), kind: "high_value", open: false },
    { id: uuid(4, 2), kind: "promise", open: true },
  ]);
  // The planner is woken at the time of the one that is open, and the other is over for it.
  expect(await sql`select platform_id as buyer, wake_at as at from buyers where wake_at is not null`).toEqual([
    { buyer: "b1", at: PROMISED + 4 * HOUR },
  ]);
  expect(await sql`select id, promise -> 'isOver' as over from cases where ended_at is null order by id`).toEqual([
    { id: uuid(2, 1), over: null },
    { id: uuid(2, 2), over: true },
  ]);
});
