/** Bodies must be plain UTF-8, as JSON or NDJSON. */
import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../errors.ts";

export const NDJSON = ["application/x-ndjson", "application/ndjson"];

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
