/** The context of a command: the configuration, its output, its database, and its way to fail. */
import { userInfo } from "node:os";
import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import { loadOrCreateKeys } from "../config/keys.ts";
import { AmbiguousOrderError } from "../core/order/named-order.ts";
import type { Sql } from "../db/client.ts";
import { migrate } from "../db/migrations/migrate.ts";
import { checkSchema } from "../db/migrations/state.ts";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import { openReads } from "../db/reads/reads.ts";
import { contactsSealedWith } from "../db/stores/buyers/contact-store.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { createVault, type Vault } from "../db/vault.ts";

export type CommandContext = {
  readonly config: Config;
  readonly log: Logger;
  /** The command's answer. */
  readonly out: (text: string) => void;
  /** Progress and remarks. */
  readonly note: (text: string) => void;
};

/** A failure that its message explains. The message is printed on stderr; exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Runs `work` on the database, beside a running service if there is one. */
export async function withDatabase<T>(
  context: CommandContext,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const { config, log } = context;
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    directUrl: config.directUrl,
    dataDir: config.dataDir,
    mode: "share",
    log: (message, fields) => log.debug(fields ?? {}, message),
    connect: { max: 4, applicationName: "dunlin command" },
  });
  try {
    const verdict = await checkSchema(database.sql, database.url);
    if (verdict.kind !== "fits") {
      const mayMigrate = config.databaseUrl === null && (verdict.kind === "older" || verdict.kind === "absent");
      if (!mayMigrate) throw new CommandError(verdict.message);
      await migrate(database.directUrl, database.directServer);
    }
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Runs `work` on the read replica, if there is one that can answer; else on the database. `sql` is the database's. */
export const withReads = <T>(
  context: CommandContext,
  work: (databases: { readonly sql: Sql; readonly reads: Sql }) => Promise<T>,
): Promise<T> =>
  withDatabase(context, async (database) => {
    const { readUrl } = context.config;
    if (readUrl === null) return work({ sql: database.sql, reads: database.sql });
    const reads = openReads({ database, readUrl, log: { info() {}, warn() {} } });
    try {
      const found = await reads.look();
      if (found?.kind === "unusable")
        context.note(`The read replica cannot answer, so this comes from the primary: ${found.why}`);
      return await work({ sql: database.sql, reads: reads.sql });
    } finally {
      await reads.close();
    }
  });

/** For `catch`: an order that several orders could be is the caller's fault, not a bug. */
export function asCommandError(error: unknown): never {
  throw error instanceof AmbiguousOrderError ? new CommandError(error.message) : error;
}

/** The user who runs the command, for the audit trail. */
export function commandActor(): Actor {
  try {
    return { who: userInfo().username, via: "cli" };
  } catch {
    // In a container the user may have no name.
    return { who: `user ${process.getuid?.() ?? "unknown"}`, via: "cli" };
  }
}

/** The vault of this database's contacts. */
export async function openVault(context: CommandContext, sql: Sql): Promise<Vault> {
  const keys = await loadOrCreateKeys(context.config);
  if (!keys.ok) throw new CommandError(keys.fault);
  const vault = createVault(keys.keys.secretKey);
  const sealed = await contactsSealedWith(sql, vault);
  if (sealed.kind === "other") throw new CommandError(sealed.message);
  return vault;
}
