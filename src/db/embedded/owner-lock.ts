/**
 * One owner of a data directory at a time.
 *
 * The lock is a listening socket in the directory: the kernel keeps it exactly as long as its process lives, so there
 * is nothing to go stale after kill -9, no pid to be reused, and it holds between containers that share a volume.
 *
 * Each claimant listens under a name of its own (never used twice) and only then looks at the others; of two that claim at
 * once at least one therefore sees the other and withdraws. A name is made visible by renaming it when it
 * already listens, so a visible socket that refuses connections is dead for good and may be removed by anyone.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedError, errnoOf, fromErrno } from "./errors.ts";

/** pid, rank, attempt */
const NAME = /^owner-(\d+)-([0-9a-f]+)-\d+\.sock$/;
/** sun_path holds 104 bytes on macOS and 108 on Linux. */
const LONGEST_PATH = 100;
/** Long enough for a predecessor that is just exiting, short enough for a person who waits for the message. */
const PATIENCE_MS = 1200;

export interface OwnerLock {
  release(): Promise<void>;
}

/** Throws EmbeddedError `in_use` with the owner's pid, or a fault of the place. */
export async function lockDataDir(dataDir: string): Promise<OwnerLock> {
  const dir = await socketDir(dataDir);
  const rank = randomBytes(4).toString("hex");
  const deadline = Date.now() + PATIENCE_MS;
  try {
    for (let attempt = 1; ; attempt++) {
      const claim = await makeClaim(dir.path, `owner-${process.pid}-${rank}-${attempt}.sock`, dataDir);
      let rival = await findRival(dir.path, claim.name);
      // Among claims alone, the one of the lowest rank stays and waits for the others to withdraw.
      while (rival && rival.rank > rank && Date.now() < deadline) {
        await sleep(30);
        rival = await findRival(dir.path, claim.name);
      }
      if (!rival) return { release: () => claim.withdraw().finally(() => dir.handle?.close()) };
      await claim.withdraw();
      if (Date.now() >= deadline) throw inUse(dataDir, rival.pid);
      await sleep(50 + Math.random() * 50);
    }
  } catch (error) {
    await dir.handle?.close();
    throw error;
  }
}

function inUse(dataDir: string, pid: string): EmbeddedError {
  return new EmbeddedError(
    "in_use",
    `${dataDir}: in use by another Dunlin process (pid ${pid}): stop it, set DUNLIN_DATA_DIR to another directory, or share one server through DATABASE_URL`,
  );
}

/** The data directory under a name that is short enough for a socket. */
async function socketDir(dataDir: string): Promise<{ path: string; handle?: FileHandle }> {
  if (Buffer.byteLength(dataDir) + "/owner-1234567890-12345678-99.sock.new".length <= LONGEST_PATH)
    return { path: dataDir };
  if (process.platform !== "linux") {
    throw new EmbeddedError("bad_path", `${dataDir}: the path is too long: set DUNLIN_DATA_DIR to a shorter one`);
  }
  const handle = await open(dataDir, constants.O_RDONLY | constants.O_DIRECTORY).catch((error: unknown) => {
    throw fromErrno(error, dataDir);
  });
  return { path: `/proc/self/fd/${handle.fd}`, handle };
}

interface Claim {
  readonly name: string;
  withdraw(): Promise<void>;
}

async function makeClaim(dir: string, name: string, dataDir: string): Promise<Claim> {
  const server = net.createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ path: `${dir}/${name}.new`, exclusive: true }, resolve);
    });
    server.unref();
    // So that a later run under another user can tell whether this one lives; the directory decides who gets here.
    await chmod(`${dir}/${name}.new`, 0o666);
    await rename(`${dir}/${name}.new`, `${dir}/${name}`);
  } catch (error) {
    server.close();
    throw fromErrno(error, dataDir);
  }
  const withdraw = async () => {
    await rm(`${dir}/${name}`, { force: true });
    await new Promise((resolve) => server.close(resolve));
  };
  return { name, withdraw };
}

/** Another living claimant, of several the one of the lowest rank. Removes the sockets of dead ones. */
async function findRival(dir: string, own: string): Promise<{ pid: string; rank: string } | undefined> {
  let found: { pid: string; rank: string } | undefined;
  for (const name of await readdir(dir)) {
    const [, pid, rank] = NAME.exec(name) ?? [];
    if (pid === undefined || rank === undefined || name === own) continue;
    if (!(await isListening(`${dir}/${name}`))) await rm(`${dir}/${name}`, { force: true });
    else if (!found || rank < found.rank) found = { pid, rank };
  }
  return found;
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Only these two prove that nobody is there.
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(errnoOf(error))));
  });
}
