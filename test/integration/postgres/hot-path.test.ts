/** The settings of PostgreSQL on which the cost of a message depends, as the migrations and the process make them. */
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { connect } from "../../../src/db/client.ts";
import { openStore } from "../../../src/roles/stores.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { testDatabase } from "../../support/database.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

it("deciding and recording a send write no index (HOT), and write no order", async () => {
  const { database, at, receive, drain, sent } = await dispatchSetup();
  const counters = async () => {
    const { sql, close } = connect(database.url, { max: 1 });
    const rows = await sql<{ name: string; updates: number; hot: number }[]>`
      select relname::text as name, n_tup_upd::int4 as updates, n_tup_hot_upd::int4 as hot from pg_stat_user_tables
      where relname in ('reminders', 'deliveries', 'orders') order by 1`;
    await close();
    return new Map(rows.map(({ name, updates, hot }) => [name, { updates, hot }]));
  };
  // Few enough that a page has room for all versions: then only a changed index keeps an update from being HOT.
  const orders = 4;
  await at(T0);
  const ids = Array.from({ length: orders }, (_, n) => n);
  await receive(
    ...ids.map((n) =>
      receivedEvent(`e${n}`, "order.created", T0, {
        ...{ id: `o${n}`, buyer: { id: `b${n}`, phone: `+86138123400${String(n).padStart(2, "0")}` } },
      }),
    ),
  );
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(sent).toHaveLength(orders);
  // The counters of a session are complete once it has ended.
  await database.close();
  const found = await counters();
  // The claim, and its outcome.
  expect(found.get("reminders")).toEqual({ updates: 2 * orders, hot: 2 * orders });
  expect(found.get("deliveries")).toEqual({ updates: orders, hot: orders });
  expect(found.get("orders")).toEqual({ updates: 0, hot: 0 });
});

it("wide columns have no statistics, and the tables of the hot path leave room on each page", async () => {
  const { sql } = await testDatabase();
  const columns = await sql<{ name: string }[]>`
    select c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped and a.attstattarget = 0 order by 1`;
  expect(columns.map(({ name }) => name)).toEqual([
    "buyers.profile",
    "buyers.settled",
    "deliveries.lookup",
    "deliveries.sealed_message",
    "deliveries.sealed_text",
    "exposures.amounts",
    "exposures.currencies",
    "exposures.orders",
    "exposures.paid",
    "order_events.told",
    "orders.details",
    "orders.settled",
    "reminders.orders",
    "reminders.plan",
  ]);
  const tables = await sql<{ name: string; filled: string }[]>`
    select c.relname::text as name, o.option_value as filled from pg_class c, pg_options_to_table(c.reloptions) o
    where c.relnamespace = 'public'::regnamespace and o.option_name = 'fillfactor' order by 1`;
  expect(tables.map(({ name, filled }) => `${name} ${filled}`)).toEqual([
    "deliveries 30",
    "exposures 80",
    "orders 50",
    "reminders 60",
    "report_hours 70",
  ]);
});

it("a process plans its statements once", async () => {
  const { url } = await testDatabase();
  const { dir } = campaignDir({});
  const secret = Buffer.alloc(32, 7).toString("base64");
  const loaded = loadConfig({ DATABASE_URL: url, DUNLIN_SECRET_KEY: secret }, dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const log = pino({ level: "silent" });
  const store = await openStore(loaded.config, { log, print: () => {}, migrateEmpty: false });
  onTestFinished(() => store.close());
  expect(await store.sql`show plan_cache_mode`).toEqual([{ plan_cache_mode: "force_generic_plan" }]);
});
