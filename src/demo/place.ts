/** The directory of a demo: its own, and removed at the end. A directory that holds other files is never used. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** A fault that a person can mend: one line with place and remedy. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

export type Place = {
  /** Absolute. */
  readonly dir: string;
  /** The user named the directory, so it stays. */
  readonly kept: boolean;
  /** Idempotent. */
  remove(): Promise<void>;
};

/** `named`: DUNLIN_DATA_DIR, or null. */
export async function takePlace(named: string | null, cwd: string): Promise<Place> {
  if (named === null) {
    const parent = tmpdir();
    try {
      const dir = await mkdtemp(join(parent, "dunlin-demo-"));
      return { dir, kept: false, remove: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) };
    } catch (error) {
      const remedy = "set TMPDIR or DUNLIN_DATA_DIR to a directory that can be written";
      throw new DemoError(`${parent}: cannot make a directory for the demo (${codeOf(error)}): ${remedy}`);
    }
  }
  const dir = resolve(cwd, named);
  const present = await readdir(dir).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw new DemoError(`DUNLIN_DATA_DIR ${dir}: cannot be read (${codeOf(error)})`);
  });
  if (present.length > 0)
    throw new DemoError(
      `DUNLIN_DATA_DIR ${dir}: is not empty, and the demo only uses an empty directory: unset it, or name another`,
    );
  return { dir, kept: true, remove: async () => {} };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
