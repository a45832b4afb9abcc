/**
 * The cluster (PostgreSQL's own data directory) and its password, in the data directory:
 *
 *   postgres/            the cluster, owned by the user PostgreSQL runs as; complete whenever it bears this name
 *   postgres.new-…/      one being made; left behind by a kill, removed by the next start
 *   postgres.password    0600
 *   postgres.log
 *
 * All of this runs under the owner lock, with no PostgreSQL on the cluster.
 */
import { randomBytes } from "node:crypto";
import { chmod, lchown, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Binaries } from "./binaries.ts";
import { EmbeddedError, errnoOf, freeBytes, fromOutput, placeError } from "./errors.ts";
import { run } from "./run.ts";
import { clusterRef, type RunAs } from "./run-as.ts";

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface ClusterInput {
  readonly dataDir: string;
  /** `postgres/` in it. */
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly log: Log;
}

/** The superuser, and the database's name too. */
export const ROLE = "dunlin";
/** A new cluster takes about 50 MB, and must then have room to work. */
const ROOM_TO_BEGIN = 100e6;

/** Makes the cluster unless it is there. Returns the password. */
export async function ensureCluster(input: ClusterInput): Promise<string> {
  const { dataDir, cluster, log } = input;
  await removeHalfMade(dataDir, log);
  if (await isComplete(cluster)) {
    await checkVersion(input);
    await takeOver(input);
    return (await readPassword(dataDir)) ?? (await resetPassword(input));
  }
  await setAsideBroken(cluster, log);
  const free = await freeBytes(dataDir);
  if (free !== undefined && free < ROOM_TO_BEGIN) throw placeError("full", dataDir);
  const password = (await readPassword(dataDir)) ?? (await writePassword(dataDir, newPassword()));
  await makeCluster(input, password);
  return password;
}

/** A file that root makes in a data directory belongs to the owner of the directory. */
export async function openOwned(dataDir: string, file: string, flags: string) {
  const handle = await open(file, flags, 0o600);
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(dataDir);
    await handle.chown(uid, gid);
  }
  return handle;
}

async function makeCluster({ dataDir, cluster, binaries, runAs, log }: ClusterInput, password: string): Promise<void> {
  const fresh = `${cluster}.new-${randomBytes(4).toString("hex")}`;
  await mkdir(fresh, { mode: 0o700 });
  const words = await open(`${fresh}.pw`, "wx+", 0o600);
  try {
    await words.writeFile(`${password}\n`);
    await rm(`${fresh}.pw`);
    if (runAs.ids) {
      await words.chown(runAs.ids.uid, runAs.ids.gid);
      await lchown(fresh, runAs.ids.uid, runAs.ids.gid);
    }
    const { dir, cwd } = clusterRef(runAs, fresh);
    const pwfile = process.platform === "linux" ? "/proc/self/fd/3" : "/dev/fd/3";
    // The locale is PostgreSQL's own, so nothing depends on what the machine has installed.
    const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    const rest = [`--username=${ROLE}`, `--pwfile=${pwfile}`, "--auth=scram-sha-256", "--no-instructions"];
    const { code, output } = await run(binaries.initdb, ["-D", dir, ...locale, ...rest], { runAs, cwd, fd3: words.fd });
    if (code !== 0) throw await fromOutput("initdb failed", output, dataDir);
    await rename(fresh, cluster);
    await syncDirectory(dataDir);
    log("made a new PostgreSQL cluster", { dir: cluster, version: binaries.major });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  } finally {
    await words.close();
  }
}

async function removeHalfMade(dataDir: string, log: Log): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith("postgres.new-")) continue;
    log("removing a PostgreSQL cluster whose creation was interrupted", { dir: path.join(dataDir, name) });
    // An initdb that outlived its killed owner may still write there; it fails soon, and the next start sweeps the rest.
    await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) => {
      if (errnoOf(error) !== "ENOTEMPTY") throw error;
    });
  }
}

async function isComplete(cluster: string): Promise<boolean> {
  const files = await Promise.all(
    ["PG_VERSION", "global/pg_control", "postgresql.conf", "pg_hba.conf"].map((file) =>
      stat(path.join(cluster, file)).catch(() => undefined),
    ),
  );
  return files.every((file) => file?.isFile() && file.size > 0);
}

/** The cluster is incomplete, and not by our own creation. One that ever held a database is never replaced. */
async function setAsideBroken(cluster: string, log: Log): Promise<void> {
  const names = await readdir(cluster).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (names === undefined) return;
  const databases = await readdir(path.join(cluster, "base")).catch(() => []);
  if (databases.some((oid) => Number(oid) >= 16384)) {
    const remedy = "restore them from a backup, or move the directory away to start with an empty one";
    throw new EmbeddedError("damaged", `${cluster}: the cluster holds data but lacks files it needs: ${remedy}`);
  }
  const aside = `${cluster}.broken-${Date.now()}`;
  if (names.length > 0)
    log("the PostgreSQL cluster is incomplete: moved it aside, making a new one", { dir: cluster, aside });
  await rename(cluster, aside);
}

async function checkVersion({ cluster, binaries }: ClusterInput): Promise<void> {
  const made = (await readFile(path.join(cluster, "PG_VERSION"), "utf8")).trim();
  if (made === binaries.major) return;
  const remedy = `dump it with the Dunlin release that made it, and restore into a new directory`;
  const text = `${cluster}: made by PostgreSQL ${made}, and this release brings ${binaries.major}: ${remedy}`;
  throw new EmbeddedError("version", text);
}

/** After root copied or restored a cluster, it is root's: PostgreSQL wants its own, and private. */
async function takeOver({ cluster, runAs }: ClusterInput): Promise<void> {
  const info = await stat(cluster);
  if (runAs.ids && info.uid !== runAs.ids.uid) {
    const { uid, gid } = runAs.ids;
    for (const name of await readdir(cluster, { recursive: true })) await lchown(path.join(cluster, name), uid, gid);
    await lchown(cluster, uid, gid);
  }
  if ((info.mode & 0o027) !== 0) await chmod(cluster, 0o700);
}

function newPassword(): string {
  return randomBytes(24).toString("base64url");
}

async function readPassword(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, "postgres.password"), "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  });
  return text.trim() || undefined;
}

async function writePassword(dataDir: string, password: string): Promise<string> {
  const file = path.join(dataDir, "postgres.password");
  const handle = await openOwned(dataDir, `${file}.new`, "w");
  try {
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return password;
}

/** The password file is gone, but the data is there: the owner of the data directory may set a new password. */
async function resetPassword({ dataDir, cluster, binaries, runAs, log }: ClusterInput): Promise<string> {
  const password = newPassword();
  const { dir, cwd } = clusterRef(runAs, cluster);
  const stdin = `ALTER ROLE ${ROLE} PASSWORD '${password}'\n`;
  const { code, output } = await run(binaries.postgres, ["--single", "-D", dir, "postgres"], { runAs, cwd, stdin });
  if (code !== 0 || /ERROR:/.test(output)) throw await fromOutput("setting a new password failed", output, dataDir);
  log("postgres.password was missing: a new password is set", { dir: dataDir });
  return writePassword(dataDir, password);
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
