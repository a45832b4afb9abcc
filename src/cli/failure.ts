/** Failures of the system in one line for people: what, where, why. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of the path is no directory",
  EISDIR: "it is a directory, not a file",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no space is left for this user",
  EFBIG: "the file would be too large",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the device failed",
};

/** `no space is left on the disk (ENOSPC)`. */
export function reasonOf({ code = "", message }: NodeJS.ErrnoException): string {
  const reason = REASONS[code];
  return reason === undefined ? message : `${reason} (${code})`;
}
