/**
 * Limits of a session on the server's side. A process that is stopped in the middle of a transaction (frozen container, SIGSTOP), or whose
 * network is gone, holds the locks of its buyers; the server must end its sessions.
 */

export type SessionLimits = {
  /** The longest statement, ms; 0 or absent: none. */
  readonly statementMs?: number;
  /** The longest wait for a lock, ms. */
  readonly lockMs?: number;
  /** The longest transaction, ms; only servers from PostgreSQL 17 on know it. */
  readonly transactionMs?: number;
  /**
   * Plans each prepared statement once, for any parameters. A plan made for the parameters at hand costs as much as the statement, and takes
   * an index that only then looks short. Old plans end with the next ANALYZE (statistics.ts).
   */
  readonly planOnce?: boolean;
};

const PLAN_ONCE = { plan_cache_mode: "force_generic_plan" };
/** None of our transactions pauses nearly so long between two statements. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/** How often the server looks, during a long statement, whether its client is still there. */
const CHECK_CLIENT_MS = 2_000;
/** How long the client's machine may leave bytes of the server unconfirmed, or take none. */
const TCP_LIMIT_MS = 10_000;
/** A silent connection is probed after 5 s, and given up three probes later, seconds. */
const KEEPALIVE = { idle: 5, interval: 2, count: 3 };

const TRANSACTION_TIMEOUT_FROM = 170_000;

/** Parameters of the start of a session: they cost no statement. `version`: `server_version_num`, 0 when unknown. */
export function sessionParameters(limits: SessionLimits, version: number): Record<string, string | number> {
  const { statementMs = 0, lockMs = 0, transactionMs = 0, planOnce = false } = limits;
  return {
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    client_connection_check_interval: CHECK_CLIENT_MS,
    tcp_user_timeout: TCP_LIMIT_MS,
    tcp_keepalives_idle: KEEPALIVE.idle,
    tcp_keepalives_interval: KEEPALIVE.interval,
    tcp_keepalives_count: KEEPALIVE.count,
    ...(statementMs > 0 ? { statement_timeout: statementMs } : {}),
    ...(lockMs > 0 ? { lock_timeout: lockMs } : {}),
    ...(planOnce ? PLAN_ONCE : {}),
    ...(transactionMs > 0 && version >= TRANSACTION_TIMEOUT_FROM ? { transaction_timeout: transactionMs } : {}),
  };
}

/** On a pool that goes through a pooler: its limits, which each transaction sets for itself. */
export const LOCAL_LIMITS = Symbol("limits of a transaction");

/** For `set_config` in a transaction. A pooler knows no parameter of the start of a session but the commonest. */
export function localParameters(limits: SessionLimits): Record<string, string> {
  const { statementMs = 0, lockMs = 0, planOnce = false } = limits;
  return {
    idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
    ...(planOnce ? PLAN_ONCE : {}),
    ...(statementMs > 0 ? { statement_timeout: String(statementMs) } : {}),
    ...(lockMs > 0 ? { lock_timeout: String(lockMs) } : {}),
  };
}
