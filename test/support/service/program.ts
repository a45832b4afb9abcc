/** `node dist/main.js …` as a process of a test. Each process ends with the test, also one that was stopped with SIGSTOP. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** TEST_DUNLIN_MAIN runs another build, for example one that was broken on purpose. */
const MAIN = process.env.TEST_DUNLIN_MAIN ?? fileURLToPath(new URL("../../../dist/main.js", import.meta.url));

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Program = {
  readonly pid: number;
  /** Resolves when the service says that it is up; rejects when it ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ended>;
  /** Where the API listens. */
  readonly url: string;
  readonly out: () => string;
  readonly err: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGKILL, also of a stopped process; resolves when it is gone. */
  readonly kill: () => Promise<void>;
};

/** Killed when the test process exits. */
export const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export function launch(cwd: string, args: readonly string[], env: Record<string, string>, main = MAIN): Program {
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  living.add(child);
  let out = "";
  let err = "";
  let markReady = () => {};
  const up = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    if (out.includes('"Dunlin is up"')) markReady();
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  const early = ended.then(({ code, signal }) => {
    throw new Error(`dunlin ${args.join(" ")} ended (${signal ?? code}) before it was up: ${err}${out}`);
  });
  const ready = Promise.race([up, early]);
  ready.catch(() => {});
  early.catch(() => {});
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    get url() {
      const url = /listens at (http:\S+)/.exec(out)?.[1];
      if (url === undefined) throw new Error(`no address in: ${out}`);
      return url;
    },
    out: () => out,
    err: () => err,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
