/** A queue store that answers but takes no jobs is named by the check that `/readyz` and `doctor` show. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { testDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { hasRedis, startRedis } from "../support/service/redis.ts";

const open = (url: string) => {
  const backend = openQueueBackend(url, { log: pino({ level: "silent" }) });
  onTestFinished(() => backend.close());
  return backend;
};

it.runIf(hasRedis)("a Redis that is full, a replica, without its disk or its replicas", async (context) => {
  const { url } = await startRedis(context);
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  const backend = open(url);
  const faults = async () => (await backend.check()).faults;
  expect(await faults()).toEqual([]);

  await redis.config("SET", "maxmemory", "1");
  expect(await faults()).toEqual([expect.stringMatching(/out of memory and takes no jobs: raise its maxmemory/)]);
  await redis.config("SET", "maxmemory", "0");

  await redis.config("SET", "min-replicas-to-write", "1");
  expect(await faults()).toEqual([expect.stringMatching(/too few replicas.*takes no jobs/)]);
  await redis.config("SET", "min-replicas-to-write", "0");

  // The snapshot cannot take the place of a directory.
  const [, dir = ""] = (await redis.config("GET", "dir")) as string[];
  await mkdir(join(dir, "dump.rdb", "full"), { recursive: true });
  await redis.config("SET", "save", "3600 1");
  await redis.bgsave();
  await eventually("the snapshot fails", faults, (found) => found.length === 1);
  expect(await faults()).toEqual([expect.stringMatching(/cannot write its snapshot to disk and takes no jobs/)]);
  await redis.config("SET", "save", "");

  await redis.replicaof("127.0.0.1", 1);
  expect(await faults()).toEqual([expect.stringMatching(/read-only Redis replica.*QUEUE_URL at the primary/)]);
});

it("a PostgreSQL that is read-only", async () => {
  const { url, sql } = await testDatabase();
  const backend = open(url);
  await backend.migrate();
  expect((await backend.check()).faults).toEqual([]);
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  await sql.unsafe(`alter database ${row?.name} set default_transaction_read_only = on`);
  expect((await open(url).check()).faults).toEqual([expect.stringMatching(/read-only and takes no jobs/)]);
});
