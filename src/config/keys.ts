/**
 * The keys that Dunlin generates if the environment has none: the secret key (contact encryption) and the first admin API key. Each is one
 * line of a file in the data dir, readable by its owner only. A file appears whole or not at all, and is never overwritten: processes that
 * start at once agree on one key. A damaged file is never replaced: nothing could read the contacts of the lost key.
 */
import { randomBytes } from "node:crypto";
import { constants, copyFile, link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { decodeKey } from "./environment.ts";

export type Keys = {
  /** 32 bytes. */
  readonly secretKey: Buffer;
  readonly apiKey: string;
  /** This process has just generated the API key: print it once. */
  readonly apiKeyCreated: boolean;
  /** The file of the API key; null: the key is in the environment. */
  readonly apiKeyFile: string | null;
};
export type KeysResult = { readonly ok: true; readonly keys: Keys } | { readonly ok: false; readonly fault: string };

/** The environment's keys, else those of the data dir, else new ones, which are stored there. */
export async function loadOrCreateKeys(config: Pick<Config, "dataDir" | "secretKey" | "apiKey">): Promise<KeysResult> {
  const { dataDir } = config;
  const apiKeyFile = join(dataDir, "api-key");
  try {
    const secret =
      config.secretKey ?? (await keyFile(dataDir, "secret-key", () => randomBytes(32).toString("base64"))).text;
    const secretKey = typeof secret === "string" ? decodeKey(secret) : secret;
    if (secretKey === null)
      return damaged(
        join(dataDir, "secret-key"),
        "restore it from a backup: stored contacts cannot be read without it",
      );
    if (config.apiKey !== null)
      return { ok: true, keys: { secretKey, apiKey: config.apiKey, apiKeyCreated: false, apiKeyFile: null } };
    const api = await keyFile(dataDir, "api-key", () => `dk_${randomBytes(24).toString("base64url")}`);
    if (!/^[\x21-\x7e]{16,500}$/.test(api.text))
      return damaged(apiKeyFile, "delete it, and the next start makes a new one; or set DUNLIN_API_KEY");
    return { ok: true, keys: { secretKey, apiKey: api.text, apiKeyCreated: api.created, apiKeyFile } };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { ok: false, fault: `DUNLIN_DATA_DIR ${dataDir}: ${FAULTS[code] ?? `cannot be used (${code})`}` };
  }
}

const FAULTS: Record<string, string> = {
  ENOSPC: "the disk is full; free some space and start again",
  EDQUOT: "the disk quota is used up; free some space and start again",
  EROFS: "is read-only; set DUNLIN_DATA_DIR to a directory that can be written",
  EACCES: "this user may not write there; set DUNLIN_DATA_DIR to a directory that can be written",
  EPERM: "this user may not write there; set DUNLIN_DATA_DIR to a directory that can be written",
  ENOTDIR: "is not a directory, or its parent is a file",
  EEXIST: "is not a directory",
  EISDIR: "has a directory in the place of a key file",
};

function damaged(file: string, remedy: string): KeysResult {
  return { ok: false, fault: `${file}: is damaged; ${remedy}` };
}

type KeyFile = { readonly text: string; readonly created: boolean };

/** Reads the file, or creates it whole. If another process is first, its key is read. */
async function keyFile(dir: string, name: string, make: () => string): Promise<KeyFile> {
  const path = join(dir, name);
  const present = await readIfThere(path);
  if (present !== null) return { text: present.trim(), created: false };
  await mkdir(dir, { recursive: true });
  const text = make();
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeDurably(draft, `${text}\n`);
    await linkOrCopy(draft, path);
    return { text, created: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const winner = await readIfThere(path);
    if (winner === null) throw error;
    return { text: winner.trim(), created: false };
  } finally {
    await unlinkIfThere(draft);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Fails with EEXIST if the target exists. Copies on file systems without hard links (some network and container ones). */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
