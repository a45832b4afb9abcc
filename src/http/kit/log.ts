/**
 * What is logged of a request: route template, method, status, time. Never a URL with its query, never a header or a body. Errors go in
 * by hand-picked fields: a database error carries the row's values in others.
 */
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { HttpDeps } from "../deps.ts";

const SECRET = [
  "authorization",
  "cookie",
  "phone",
  "body",
  "headers",
  "*.authorization",
  "*.phone",
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

export function addRequestLog(app: FastifyInstance, observe: HttpDeps["observe"]): void {
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
