/** `POST /v1/events`. An empty array or stream is valid: the answer is 202 with zeros. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { eventBody, type IntakeResult, type Receipt, receipt } from "../contract/events.ts";
import { isErrorCode } from "../contract/parts/errors.ts";
import { addJsonBody } from "../kit/body/json-body.ts";
import { isPlainUtf8, NDJSON, unsupported } from "../kit/body/plain-body.ts";
import { HttpProblem } from "../kit/errors.ts";
import { MAX_LISTED } from "../kit/lines-report.ts";
import { takeLines } from "../kit/ndjson.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";
import type { Submit } from "../kit/submit.ts";

const JSON_LIMIT = 10_000_000;
/** About as many of the smallest events fill 10 MB. Without this limit, an array of tiny values would get an answer larger than the request. */
const MAX_IN_ARRAY = 100_000;

const schema = {
  summary: "Send order events",
  description:
    "202: the accepted events are durable. A rejected single event is answered with 422. In arrays and NDJSON, good events are accepted and bad ones are listed under `rejected`. `warnings` says what of the accepted events could not be used.",
  tags: ["events"],
  response: answers(202, "The result for the events", { [JSON_TYPE]: receipt }),
};
const takes = {
  [JSON_TYPE]: { schema: z.union([eventBody, z.array(eventBody)]), description: "Up to 10 MB" },
  "application/x-ndjson": {
    schema: z.string(),
    description: "One event a line, any number of lines; a line up to 1 MB",
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
    { schema, config: { access: "operator", intake: true, takes }, serializerCompiler: () => receiptText },
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
          `the array has ${body.length} events, at most ${MAX_IN_ARRAY} are accepted: send them as NDJSON`,
        );
      return accepted(reply, listed(await submit(body, request.log)));
    },
  );
}

const accepted = (reply: FastifyReply, report: Receipt) => reply.code(202).send(report);

/** An array of bad events would get an answer larger than itself. */
function listed(report: IntakeResult): Receipt {
  const more = report.warnings.length - MAX_LISTED;
  return more <= 0 ? report : { ...report, warnings: report.warnings.slice(0, MAX_LISTED), warningsNotListed: more };
}

function single(report: IntakeResult): IntakeResult {
  const [fault] = report.rejected;
  if (fault !== undefined) throw rejectedEvent(fault);
  return report;
}

function rejectedEvent({ id, code, message }: IntakeResult["rejected"][number]): HttpProblem {
  const errors = [{ id, code, message }];
  return new HttpProblem(isErrorCode(code) ? code : "invalid_event", message, { errors });
}

/** Written by hand, because most answers are three numbers. */
function receiptText(report: unknown): string {
  const { accepted, duplicates, rejected, warnings, ...more } = report as Receipt;
  if (rejected.length > 0 || warnings.length > 0 || Object.keys(more).length > 0) return JSON.stringify(report);
  return `{"accepted":${accepted},"duplicates":${duplicates},"rejected":[],"warnings":[]}`;
}
