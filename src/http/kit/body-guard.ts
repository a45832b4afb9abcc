/**
 * Slow and unwanted bodies. Node's own `requestTimeout` would cut long NDJSON streams, so it is off: a body that is read whole must be
 * here in time (NDJSON watches over its own silence), and what a sender still sends after the answer is read away for a while, so that
 * the answer reaches it instead of a reset connection.
 */
import type { FastifyInstance } from "fastify";
import { HttpProblem } from "./errors.ts";

const LINGER = 10_000;
const STREAMED = /^application\/(x-)?ndjson\b/i;

export function addBodyGuard(app: FastifyInstance, bodyTimeout: number): void {
  app.addHook("preParsing", (request, reply, payload, done) => {
    const { headers } = request;
    const none = headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
    if (none || STREAMED.test(headers["content-type"] ?? "")) return done();
    const timer = setTimeout(() => {
      // Without a reader (refused as too large, say) there is nobody to tell, and an error nobody takes would end the process.
      if (reply.sent || payload.listenerCount("error") === 0) return;
      const seconds = bodyTimeout / 1000;
      payload.emit("error", new HttpProblem("request_timeout", `the body was not here within ${seconds} s`));
    }, bodyTimeout);
    const stop = () => clearTimeout(timer);
    payload.once("end", stop).once("close", stop);
    reply.raw.once("close", stop);
    done();
  });

  app.addHook("onResponse", (request, _reply, done) => {
    const { raw } = request;
    if (!raw.complete && !raw.destroyed) {
      const timer = setTimeout(() => raw.destroy(), LINGER).unref();
      raw.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    }
    done();
  });
}
