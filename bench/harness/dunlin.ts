/** Starts the built `dunlin` command as an operator would. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DUNLIN_NODE_ARGS, endProcess, NODE_ARGS, register } from "./child.ts";
import type { Bench } from "./servers.ts";
import { usageOf } from "./usage.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export type Dunlin = {
  readonly pid: number;
  /** Where the API listens; empty without the role. */
  readonly url: string;
  /** Peak memory in MB; 0 where the system does not report it. */
  peakMb(): number;
  end(): Promise<void>;
};

/** Resolves once it says that it is up. */
export function startDunlin(bench: Bench, args: readonly string[], change: NodeJS.ProcessEnv = {}): Promise<Dunlin> {
  const child = spawn(process.execPath, [...NODE_ARGS, ...DUNLIN_NODE_ARGS, MAIN, ...args], {
    env: { ...process.env, ...bench.env, ...change },
    stdio: ["ignore", "pipe", "pipe"],
  });
  register(child);
  return new Promise((resolve, reject) => {
    let said = "";
    let up = false;
    const read = (chunk: Buffer) => {
      if (up) return;
      said += chunk.toString();
      if (!said.includes("Dunlin is up")) return;
      up = true;
      const url = /listens at (\S+)/.exec(said)?.[1] ?? "";
      said = "";
      resolve({ pid: child.pid ?? 0, url, peakMb: () => usageOf(child.pid)?.rssMb ?? 0, end: () => endProcess(child) });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", (chunk: Buffer) => {
      read(chunk);
      process.stderr.write(chunk);
    });
    child.once("exit", (code) => reject(new Error(`dunlin ${args.join(" ")} ended with ${code}: ${said}`)));
  });
}
