/** JSON bodies: UTF-8, uncompressed, with faults told by their place. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpProblem } from "./errors.ts";
import { parseJson } from "./json.ts";

export function addJsonBody(app: FastifyInstance, limit: number): void {
  app.addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit: limit }, (request, body, done) => {
    if (typeof body === "string" || !isPlainUtf8(request)) return done(unsupported(request));
    const parsed = parseJson(body);
    if (parsed.ok) done(null, parsed.value);
    else done(new HttpProblem("invalid_json", parsed.message));
  });
}

export function isPlainUtf8(request: FastifyRequest): boolean {
  const encoding = request.headers["content-encoding"] ?? "identity";
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers["content-type"] ?? "")?.[1] ?? "utf-8";
  return encoding === "identity" && /^utf-?8$/i.test(charset);
}

export function unsupported(request: FastifyRequest): HttpProblem {
  const compressed = request.headers["content-encoding"] !== undefined;
  return new HttpProblem(
    "unsupported_media_type",
    compressed ? "send the body uncompressed" : "send the body in UTF-8",
  );
}
