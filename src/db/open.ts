/**
 * Opens Dunlin's database: the one that DATABASE_URL names, or the embedded one. A service owns the embedded server, and leaves a note
 * (0600) with its address; a command that runs beside the service connects there instead of starting a second server.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reachServer, type ServerFacts } from "../postgres/server.ts";
import { DatabaseUrlError } from "../postgres/ssl.ts";
import { type ConnectOptions, connect, type Database } from "./client.ts";
import { type EmbeddedPostgres, startEmbedded } from "./embedded/embedded.ts";

export type OpenDatabase = Database & {
  readonly url: string;
  /** Past a transaction pooler, if there is one: for what needs a session of its own, such as migrations and the queue. */
  readonly directUrl: string;
  /** Absent for the embedded server. */
  readonly server?: ServerFacts;
  readonly directServer?: ServerFacts;
  /** Resolves when the embedded server has ended and could not be started again. */
  readonly died: Promise<Error> | null;
};

export type OpenOptions = {
  readonly databaseUrl: string | null;
  readonly directUrl: string | null;
  readonly dataDir: string;
  /** `own`: this process is the service. `share`: a command, which may run beside the service. */
  readonly mode: "own" | "share";
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly connect?: ConnectOptions;
};

const noteOf = (dataDir: string): string => join(dataDir, "service.json");

/** Throws EmbeddedError, DatabaseUrlError or the driver's error; `explainDbError` puts each in one line. */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const { databaseUrl, directUrl, dataDir, mode } = options;
  if (databaseUrl !== null) {
    const reached = await reachDatabase(databaseUrl, directUrl);
    const database = connect(databaseUrl, { ...options.connect, server: reached.server });
    return { ...database, ...reached, url: databaseUrl, directUrl: directUrl ?? databaseUrl, died: null };
  }
  if (mode === "share") {
    const running = await besideService(dataDir, options.connect);
    if (running !== null) return running;
  }
  const embedded = await startEmbedded({ dataDir, log: options.log });
  if (mode === "own") await writeFile(noteOf(dataDir), JSON.stringify({ databaseUrl: embedded.url }), { mode: 0o600 });
  return owned(embedded, dataDir, options.connect);
}

/** Refuses a pooler through which Dunlin cannot work. Behind one in transaction mode, what needs a session goes to `directUrl`. */
async function reachDatabase(databaseUrl: string, directUrl: string | null) {
  const server = await reachServer(databaseUrl);
  if (server.pooling === "statement")
    throw new DatabaseUrlError(
      "DATABASE_URL goes through a pooler in statement mode, which takes no transactions: use its transaction or session mode",
    );
  if (directUrl === null) {
    if (server.pooling === "session") return { server, directServer: server };
    throw new DatabaseUrlError(
      "DATABASE_URL goes through a pooler in transaction mode: set DATABASE_DIRECT_URL to PostgreSQL itself, or use the pooler's session mode",
    );
  }
  const directServer = await reachServer(directUrl);
  if (directServer.pooling !== "session")
    throw new DatabaseUrlError(
      `DATABASE_DIRECT_URL goes through a pooler in ${directServer.pooling} mode, too: it must lead to PostgreSQL itself`,
    );
  if (directServer.identity !== server.identity)
    throw new DatabaseUrlError(
      "DATABASE_DIRECT_URL and DATABASE_URL lead to different databases: both must lead to the same one",
    );
  // A pooler that lent no session just now may do so later.
  const lends: ServerFacts = { ...server, pooling: "transaction" };
  return { server: server.direct ? server : lends, directServer };
}

function owned(embedded: EmbeddedPostgres, dataDir: string, options?: ConnectOptions): OpenDatabase {
  const database = connect(embedded.url, options);
  return {
    sql: database.sql,
    url: embedded.url,
    directUrl: embedded.url,
    died: embedded.died,
    close: async (graceMs) => {
      await database.close(graceMs);
      await rm(noteOf(dataDir), { force: true });
      await embedded.stop();
    },
  };
}

/** The database of the service that runs on this data directory, or null when none answers. */
async function besideService(dataDir: string, options?: ConnectOptions): Promise<OpenDatabase | null> {
  let url: unknown;
  try {
    const note: unknown = JSON.parse(await readFile(noteOf(dataDir), "utf8"));
    url = typeof note === "object" && note !== null ? Reflect.get(note, "databaseUrl") : undefined;
  } catch {
    return null;
  }
  if (typeof url !== "string") return null;
  const database = connect(url, { ...options, connectTimeoutMs: 2_000 });
  try {
    await database.sql`select 1`;
    return { ...database, url, directUrl: url, died: null };
  } catch {
    await database.close(0);
    return null;
  }
}
