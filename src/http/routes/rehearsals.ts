/**
 * `POST /v1/rehearsals`. The body is written to a file as it arrives, and the answer is read from one, so a body of any size needs little
 * memory. The work is done in a thread. The answer starts when the whole result is known, so that any error can still be a problem.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  type RehearsalResult,
  type RehearsalsVerbs,
  rehearsal,
  rehearsalBody,
  rehearsalQuery,
} from "../contract/rehearsals.ts";
import { isPlainUtf8, NDJSON, unsupported } from "../kit/body/plain-body.ts";
import { HttpProblem } from "../kit/errors.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const JSON_LIMIT = 10_000_000;
const RETRY_AFTER = "10";
const CSV = "text/csv";

const schema = {
  querystring: rehearsalQuery,
  summary: "Rehearse campaigns over order events",
  description:
    "The same as `dunlin rehearse --json`. Nothing is stored and nothing is sent. Lines that are not an event are ignored and listed under `warnings`.",
  tags: ["rehearsals"],
  response: answers(200, "The messages that would be sent and skipped", { [JSON_TYPE]: rehearsal }),
};
const takes = {
  [JSON_TYPE]: { schema: rehearsalBody, description: "Up to 10 MB" },
  "application/x-ndjson": {
    schema: z.string(),
    description: "One event a line, up to 1 GB; rehearsed with the campaigns that the service runs",
  },
  [CSV]: {
    schema: z.string(),
    description: "The export of a shop system, as `dunlin rehearse` takes it, in any encoding, up to 1 GB",
  },
};

export type RehearsalOptions = RehearsalsVerbs & {
  /** Bytes of NDJSON. */
  readonly maxBytes: number;
  readonly stallTimeout: number;
  readonly draining: AbortSignal;
};

export function rehearsalRoutes(
  plain: FastifyInstance,
  { rehearsals, maxBytes, stallTimeout, draining }: RehearsalOptions,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([JSON_TYPE, ...NDJSON], (request, payload, done) => {
    if (isPlainUtf8(request)) done(null, payload);
    else done(unsupported(request));
  });
  // Its encoding is found out.
  app.addContentTypeParser(CSV, (request, payload, done) => {
    if (request.headers["content-encoding"] === undefined) done(null, payload);
    else done(unsupported(request));
  });

  app.post("/v1/rehearsals", { schema, config: { access: "operator", takes } }, async (request, reply) => {
    const body: unknown = request.body;
    const { stored, shop, from, asOf, tag, scale } = request.query;
    if (!(body instanceof Readable) && stored === null)
      throw new HttpProblem("invalid_json", "the body is empty: send order events");
    const type = body instanceof Readable ? typeOf(request.headers["content-type"] ?? "") : "none";
    const isJson = type === "json";
    if (stored !== null && (type === "ndjson" || type === "csv"))
      throw new HttpProblem("invalid_rehearsal", "stored: takes stored orders: send no events");
    if (shop !== null && stored === null && type !== "csv") throw onlyWithoutEvents();
    const slot = await rehearsals.begin();
    if (slot === null)
      throw new HttpProblem("rehearsal_under_way", "another rehearsal is running: wait until it ends", {
        headers: { "retry-after": RETRY_AFTER },
      });
    const signal = AbortSignal.any([draining, goneOf(reply)]);
    try {
      if (body instanceof Readable)
        await receive(body, slot.body, { maxBytes: isJson ? JSON_LIMIT : maxBytes, stallTimeout, signal });
      const changes = { asOf, tags: tag, scale };
      const orders = stored === null ? null : { period: stored, shop };
      const tableShop = type === "csv" ? shop : null;
      const answer = await slot.run({ type, tableShop, from, changes, stored: orders }, signal);
      return await send(reply, answer, () => void slot.end());
    } catch (error) {
      await slot.end();
      throw error;
    }
  });
}

function typeOf(contentType: string): "json" | "ndjson" | "csv" {
  if (/^application\/json\b/i.test(contentType)) return "json";
  return /^text\/csv\b/i.test(contentType) ? "csv" : "ndjson";
}

function onlyWithoutEvents(): HttpProblem {
  const message = "shop: needs `stored` or a table: an event names its shop";
  return new HttpProblem("invalid_query", message, { errors: [{ parameter: "shop", message }] });
}

/** Aborted when the client is gone. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished)
      gone.abort(new HttpProblem("invalid_request", "the connection was cut before the answer"));
  });
  return gone.signal;
}

type Receiving = { readonly maxBytes: number; readonly stallTimeout: number; readonly signal: AbortSignal };

/** Never destroys the body itself: that would close the connection, and the answer would be lost. */
async function receive(body: Readable, path: string, { maxBytes, stallTimeout, signal }: Receiving): Promise<void> {
  const stalled = new AbortController();
  const onStall = () =>
    stalled.abort(new HttpProblem("request_timeout", `nothing arrived for ${stallTimeout / 1000} s`));
  const stall = setTimeout(onStall, stallTimeout);
  let size = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      stall.refresh();
      size += piece.length;
      if (size <= maxBytes) done(null, piece);
      else
        done(new HttpProblem("payload_too_large", `a rehearsal accepts up to ${maxBytes} bytes of this content type`));
    },
  });
  const onFail = (error: unknown) =>
    counted.destroy(
      error instanceof HttpProblem
        ? error
        : new HttpProblem("invalid_request", "the connection was cut before the end of the body"),
    );
  const onClose = () => (body.readableEnded ? undefined : onFail(undefined));
  body.on("error", onFail).once("close", onClose);
  const either = AbortSignal.any([signal, stalled.signal]);
  try {
    body.pipe(counted);
    await pipeline(counted, createWriteStream(path), { signal: either });
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    clearTimeout(stall);
    body.unpipe(counted).off("close", onClose).resume();
  }
}

async function send(reply: FastifyReply, answer: RehearsalResult, end: () => void): Promise<FastifyReply> {
  if (!answer.ok) {
    const { code, message, errors } = answer;
    throw new HttpProblem(code, message, errors.length === 0 ? {} : { errors: errors.map((fault) => ({ ...fault })) });
  }
  const { size } = await stat(answer.answer);
  const stream = createReadStream(answer.answer);
  stream.once("close", end);
  return reply.header("cache-control", "no-store").header("content-length", size).type(JSON_TYPE).send(stream);
}
