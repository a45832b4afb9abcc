/** The queue in PostgreSQL, by BullMQ's PostgreSQL backend. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  PostgresConnection,
  PostgresQueueBackend,
  runMigrations,
  SchemaMigrationRequiredError,
  SchemaVersionMismatchError,
} from "bullmq";
import pg from "pg";
import { QueueAwayError } from "../core/seams/queue-page.ts";
import { sslForPg } from "../postgres/server.ts";
import { splitSsl } from "../postgres/ssl.ts";
import type { ReportError } from "./error-log.ts";
import { type QueueName, queueNames } from "./jobs.ts";
import { FAR_AHEAD_MS, JOBS_PER_LOOK, type StoreLink, type StrandedJob } from "./link.ts";
import { PoolerClient, QuietClient } from "./pg-client.ts";
import { messageOf } from "./waiting.ts";

/** Connections of a worker. More gain nothing (measured). Each worker has one more for LISTEN. */
const POOL_SIZE: Record<QueueName, number> = { orders: 4, dispatch: 2, upkeep: 1 };
const PRODUCER_POOL_SIZE = 3;

const LOCK_MS = 45_000;

/** On this backend the worker's own clock sets and judges the locks, see `lock` below. */
const SKEW_ADVICE_MS = 2_000;
const SKEW_FAULT_MS = 20_000;

export function openPostgresLink(
  queueUrl: string,
  prefix: string | undefined,
  report: ReportError,
  throughPooler = false,
): StoreLink {
  const Client = throughPooler ? PoolerClient : QuietClient;
  const schema = prefix === undefined ? "bullmq" : schemaName(prefix);
  const { url, ssl } = splitSsl(queueUrl);
  const { connectionString, options } = splitOptions(url);
  // With `synchronous_commit=off` a crash of PostgreSQL may lose the last moments of queue writes; the queue can be rebuilt.
  const clientConfig = {
    connectionString,
    ssl: sslForPg(ssl),
    options,
    application_name: "dunlin-queue",
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
  };
  const connect = (max: number): PostgresConnection => {
    const connection = new PostgresConnection({ ...clientConfig, ...{ Client }, schema, max });
    connection.on("error", (error) => report("postgres", error));
    // BullMQ checks out clients without an error listener; a connection cut at that moment would end the process.
    if (connection.pool instanceof pg.Pool) connection.pool.on("connect", (client) => client.on("error", () => {}));
    // The same holds for its LISTEN client while that is opened or closed.
    if (Reflect.has(connection, "pgModule")) Reflect.set(connection, "pgModule", { ...pg, Client });
    return connection;
  };

  // BullMQ remembers a failed first connect for ever, so a connection that never became ready is replaced.
  let shared: Promise<PostgresConnection> | undefined;
  const sharedConnection = (): Promise<PostgresConnection> => {
    const opening = shared ?? openReady(() => connect(PRODUCER_POOL_SIZE));
    shared = opening;
    opening.catch(() => {
      if (shared === opening) shared = undefined;
    });
    return opening;
  };

  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new Client(clientConfig);
    client.on("error", (error) => report("postgres", error));
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };

  return {
    kind: "postgres",
    namespace: schema,
    // Renewed long before it ends: the clocks of two workers may differ by 30 s, each being within 15 s of the database's, and each must see the
    // other's lock as held. After a kill the events that a worker held wait for that, and for two checks: at most 65 s.
    lock: { durationMs: LOCK_MS, renewMs: 5_000, stalledCheckMs: 10_000 },
    async producer() {
      const connection = await sharedConnection();
      return (name, opts) => new PostgresQueueBackend(connection, name, { ...opts, connection: "" }, false);
    },
    worker(queue) {
      return (name, opts) => {
        const connection = connect(POOL_SIZE[queue]);
        return new PostgresQueueBackend(connection, name, { ...opts, connection: "" }, true, name);
      };
    },
    async migrate() {
      await withClient(async (client) => {
        await client.query("set statement_timeout = 0");
        await runMigrations(client, schema);
      });
    },
    async schema() {
      try {
        const version = await withClient((client) => assertSchemaCompatibility(client, schema));
        return version < LATEST_SCHEMA_VERSION ? "behind" : version > LATEST_SCHEMA_VERSION ? "ahead" : "at";
      } catch (error) {
        if (error instanceof SchemaMigrationRequiredError) return "behind";
        if (error instanceof SchemaVersionMismatchError) return "ahead";
        throw error;
      }
    },
    async findStranded(now) {
      const { pool } = await sharedConnection();
      const names = [...queueNames];
      const { rows: freed } = await pool.query<{ queue: string }>(
        `update job set state = 'waiting', lock_token = null, locked_until_ms = null, stalled_marked = false,
           stalled_count = stalled_count + 1, seq = nextval('job_seq')
         where queue = any($1) and state = 'active' and locked_until_ms > $2 returning queue`,
        [names, now + LOCK_MS + FAR_AHEAD_MS],
      );
      // A check in the future would keep all workers from looking for stalled jobs until then.
      await pool.query(
        "update meta set value = '0' where queue = any($1) and field = 'stalled-check' and value::bigint > $2",
        [names, now + FAR_AHEAD_MS],
      );
      for (const queue of new Set(freed.map((row) => row.queue)))
        await pool.query("select pg_notify('bullmq_jobs', $1)", [queue]);
      const { rows: delayed } = await pool.query<StrandedJob>(
        `select queue, id from job where queue = any($1) and state = 'delayed' and process_at_ms > $2
           and scheduler_id is null and (attempts_started > 0 or coalesce((opts ->> 'delay')::numeric, 0) = 0)
         order by process_at_ms limit $3`,
        [names, now + FAR_AHEAD_MS, JOBS_PER_LOOK],
      );
      return { locks: freed.length, delayed };
    },
    async check(deep) {
      const { pool } = await sharedConnection();
      const before = Date.now();
      const { rows } = await pool.query<{ version: string; now: string; read_only: string }>(
        "select current_setting('server_version') as version, current_setting('transaction_read_only') as read_only, extract(epoch from clock_timestamp()) * 1000 as now",
      );
      const after = Date.now();
      await assertSchemaCompatibility(pool, schema);
      const faults: string[] = [];
      const advice: string[] = [];
      if (rows[0]?.read_only === "on")
        faults.push("the PostgreSQL of the queue is read-only and takes no jobs: point QUEUE_URL at the primary");
      const skew = Math.round((before + after) / 2 - Number(rows[0]?.now));
      if (Math.abs(skew) > SKEW_FAULT_MS) {
        faults.push(`this machine's clock is ${skew} ms from the database's: jobs may start twice or never be retaken`);
      } else if (Math.abs(skew) > SKEW_ADVICE_MS) {
        advice.push(`this machine's clock is ${skew} ms from the database's`);
      }
      if (deep && !(await withClient((listener) => withClient((sender) => notifies(listener, sender))))) {
        faults.push(
          "LISTEN/NOTIFY does not arrive: QUEUE_URL goes through a transaction-mode pooler; give it a direct connection",
        );
      }
      return { version: rows[0]?.version ?? null, faults, advice };
    },
    async close() {
      const connection = await shared?.catch(() => undefined);
      await connection?.close();
    },
  };
}

async function openReady(open: () => PostgresConnection): Promise<PostgresConnection> {
  const connection = open();
  try {
    await connection.waitUntilReady();
    return connection;
  } catch (error) {
    await connection.close();
    throw new QueueAwayError(`PostgreSQL queue is not available: ${messageOf(error)}`, { cause: error });
  }
}

async function notifies(listener: pg.Client, sender: pg.Client): Promise<boolean> {
  const channel = `dunlin_check_${process.pid}_${Date.now()}`;
  const arrived = new Promise<boolean>((resolve) => {
    listener.once("notification", () => resolve(true));
  });
  await listener.query(`listen ${channel}`);
  await sender.query(`notify ${channel}`);
  return Promise.race([arrived, sleep(1_000, false, { ref: false })]);
}

/** On PostgreSQL the namespace is a schema. BullMQ only takes plain identifiers as its name. */
function schemaName(prefix: string): string {
  const plain = prefix.replace(/[^A-Za-z0-9_$]/g, "_").slice(0, 63);
  return /^[A-Za-z_]/.test(plain) ? plain : `q${plain}`.slice(0, 63);
}

/** In pg the `options` of the URL would replace ours, and with them BullMQ's search_path. They are joined instead. */
function splitOptions(queueUrl: string): { connectionString: string; options: string } {
  const url = new URL(queueUrl);
  const given = url.searchParams.get("options");
  url.searchParams.delete("options");
  return { connectionString: url.href, options: `${given ? `${given} ` : ""}-c synchronous_commit=off` };
}
