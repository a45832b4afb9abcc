/**
 * What a writer says it began with (RFC 9110, 13.1): the entity tag of a campaign is the number of its current version. Tags are
 * compared strongly, so a weak one matches nothing.
 */
import type { FastifyRequest } from "fastify";
import { HttpProblem } from "./errors.ts";

/** Whether the current version (null: there is none) is one that was meant. */
export type Expects = (current: number | null) => boolean;

export const etagOf = (version: number): string => `"${version}"`;

/** undefined: nothing was said. */
export function expectedOf({ headers }: FastifyRequest): Expects | undefined {
  const match = headers["if-match"];
  const none = headers["if-none-match"];
  const matches = match === undefined ? undefined : tagsOf("If-Match", match);
  const excluded = none === undefined ? undefined : tagsOf("If-None-Match", none);
  if (matches === undefined && excluded === undefined) return undefined;
  return (current) => (matches?.(current) ?? true) && !(excluded?.(current) ?? false);
}

export function requireExpected(request: FastifyRequest): Expects {
  const expects = expectedOf(request);
  if (expects !== undefined) return expects;
  throw new HttpProblem(
    "precondition_required",
    "say what you began with: If-Match with the ETag that you read, or If-None-Match: * to make a new one",
  );
}

export function moved(current: number | null): HttpProblem {
  const detail =
    current === null
      ? "there is no such campaign: make it with If-None-Match: *"
      : `version ${current} is the current one: somebody else was first; read it, and edit that`;
  return new HttpProblem("precondition_failed", detail, {
    members: { current },
    ...(current === null ? {} : { headers: { etag: etagOf(current) } }),
  });
}

function tagsOf(header: string, value: string): Expects {
  if (value.trim() === "*") return (current) => current !== null;
  const tags = value.split(",").map((tag) => tag.trim());
  for (const tag of tags)
    if (!/^(W\/)?"[\x21\x23-\x7e]{0,100}"$/.test(tag))
      throw new HttpProblem("invalid_request", `${header} must be * or entity tags in quotes, like "3"`);
  return (current) => current !== null && tags.includes(etagOf(current));
}
