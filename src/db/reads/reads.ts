/**
 * The pool for the queries of people: reports, lists, stories and previews. However slow they are, they take no connection from intake and dispatch.
 * With DATABASE_READ_URL they go to that replica. Nothing that is decided or written may come from here.
 *
 * A replica that cannot answer, or is far behind, costs nobody their page: the primary answers until it can again. And it does for a person who
 * has just changed something, so that they see what they did (`fresh`).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { reachServer, type ServerFacts } from "../../postgres/server.ts";
import { connectReads, type Database, type Sql } from "../client.ts";
import { explainDbError } from "../explain-error.ts";
import { redactUrl } from "../url.ts";
import { lookAt, notePosition, type Position, type Replica } from "./replica.ts";

export type ReadsOptions = {
  /** The primary. */
  readonly database: { readonly sql: Sql; readonly url: string; readonly server?: ServerFacts };
  /** null: all goes to the primary. */
  readonly readUrl: string | null;
  readonly log: Log;
  /** How often the replica is looked at, ms (5 s). */
  readonly everyMs?: number;
};

type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type Reads = Database & {
  /** For small queries that are made all the time: no report holds them up. Without a replica those of the process. */
  readonly marks: Sql;
  /** Looks at the replica now; null: no replica is set. */
  look(): Promise<Replica | null>;
  /** The result of the last look; null: no replica is set, or no look has ended yet. */
  readonly replica: Replica | null;
  /** Runs `work`, whose queries all go to the primary. */
  fresh<T>(work: () => T): T;
};

const LOOK_EVERY_MS = 5_000;

/** Resolves at once: until the first look has ended the primary answers. */
export function openReads({ database, readUrl, log, everyMs = LOOK_EVERY_MS }: ReadsOptions): Reads {
  const primary = connectReads(database.url, database.server);
  const freshly = new AsyncLocalStorage<true>();
  const positions: Position[] = [];
  const now = () => performance.now();
  let replica: { readonly sql: Database; readonly marks: Database } | null = null;
  let state: Replica | null = null;
  let looking: Promise<Replica | null> | undefined;
  let closing: Promise<void> | undefined;

  async function reach(to: string): Promise<Replica> {
    await notePosition(primary.sql, positions, now).catch(() => undefined);
    if (replica === null) {
      try {
        const facts = await reachServer(to);
        replica = { sql: connectReads(to, facts), marks: connectReads(to, facts, MARKS_MS, 1) };
      } catch (error) {
        return { kind: "unusable", why: explainDbError(error, to) };
      }
    }
    return lookAt(replica.marks.sql, to, positions, now);
  }

  async function look(): Promise<Replica | null> {
    if (readUrl === null || closing !== undefined) return null;
    const found = await reach(readUrl);
    if (found.kind !== state?.kind) {
      const at = redactUrl(readUrl);
      if (found.kind === "follows") log.info({ replica: at }, "reports and lists come from the read replica");
      else
        log.warn(
          { replica: at, reason: found.why },
          "the read replica cannot answer: reports and lists come from the primary",
        );
    }
    state = found;
    return found;
  }
  const lookOnce = (): Promise<Replica | null> => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };

  const timer = readUrl === null ? undefined : setInterval(() => void lookOnce(), everyMs).unref();
  if (readUrl !== null) void lookOnce();
  const routed = (which: "sql" | "marks", otherwise: Sql) => {
    const chosen = (): Sql =>
      replica !== null && state?.kind === "follows" && freshly.getStore() !== true ? replica[which].sql : otherwise;
    return new Proxy(otherwise, {
      apply: (_target, self, args) => Reflect.apply(chosen(), self, args),
      get: (_target, name) => Reflect.get(chosen(), name),
    });
  };
  return {
    sql: routed("sql", primary.sql),
    marks: routed("marks", database.sql),
    look: lookOnce,
    get replica() {
      return state;
    },
    fresh: (work) => freshly.run(true, work),
    close(graceMs) {
      closing ??= (async () => {
        clearInterval(timer);
        await looking;
        const all = [primary, ...(replica === null ? [] : [replica.sql, replica.marks])];
        await Promise.all(all.map((each) => each.close(graceMs)));
      })();
      return closing;
    },
  };
}

/** The longest statement of `marks`, ms. */
const MARKS_MS = 5_000;
