/**
 * Transactions that survive the loss of their connection.
 *
 * Hazard: when the connection of a postgres.js transaction is gone (PostgreSQL restarts), the driver still writes `rollback` or the next
 * statement to it. This throws a TypeError that ends the process, or leaves a connection that is never free again. So after a loss nothing
 * more reaches the driver: the body is abandoned, and the caller gets the driver's error.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "./client.ts";
import { texts } from "./columns.ts";
import { LOCAL_LIMITS } from "./session.ts";

/** The pool was closed, and its grace period is over. */
const CUT_BY_US = "CONNECTION_DESTROYED";

/** `CONNECT_TIMEOUT`, 57P03 and the like come before a transaction begins, when there is nothing to roll back. */
const LOST = new Set([
  "CONNECTION_CLOSED",
  CUT_BY_US,
  "CONNECTION_ENDED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECTION_SILENT",
  // idle_in_transaction_session_timeout: the server sends this error, then closes the connection.
  "25P03",
  // transaction_timeout
  "25P04",
  // The session was ended (pg_terminate_backend, a shutdown), or another one crashed.
  "57P01",
  "57P02",
]);

/** The close of a socket follows its error within a turn of the loop. */
const CLOSE_FOLLOWS_MS = 50;

/** Whether the connection is gone, and with it the transaction. */
export const isLost = (error: unknown): boolean => LOST.has(codeOf(error));

const codeOf = (error: unknown): string => String(error instanceof Error && "code" in error ? error.code : "");

/** lock_not_available: the wait for a lock took longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === "55P03";

/** All statements of the transaction see one snapshot, and none writes. By default each has its own snapshot, and may write. */
export type Isolation = "isolation level repeatable read read only";

/** Commits when `work` resolves, rolls back when it rejects. Rejects also when the connection was lost; it may be committed then. */
export async function inTransaction<T>(
  sql: Sql,
  work: (tx: Sql) => Promise<T>,
  isolation: Isolation | "" = "",
): Promise<T> {
  const never = new Promise<never>(() => {});
  const local = Reflect.get(sql, LOCAL_LIMITS) as Readonly<Record<string, string>> | undefined;
  let lost = false;
  let result: { readonly value: T } | undefined;
  let leave: (error: unknown) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  try {
    const done = sql.begin(isolation, async (transaction) => {
      // The tag of a transaction is the tag of the pool but for `begin`.
      const tx = new Proxy(transaction as unknown as Sql, {
        apply(target, self, args) {
          if (lost) throw new Error("the connection of this transaction is gone");
          return Reflect.apply(target, self, args);
        },
      });
      try {
        result = { value: await (local === undefined ? work(tx) : withLimits(tx, local, work)) };
        // The driver would commit on the same connection, which may be open again and in another transaction.
        if (lost) await never;
      } catch (error) {
        // The driver itself rejects `begin` when the connection closes, so nothing awaits this. The error may be of another connection.
        if (isLost(error)) await pause(CLOSE_FOLLOWS_MS);
        // A server that is busy with a statement closes late; with several statements under way the driver would queue its rollback for ever.
        if (codeOf(error) === CUT_BY_US) leave(error);
        if (lost || codeOf(error) === CUT_BY_US) await never;
        throw error;
      }
    });
    await Promise.race([done, left]);
  } catch (error) {
    lost = true;
    throw error;
  }
  if (result === undefined) throw new Error("a transaction committed without its result");
  return result.value;
}

/** Behind a pooler the limits of the session are those of the transaction. They are sent with its first statements, in one round trip. */
async function withLimits<T>(
  tx: Sql,
  limits: Readonly<Record<string, string>>,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  const names = Object.keys(limits);
  const set = tx`
    select set_config(n.name, n.value, true) from unnest(${texts(names)}::text[], ${texts(Object.values(limits))}::text[])
      as n(name, value)`.execute();
  const [, value] = await Promise.all([set, work(tx)]);
  return value;
}

/**
 * Whether the data is at fault and not the database: PostgreSQL rejects a value (classes 22 and 23 but for races), or our own code throws on
 * it. The rest of a batch can then go on without the one bad row.
 */
export function isDataFault(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && /^2[23]...$/.test(code) && code !== "23505";
}
