/** Runs a short-lived PostgreSQL program to its end. */
import { spawn } from "node:child_process";
import { childOptions, type RunAs } from "./run-as.ts";

export interface RunResult {
  /** null: killed by a signal, or it could not be started. */
  readonly code: number | null;
  /** stdout and stderr, as they came; the reason if it could not be started. */
  readonly output: string;
}

export interface RunInput {
  readonly runAs: RunAs;
  readonly cwd: string;
  /** Written to its stdin. */
  readonly stdin?: string;
  /** Open file descriptor that the program sees as its fd 3. */
  readonly fd3?: number;
}

/** Never rejects: what went wrong is in the result. */
export function run(file: string, args: readonly string[], input: RunInput): Promise<RunResult> {
  return new Promise((resolve) => {
    const stdio = ["pipe", "pipe", "pipe", ...(input.fd3 === undefined ? [] : [input.fd3])] as const;
    const child = spawn(file, args, { ...childOptions(input.runAs, input.cwd), stdio: [...stdio] });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.stdin?.on("error", () => {}); // it ended without reading: its exit code tells
    child.stdin?.end(input.stdin ?? "");
    child.once("error", (error) => resolve({ code: null, output: output || error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}
