/**
 * As whom PostgreSQL runs. It refuses root, so root lends it another user of the machine, without making one.
 *
 * That user need not be able to reach the data directory: on Linux PostgreSQL gets the cluster as its working directory
 * (entered while still root) and knows it as /proc/self/cwd, a link that leads there without walking the path. So the data
 * always lies in DUNLIN_DATA_DIR, be that under /root, and no other directory changes its owner or mode.
 */
import { type SpawnOptions, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { EmbeddedError } from "./errors.ts";

export interface RunAs {
  /** Absent: as ourselves. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/** initdb insists on a user that /etc/passwd knows. `postgres` is most at home here; `nobody` is everywhere. */
const CANDIDATES = ["postgres", "_postgres", "nobody", "daemon", "bin"];

/** The environment of every child: no secrets of ours, English messages (we read them), UTC. */
const CHILD_ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/** `cluster` exists from an earlier run or not; its owner goes on owning it. */
export async function chooseUser(cluster: string): Promise<RunAs> {
  const owner = await stat(cluster).catch(() => undefined);
  const self = process.getuid?.();
  if (self !== 0) {
    if (owner && self !== undefined && owner.uid !== self) {
      const remedy = `run Dunlin as that user (or root), or chown -R ${self} it`;
      throw new EmbeddedError("denied", `${cluster}: belongs to uid ${owner.uid}, and this is uid ${self}: ${remedy}`);
    }
    return {};
  }
  if (process.platform !== "linux") {
    throw new EmbeddedError(
      "user",
      "the embedded PostgreSQL cannot run as root here: use another user, or set DATABASE_URL",
    );
  }
  if (owner && owner.uid !== 0) return { ids: { uid: owner.uid, gid: owner.gid } };
  for (const ids of await knownUsers()) {
    if (await canBecome(ids)) return { ids };
  }
  throw new EmbeddedError(
    "user",
    "PostgreSQL refuses to run as root, and this root may not change to another user (CAP_SETUID, user namespace): run Dunlin as an ordinary user, or set DATABASE_URL",
  );
}

/** How the child names the cluster, and where it has to start for that to be true. */
export function clusterRef(runAs: RunAs, cluster: string): { dir: string; cwd: string } {
  return { dir: runAs.ids ? "/proc/self/cwd" : cluster, cwd: cluster };
}

/** Options for every child: in a session of its own, so that the terminal's Ctrl-C reaches it only through us. */
export function childOptions(runAs: RunAs, cwd: string): SpawnOptions {
  return { ...runAs.ids, cwd, env: CHILD_ENV, detached: true };
}

async function knownUsers(): Promise<{ uid: number; gid: number }[]> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const users = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ rank: CANDIDATES.indexOf(name), uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const rank = (n: number) => (n < 0 ? CANDIDATES.length : n);
  return users.sort((a, b) => rank(a.rank) - rank(b.rank)).slice(0, CANDIDATES.length + 1);
}

function canBecome(ids: { uid: number; gid: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", ":"], { ...ids, cwd: "/", env: CHILD_ENV, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
