/** Explains failures of the file system and the database in one line: what failed, where and why. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user has no permission",
  EPERM: "this user has no permission",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "it exists already",
  ENOTEMPTY: "the directory is not empty",
  EISDIR: "it is a directory, not a file",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no space is left for this user",
  EFBIG: "the file would be too large",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the device failed",
};
/** Codes that no socket reports. */
const OF_FILES = new Set(["EISDIR", "ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EMFILE", "ENFILE", "EIO"]);

/** `no space is left on the disk (ENOSPC)`. */
export function reasonOf({ code = "", message }: NodeJS.ErrnoException): string {
  const reason = REASONS[code];
  return reason === undefined ? message : `${reason} (${code})`;
}

/** `/data/x: mkdir: this user may not (EACCES)`; null: not an error of the file system. */
export function explainFileError(error: unknown): string | null {
  for (const fault of causesOf(error)) {
    const { syscall, path, code } = fault as NodeJS.ErrnoException;
    if (typeof syscall !== "string" || typeof code !== "string") continue;
    if (typeof path === "string" && path !== "") return `${path}: ${syscall}: ${reasonOf(fault)}`;
    if (OF_FILES.has(code)) return `${syscall}: ${reasonOf(fault)}`;
  }
  return null;
}

/** Whether the error comes from the database or from the connection to it. A command has no other connection that throws. */
export function isDatabaseError(error: unknown): boolean {
  return causesOf(error).some((fault) => {
    const { name, code, syscall, path } = fault as NodeJS.ErrnoException;
    if (typeof Reflect.get(fault, "severity") === "string" || OF_DATABASE.has(name)) return true;
    if (typeof code !== "string") return false;
    if (/^(CONNECT_|CONNECTION_|SASL_)|CERT|^ERR_(TLS|SSL)_/.test(code)) return true;
    return path === undefined && syscall !== undefined && SOCKET_CALLS.has(syscall) && !OF_FILES.has(code);
  });
}

/** A pooler reports no severity. */
const OF_DATABASE = new Set(["DatabaseUrlError", "SslError", "PostgresError"]);
const SOCKET_CALLS = new Set(["connect", "getaddrinfo", "read", "write", "shutdown"]);

/** Wrappers keep the fault in `cause`; a host with two addresses gives an AggregateError. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  for (let fault = error; fault instanceof Error && found.length < 8; ) {
    found.push(fault);
    fault = fault instanceof AggregateError ? (fault.errors[0] ?? fault.cause) : fault.cause;
  }
  return found;
}
