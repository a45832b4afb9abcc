/**
 * A command describes itself in its own file: name, arguments, options, description and action. `program.ts` lists the commands. The
 * command line knows no role and no entry point: `main.ts` hands in what starts the service.
 */
import type { Command } from "commander";
import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { Env } from "../config/environment.ts";
import { loadConfig } from "../config/load-config.ts";
import { type CommandContext, CommandError } from "./context.ts";
import { createLog } from "./log.ts";
import type { Output } from "./output.ts";

export type RunningService = {
  /** Where the API listens; null without the role `api`. */
  readonly url: string | null;
  /** Resolves when the process can no longer work: the embedded database is gone. */
  readonly failed: Promise<Error>;
  /** Idempotent. */
  stop(): Promise<void>;
};

export type ServiceOptions = {
  readonly roles: readonly string[];
  readonly log: Logger;
  /** Lines for people: the address, a new API key, the messages of channel `console`. */
  readonly print: (line: string) => void;
  /** `start` migrates an empty database itself; the single roles never change a schema. */
  readonly migrateEmpty: boolean;
};

export type Cli = {
  readonly env: Env;
  readonly cwd: string;
  readonly output: Output;
  /** The exit code if nothing fails; 0 unless it is called. */
  readonly exitWith: (code: number) => void;
  readonly service: {
    /** The names of all roles. */
    readonly roles: readonly string[];
    start(config: Config, options: ServiceOptions): Promise<RunningService>;
  };
};

export type Describe = (cli: Cli) => Command;

export function configOf({ env, cwd }: Cli): Config {
  const result = loadConfig(env, cwd);
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  return result.config;
}

export async function runCommand(cli: Cli, work: (context: CommandContext) => void | Promise<void>): Promise<void> {
  const config = configOf(cli);
  await work({
    config,
    log: createLog(config.logLevel === "info" ? "warn" : config.logLevel, 2),
    out: cli.output.line,
    note: (text) => void process.stderr.write(`${text}\n`),
  });
}
