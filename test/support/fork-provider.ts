/** The two providers in processes of their own, driven from here; each ends with its parent. They run through `tsx`. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProviderStats } from "./fake-provider.ts";
import type { Rule } from "./provider-faults.ts";
import type { LogEntry, Verdict } from "./provider-log.ts";

type Forked = {
  readonly port: number;
  readonly pid: number;
  readonly origin: string;
  /** What to configure as the `url` of a webhook channel. */
  readonly url: (channel: string) => string;
  /** Ends the process; the same port can be taken again. */
  readonly close: () => Promise<void>;
};

export type ForkedProvider = Forked & {
  /** Replaces the rules; functions in `when` do not travel. */
  readonly rules: (rules: readonly Rule[]) => Promise<void>;
  readonly log: () => Promise<readonly LogEntry[]>;
  readonly judge: () => Promise<Verdict>;
  readonly stats: () => Promise<ProviderStats>;
  readonly reset: () => Promise<void>;
};

/** The programmable provider; port 0 or absent: any free one. */
export async function forkFakeProvider(options: { port?: number; secret?: string } = {}): Promise<ForkedProvider> {
  const args = [String(options.port ?? 0), ...(options.secret === undefined ? [] : [options.secret])];
  const forked = await start("./fake-provider.ts", args);
  const call = <T>(method: string, path: string, body?: unknown) => control<T>(forked.origin, method, path, body);
  return {
    ...forked,
    rules: async (rules) => {
      await call("PUT", "rules", rules);
    },
    log: () => call("GET", "log"),
    judge: () => call("GET", "judge"),
    stats: () => call("GET", "stats"),
    reset: async () => {
      await call("POST", "reset");
    },
  };
}

/** The minimal provider, for benchmarks. */
export async function forkBareProvider(port = 0): Promise<Forked & { readonly requests: () => Promise<number> }> {
  const forked = await start("./bare-provider.ts", [String(port)]);
  const stats = () => control<{ requests: number }>(forked.origin, "GET", "stats");
  return { ...forked, requests: async () => (await stats()).requests };
}

async function control<T>(origin: string, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${origin}/_/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`provider: ${method} ${path} answered ${answer.status}`);
  return (await answer.json()) as T;
}

async function start(file: string, args: readonly string[]): Promise<Forked> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ["--import", "tsx"] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message) => resolve(Number(message)));
    child.once("exit", (code) => reject(new Error(`${file}: exited with ${code} before it listened`)));
    child.once("error", reject);
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    port,
    pid: child.pid ?? 0,
    origin,
    url: (channel) => `${origin}/${channel}`,
    close: () => end(child),
  };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill();
  });
}
