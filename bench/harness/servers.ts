/**
 * The servers of the benchmark: a database of its own on a PostgreSQL that is there (else the embedded one), and a number of its own
 * on a Redis that is there. Both are removed at the end, and nothing else on the servers is touched.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { connect, type Sql } from "../../src/db/client.ts";
import { startEmbedded } from "../../src/db/embedded/embedded.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { preloadStatements } from "./statements.ts";

export type Backend = "redis" | "postgres";

export type Bench = {
  readonly quick: boolean;
  readonly rounds: number;
  readonly backend: Backend;
  readonly databaseUrl: string;
  /** URL of the queue store: Redis, or the database. */
  readonly queueUrl: string;
  readonly sql: Sql;
  /** For every process of Dunlin. */
  readonly env: NodeJS.ProcessEnv;
  readonly workDir: string;
  readonly note: (text: string) => void;
  /** Another migrated database on the same server, removed at the end. */
  readonly extraDatabase: (label: string) => Promise<{ url: string; sql: Sql }>;
  /** The same with a PostgreSQL of its own, the embedded one; closed with this one. */
  readonly ownServer: () => Promise<Bench>;
  readonly machine: {
    readonly cores: number;
    readonly node: string;
    readonly postgres: string;
    readonly redis: string;
  };
  readonly close: () => Promise<void>;
};

type Options = {
  readonly quick: boolean;
  readonly backend: Backend | null;
  /** The embedded PostgreSQL also where a server answers. */
  readonly embedded: boolean;
  readonly note: (text: string) => void;
};

const silent = { info() {}, warn() {}, error() {} };
/** Channels and shops are given per part, in files that DUNLIN_CONFIG names. */
export const API_KEY = "bench-key-of-the-benchmark";
/** The contacts that are stored beforehand carry the id of this one. */
export const SECRET_KEY = Buffer.alloc(32, 7);

export async function openBench(options: Options): Promise<Bench> {
  const releases: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const workDir = await mkdtemp(join(tmpdir(), "dunlin-bench-"));
    releases.push(() => rm(workDir, { recursive: true, force: true }));
    const redis = options.backend === "postgres" ? null : await ownRedis();
    if (redis !== null) releases.push(redis.release);
    if (redis === null && options.backend === "redis")
      throw new Error("no Redis answers; set BENCH_REDIS_URL, or take --backend postgres");
    const backend: Backend = redis === null ? "postgres" : "redis";
    const server = await findPostgres(options.embedded, workDir, releases);
    const extraDatabase = (label: string) => ownDatabase(server, label, releases);
    const { url: databaseUrl, sql } = await extraDatabase("main");
    const queueUrl = redis?.url ?? databaseUrl;
    if (redis === null) await migrateQueues(databaseUrl);
    const [version] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
    return {
      quick: options.quick,
      rounds: 3,
      backend,
      databaseUrl,
      queueUrl,
      sql,
      env: {
        DATABASE_URL: databaseUrl,
        ...(redis === null ? {} : { QUEUE_URL: queueUrl }),
        DUNLIN_DATA_DIR: workDir,
        DUNLIN_CONFIG: await plainConfig(workDir),
        DUNLIN_SECRET_KEY: SECRET_KEY.toString("base64"),
        DUNLIN_API_KEY: API_KEY,
        HOST: "127.0.0.1",
        PORT: "0",
        LOG_LEVEL: "info",
      },
      workDir,
      note: options.note,
      extraDatabase,
      ownServer: async () => {
        const own = await openBench({ ...options, embedded: true });
        releases.push(own.close);
        return own;
      },
      machine: {
        cores: (await import("node:os")).availableParallelism(),
        node: process.version,
        postgres: `${version?.version ?? ""}${server.embedded ? " (embedded)" : ""}`,
        redis: redis?.version ?? "none",
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** So that each measurement begins with the same debt to the disk. Only a superuser may. */
export async function settleDisk(sql: Sql): Promise<void> {
  await sql`checkpoint`.catch(() => undefined);
}

/** Without quiet hours: figures must not depend on the hour at which they are taken. */
async function plainConfig(workDir: string): Promise<string> {
  const file = join(workDir, "plain.yaml");
  await writeFile(file, 'shops: { "*": { quietHours: off } }\n');
  return file;
}

/** Queue schemas of the three: Dunlin's own, the floor's and the peer's. */
async function migrateQueues(databaseUrl: string): Promise<void> {
  for (const prefix of [undefined, "noop", "peer"]) {
    const queue = openQueueBackend(databaseUrl, { log: silent, ...(prefix === undefined ? {} : { prefix }) });
    await queue.migrate();
    await queue.close();
  }
}

type Server = { readonly url: string; readonly embedded: boolean };

async function findPostgres(embedded: boolean, workDir: string, releases: (() => Promise<unknown>)[]): Promise<Server> {
  if (embedded) return startOwn(workDir, releases);
  const given = process.env.BENCH_DATABASE_URL;
  const url = given ?? "postgres://postgres@127.0.0.1:5432/postgres";
  const probe = connect(url, { max: 1, connectTimeoutMs: 2_000 });
  try {
    await probe.sql`select 1`;
    return { url, embedded: false };
  } catch (error) {
    if (given !== undefined) throw error;
  } finally {
    await probe.close(0);
  }
  return startOwn(workDir, releases);
}

async function startOwn(workDir: string, releases: (() => Promise<unknown>)[]): Promise<Server> {
  const start = () => startEmbedded({ dataDir: join(workDir, "embedded"), log: () => {} });
  const first = await start();
  await preloadStatements(first.url);
  await first.stop();
  const embedded = await start();
  releases.push(() => embedded.stop());
  return { url: embedded.url, embedded: true };
}

async function ownDatabase(server: Server, label: string, releases: (() => Promise<unknown>)[]) {
  const name = `dunlin_bench_${label}_${randomBytes(4).toString("hex")}`;
  const admin = connect(server.url, { max: 1, applicationName: "dunlin bench" });
  releases.push(() => admin.close());
  await admin.sql.unsafe(`create database ${name}`);
  releases.push(() => admin.sql.unsafe(`drop database if exists ${name} with (force)`));
  const parsed = new URL(server.url);
  parsed.pathname = `/${name}`;
  const url = parsed.toString();
  await migrate(url);
  const { sql, close } = connect(url, { max: 8, applicationName: "dunlin bench" });
  releases.push(() => close());
  return { url, sql };
}

/** The highest number of that Redis that is empty: marked as ours now, emptied when done. */
async function ownRedis(): Promise<{ url: string; version: string; release: () => Promise<void> } | null> {
  const base = process.env.BENCH_REDIS_URL ?? "redis://127.0.0.1:6379";
  const probe = new Redis(base, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  probe.on("error", () => {});
  try {
    await probe.connect();
  } catch {
    return null;
  }
  const version = /^redis_version:(\S+)/m.exec(await probe.info("server"))?.[1] ?? "";
  for (let number = 15; number > 0; number--) {
    await probe.select(number);
    if ((await probe.dbsize()) > 0 || (await probe.setnx("dunlin-bench", process.pid)) === 0) continue;
    const url = new URL(base);
    url.pathname = `/${number}`;
    const release = async () => {
      await probe.flushdb();
      probe.disconnect();
    };
    return { url: url.toString(), version, release };
  }
  probe.disconnect();
  throw new Error("no empty Redis database: BENCH_REDIS_URL may name a Redis of its own");
}
