/**
 * Connections to PostgreSQL: one postgres.js pool per call, and the few conventions that every query relies on.
 *
 * - `timestamptz` comes back as epoch milliseconds (number; ±Infinity for 'infinity'), as instants are passed
 *   everywhere in Dunlin. As a parameter write `ts(ms)`.
 * - `bigint` comes back as a number and throws beyond 2^53 instead of rounding. `numeric` (and thus `sum(bigint)`)
 *   stays a string: cast sums to bigint. `date` stays the string 'YYYY-MM-DD', which belongs to no time zone.
 * - `text[]` is the one array type that comes back as an array; others come as PostgreSQL writes them.
 * - The session speaks UTC and ISO dates, whatever the server's defaults are.
 *
 * Hazard: `reserve()` with no connection open yet never resolves (the driver's, without its query for types). Begin a transaction instead.
 * Hazard: `drizzle(sql)` replaces the date parsers of the pool it is given. Give it a pool of its own.
 */
import postgres from "postgres";
import { parseTexts, texts } from "./columns.ts";

// The empty object is how postgres.js spells "no custom helpers" and thus what makes `Sql` a plain `postgres.Sql`.
export type Sql = postgres.Sql;

export interface ConnectOptions {
  /** Most connections at once (10). */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Give up connecting after this long, milliseconds (10 s). */
  readonly connectTimeoutMs?: number;
  /** Close a connection unused for this long, milliseconds (5 min); 0 keeps it. */
  readonly idleTimeoutMs?: number;
  /** Sent as a startup parameter; a transaction pooler must be told to let it pass. Absent: the server's. */
  readonly statementTimeoutMs?: number;
  /** false behind a transaction-mode pooler that does not track prepared statements (true). */
  readonly prepare?: boolean;
}

/**
 * A process that stands still in a transaction (frozen container, SIGSTOP) holds locks of buyers, and with them whoever tells something
 * of one. No transaction of ours pauses between two statements for nearly so long; the server ends one that does. Milliseconds.
 */
const IDLE_IN_TRANSACTION_MS = 15_000;

export interface Database {
  readonly sql: Sql;
  /** Lets running queries end for `graceMs` (5 s), then cuts them. Idempotent. */
  close(graceMs?: number): Promise<void>;
}

export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

const INT8 = 20;
const TEXTS = 1009;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** Connects lazily: an unreachable server shows at the first query. Throws DatabaseUrlError for what is no postgres URL. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const { max = 10, connectTimeoutMs = 10_000, idleTimeoutMs = 300_000, statementTimeoutMs, prepare = true } = options;
  const sql = open(url, {
    max,
    prepare,
    // The driver's own query for array types, at each connect, is awaited by nobody: a connection lost in it would end the process.
    fetch_types: false,
    connect_timeout: connectTimeoutMs / 1000,
    idle_timeout: idleTimeoutMs / 1000,
    // The driver's own waits grow to 20 s for the whole pool, long after the server is back.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
    onnotice: () => {},
    types: {
      bigint: {
        to: INT8,
        from: [INT8],
        serialize: (value: number | bigint | string) => String(value),
        parse: parseInt8,
      },
      texts: { to: TEXTS, from: [TEXTS], serialize: textsText, parse: parseTexts },
      // Without this entry postgres.js would make a Date of it, at midnight UTC.
      date: { to: DATE, from: [DATE], serialize: (value: string) => value, parse: (text: string) => text },
      timestamptz: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: instantText, parse: parseTimestamptz },
    },
    connection: {
      application_name: options.applicationName ?? "dunlin",
      TimeZone: "UTC",
      DateStyle: "ISO",
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
    },
  });
  return { sql, close: (graceMs = 5000) => sql.end({ timeout: graceMs / 1000 }) };
}

/** For what people ask: a pool of its own, so that however slow it is, it takes no connection from intake and dispatch. */
export function connectReads(url: string, statementTimeoutMs = 60_000): Database {
  return connect(url, { max: 3, applicationName: "dunlin reads", statementTimeoutMs });
}

/**
 * An instant as a query parameter: epoch milliseconds → timestamptz, typed as such, so it needs no cast.
 * For arrays see columns.ts.
 */
export function ts(ms: number): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new RangeError(`not an instant in epoch milliseconds: ${ms}`);
  return date;
}

/** The URL without its password, for people. What cannot be parsed is cut generously rather than shown. */
export function redactUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = "***";
    for (const key of ["password", "sslpassword"]) {
      if (parsed.searchParams.has(key)) parsed.searchParams.set(key, "***");
    }
    return parsed.toString();
  } catch {
    return url.replace(/^([a-z][\w+.-]*:\/\/[^:@/]*):.*@/is, "$1:***@").replace(/(password=)[^&\s]*/gi, "$1***");
  }
}

/** One line for people: what failed, where, and what to do. Never holds a password. `url` tells where, if the error does not. */
export function explainDbError(error: unknown, url?: string): string {
  const fault = rootOf(error);
  const code = textOf(fault, "code");
  const at = addressOf(fault, url);
  const message = textOf(fault, "message");
  const known = explainCode(code, at, message);
  if (known) return oneLine(known);
  return oneLine(`PostgreSQL${at ? ` at ${at}` : ""}: ${message || code || String(error)}`);
}

function open(url: string, options: postgres.Options<Record<string, postgres.PostgresType>>): Sql {
  const remedy = "expected postgres://user:password@host:port/database (percent-encode special characters)";
  if (!/^postgres(ql)?:\/\//i.test(url)) throw new DatabaseUrlError(`not a PostgreSQL URL: ${remedy}`);
  try {
    return postgres(url, options);
  } catch {
    // The original names the whole URL, password and all.
    throw new DatabaseUrlError(`unreadable PostgreSQL URL ${redactUrl(url)}: ${remedy}`);
  }
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53; select it as ::text`);
  return value;
}

const textsText = (value: readonly (string | null)[] | string): string =>
  typeof value === "string" ? value : texts(value);

function instantText(value: Date | number | string): string {
  if (typeof value === "string") return value;
  if (value === Number.POSITIVE_INFINITY) return "infinity";
  if (value === Number.NEGATIVE_INFINITY) return "-infinity";
  return (typeof value === "number" ? ts(value) : value).toISOString();
}

/** '2026-11-10 12:00:00.123456+00' → epoch ms, rounded down. */
function parseTimestamptz(text: string): number {
  // Nearly all are like this, the session being in UTC. Read by place: it is the hottest parser there is.
  const zone = text.length - 3;
  if (text[4] === "-" && zone >= 19 && text.endsWith("+00")) {
    const at = Date.UTC(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10), digits(text, 11, 13));
    const end = Math.min(zone, 23);
    const ms = end > 20 ? digits(text, 20, end) * 10 ** (23 - end) : 0;
    return at + digits(text, 14, 16) * 60_000 + digits(text, 17, 19) * 1_000 + ms;
  }
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(:\d\d)?$/.exec(text);
  const [, day, time, fraction = ".", hours, minutes = ":00"] = match ?? [];
  const ms = Date.parse(`${day}T${time}.${fraction.slice(1, 4).padEnd(3, "0")}${hours}${minutes}`);
  if (Number.isNaN(ms)) throw new RangeError(`timestamptz out of range: ${text}`);
  return ms;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}

function explainCode(code: string, at: string, message: string): string | undefined {
  const where = at ? ` at ${at}` : "";
  switch (code) {
    case "ECONNREFUSED":
      return `PostgreSQL is not reachable${where} (connection refused): start it, or correct DATABASE_URL`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `PostgreSQL host${at ? ` ${at}` : ""} has no address (${code}): correct DATABASE_URL or the name service`;
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `PostgreSQL is not reachable${where} (${code}): check network and firewall, or correct DATABASE_URL`;
    case "ECONNRESET":
    case "EPIPE":
    case "CONNECTION_CLOSED":
    case "CONNECTION_DESTROYED":
    case "57P01":
    case "57P02":
      return `PostgreSQL${where} closed the connection: see whether it was restarted or stopped`;
    case "57P03":
      return `PostgreSQL${where} is starting up or shutting down: try again in a moment`;
    case "28P01":
    case "28000":
      return `PostgreSQL${where} refused the login (${message}): correct user and password in DATABASE_URL`;
    case "3D000":
      return `PostgreSQL${where}: ${message}: create it (createdb), or correct DATABASE_URL`;
    case "42501":
      return `PostgreSQL${where}: ${message}: grant the user of DATABASE_URL this right`;
    case "53300":
      return `PostgreSQL${where} has no connection left: raise max_connections or run fewer processes`;
    case "53100":
      return `PostgreSQL${where} has no disk space left (${message}): free some`;
    case "57014":
      return `PostgreSQL${where} cancelled a statement (${message})`;
    case "25006":
      return `PostgreSQL${where} is read-only (a standby?): point DATABASE_URL to the primary`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `PostgreSQL${where}: its TLS certificate is not trusted (${code}): set NODE_EXTRA_CA_CERTS, or sslmode in DATABASE_URL`;
    default:
      return undefined;
  }
}

/** Wrappers (drizzle's, ours) hide the fault in `cause`; a name with two addresses gives an AggregateError. */
function rootOf(error: unknown): unknown {
  let fault = error;
  for (let depth = 0; depth < 8; depth++) {
    if (fault instanceof AggregateError && fault.errors.length > 0) fault = fault.errors[0];
    else if (fault instanceof Error && fault.cause instanceof Error) fault = fault.cause;
    else break;
  }
  return fault;
}

function addressOf(fault: unknown, url: string | undefined): string {
  const host = textOf(fault, "address") || textOf(fault, "hostname");
  const port = textOf(fault, "port");
  if (host) return host.includes(":") ? `[${host}]:${port}` : port ? `${host}:${port}` : host;
  try {
    const parsed = new URL(url ?? "");
    return `${parsed.hostname}:${parsed.port || "5432"}`;
  } catch {
    return "";
  }
}

function textOf(from: unknown, key: string): string {
  if (typeof from !== "object" || from === null) return "";
  const value: unknown = Reflect.get(from, key);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function oneLine(text: string): string {
  return text.replace(/([a-z][\w+.-]*:\/\/[^\s:@/]*):\S*@/gi, "$1:***@").replace(/\s*[\r\n]+\s*/g, " ");
}
