/**
 * Limits slow bodies. Node's own `requestTimeout` is off, because it would cut long NDJSON streams (ndjson.ts has its own limit). A body
 * that is read whole must arrive in time. After the answer, the rest of a body is read and dropped for a while: otherwise the sender
 * would see a reset connection instead of the answer.
 */
import type { FastifyInstance } from "fastify";
import { HttpProblem } from "../errors.ts";

const LINGER = 10_000;
const STREAMED = /^application\/(x-)?ndjson\b/i;

export function addBodyGuard(app: FastifyInstance, bodyTimeout: number): void {
  app.addHook("preParsing", (request, reply, payload, done) => {
    const { headers } = request;
    const none = headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
    if (none || STREAMED.test(headers["content-type"] ?? "")) return done();
    const timer = setTimeout(() => {
      // A body that was refused as too large has no reader: an error without a listener would end the process.
      if (reply.sent || payload.listenerCount("error") === 0) return;
      const seconds = bodyTimeout / 1000;
      payload.emit("error", new HttpProblem("request_timeout", `the body did not arrive within ${seconds} s`));
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
