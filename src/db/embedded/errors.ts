/** Faults that an operator can expect and repair. Any other error from here is a bug. */
import { statfs } from "node:fs/promises";

export type EmbeddedErrorCode =
  /** another process owns the data directory */
  | "in_use"
  /** the directory may not be entered or written by this user */
  | "denied"
  | "read_only"
  | "full"
  /** a file is where the data directory should be, or its path cannot be used */
  | "bad_path"
  /** the binaries are missing or do not run here */
  | "binaries"
  /** no user that PostgreSQL could run as: root that may not change, or a uid that the machine does not know */
  | "user"
  /** the cluster is of another major version */
  | "version"
  /** the cluster lost files it had */
  | "damaged"
  /** PostgreSQL did not start, or ended, for a reason of its own */
  | "failed";

/** `message` is one line: the place, what is wrong, and the remedy. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type PlaceFault = "denied" | "read_only" | "full";

const OTHER = "set DUNLIN_DATA_DIR to another directory, or DATABASE_URL to a server";

/** The words that PostgreSQL (LC_MESSAGES=C) and libc have for faults of the place. */
const WORDS: readonly [RegExp, PlaceFault][] = [
  [/No space left on device|Disk quota exceeded|not enough space/i, "full"],
  [/Read-only file system/i, "read_only"],
  [/Permission denied|Operation not permitted/i, "denied"],
];

const ERRNO: Readonly<Record<string, PlaceFault>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "read_only",
  EACCES: "denied",
  EPERM: "denied",
};

export function placeError(fault: PlaceFault, dir: string, cause?: unknown): EmbeddedError {
  const user = process.getuid ? ` by uid ${process.getuid()}` : "";
  const text = {
    full: `${dir}: no disk space left for the embedded PostgreSQL: free at least 100 MB there, or ${OTHER}`,
    read_only: `${dir}: the file system is read-only: mount it writable, or ${OTHER}`,
    denied: `${dir}: may not be written${user}: change its owner or mode, or ${OTHER}`,
  }[fault];
  return new EmbeddedError(fault, text, { cause });
}

/** Turns an errno of a file operation under `dir` into a fault of that place; anything else is returned as it is. */
export function fromErrno(error: unknown, dir: string): unknown {
  const code = errnoOf(error);
  const fault = ERRNO[code];
  if (fault) return placeError(fault, dir, error);
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ENAMETOOLONG" || code === "ELOOP") {
    return new EmbeddedError("bad_path", `${dir}: cannot be used as a directory (${code}): ${OTHER}`, { cause: error });
  }
  return error;
}

/** The output of a failed PostgreSQL program → a fault. On a full disk there may be no output. */
export async function fromOutput(what: string, output: string, dir: string): Promise<EmbeddedError> {
  const found = WORDS.find(([words]) => words.test(output));
  if (found) return placeError(found[1], dir);
  const free = await freeBytes(dir);
  if (free !== undefined && free < 1024 * 1024) return placeError("full", dir);
  if (/could not look up effective user ID/.test(output)) {
    const remedy = "add one, run Dunlin as another user, or set DATABASE_URL";
    return new EmbeddedError(
      "user",
      `${dir}: initdb needs the user (uid ${process.getuid?.()}) in /etc/passwd: ${remedy}`,
    );
  }
  const said = lastWords(output);
  return new EmbeddedError("failed", `${dir}: ${what}${said ? `: ${said}` : ""}: fix this, or ${OTHER}`);
}

export async function freeBytes(dir: string): Promise<number | undefined> {
  const stats = await statfs(dir).catch(() => undefined);
  return stats && stats.bavail * stats.bsize;
}

export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The last complaint in a log, without its time stamp. */
export function lastWords(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim());
  const complaint = lines.findLast((line) => /\b(PANIC|FATAL|ERROR|error):/.test(line)) ?? lines.at(-1) ?? "";
  return complaint.replace(/^.*?\b(PANIC|FATAL|ERROR|error):\s*/, "").trim();
}
