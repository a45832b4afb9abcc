/** `POST /v1/events`. An empty array or stream is no fault: nothing was told, nothing is refused (202 with zeros). */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { eventBody, receipt } from "../contract.ts";
import type { Receipt, Rejected } from "../deps.ts";
import { HttpProblem, isErrorCode } from "../kit/errors.ts";
import { addJsonBody } from "../kit/json-body.ts";
import { takeLines } from "../kit/ndjson.ts";
import { answers } from "../kit/openapi.ts";
import { isPlainUtf8, NDJSON, unsupported } from "../kit/plain-body.ts";
import type { Submit } from "../kit/submit.ts";

const JSON_LIMIT = 10_000_000;
/** The smallest events fill 10 MB with about as many; of lesser things the answer would outgrow the request. */
const MAX_IN_ARRAY = 100_000;

const schema = {
  summary: "Tell order events",
  description:
    "202 means durable. A single event that is rejected is a problem 422; of arrays and NDJSON the good events go in beside the bad.",
  tags: ["events"],
  response: answers(202, "What became of the events", { "application/json": receipt }),
};
const takes = {
  "application/json": { schema: z.union([eventBody, z.array(eventBody)]), description: "Up to 10 MB" },
  "application/x-ndjson": {
    schema: z.string(),
    description: "One event a line, as many as you like; a line up to 1 MB",
  },
};

export type EventsOptions = {
  readonly submit: Submit;
  readonly stallTimeout: number;
  readonly draining: AbortSignal;
};

export function eventRoutes(app: FastifyInstance, { submit, stallTimeout, draining }: EventsOptions): void {
  app.removeAllContentTypeParsers();
  addJsonBody(app, JSON_LIMIT);
  app.addContentTypeParser(NDJSON, (request, payload, done) => {
    if (isPlainUtf8(request)) done(null, payload);
    else done(unsupported(request));
  });

  app.post(
    "/v1/events",
    { schema, config: { access: "operator", takes }, serializerCompiler: () => receiptText, bodyLimit: JSON_LIMIT },
    async (request, reply) => {
      const { body } = request;
      if (body instanceof Readable) {
        const options = { stallTimeout, signal: draining };
        return accepted(reply, await takeLines(body, { ...options, submit: (events) => submit(events, request.log) }));
      }
      if (body === undefined)
        throw new HttpProblem("invalid_json", "the body is empty: send an event, an array or NDJSON");
      if (!Array.isArray(body)) return accepted(reply, single(await submit([body], request.log)));
      if (body.length > MAX_IN_ARRAY)
        throw new HttpProblem(
          "too_many_events",
          `${body.length} events in one array; send more than ${MAX_IN_ARRAY} as NDJSON`,
        );
      return accepted(reply, await submit(body, request.log));
    },
  );
}

const accepted = (reply: FastifyReply, report: Receipt) => reply.code(202).send(report);

function single(report: Receipt): Receipt {
  const [fault] = report.rejected;
  if (fault !== undefined) throw rejectedEvent(fault);
  return report;
}

function rejectedEvent({ id, code, message }: Rejected): HttpProblem {
  const errors = [{ id, code, message }];
  return new HttpProblem(isErrorCode(code) ? code : "invalid_event", message, { errors });
}

/** By hand: most answers are three numbers. */
function receiptText(report: unknown): string {
  const { accepted, duplicates, rejected, ...more } = report as Receipt;
  if (rejected.length > 0 || Object.keys(more).length > 0) return JSON.stringify(report);
  return `{"accepted":${accepted},"duplicates":${duplicates},"rejected":[]}`;
}
