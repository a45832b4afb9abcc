/**
 * A directory for what a rehearsal must lay down: orders as they came, phone numbers and all. It ends with its use, with the process
 * however that ends but by SIGKILL, and after that with the next rehearsal on this machine: its name says whose it is.
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

/** Those of this process. */
const held = new Set<string>();

export function makeWorkDir(): WorkDir {
  sweepWorkDirs();
  const path = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  held.add(path);
  // Under another name nothing more can come into it while it is emptied.
  const ended = `${path}-ended`;
  const onExit = (): void => {
    try {
      renameSync(path, ended);
    } catch (error) {
      passIfGone(error);
    }
    rmSync(ended, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  return {
    path,
    async end() {
      await rename(path, ended).catch(passIfGone);
      await rm(ended, { recursive: true, force: true });
      held.delete(path);
      process.off("exit", onExit);
    },
  };
}

/** Removes what processes left behind that are no more. */
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
      // Another user's, or being swept by another process: no reason not to rehearse.
    }
  }
}

function passIfGone(error: unknown): void {
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
