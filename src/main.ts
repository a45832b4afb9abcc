#!/usr/bin/env node
/** The `dunlin` command. Exit codes: 0 done, 1 failed with the reason on stderr, 2 wrong usage; a command may have more. */
import { setFlagsFromString } from "node:v8";
import { CommanderError } from "commander";
import { StoredCampaignError } from "./campaigns/stored-campaign-error.ts";
import { CommandError } from "./cli/context.ts";
import { explainFileError, isDatabaseError, reasonOf } from "./cli/failure.ts";
import { OutputError, openOutput } from "./cli/output.ts";
import { program } from "./cli/program.ts";
import { StartError } from "./config/start-error.ts";
import { EmbeddedError } from "./db/embedded/errors.ts";
import { explainDbError } from "./db/explain-error.ts";
import { CampaignsBusy } from "./db/stores/campaigns/planning-fence.ts";
import { DemoError } from "./demo/place.ts";
import { ROLE_NAMES } from "./roles/names.ts";

function explain(error: unknown): string {
  const known = [CommandError, StartError, StoredCampaignError, CampaignsBusy, EmbeddedError, DemoError];
  if (error instanceof Error && known.some((kind) => error instanceof kind)) return error.message;
  const ofFiles = explainFileError(error);
  if (ofFiles !== null) return ofFiles;
  if (isDatabaseError(error)) return explainDbError(error);
  // Everything else is a bug: the stack helps to find it.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The exit code that a shell reports for a program ended by a closed pipe: 128 + SIGPIPE. */
const CLOSED_PIPE = 141;

function outputFailed(fault: NodeJS.ErrnoException): void {
  const closed = fault.code === "EPIPE";
  if (!closed) process.stderr.write(`dunlin: standard output: ${reasonOf(fault)}\n`);
  process.exitCode ||= closed ? CLOSED_PIPE : 1;
}

/** By default V8 lets its heap grow fourfold before a full collection. With 75% a busy worker holds a third less memory and is as fast. */
const HEAP_GROWING_PERCENT = 75;

async function main(): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  process.stderr.on("error", () => {});
  try {
    await program({
      env: process.env,
      cwd: process.cwd(),
      output: openOutput(process.stdout, outputFailed),
      exitWith(code) {
        process.exitCode = code;
      },
      // The service is loaded only to be started: most commands need neither its server nor its queue.
      service: {
        roles: ROLE_NAMES,
        start: async (config, options) => (await import("./app.ts")).startApp(config, options),
      },
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
