/** `dunlin migrate`: updates both schemas. Several runs at once take turns. */
import { Command } from "commander";
import { migrate } from "../../../db/migrate.ts";
import { openDatabase } from "../../../db/open.ts";
import { findQueue } from "../../../queue/queue-url.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError } from "../../context.ts";
import { examples } from "../../help.ts";

export const command: Describe = (cli) =>
  new Command("migrate")
    .description("Update the database schemas of Dunlin and of its queue; safe to run from several places at once")
    .addHelpText("after", examples("DATABASE_URL=postgres://… dunlin migrate"))
    .action(() => runCommand(cli, migrateCommand));

async function migrateCommand({ config, log, out }: CommandContext): Promise<void> {
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    directUrl: config.directUrl,
    dataDir: config.dataDir,
    mode: "share",
    log: (message, fields) => log.debug(fields ?? {}, message),
    connect: { max: 1 },
  });
  try {
    const verdict = await migrate(database.directUrl, database.directServer);
    if (verdict.kind === "newer") throw new CommandError(verdict.message);
    const { openQueueBackend } = await import("../../../queue/connection.ts");
    const { url, throughPooler } = await findQueue(config, database);
    const queue = openQueueBackend(url, { log, throughPooler });
    try {
      await queue.migrate();
    } finally {
      await queue.close();
    }
    out(
      queue.kind === "postgres"
        ? "The schemas of Dunlin and of the queue are up to date."
        : "Dunlin's schema is up to date.",
    );
  } finally {
    await database.close();
  }
}
