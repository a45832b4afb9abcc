/** Dunlin's own intake over the queue `orders`: the whole application with that one role, and a producer beside it as the floor has. */
import { startApp } from "../../src/app.ts";
import { createLog } from "../../src/cli/log.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { connect } from "../../src/db/client.ts";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { serve } from "./child.ts";
import { addAll } from "./jobs.ts";
import { until } from "./measure.ts";
import type { BenchEvent } from "./orders.ts";
import { settleDisk } from "./servers.ts";

const result = loadConfig(process.env, process.cwd());
if (!result.ok) throw new Error(result.faults.join("\n"));
const { config } = result;
const log = createLog("warn", 2);
await startApp(config, { roles: ["intake"], log, print: () => {}, migrateEmpty: false });
const database = connect(config.databaseUrl ?? "", { max: 1, applicationName: "dunlin bench" });
const backend = openQueueBackend(config.queueUrl ?? config.databaseUrl ?? "", { log });

serve({
  open: () => backend.queue("orders").then(() => undefined),
  /** ms from the first add until all events are committed. */
  async takeIn(input) {
    const { events } = input as { events: BenchEvent[] };
    const shop = events[0]?.shop ?? "";
    const last = events.at(-1)?.id ?? "";
    await settleDisk(database.sql);
    const begun = performance.now();
    await addAll(backend, events);
    // The last event is a cheap thing to look for; then all are counted.
    await until(
      "the last event",
      async () => {
        const rows = await database.sql`select from order_events where shop_id = ${shop} and id = ${last}`;
        return rows.length > 0;
      },
      5,
    );
    await until(
      "all events",
      async () => {
        const [row] = await database.sql<{ n: number }[]>`
        select count(*)::int4 as n from order_events where shop_id = ${shop}`;
        return row?.n === events.length;
      },
      5,
    );
    return performance.now() - begun;
  },
});
