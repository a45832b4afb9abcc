/** Tells a PostgreSQL that cannot serve us from a bug of ours. */

/** Sockets, names and the driver. */
const REACHED = /^(ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_|CONNECTION_|CONNECT_TIMEOUT$)/;
const TLS = /^(SSL_|EPROTO$|ERR_SSL_|ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
/**
 * The server's own: connection exception, no transaction left or read-only (a standby), login refused, no such database, insufficient
 * resources, shutdown and start.
 */
const SERVER = /^(08...|25006|25P0[34]|28...|3D000|53...|57P0.)$/;

/** Whether the server is away, refuses, or lacks what it needs, such as connections or disk. `error`: of a driver or a socket. */
export function isOutage(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && (REACHED.test(code) || TLS.test(code) || SERVER.test(code));
}

/** Wrappers (drizzle's, ours) keep the fault in `cause`; a host with two addresses gives an AggregateError. */
export function rootOf(error: unknown): unknown {
  let fault = error;
  for (let depth = 0; depth < 8; depth++) {
    if (fault instanceof AggregateError && fault.errors.length > 0) fault = fault.errors[0];
    else if (fault instanceof Error && fault.cause instanceof Error) fault = fault.cause;
    else break;
  }
  return fault;
}
