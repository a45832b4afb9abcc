/** A Redis server for one test, which may flush and stop it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { inject, type TestContext } from "vitest";
import { living } from "./program.ts";

export type Queue = "redis" | "postgres";
export const redisServer = process.env.PATH?.split(delimiter)
  .map((dir) => join(dir, "redis-server"))
  .find((path) => existsSync(path));
export const hasRedis = inject("redisUrl") !== "" && redisServer !== undefined;
if (inject("redisUrl") !== "" && redisServer === undefined)
  console.warn(
    "Redis half of the fault tests NOT RUN: they start Redis servers of their own; put redis-server on the PATH",
  );
/** The queue stores that a test runs on; what cannot be run is listed as skipped. */
export const QUEUES: readonly { queue: Queue; runs: boolean }[] = [
  { queue: "postgres", runs: true },
  { queue: "redis", runs: hasRedis },
];

export type PrivateRedis = {
  readonly url: string;
  /** Ends it with all it holds. */
  readonly stop: () => Promise<void>;
  /** Starts it again, empty, on the same port. */
  readonly start: () => Promise<void>;
};

export async function startRedis(context: Pick<TestContext, "onTestFinished">): Promise<PrivateRedis> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "dunlin-redis-"));
  let child: ChildProcess | null = null;
  let gone: Promise<unknown> = Promise.resolve();
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir];
    const server = spawn(redisServer ?? "redis-server", [...args, "--maxmemory-policy", "noeviction"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    living.add(server);
    child = server;
    gone = new Promise((resolve) => server.once("exit", resolve)).then(() => living.delete(server));
    await new Promise<void>((resolve, reject) => {
      server.stdout.on("data", (chunk) => /Ready to accept/.test(String(chunk)) && resolve());
      server.once("exit", (code) => reject(new Error(`redis-server ended (${code}) before it was ready`)));
    });
  };
  const stop = async () => {
    child?.kill("SIGKILL");
    await gone;
  };
  context.onTestFinished(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });
  await start();
  return { url: `redis://127.0.0.1:${port}`, stop, start };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
