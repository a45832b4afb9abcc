/**
 * Opens Dunlin's database: the one that DATABASE_URL names, or the embedded one. A service owns the embedded server, and leaves a note
 * (0600) with its address; a command that runs beside the service connects there instead of starting a second server.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectOptions, connect, type Database } from "./client.ts";
import { type EmbeddedPostgres, startEmbedded } from "./embedded/embedded.ts";

export type OpenDatabase = Database & {
  readonly url: string;
  /** Resolves when the embedded server has ended and could not be started again. */
  readonly died: Promise<Error> | null;
};

export type OpenOptions = {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** `own`: this process is the service. `share`: a command, which may run beside the service. */
  readonly mode: "own" | "share";
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly connect?: ConnectOptions;
};

const noteOf = (dataDir: string): string => join(dataDir, "service.json");

/** Throws EmbeddedError or the driver's error; `explainDbError` puts either in one line. */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const { databaseUrl, dataDir, mode } = options;
  if (databaseUrl !== null) {
    const database = connect(databaseUrl, options.connect);
    return { ...database, url: databaseUrl, died: null };
  }
  if (mode === "share") {
    const running = await besideService(dataDir, options.connect);
    if (running !== null) return running;
  }
  const embedded = await startEmbedded({ dataDir, log: options.log });
  if (mode === "own") await writeFile(noteOf(dataDir), JSON.stringify({ databaseUrl: embedded.url }), { mode: 0o600 });
  return owned(embedded, dataDir, options.connect);
}

function owned(embedded: EmbeddedPostgres, dataDir: string, options?: ConnectOptions): OpenDatabase {
  const database = connect(embedded.url, options);
  return {
    sql: database.sql,
    url: embedded.url,
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
    return { ...database, url, died: null };
  } catch {
    await database.close(0);
    return null;
  }
}
