/** JSON bodies: UTF-8, uncompressed. The problem of a fault names its place. A long array is parsed in steps, with turns for others. */
import { setImmediate } from "node:timers";
import type { FastifyInstance } from "fastify";
import { parseInSteps } from "../../../core/text/json-steps.ts";
import { HttpProblem } from "../errors.ts";
import { isPlainUtf8, unsupported } from "./plain-body.ts";
import { readBody } from "./read-body.ts";

/** `limit` in bytes; `maxValues`: how many JSON values one body, or one element of an array, may hold. */
export function addJsonBody(app: FastifyInstance, limit: number, maxValues?: number): void {
  app.addContentTypeParser("application/json", (request, payload, done) => {
    if (!isPlainUtf8(request)) return done(unsupported(request));
    readBody(request, payload, { limit }, (error, body) => {
      if (body === undefined) return done(error);
      const steps = parseInSteps(body, maxValues === undefined ? {} : { maxValues });
      const next = (): void => {
        const { done: isLast, value } = steps.next();
        if (isLast !== true) setImmediate(next);
        else if (value.ok) done(null, value.value);
        else done(new HttpProblem("invalid_json", value.message));
      };
      next();
    });
  });
}
