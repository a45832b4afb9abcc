/** The problems that the HTTP interface answers with. */
import { ERRORS, type ErrorCode } from "../contract/parts/errors.ts";
import type { Fault, ProblemMembers } from "../contract/parts/problem.ts";

type Extra = {
  readonly errors?: readonly Fault[];
  /** Members that only some codes have. */
  readonly members?: ProblemMembers;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown anywhere below a route, answered as `application/problem+json`. The caller reads `detail`: it must say nothing internal. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: ErrorCode;
  readonly extra: Extra;
  /** Fastify reads it when it decides whether to close the connection. */
  readonly statusCode: number;

  constructor(code: ErrorCode, detail: string, extra: Extra = {}) {
    super(detail);
    this.code = code;
    this.extra = extra;
    this.statusCode = ERRORS[code].status;
  }
}

/** RFC 9457. `requestId` is also in the log. */
export function problemText(problem: HttpProblem, requestId: string): string {
  const { status, title } = ERRORS[problem.code];
  const { errors, members } = problem.extra;
  return JSON.stringify({
    type: `urn:dunlin:error:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(errors && { errors }),
    ...members,
    requestId,
  });
}
