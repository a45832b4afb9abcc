/** A database that the tests pass on: emptied, or known to be changed. */
import { expect, inject, it } from "vitest";
import { connect } from "../../src/db/client.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { testDatabase } from "../support/database.ts";
import { receivedEvent } from "../support/dispatch.ts";
import { intakeDeps } from "../support/intake.ts";
import { T0 } from "../support/rules.ts";
import { emptied, shapeOf } from "../support/used-databases.ts";

it("is emptied of its rows, and its clock runs again", async () => {
  const { deps, database, ready } = await intakeDeps();
  const { sql, url, setNow, close } = database;
  const fresh = await shapeOf(url);
  await setNow(T0);
  await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]));
  await sql`insert into bullmq.meta (queue, field, value) values ('orders', 'paused', '1')`;
  await close();
  expect(await emptied(url, fresh, inject("clock"))).toBe(true);
  const { sql: again, close: end } = connect(url, { max: 1, applicationName: "dunlin test" });
  const tables = await again<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'bullmq')`;
  expect(tables.length).toBeGreaterThan(40);
  const full: string[] = [];
  for (const { name } of tables) if ((await again.unsafe(`select from ${name} limit 1`)).length > 0) full.push(name);
  expect(full).toEqual(["bullmq.migration"]);
  expect(await again`select pg_get_functiondef('dunlin_now()'::regprocedure) as clock`).toEqual([
    { clock: inject("clock") },
  ]);
  await end();
});

it("is not passed on when anything but rows changed, or a session stays", async () => {
  const { sql, url } = await testDatabase();
  const shapes = [(await shapeOf(url)).shape];
  for (const change of [
    "alter table audit rename to lost",
    "alter table lost alter column who drop not null",
    "alter table orders alter column currency set default 'CNY'",
    "create index on orders (currency)",
    "create function die() returns trigger language plpgsql as $$ begin return new; end $$",
    "create trigger die before insert on buyers for each row execute function die()",
    "drop trigger die on buyers",
    "alter table buyers set (fillfactor = 50)",
    "alter table orders add check (currency <> '')",
    "create schema another",
  ]) {
    await sql.unsafe(change);
    const { shape } = await shapeOf(url);
    expect(shapes, change).not.toContain(shape);
    shapes.push(shape);
  }
  expect(await emptied(url, await shapeOf(url), inject("clock"))).toBe(false);
});
