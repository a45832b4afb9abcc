/** The environment table of the public contract. An empty variable counts as unset. */
import { resolve } from "node:path";
import { didYouMean } from "../core/text/suggest.ts";
import { LOG_LEVELS, type LogLevel } from "./config.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export type Environment = {
  readonly databaseUrl: string | null;
  /** Past a transaction pooler; null: databaseUrl leads to PostgreSQL itself. */
  readonly directUrl: string | null;
  /** A read replica; null: reports and lists come from the primary. */
  readonly readUrl: string | null;
  /** The most that this process opens, beside those for reports and queues. */
  readonly databaseConnections: number;
  readonly queueUrl: string | null;
  readonly dataDir: string;
  readonly templatesDir: string;
  /** As written; null: dunlin.yaml, if there is one. */
  readonly configFile: string | null;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string | null;
  readonly secretKey: Buffer | null;
  readonly logLevel: LogLevel;
};

const POSTGRES = /^postgres(ql)?:$/;
const CLUSTER = /^redis\+cluster:\/\/(?:[^@/\s]*@)?[^\s:/,@]+:\d{1,5}(?:,[^\s:/,@]+:\d{1,5})*\/?(?:\?\S*)?$/;

/** Reads every variable. Adds every fault to `faults`, without the value. */
export function readEnvironment(env: Env, cwd: string, faults: string[]): Environment {
  const value = (name: string) => env[name] || null;
  const databaseUrl = value("DATABASE_URL");
  if (databaseUrl !== null && !POSTGRES.test(protocolOf(databaseUrl)))
    faults.push("DATABASE_URL: must be a URL like postgres://user:password@host:5432/database");
  const directUrl = value("DATABASE_DIRECT_URL");
  if (directUrl !== null && !POSTGRES.test(protocolOf(directUrl)))
    faults.push("DATABASE_DIRECT_URL: must be a URL like postgres://user:password@host:5432/database");
  if (directUrl !== null && databaseUrl === null)
    faults.push("DATABASE_DIRECT_URL: is a way past the pooler of DATABASE_URL, which is not set");
  const readUrl = value("DATABASE_READ_URL");
  if (readUrl !== null && !POSTGRES.test(protocolOf(readUrl)))
    faults.push("DATABASE_READ_URL: must be a URL like postgres://user:password@host:5432/database");
  if (readUrl !== null && databaseUrl === null)
    faults.push("DATABASE_READ_URL: is a replica of the database of DATABASE_URL, which is not set");
  const queueUrl = value("QUEUE_URL");
  if (queueUrl !== null && !isQueueUrl(queueUrl))
    faults.push("QUEUE_URL: must be redis://…, rediss://…, redis+cluster://host1:port1,host2:port2 or postgres://…");
  const apiKey = value("DUNLIN_API_KEY");
  if (apiKey !== null && !/^[\x21-\x7e]{1,500}$/.test(apiKey))
    faults.push("DUNLIN_API_KEY: must be printable ASCII without spaces, because it is sent in a header");
  return {
    databaseUrl,
    directUrl,
    readUrl,
    databaseConnections: readConnections(value("DATABASE_CONNECTIONS"), faults),
    queueUrl,
    dataDir: resolve(cwd, value("DUNLIN_DATA_DIR") ?? ".dunlin"),
    templatesDir: resolve(cwd, value("DUNLIN_TEMPLATES") ?? "templates"),
    configFile: value("DUNLIN_CONFIG"),
    host: value("HOST") ?? "127.0.0.1",
    port: readPort(value("PORT"), faults),
    apiKey,
    secretKey: readSecretKey(value("DUNLIN_SECRET_KEY"), databaseUrl !== null, faults),
    logLevel: readLogLevel(value("LOG_LEVEL"), faults),
  };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

function isQueueUrl(url: string): boolean {
  const protocol = protocolOf(url);
  return CLUSTER.test(url) || POSTGRES.test(protocol) || protocol === "redis:" || protocol === "rediss:";
}

const CONNECTIONS = 16;

function readConnections(text: string | null, faults: string[]): number {
  if (text === null) return CONNECTIONS;
  if (/^\d{1,3}$/.test(text) && Number(text) >= 4 && Number(text) <= 200) return Number(text);
  faults.push("DATABASE_CONNECTIONS: must be a number from 4 to 200");
  return CONNECTIONS;
}

function readPort(text: string | null, faults: string[]): number {
  if (text === null) return 8025;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  faults.push("PORT: must be a number from 0 to 65535 (0: any free port)");
  return 8025;
}

function readSecretKey(text: string | null, required: boolean, faults: string[]): Buffer | null {
  const key = text === null ? null : decodeKey(text);
  const remedy = "make one with `openssl rand -base64 32` and keep it: stored contacts cannot be read without it";
  if (text === null && required) faults.push(`DUNLIN_SECRET_KEY: is required when DATABASE_URL is set; ${remedy}`);
  if (text !== null && key === null) faults.push(`DUNLIN_SECRET_KEY: must be 32 bytes in base64; ${remedy}`);
  return key;
}

/** 32 bytes from base64 or base64url, or null. */
export function decodeKey(text: string): Buffer | null {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, "base64") : null;
}

function readLogLevel(text: string | null, faults: string[]): LogLevel {
  const level = LOG_LEVELS.find((known) => known === (text ?? "info").toLowerCase());
  if (level === undefined)
    faults.push(`LOG_LEVEL: must be one of ${LOG_LEVELS.join(", ")}${didYouMean(text ?? "", LOG_LEVELS)}`);
  return level ?? "info";
}
