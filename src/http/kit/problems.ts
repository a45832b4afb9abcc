/** Answers every error as a problem of errors.ts, also an error before a route is found. Only bugs and outages are logged as errors. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AmbiguousOrderError } from "../../core/order/named-order.ts";
import { QueueAwayError } from "../../core/seams/queue-page.ts";
import { fieldPath } from "../../core/text/zod-words.ts";
import { PeriodError } from "../../core/values/when.ts";
import { isDbOutage } from "../../db/explain-error.ts";
import { CampaignsBusy } from "../../db/stores/campaigns/planning-fence.ts";
import { isLockTimeout } from "../../db/transaction.ts";
import { ERRORS, type ErrorCode } from "../contract/parts/errors.ts";
import type { Fault } from "../contract/parts/problem.ts";
import { HttpProblem, problemText } from "./errors.ts";
import { logFailure } from "./log.ts";
import { showPage } from "./page.ts";

const TYPE = "application/problem+json; charset=utf-8";

/** Fastify's own codes. Any other of its errors below 500 is an invalid request. */
const OF_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "payload_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid_json",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid_json",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid_request",
  FST_ERR_MAX_PARAM_LENGTH: "uri_too_long",
  FST_ERR_BAD_URL: "invalid_request",
};
/** PostgreSQL's, at the statement timeout. */
const QUERY_CANCELED = "57014";
/** serialization_failure: a standby ends a query that needs rows which the primary has removed. Nothing else here can meet it. */
const REPLAY_CONFLICT = "40001";
const DETAIL: Partial<Record<ErrorCode, string>> = {
  payload_too_large: "the body is larger than this route accepts: send large imports as NDJSON (application/x-ndjson)",
  unsupported_media_type: "this route does not accept a body of this content type: see /openapi.json",
  uri_too_long: "a part of the path is too long",
};

export function addProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    throw noRoute(request);
  });
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answer(noted(error, request), request, reply);
}

/** For the pages that people open from a link: a failure of ours is a page, too. */
export function answerFailuresAsPages(app: FastifyInstance, title: string): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = noted(error, request);
    if (problem.statusCode < 500) return answer(problem, request, reply);
    const { statusCode: status, extra } = problem;
    return showPage(reply.headers(extra.headers ?? {}), { status, title, body: TRY_AGAIN });
  });
}

const TRY_AGAIN = "<p>This did not work just now. Try again in a minute.</p><p>暂时无法处理，请稍后重试。</p>";

function noted(error: FastifyError, request: FastifyRequest): HttpProblem {
  const problem = problemOf(error);
  if (problem.statusCode >= 500 && !(error instanceof HttpProblem))
    logFailure(request.log, error, { route: request.routeOptions?.url }, "request failed");
  return problem;
}

export const noRoute = ({ method, url }: FastifyRequest): HttpProblem =>
  new HttpProblem("not_found", `there is no ${method} ${url.split("?", 1)[0]?.slice(0, 200)}`);

function answer(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // If the connection closed now, the rest of the body would reset it, and the answer would be lost.
  if (problem.code === "payload_too_large") reply.removeHeader("connection");
  reply
    .code(problem.statusCode)
    .headers(problem.extra.headers ?? {})
    .header("content-type", TYPE);
  reply.header("x-content-type-options", "nosniff");
  return reply.send(problemText(problem, request.id));
}

function problemOf(error: FastifyError): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AmbiguousOrderError) return new HttpProblem("ambiguous_order", error.message);
  if (error instanceof PeriodError)
    return new HttpProblem("invalid_query", "the query is not valid", {
      errors: [{ parameter: "from", message: error.message }],
    });
  if (error instanceof CampaignsBusy)
    return new HttpProblem("store_unavailable", error.message, { headers: { "retry-after": "2" } });
  if (error.code === QUERY_CANCELED)
    return new HttpProblem("query_timeout", "the query took longer than the store allows: ask for less, or ask later", {
      headers: { "retry-after": "60" },
    });
  if (isLockTimeout(error))
    return new HttpProblem("store_unavailable", "another process holds what this needs: send it again", {
      headers: { "retry-after": "2" },
    });
  if (error.code === REPLAY_CONFLICT)
    return new HttpProblem("store_unavailable", "the read replica ended the query to follow the primary: ask again", {
      headers: { "retry-after": "2" },
    });
  if (isDbOutage(error))
    return new HttpProblem("store_unavailable", "the database cannot answer: ask again", {
      headers: { "retry-after": "5" },
    });
  if (error instanceof QueueAwayError)
    return new HttpProblem("store_unavailable", "the queue does not answer", { headers: { "retry-after": "5" } });
  if (error.validation !== undefined && error.validationContext === "body")
    return new HttpProblem("invalid_body", "the body is not valid", { errors: error.validation.map(bodyFault) });
  if (error.validation !== undefined)
    return new HttpProblem(
      "invalid_query",
      `the ${error.validationContext === "params" ? "path" : "query"} is not valid`,
      {
        errors: error.validation.map(faultOf),
      },
    );
  const code = OF_FASTIFY[error.code];
  if (code !== undefined) return new HttpProblem(code, DETAIL[code] ?? error.message);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new HttpProblem("invalid_request", error.message);
  return new HttpProblem("internal_error", "this is a bug in Dunlin: look up this requestId in its log");
}

function faultOf(issue: { instancePath: string; message?: string; params: object }): Fault {
  const unknown: unknown = Reflect.get(issue.params, "keys");
  const parameter = issue.instancePath.slice(1) || (Array.isArray(unknown) ? unknown.join(", ") : "");
  const message = Array.isArray(unknown) ? "is not a parameter of this route" : (issue.message ?? "is not valid");
  return { parameter, message: `${parameter}: ${message}` };
}

function bodyFault(issue: { instancePath: string; message?: string }): Fault {
  const keys = issue.instancePath.split("/").slice(1);
  // zod gives the place in a list as a number, and the adapter writes it as digits.
  const field = fieldPath(keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key)));
  return { field, message: `${field === "" ? "the body" : field}: ${issue.message ?? "is not valid"}` };
}

/** Broken HTTP never becomes a request: it is answered on the socket itself. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const code: ErrorCode =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "headers_too_large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "request_timeout"
        : "invalid_request";
  const { status, remedy } = ERRORS[code];
  const body = problemText(new HttpProblem(code, remedy), "none");
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
