/**
 * The preconditions of a write (RFC 9110, 13.1). The entity tag is the number of the current version. Tags are compared
 * strongly, so a weak tag matches nothing.
 */
import type { FastifyRequest } from "fastify";
import type { Expects } from "../contract/campaigns.ts";
import { HttpProblem } from "./errors.ts";

export const etagOf = (version: number): string => `"${version}"`;

/** undefined: the request has no precondition. */
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
    "send If-Match with the ETag that you read, or If-None-Match: * to make a new campaign",
  );
}

/** `what`: the name of what was to be written. */
export function moved(current: number | null, what = "campaign"): HttpProblem {
  const detail =
    current === null
      ? "there is no such campaign: send If-None-Match: * to make it"
      : `somebody else changed the ${what}: version ${current} is current; read it, and repeat your change on it`;
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
