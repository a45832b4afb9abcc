/** JSON bodies: UTF-8, uncompressed. The problem of a fault names its place. */
import type { FastifyInstance } from "fastify";
import { parseJson } from "../../core/text/json.ts";
import { HttpProblem } from "./errors.ts";
import { isPlainUtf8, unsupported } from "./plain-body.ts";

export function addJsonBody(app: FastifyInstance, limit: number): void {
  app.addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit: limit }, (request, body, done) => {
    if (typeof body === "string" || !isPlainUtf8(request)) return done(unsupported(request));
    const parsed = parseJson(body);
    if (parsed.ok) done(null, parsed.value);
    else done(new HttpProblem("invalid_json", parsed.message));
  });
}
