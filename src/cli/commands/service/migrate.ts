/** `dunlin migrate`: updates both schemas, or says how they are. Several runs at once take turns. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { migrate } from "../../../db/migrations/migrate.ts";
import { type OpenDatabase, openDatabase } from "../../../db/open.ts";
import type { QueueBackend } from "../../../queue/connection.ts";
import { findQueue } from "../../../queue/queue-url.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError } from "../../context.ts";
import { examples } from "../../help.ts";
import { checkBoth, checkText, EXIT_AHEAD, EXIT_PENDING, exitCodeOf } from "./schema-check.ts";

type Options = { readonly check?: boolean; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("migrate")
    .description("Update the database schemas of Dunlin and of its queue; safe to run from several places at once")
    .option("--check", "change nothing, and say which migrations are missing or not known")
    .option("--json", "with --check: print the answer as JSON")
    .addHelpText("after", examples("DATABASE_URL=postgres://… dunlin migrate", "dunlin migrate --check --json"))
    .addHelpText(
      "after",
      `\n--check exits with 0: nothing to do; ${EXIT_PENDING}: migrations are missing; ${EXIT_AHEAD}: a newer version migrated; 1: failed.`,
    )
    .action((options: Options, self: Command) => {
      if (options.json === true && options.check !== true) self.error("error: --json needs --check");
      return runCommand(cli, (context) =>
        options.check === true ? check(context, options, cli.exitWith) : migrateBoth(context),
      );
    });

async function check(context: CommandContext, { json = false }: Options, exitWith: (code: number) => void) {
  const { config, out } = context;
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, "postgres")))
    throw new CommandError(`no database in ${config.dataDir} yet: \`dunlin start\` makes it, or set DATABASE_URL`);
  const found = await withStores(context, async (database, queue) =>
    checkBoth(database.sql, database.url, queue.schema),
  );
  out(json ? JSON.stringify(found) : checkText(found));
  exitWith(exitCodeOf(found));
}

async function migrateBoth(context: CommandContext): Promise<void> {
  await withStores(context, async (database, queue) => {
    const verdict = await migrate(database.directUrl, database.directServer);
    if (verdict.kind !== "fits") throw new CommandError(verdict.message);
    await queue.migrate();
    context.out(
      verdict.ahead > 0
        ? `Dunlin's schema is ${verdict.ahead} migration(s) ahead of this version, which may run beside the newer one.`
        : queue.kind === "postgres"
          ? "The schemas of Dunlin and of the queue are up to date."
          : "Dunlin's schema is up to date.",
    );
  });
}

async function withStores<T>(
  { config, log }: CommandContext,
  work: (database: OpenDatabase, queue: QueueBackend) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    directUrl: config.directUrl,
    dataDir: config.dataDir,
    mode: "share",
    log: (message, fields) => log.debug(fields ?? {}, message),
    connect: { max: 1 },
  });
  try {
    const { openQueueBackend } = await import("../../../queue/connection.ts");
    const { url, throughPooler } = await findQueue(config, database);
    const queue = openQueueBackend(url, { log, throughPooler });
    try {
      return await work(database, queue);
    } finally {
      await queue.close();
    }
  } finally {
    await database.close();
  }
}
