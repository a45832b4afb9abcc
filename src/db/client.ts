/**
 * Connections to PostgreSQL: one postgres.js pool for each call, and the conventions that every query relies on.
 *
 * - `timestamptz` comes back as epoch milliseconds (number; ±Infinity for 'infinity'), as instants are passed
 *   everywhere in Dunlin. As a parameter write `ts(ms)` (types.ts).
 * - `bigint` comes back as a number and throws beyond 2^53 instead of rounding. `numeric` (and thus `sum(bigint)`)
 *   stays a string: cast sums to bigint. `date` stays the string 'YYYY-MM-DD', which belongs to no time zone.
 * - Only `text[]` comes back as an array; other array types come as PostgreSQL writes them.
 * - The session speaks UTC and ISO dates, whatever the server's defaults are.
 *
 * Hazard: `reserve()` never resolves while no connection is open (because the driver's query for types is off). Begin a transaction instead.
 * Hazard: `drizzle(sql)` replaces the date parsers of its pool. Give it a pool of its own.
 */
import postgres from "postgres";
import { parseTexts } from "./columns.ts";
import { instantText, parseInt8, parseTimestamptz, textsText } from "./types.ts";
import { redactUrl } from "./url.ts";

export type Sql = postgres.Sql;

export interface ConnectOptions {
  /** Connections at a time (10). */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Give up connecting after this long, milliseconds (10 s). */
  readonly connectTimeoutMs?: number;
  /** Close a connection unused for this long, milliseconds (5 min); 0 keeps it. */
  readonly idleTimeoutMs?: number;
  /** Sent as a startup parameter; a transaction pooler must be configured to let it pass. Absent: the server's. */
  readonly statementTimeoutMs?: number;
  /** false behind a transaction-mode pooler that does not track prepared statements (true). */
  readonly prepare?: boolean;
}

/**
 * A process that is stopped within a transaction (frozen container, SIGSTOP) holds locks of buyers, and blocks all events about them. The
 * server ends such a transaction after this long, milliseconds. None of ours pauses nearly so long between two statements.
 */
const IDLE_IN_TRANSACTION_MS = 15_000;

export interface Database {
  readonly sql: Sql;
  /** Gives running queries `graceMs` (5 s) to end, then cuts them. Idempotent. */
  close(graceMs?: number): Promise<void>;
}

export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

const INT8 = 20;
const TEXTS = 1009;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** Connects lazily: an unreachable server shows at the first query. Throws DatabaseUrlError when `url` is no PostgreSQL URL. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const { max = 10, connectTimeoutMs = 10_000, idleTimeoutMs = 300_000, statementTimeoutMs, prepare = true } = options;
  const sql = open(url, {
    max,
    prepare,
    // Nothing awaits the driver's own query for array types at each connect: a connection lost in it would end the process.
    fetch_types: false,
    connect_timeout: connectTimeoutMs / 1000,
    idle_timeout: idleTimeoutMs / 1000,
    // The driver's own back-off grows to 20 s for the whole pool, long after the server is back.
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
      // Without this entry postgres.js would make a Date at midnight UTC.
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

/** A pool of its own for the queries of people: however slow they are, they take no connection from intake and dispatch. */
export function connectReads(url: string, statementTimeoutMs = 60_000): Database {
  return connect(url, { max: 3, applicationName: "dunlin reads", statementTimeoutMs });
}

function open(url: string, options: postgres.Options<Record<string, postgres.PostgresType>>): Sql {
  const remedy = "expected postgres://user:password@host:port/database (percent-encode special characters)";
  if (!/^postgres(ql)?:\/\//i.test(url)) throw new DatabaseUrlError(`not a PostgreSQL URL: ${remedy}`);
  try {
    return postgres(url, options);
  } catch {
    // The original error names the whole URL with its password.
    throw new DatabaseUrlError(`unreadable PostgreSQL URL ${redactUrl(url)}: ${remedy}`);
  }
}
