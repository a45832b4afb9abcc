#!/usr/bin/env node
/** The `dunlin` command: exit codes 0 done, 1 failed with the reason on stderr, 2 wrong usage. */
import { setFlagsFromString } from "node:v8";
import { CommanderError } from "commander";
import { ROLE_NAMES, startApp } from "./app.ts";
import { StoredCampaignError } from "./campaigns/live.ts";
import { CommandError } from "./cli/context.ts";
import { explainFileError, isDatabaseError, reasonOf } from "./cli/failure.ts";
import { OutputError, openOutput } from "./cli/output.ts";
import { program } from "./cli/program.ts";
import { StartError } from "./config/start-error.ts";
import { explainDbError } from "./db/client.ts";
import { EmbeddedError } from "./db/embedded/errors.ts";
import { CampaignsBusy } from "./db/stores/campaigns/planning-fence.ts";
import { DemoError } from "./demo/place.ts";

function explain(error: unknown): string {
  const known = [CommandError, StartError, StoredCampaignError, CampaignsBusy, EmbeddedError, DemoError];
  if (error instanceof Error && known.some((kind) => error instanceof kind)) return error.message;
  const ofFiles = explainFileError(error);
  if (ofFiles !== null) return ofFiles;
  if (isDatabaseError(error)) return explainDbError(error);
  // What no one foresaw is a bug: its stack helps whoever looks into it.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What a shell tells of a program that a closed pipe ended (128 + SIGPIPE), as most do. */
const CLOSED_PIPE = 141;

function outputFailed(fault: NodeJS.ErrnoException): void {
  const closed = fault.code === "EPIPE";
  if (!closed) process.stderr.write(`dunlin: standard output: ${reasonOf(fault)}\n`);
  process.exitCode ||= closed ? CLOSED_PIPE : 1;
}

/** V8 lets its heap grow fourfold before it looks for what is dead. At less than twofold a busy worker holds a third less, as fast. */
const HEAP_GROWING_PERCENT = 75;

async function main(): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  process.stderr.on("error", () => {});
  try {
    await program({
      env: process.env,
      cwd: process.cwd(),
      output: openOutput(process.stdout, outputFailed),
      service: { roles: ROLE_NAMES, start: startApp },
    }).parseAsync();
  } catch (error) {
    if (error instanceof OutputError) return;
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.stderr.write(`dunlin: ${explain(error)}\n`);
    process.exit(1);
  }
}

await main();
