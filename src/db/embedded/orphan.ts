/**
 * Stops the server that a killed owner left running. The caller holds the owner lock, so whatever runs on the cluster has no owner any more.
 * It is stopped rather than adopted: it may be of an older release, and its settings too.
 */
import { open, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./cluster.ts";
import { errnoOf } from "./errors.ts";
import { run } from "./run.ts";

export interface PidFile {
  readonly pid: number;
  readonly ready: boolean;
}

/** A fast shutdown ends with a checkpoint, which may take a while on a slow disk. Milliseconds. */
const PATIENCE: readonly [number, NodeJS.Signals][] = [
  [0, "SIGINT"],
  [60_000, "SIGQUIT"],
  [70_000, "SIGKILL"],
];

export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, ready: lines[7]?.trim() === "ready" } : undefined;
}

/** Returns when no postmaster runs on the cluster and its pid file, if any, will not keep a new one from starting. */
export async function reclaimCluster(cluster: string, log: Log): Promise<void> {
  const began = Date.now();
  let sent = 0;
  for (;;) {
    const file = await readPidFile(cluster);
    if (!file || !isAlive(file.pid)) return;
    if (!(await isPostmasterOf(file.pid, cluster))) {
      await disownPidFile(cluster, file.pid, log);
      return;
    }
    const next = PATIENCE[sent];
    if (next && Date.now() - began >= next[0]) {
      log("stopping a PostgreSQL that its killed owner left behind", { pid: file.pid, signal: next[1] });
      signal(file.pid, next[1]);
      sent++;
    }
    await sleep(30);
  }
}

/**
 * After a reboot or in a new container the pid may be anybody's, and PostgreSQL would refuse to start. It takes its
 * parent's pid for a stale one, and then still looks whether the shared memory named in the file is in use, which it could
 * not if the file were removed.
 */
async function disownPidFile(cluster: string, pid: number, log: Log): Promise<void> {
  // Never written again: it may have been this PostgreSQL in its last moments, which has just removed the file itself.
  const handle = await open(path.join(cluster, "postmaster.pid"), "r+").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const text = await handle.readFile("utf8");
    await handle.truncate();
    await handle.write(text.replace(/^\d+/, String(process.pid)), 0);
    log("postmaster.pid names a process that is not this PostgreSQL: taken as stale", { pid });
  } finally {
    await handle.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}

/** A zombie does not count: it holds nothing any more. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== "linux") {
    const { output } = await run("/bin/ps", ["-ww", "-o", "command=", "-p", String(pid)], { runAs: {}, cwd: "/" });
    return output.includes("postgres") && output.includes(cluster);
  }
  try {
    const [cwd, own, program] = await Promise.all([
      stat(`/proc/${pid}/cwd`),
      stat(cluster),
      readlink(`/proc/${pid}/exe`).catch(() => readFile(`/proc/${pid}/comm`, "utf8")),
    ]);
    return cwd.dev === own.dev && cwd.ino === own.ino && program.includes("postgres");
  } catch (error) {
    // Gone meanwhile, a zombie, or another user's and thus not ours.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(errnoOf(error))) return false;
    throw error;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}
