/** Tells an outage of the queue's store from a bug. */
import { QueueAwayError } from "../../core/seams/queue-page.ts";
import { DeadlineError } from "../../deadline.ts";
import { isOutage } from "../../postgres/outage.ts";

/** Errors without a code: those of ioredis and its servers, then those of pg. */
const MESSAGES =
  /^(Connection is closed|Stream isn't writeable|Socket timeout|Reached the max retries|LOADING |READONLY |MASTERDOWN |CLUSTERDOWN |Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|timeout expired)/;

export const isAway = (error: unknown): boolean =>
  error instanceof QueueAwayError ||
  error instanceof DeadlineError ||
  isOutage(error) ||
  (error instanceof Error && MESSAGES.test(error.message));
