/** Opens the stores and the campaigns of a service process. Throws StartError for everything that an operator can mend. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { applyOnFirstStart } from "../campaigns/first-start.ts";
import { type LiveCampaigns, openLiveCampaigns } from "../campaigns/live.ts";
import { listPaused } from "../campaigns/pauses/list.ts";
import { StoredCampaignError } from "../campaigns/stored-campaign-error.ts";
import type { Config } from "../config/config.ts";
import { type Keys, loadOrCreateKeys } from "../config/keys.ts";
import { StartError } from "../config/start-error.ts";
import type { Channel } from "../core/seams/channel.ts";
import { migrate } from "../db/migrations/migrate.ts";
import { checkSchema } from "../db/migrations/state.ts";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import type { SessionLimits } from "../db/session.ts";
import { contactsSealedWith } from "../db/stores/buyers/contact-store.ts";
import { createVault, type Vault } from "../db/vault.ts";
import { openQueueBackend, type QueueBackend } from "../queue/connection.ts";
import type { Gate } from "../queue/gate.ts";
import { findQueue } from "../queue/queue-url.ts";
import { catalogOptions } from "../render/catalog/catalog-options.ts";

/** A row that is decided this much after its time is not late: a few due scans, or two sweeps while the queue is away. */
const TAKE_UP_MS = 5_000;

/**
 * Limits of intake, dispatch and upkeep. Their statements take milliseconds, and seconds on a server under great load. A lock of a buyer is
 * held for a few dozen milliseconds: a longer wait is one for a process that stands still.
 */
const WORK_LIMITS: SessionLimits = { statementMs: 10_000, lockMs: 500, transactionMs: 20_000, planOnce: true };
const CONNECT_MS = 5_000;

type StoreOptions = {
  readonly log: Logger;
  /** Lines for people: the first start takes some seconds. */
  readonly print: (line: string) => void;
  /** A database without a schema is migrated; the embedded one always is. */
  readonly migrateEmpty: boolean;
};

export async function openStore(config: Config, { log, print, migrateEmpty }: StoreOptions): Promise<OpenDatabase> {
  if (config.databaseUrl === null) {
    const made = existsSync(join(config.dataDir, "postgres"));
    print(
      `${made ? "Starting PostgreSQL" : "Making a new PostgreSQL database, which takes a few seconds,"} in ${config.dataDir} …`,
    );
  }
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    directUrl: config.directUrl,
    dataDir: config.dataDir,
    mode: "own",
    log: (message, fields) => log.debug(fields ?? {}, message),
    connect: {
      max: config.databaseConnections,
      applicationName: "dunlin",
      limits: WORK_LIMITS,
      connectTimeoutMs: CONNECT_MS,
    },
  });
  try {
    const verdict = await checkSchema(database.sql, database.url);
    if (verdict.kind === "fits") {
      if (verdict.ahead > 0)
        log.info({ migrations: verdict.ahead }, "the schema is that of a newer version, beside which this one may run");
      return database;
    }
    const mayMigrate =
      verdict.kind === "absent"
        ? migrateEmpty || config.databaseUrl === null
        : verdict.kind === "older" && config.databaseUrl === null;
    if (!mayMigrate) throw new StartError(verdict.message);
    await migrate(database.directUrl, database.directServer);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function openKeys(config: Config): Promise<Keys> {
  const keys = await loadOrCreateKeys(config);
  if (!keys.ok) throw new StartError(keys.fault);
  return keys.keys;
}

/** `contacts`: this process handles contacts, so the stored ones must be sealed with its key. */
export async function openVault(keys: Keys, { sql }: OpenDatabase, contacts: boolean): Promise<Vault> {
  const vault = createVault(keys.secretKey);
  const sealed = contacts ? await contactsSealedWith(sql, vault) : null;
  if (sealed?.kind === "other") throw new StartError(sealed.message);
  return vault;
}

/** BullMQ's own schema on PostgreSQL is migrated here. */
export async function openQueue(
  config: Config,
  database: OpenDatabase,
  log: Logger,
  gate: Gate,
): Promise<QueueBackend> {
  const { url, throughPooler } = await findQueue(config, database);
  const backend = openQueueBackend(url, { log, throughPooler, gate });
  if (backend.kind === "postgres") await backend.migrate();
  // The start does not wait for it: without the queue the service works.
  else
    void backend.check().then(({ faults }) => {
      for (const fault of faults) log.warn(fault);
    });
  return backend;
}

/** The first start applies the directory of campaigns; every start runs the campaigns in the database. */
export async function openCampaigns(
  config: Config,
  { sql }: OpenDatabase,
  channels: ReadonlyMap<string, Channel>,
  log: Logger,
): Promise<LiveCampaigns> {
  const options = catalogOptions(config);
  const first = await applyOnFirstStart({ sql, log, options }, config.templatesDir);
  if (!first.ok) throw new StartError(first.faults.join("\n"));
  const contacts = new Map([...channels].map(([name, { contacts: kinds }]) => [name, kinds]));
  const fallbacks = new Map([...channels].map(([name, { fallback }]) => [name, fallback]));
  try {
    const live = await openLiveCampaigns({ sql, options, channels: contacts, fallbacks, takeUp: TAKE_UP_MS });
    for (const warning of live.current().warnings) log.warn(warning);
    // A person's words stay out of the log.
    for (const { note: _, ...pause } of await listPaused(sql)) log.warn(pause, "paused: nothing of it is sent");
    return live;
  } catch (error) {
    if (!(error instanceof StoredCampaignError)) throw error;
    throw new StartError(
      `${error.message}\nthe campaigns in the database cannot run: correct them in a directory and run \`dunlin campaigns apply\``,
    );
  }
}
