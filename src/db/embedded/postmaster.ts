/**
 * One run of the PostgreSQL server: started, watched until it is ready, stopped.
 *
 * It is our child but in a session of its own: the terminal's Ctrl-C does not reach it, so it outlives our drain.
 * Nor does it die with us; for that a tiny shell holds a pipe from us and asks it to stop when the pipe breaks.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rename, stat } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterInput, openOwned } from "./cluster.ts";
import { EmbeddedError, fromErrno, fromOutput } from "./errors.ts";
import { readPidFile, reclaimCluster } from "./orphan.ts";
import { childOptions, clusterRef } from "./run-as.ts";
import { serverSettings } from "./settings.ts";

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Resolves with the end of its log when it has ended, for whatever reason. */
  readonly ended: Promise<string>;
  /** Fast shutdown: sessions are cut, what is committed is flushed. */
  stop(): Promise<void>;
}

/** Crash recovery replays at most a few GB of WAL. */
const READY_WITHIN_MS = 300_000;
/** Processes of a killed postmaster notice at their next wait. */
const REMAINS_GONE_WITHIN_MS = 30_000;
const PORT_TRIES = 20;
const LOG_KEPT_BYTES = 10e6;
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/** `port` absent: any free one. Throws EmbeddedError when it does not come up. */
export async function launch(input: ClusterInput, port?: number): Promise<Postmaster> {
  const began = Date.now();
  for (let attempt = 1; ; attempt++) {
    await reclaimCluster(input.cluster, input.log);
    const outcome = await launchOnce(input, port ?? (await freePort()));
    if (typeof outcome !== "string") return outcome;
    // Between our look at the port and PostgreSQL's bind another program may take it.
    const portTaken = /could not bind|Address already in use|could not create any TCP\/IP sockets/.test(outcome);
    const remains = /still in use|lock file .* already exists|Is another postmaster/.test(outcome);
    const retry = (portTaken && attempt < PORT_TRIES) || (remains && Date.now() - began < REMAINS_GONE_WITHIN_MS);
    if (!retry)
      throw await fromOutput("PostgreSQL did not start (postgres.log there tells more)", outcome, input.dataDir);
    if (remains || port !== undefined) await sleep(250);
  }
}

/** The end of the log, if it ended instead of becoming ready. */
async function launchOnce(input: ClusterInput, port: number): Promise<Postmaster | string> {
  const { binaries, cluster, dataDir, runAs } = input;
  const logFile = path.join(dataDir, "postgres.log");
  const log = await openLog(dataDir, logFile);
  const { dir, cwd } = clusterRef(runAs, cluster);
  const settings = Object.entries(await serverSettings(port)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const from = (await log.stat()).size;
  const child = spawn(binaries.postgres, ["-D", dir, ...settings], {
    ...childOptions(runAs, cwd),
    stdio: ["ignore", log.fd, log.fd],
  });
  const ended = new Promise<string>((resolve) => {
    const tail = async () => {
      const { size } = await log.stat();
      const start = Math.max(from, size - 16_384);
      const { buffer, bytesRead } = await log.read(Buffer.alloc(Math.max(0, size - start)), 0, null, start);
      await log.close();
      return buffer.toString("utf8", 0, bytesRead);
    };
    const settle = (fallback: string) => tail().then(resolve, () => resolve(fallback));
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code, signal) => settle(`FATAL:  PostgreSQL ended (${signal ?? code})`));
  });
  const { pid } = child;
  if (pid === undefined) return ended;
  child.unref();
  const watchdog = watchOverOurDeath(input, pid);
  void ended.then(() => watchdog.kill("SIGKILL"));
  const stop = () => shutDown(child, ended);
  if (await becomesReady(input, pid, ended, stop)) return { pid, port, ended, stop };
  return ended;
}

async function becomesReady(
  { cluster, dataDir, log }: ClusterInput,
  pid: number,
  ended: Promise<string>,
  stop: () => Promise<void>,
): Promise<boolean> {
  const began = Date.now();
  let nextNote = 10_000;
  const over = ended.then(() => true);
  for (;;) {
    const file = await readPidFile(cluster);
    if (file?.pid === pid && file.ready) return true;
    if (await Promise.race([over, sleep(15, false)])) return false;
    const waited = Date.now() - began;
    if (waited > READY_WITHIN_MS) {
      await stop();
      const text = `${dataDir}: PostgreSQL was not ready after ${READY_WITHIN_MS / 1000} s: see postgres.log there`;
      throw new EmbeddedError("failed", text);
    }
    if (waited > nextNote) {
      log("PostgreSQL is still starting (crash recovery after a kill takes a while)", { seconds: nextNote / 1000 });
      nextNote += 10_000;
    }
  }
}

async function shutDown(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const steps: readonly [NodeJS.Signals, number][] = [
    ["SIGINT", FAST_SHUTDOWN_MS],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
    ["SIGKILL", IMMEDIATE_SHUTDOWN_MS],
  ];
  // The child is unreferenced: while we wait for it, this timer is what keeps the process from ending.
  for (const [signal, patience] of steps) {
    child.kill(signal);
    const controller = new AbortController();
    const late = sleep(patience, true, { signal: controller.signal }).catch(() => true);
    const isLate = await Promise.race([ended.then(() => false), late]);
    controller.abort();
    if (!isLate) return;
  }
}

/** When we die, however we die, the kernel closes our end of the pipe, `read` returns, and PostgreSQL shuts down fast. */
function watchOverOurDeath({ runAs, log }: ClusterInput, pid: number): ChildProcess {
  const child = spawn("/bin/sh", ["-c", 'read -r line; kill -INT "$0"', String(pid)], {
    ...childOptions(runAs, "/"),
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.once("error", (error) => {
    log("PostgreSQL will outlive this process if it is killed; the next start will stop it", { reason: error.message });
  });
  child.unref();
  if (child.stdin instanceof net.Socket) child.stdin.unref();
  return child;
}

async function openLog(dataDir: string, file: string) {
  try {
    const size = await stat(file).then(
      (info) => info.size,
      () => 0,
    );
    if (size > LOG_KEPT_BYTES) await rename(file, `${file}.1`);
    return await openOwned(dataDir, file, "a+");
  } catch (error) {
    throw fromErrno(error, dataDir);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address) resolve(address.port);
        else reject(new Error("a listening server has no port"));
      });
    });
  });
}
