/**
 * The servers for tests. PostgreSQL: TEST_DATABASE_URL, else an embedded one for this run. Redis: TEST_REDIS_URL, else the usual local
 * port. Without Redis its half of the tests does not run, and one line says so; REQUIRE_REDIS=1 makes that a failure.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../src/db/embedded/embedded.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { openQueueBackend } from "../../src/queue/connection.ts";

const TEMPLATE = `dunlin_template_${process.pid}`;
const PREFIX = `dunlin_test_${process.pid}_`;
/** The comment on a database that stays because its test failed. */
export const KEPT = "kept";

declare module "vitest" {
  export interface ProvidedContext {
    serverUrl: string;
    templateName: string;
    /** The databases of this run begin with it. */
    databasePrefix: string;
    /** The definition of dunlin_now(). */
    clock: string;
    redisUrl: string;
    /** Whether a database serves several tests: set by the project. */
    reusesDatabases: boolean;
  }
}

/** Runs once: the first project that needs servers starts them for all. */
export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if ("serverUrl" in vitest.getRootProject().getProvidedContext()) return undefined;
  const redisUrl = await findRedis();
  const server = await findPostgres();
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${TEMPLATE}`);
  const template = withDatabase(server.url, TEMPLATE);
  await migrate(template);
  const queue = openQueueBackend(template, { log: { info() {}, warn() {}, error() {} } });
  await queue.migrate();
  await queue.close();
  const inTemplate = postgres(template, { max: 1 });
  const [clock] = await inTemplate<{ text: string }[]>`select pg_get_functiondef('dunlin_now()'::regprocedure) as text`;
  await inTemplate.end();
  vitest.provide("clock", clock?.text ?? "");
  vitest.provide("serverUrl", server.url);
  vitest.provide("templateName", TEMPLATE);
  vitest.provide("databasePrefix", PREFIX);
  vitest.provide("redisUrl", redisUrl);
  return async () => {
    const left = await admin<{ name: string }[]>`
      select datname as name from pg_database
      where starts_with(datname, ${PREFIX}) and shobj_description(oid, 'pg_database') is distinct from ${KEPT}`;
    for (const name of [TEMPLATE, ...left.map((each) => each.name)])
      await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
    await server.stop();
  };
}

async function findPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "") return { url: given, stop: async () => {} };
  const dataDir = await mkdtemp(join(tmpdir(), "dunlin-test-"));
  const embedded = await startEmbedded({ dataDir, log: () => {} });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function findRedis(): Promise<string> {
  const url = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  redis.on("error", () => {});
  try {
    await redis.connect();
    await redis.ping();
    return url;
  } catch {
    const line = `Redis half NOT RUN: no Redis at ${url}. Start one: redis-server --port 6379 --save "" --maxmemory-policy noeviction`;
    if (process.env.REQUIRE_REDIS === "1") throw new Error(line);
    console.warn(line);
    return "";
  } finally {
    redis.disconnect();
  }
}

export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
