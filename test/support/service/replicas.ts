/** A primary and its standby, two clusters of the embedded PostgreSQL. The standby follows the primary's log asynchronously, as in production. */
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestContext } from "vitest";
import { connect, type Sql } from "../../../src/db/client.ts";
import { startEmbedded } from "../../../src/db/embedded/embedded.ts";
import { migrate } from "../../../src/db/migrations/migrate.ts";
import { eventually } from "../eventually.ts";

export type Server = {
  readonly url: string;
  readonly sql: Sql;
  stop(): Promise<void>;
};

export type Replicas = {
  readonly primary: Server;
  readonly standby: Server;
  /** Resolves when the standby has all that the primary has committed. */
  caughtUp(): Promise<void>;
  /** From now on what the primary commits does not reach the standby. */
  cut(): Promise<void>;
  /** The standby becomes a primary, with what it has. */
  promote(): Promise<void>;
};

const silent = { log: () => {} };

async function start(dataDir: string): Promise<Server> {
  const { url, stop } = await startEmbedded({ dataDir, ...silent });
  const { sql, close } = connect(url, { max: 2 });
  let stopped: Promise<void> | undefined;
  return {
    url,
    sql,
    stop: () => {
      stopped ??= close(0).then(() => stop());
      return stopped;
    },
  };
}

/** The primary has Dunlin's schema. */
export async function startReplicas(context: Pick<TestContext, "onTestFinished">): Promise<Replicas> {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-replicas-"));
  const running: Server[] = [];
  context.onTestFinished(async () => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  });
  const [first, second] = [join(dir, "primary"), join(dir, "standby")];
  const primary = await start(first);
  running.push(primary);
  await migrate(primary.url);
  await copyRunning(primary, first, second);
  const standby = await start(second);
  running.push(standby);
  return {
    primary,
    standby,
    async caughtUp() {
      const [row] = await primary.sql<{ lsn: string }[]>`select pg_current_wal_lsn()::text as lsn`;
      for (;;) {
        const [at] = await standby.sql<{ done: boolean }[]>`
          select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= ${row?.lsn ?? ""}::pg_lsn as done`;
        if (at?.done === true) return;
        await pause(10);
      }
    },
    async cut() {
      await standby.sql`alter system set primary_conninfo = ''`;
      await standby.sql`select pg_reload_conf()`;
      await eventually(
        "the standby receives nothing more",
        () =>
          standby.sql<{ n: number }[]>`select count(*)::int4 as n from pg_stat_wal_receiver where status = 'streaming'`,
        ([row]) => row?.n === 0,
      );
    },
    promote: async () => void (await standby.sql`select pg_promote()`),
  };
}

/** A base backup, as pg_basebackup makes it, which does not come with the embedded server. */
async function copyRunning(primary: Server, from: string, to: string): Promise<void> {
  // The backup ends with the session that began it.
  const session = connect(primary.url, { max: 1, idleTimeoutMs: 0 });
  try {
    await session.sql`select pg_backup_start('standby', true)`;
    await mkdir(to, { mode: 0o700 });
    for (const name of ["postgres", "postgres.password"])
      await cp(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true });
    const [label] = await session.sql<{ labelfile: string }[]>`select labelfile from pg_backup_stop(false)`;
    const cluster = join(to, "postgres");
    await writeFile(join(cluster, "backup_label"), label?.labelfile ?? "");
  } finally {
    await session.close(0);
  }
  const cluster = join(to, "postgres");
  await Promise.all(["postmaster.pid", "postmaster.opts"].map((name) => rm(join(cluster, name), { force: true })));
  await writeFile(join(cluster, "standby.signal"), "");
  const { hostname, port, username, password } = new URL(primary.url);
  await appendFile(
    join(cluster, "postgresql.auto.conf"),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}'\n`,
  );
}
