/** `dunlin migrate`: updates both schemas. Several runs at once take turns. */
import { Command } from "commander";
import { migrate } from "../../../db/migrate.ts";
import { openDatabase } from "../../../db/open.ts";
import { type Describe, runCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";

export const command: Describe = (cli) =>
  new Command("migrate")
    .description("Update the database schemas of Dunlin and of its queue; safe to run from several places at once")
    .action(() => runCommand(cli, migrateCommand));

async function migrateCommand({ config, log, out }: CommandContext): Promise<void> {
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    mode: "share",
    log: (message, fields) => log.debug(fields ?? {}, message),
    connect: { max: 1 },
  });
  try {
    await migrate(database.url);
    const { openQueueBackend } = await import("../../../queue/connection.ts");
    const queue = openQueueBackend(config.queueUrl ?? database.url, { log });
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
