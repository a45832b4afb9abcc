/**
 * Logs each request by route template, method, status and time. It never logs a URL with its query, a header or a body. It logs only chosen
 * fields of an error: other fields of a database error contain the values of the row.
 */
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { explainDbError, isDbOutage } from "../../db/explain-error.ts";

/** Receives each answer, for a histogram. `route` is the template, never the URL. */
export type Observe = (answer: {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}) => void;

const SECRET = [
  "authorization",
  "cookie",
  "phone",
  "email",
  "body",
  "headers",
  "*.authorization",
  "*.phone",
  "*.email",
  "*.body",
  "*.headers",
];

export function quietLog(log: Logger): Logger {
  const err = (error: unknown) => {
    if (!(error instanceof Error)) return { message: "not an Error" };
    const { name, stack, cause } = error;
    const code: unknown = Reflect.get(error, "code");
    const root = cause instanceof Error ? { cause: { name: cause.name, message: cause.message } } : {};
    return { name, message: error.message, stack, ...(typeof code === "string" && { code }), ...root };
  };
  return log.child({ part: "http" }, { redact: { paths: SECRET, censor: "[hidden]" }, serializers: { err } });
}

/** Writes why a request failed: an outage of PostgreSQL with what to do, all else with its place in the program. */
export function logFailure(log: FastifyBaseLogger, error: unknown, fields: object, message: string): void {
  log.error({ ...fields, ...(isDbOutage(error) ? { reason: explainDbError(error) } : { err: error }) }, message);
}

export function addRequestLog(app: FastifyInstance, observe: Observe | undefined): void {
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    const { statusCode: status, elapsedTime: ms } = reply;
    observe?.({ method: request.method, route, status, seconds: ms / 1000 });
    const line = { method: request.method, route, status, ms: Math.round(ms) };
    if (status >= 500) request.log.warn(line, "answered");
    else if (status >= 400) request.log.info(line, "answered");
    else request.log.debug(line, "answered");
    done();
  });
}
