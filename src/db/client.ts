/**
 * Connections to PostgreSQL: one postgres.js pool for each call, and the conventions that every query relies on.
 *
 * - `timestamptz` comes back as epoch milliseconds (number; ±Infinity for 'infinity'), as instants are passed
 *   everywhere in Dunlin. As a parameter write `ts(ms)` (types.ts).
 * - `bigint` comes back as a number and throws beyond 2^53 instead of rounding. `numeric` (and thus `sum(bigint)`)
 *   stays a string: cast sums to bigint. `date` stays the string 'YYYY-MM-DD', which belongs to no time zone.
 * - Only `text[]` comes back as an array; other array types come as PostgreSQL writes them.
 * - The session speaks UTC and ISO dates, whatever the server's defaults are.
 * - Each session has limits on the server's side (session.ts), and each connection one on ours (`silenceMs`).
 *
 * Hazard: `reserve()` never resolves while no connection is open (because the driver's query for types is off). Begin a transaction instead.
 * Hazard: `drizzle(sql)` replaces the date parsers of its pool. Give it a pool of its own.
 */
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { createLines, type Lines } from "../postgres/lines.ts";
import type { ServerFacts } from "../postgres/server.ts";
import { DatabaseUrlError, splitSsl } from "../postgres/ssl.ts";
import { parseTexts } from "./columns.ts";
import { LOCAL_LIMITS, localParameters, type SessionLimits, sessionParameters } from "./session.ts";
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
  /** How long the server lets a session work, wait and stand still. Absent: only no long pause in a transaction. */
  readonly limits?: SessionLimits;
  /** How long an awaited answer may stay away, ms (5 s longer than a statement may last); 0: for ever. */
  readonly silenceMs?: number;
  /** The result of `reachServer`. Absent: a server of PostgreSQL 14 or newer, without a pooler. */
  readonly server?: ServerFacts | undefined;
  /** Hears the remarks of the server, such as plans. Absent: they are dropped. */
  readonly onNotice?: (message: string) => void;
}

/** The server answers or cancels a statement before its limit. So after this much longer without a word the connection counts as lost. */
const SILENCE_MARGIN_MS = 5_000;
/** A pool that lost a connection serves what was queued in it for this long, ms. */
const REPLACED_AFTER_MS = 5_000;
const REPLACED_GRACE_MS = 10_000;
const LOOK_MS = 5;
/** In a storm of lost connections a pool is not replaced more often than this, ms. */
const REPLACE_EVERY_MS = 1_000;

export interface Database {
  readonly sql: Sql;
  /** Gives running queries `graceMs` (5 s) to end, then cuts them. Idempotent. */
  close(graceMs?: number): Promise<void>;
}

const INT8 = 20;
const TEXTS = 1009;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** Connects lazily: an unreachable server shows at the first query. Throws DatabaseUrlError when `url` cannot be used. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const opened = new Set<Pool>();
  let closing: Promise<void> | undefined;
  let replacedAt = Number.NEGATIVE_INFINITY;
  const open = (): Pool => {
    const pool: Pool = openPool(url, options, () => {
      if (pool !== current || closing !== undefined || performance.now() - replacedAt < REPLACE_EVERY_MS) return;
      replacedAt = performance.now();
      current = open();
      setTimeout(() => void end(pool, REPLACED_GRACE_MS), REPLACED_AFTER_MS).unref();
    });
    opened.add(pool);
    return pool;
  };
  /** Waits for what is under way. The driver's own `end` would also wait for connections that it lost. */
  const end = async (pool: Pool, graceMs: number): Promise<void> => {
    const giveUpAt = performance.now() + graceMs;
    for (let quiet = 0; quiet < 2 && performance.now() < giveUpAt; quiet = pool.lines.quiet() ? quiet + 1 : 0)
      await pause(LOOK_MS);
    await pool.sql.end({ timeout: 0 });
    pool.lines.close();
    opened.delete(pool);
  };
  const closeAll = async (graceMs: number): Promise<void> => {
    const pools = [...opened];
    // Nothing new begins.
    current = open();
    const refusing = current.sql.end({ timeout: 0 });
    await Promise.all([refusing, ...pools.map((pool) => end(pool, graceMs))]);
  };
  let current = open();
  const local = options.server?.direct === false ? localParameters(options.limits ?? {}) : undefined;
  const sql = new Proxy(current.sql, {
    apply: (_target, self, args) => Reflect.apply(current.sql, self, args),
    get: (_target, name) => (name === LOCAL_LIMITS ? local : Reflect.get(current.sql, name)),
  });
  const isPooled = options.server !== undefined && options.server.pooling !== "session";
  return {
    sql: isPooled ? oneAtATime(sql) : sql,
    close(graceMs = 5000) {
      closing ??= closeAll(graceMs);
      return closing;
    },
  };
}

/** A pool of its own for the queries of people: however slow they are, they take no connection from intake and dispatch. */
export function connectReads(url: string, server?: ServerFacts, statementMs = 60_000, max = 3): Database {
  return connect(url, { max, applicationName: "dunlin reads", limits: { statementMs }, server });
}

/**
 * Sends no statement on a connection that still owes an answer. The driver would, when all its connections are busy. A pooler gives the session
 * back with the first answer, and drops the one to a statement that is only being described then: it would be awaited for ever
 * (PgBouncer 1.18, its issue 759). In a transaction the session stays.
 */
function oneAtATime(sql: Sql): Sql {
  const alone = (query: unknown): unknown => {
    // The driver's own hook of `begin`: without a result of it nothing else is sent on the connection for now.
    if (query instanceof Promise) Reflect.set(Reflect.get(query, "options") as object, "onexecute", () => undefined);
    return query;
  };
  return new Proxy(sql, {
    apply: (target, self, args) => alone(Reflect.apply(target, self, args)),
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      return name === "unsafe" && typeof own === "function"
        ? (...args: unknown[]) => alone(Reflect.apply(own, target, args))
        : own;
    },
  });
}

type Pool = { readonly sql: Sql; readonly lines: Lines };

function openPool(text: string, options: ConnectOptions, onLost: () => void): Pool {
  const remedy = "expected postgres://user:password@host:port/database (percent-encode special characters)";
  if (!/^postgres(ql)?:\/\//i.test(text)) throw new DatabaseUrlError(`not a PostgreSQL URL: ${remedy}`);
  const { max = 10, connectTimeoutMs = 10_000, idleTimeoutMs = 300_000, limits = {}, server, onNotice } = options;
  const { url, ssl } = server ?? splitSsl(text);
  const pooled = server !== undefined && server.pooling !== "session";
  const { statementMs = 0 } = limits;
  const { silenceMs = statementMs === 0 ? 0 : statementMs + SILENCE_MARGIN_MS } = options;
  const lines = createLines({ ssl, connectTimeoutMs, silenceMs, onLost });
  const driver = {
    max,
    // A pooler would run a statement on a session that never prepared it.
    prepare: !pooled,
    // Nothing awaits the driver's own query for array types at each connect: a connection lost in it would end the process.
    fetch_types: false,
    ssl: false,
    socket: lines.open,
    connect_timeout: connectTimeoutMs / 1000,
    idle_timeout: idleTimeoutMs / 1000,
    backoff: lines.backoff,
    onnotice: ({ message }: postgres.Notice) => onNotice?.(String(message)),
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
      ...(server?.direct === false ? {} : sessionParameters(limits, server?.version ?? 0)),
    },
  };
  try {
    return { sql: postgres(url, driver as postgres.Options<Record<string, postgres.PostgresType>>) as Sql, lines };
  } catch {
    // The original error names the whole URL with its password.
    throw new DatabaseUrlError(`unreadable PostgreSQL URL ${redactUrl(text)}: ${remedy}`);
  }
}
