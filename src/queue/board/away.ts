/** Tells an outage of the queue's store from a bug. */
import { QueueAwayError } from "../../core/seams/queue-page.ts";
import { DeadlineError } from "../../deadline.ts";

/** The first are of sockets and names, the last of PostgreSQL: connection exception, insufficient resources, shutdown. */
const CODES = /^(ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_|CONNECTION_|CONNECT_TIMEOUT$|08|53|57P0)/;
/** Errors without a code: those of ioredis and its servers, then those of pg. */
const MESSAGES =
  /^(Connection is closed|Stream isn't writeable|Socket timeout|Reached the max retries|LOADING |READONLY |MASTERDOWN |CLUSTERDOWN |Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|timeout expired)/;

export const isAway = (error: unknown): boolean =>
  error instanceof QueueAwayError ||
  error instanceof DeadlineError ||
  (error instanceof Error && (CODES.test(String(Reflect.get(error, "code"))) || MESSAGES.test(error.message)));
