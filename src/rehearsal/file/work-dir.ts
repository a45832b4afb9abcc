/**
 * A directory for the files of a rehearsal, which hold orders with phone numbers. It is removed after use, or when the process exits. After
 * a SIGKILL the next rehearsal on this machine removes it: the name of the directory has the process id.
 */
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

export type WorkDir = {
  readonly path: string;
  /** Removes it. Idempotent, and safe while a thread still writes there. */
  end(): Promise<void>;
};

/** Containers may share a temporary directory, but not their process ids. */
const PREFIX = `dunlin-rehearsal-${hostname()}-`;

/** The directories of this process. */
const held = new Set<string>();

export function makeWorkDir(): WorkDir {
  sweepWorkDirs();
  const path = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  held.add(path);
  // Under another name no file can be added while it is emptied.
  const ended = `${path}-ended`;
  const onExit = (): void => {
    try {
      renameSync(path, ended);
    } catch (error) {
      ignoreIfGone(error);
    }
    rmSync(ended, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  return {
    path,
    async end() {
      await rename(path, ended).catch(ignoreIfGone);
      await rm(ended, { recursive: true, force: true });
      held.delete(path);
      process.off("exit", onExit);
    },
  };
}

/** Removes the directories of processes that ended. */
export function sweepWorkDirs(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(/^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0]);
    const path = join(tmpdir(), name);
    const lives = pid === process.pid ? [...held].some((own) => path.startsWith(own)) : isAlive(pid);
    if (!Number.isInteger(pid) || lives) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It belongs to another user, or another process is removing it: the rehearsal can go on.
    }
  }
}

function ignoreIfGone(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
