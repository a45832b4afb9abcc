/** Contestants run in processes of their own: `forkChild` starts one and calls it, `serve` answers in it. */
import { type ChildProcess, fork } from "node:child_process";

export type Child = {
  readonly pid: number;
  call<T>(name: string, input?: unknown): Promise<T>;
  end(): Promise<void>;
};

type Request = { readonly id: number; readonly name: string; readonly input: unknown };
type Reply = { readonly id: number; readonly value?: unknown; readonly fault?: string };

/** How node runs the `dunlin` command (package.json, Dockerfile); every contestant runs with the same. */
export const NODE_ARGS = ["--enable-source-maps", "--max-semi-space-size=32"];
/** For the processes of Dunlin: `--cpu-prof --cpu-prof-dir=/tmp/prof`, to see where its time goes. */
export const DUNLIN_NODE_ARGS = (process.env.DUNLIN_BENCH_NODE ?? "").split(" ").filter(Boolean);

/** Its output goes to stderr, since stdout may have to be JSON. */
export function forkChild(file: URL, env: NodeJS.ProcessEnv = {}, nodeArgs: readonly string[] = []): Child {
  const child = fork(file, [], {
    execArgv: [...NODE_ARGS, ...nodeArgs, "--import", "tsx"],
    env: { ...process.env, ...env },
    stdio: ["ignore", 2, 2, "ipc"],
  });
  register(child);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let gone: string | null = null;
  child.on("message", (message) => {
    const { id, value, fault } = message as Reply;
    const call = waiting.get(id);
    waiting.delete(id);
    if (fault === undefined) call?.resolve(value);
    else call?.reject(new Error(`${file.pathname}: ${fault}`));
  });
  child.on("exit", (code, signal) => {
    gone = `${file.pathname} ended (${signal ?? code})`;
    for (const { reject } of waiting.values()) reject(new Error(gone));
  });
  return {
    pid: child.pid ?? 0,
    call: <T>(name: string, input?: unknown) =>
      new Promise<T>((resolve, reject) => {
        if (gone !== null) return reject(new Error(gone));
        const request: Request = { id: ++calls, name, input };
        waiting.set(request.id, { resolve: (value) => resolve(value as T), reject });
        child.send(request);
      }),
    end: () => endProcess(child),
  };
}

/** Answers the parent's calls until it lets go of this process. */
export function serve(calls: Record<string, (input: unknown) => unknown>): void {
  process.on("message", async (message) => {
    const { id, name, input } = message as Request;
    try {
      const call = calls[name];
      if (call === undefined) throw new Error(`no call ${name}`);
      process.send?.({ id, value: await call(input) } satisfies Reply);
    } catch (error) {
      process.send?.({ id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.once("disconnect", () => process.exit(0));
  process.once("SIGTERM", () => process.exit(0));
}

const started = new Set<ChildProcess>();

/** Every process that was started here is ended by `endAll`, at the latest. */
export function register(child: ChildProcess): void {
  started.add(child);
  child.once("exit", () => started.delete(child));
}

/** Before the servers are left, so that nobody writes to what was just cleaned up. */
export const endAll = (): Promise<unknown> => Promise.all([...started].map((child) => endProcess(child, 5_000)));

/** SIGTERM, and SIGKILL for what does not end. */
export function endProcess(child: ChildProcess, graceMs = 20_000): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(late);
      resolve();
    });
    child.kill();
  });
}
