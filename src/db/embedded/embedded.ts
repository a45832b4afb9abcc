/**
 * The PostgreSQL that comes with Dunlin, for when DATABASE_URL is unset: the real server, in DUNLIN_DATA_DIR, on loopback.
 *
 * - One owner per data directory (owner-lock.ts). The data is kept between runs, tied to the directory.
 * - It ends with its owner: by `stop()`, or when the owner is killed, in a fast shutdown of its own accord; what still runs at the
 *   next start is stopped first, and crash recovery brings back whatever was committed.
 * - Faults that an operator can mend throw EmbeddedError, whose message is one line with the place and the remedy.
 */
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { connect } from "../client.ts";
import { explainDbError } from "../explain-error.ts";
import { findBinaries } from "./binaries.ts";
import { type ClusterInput, ensureCluster, type Log, ROLE } from "./cluster.ts";
import { EmbeddedError, errnoOf, fromErrno } from "./errors.ts";
import { reclaimCluster } from "./orphan.ts";
import { lockDataDir } from "./owner-lock.ts";
import { chooseUser } from "./run-as.ts";
import { supervise } from "./supervise.ts";

export interface EmbeddedPostgres {
  /** postgres://… with the password: never print it as it is (`redactUrl`). */
  readonly url: string;
  /** Resolves only when PostgreSQL ended under us and could not be started again. */
  readonly died: Promise<EmbeddedError>;
  /** Shuts PostgreSQL down and gives the data directory up; `wipe` (tests) also deletes all data. Idempotent. */
  stop(options?: { wipe?: boolean }): Promise<void>;
}

/** `dataDir` is DUNLIN_DATA_DIR, absolute or relative to the working directory; made with mode 0700 if missing. */
export async function startEmbedded(input: { dataDir: string; log: Log }): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(input.dataDir);
  await makeDataDir(dataDir);
  const lock = await lockDataDir(dataDir);
  try {
    const { url, died, stop } = await startOwned(dataDir, input.log);
    let stopped: Promise<void> | undefined;
    const stopOnce = async (wipe: boolean) => {
      await stop();
      if (wipe) await wipeData(dataDir);
      await lock.release();
    };
    return {
      url,
      died,
      stop: ({ wipe = false } = {}) => {
        stopped ??= stopOnce(wipe);
        return stopped;
      },
    };
  } catch (error) {
    await lock.release();
    throw fromErrno(error, dataDir);
  }
}

async function startOwned(dataDir: string, log: Log) {
  const cluster = path.join(dataDir, "postgres");
  const runAs = await chooseUser(cluster);
  const binaries = await findBinaries(dataDir, runAs);
  const input: ClusterInput = { dataDir, cluster, binaries, runAs, log };
  await reclaimCluster(cluster, log);
  const password = await ensureCluster(input);
  const server = await supervise(input);
  const url = (database: string) => `postgres://${ROLE}:${password}@127.0.0.1:${server.port}/${database}`;
  try {
    await ensureDatabase(url("postgres"));
  } catch (error) {
    await server.stop();
    const text = `${dataDir}: ${explainDbError(error)}`;
    const remedy = "if postgres.password is not the cluster's, delete that file: the next start sets a new one";
    throw new EmbeddedError("failed", errnoOf(error).startsWith("28") ? `${text}: ${remedy}` : text, { cause: error });
  }
  log("embedded PostgreSQL is ready", { dir: dataDir, port: server.port, version: binaries.major });
  return { url: url(ROLE), died: server.died, stop: server.stop };
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(path.dirname(dataDir), { recursive: true });
    await mkdir(dataDir, { mode: 0o700 }).catch(async (error: unknown) => {
      const isDirectory = await stat(dataDir).then(
        (info) => info.isDirectory(),
        () => false,
      );
      if (!isDirectory) throw error;
    });
  } catch (error) {
    throw fromErrno(error, dataDir);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const { sql, close } = connect(url, { max: 1, applicationName: "dunlin-setup" });
  try {
    const found = await sql`select 1 from pg_database where datname = ${ROLE}`;
    if (found.length === 0) await sql`create database ${sql(ROLE)}`;
  } finally {
    await close();
  }
}

async function wipeData(dataDir: string): Promise<void> {
  for (const name of ["postgres", "postgres.password", "postgres.log", "postgres.log.1"]) {
    await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
}
