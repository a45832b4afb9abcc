/**
 * `POST /v1/rehearsals`. The body goes to a file as it comes, and the answer comes from one: whatever is sent, this process holds no more
 * of it than a piece, and the work is done in a thread. The answer begins when all is known, so that what goes wrong is a problem.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { rehearsal, rehearsalBody } from "../contract.ts";
import type { HttpRehearsals, RehearsalAnswer } from "../deps.ts";
import { HttpProblem } from "../kit/errors.ts";
import { answers } from "../kit/openapi.ts";
import { isPlainUtf8, NDJSON, unsupported } from "../kit/plain-body.ts";
import { rehearsalQuery } from "../queries.ts";

const JSON_LIMIT = 10_000_000;
const JSON_TYPE = "application/json";
const RETRY_AFTER = "10";

const schema = {
  querystring: rehearsalQuery,
  summary: "Rehearse campaigns over order events",
  description:
    "What `dunlin rehearse --json` prints. Nothing is stored and nothing is sent. Lines that are no event are passed over and named under `warnings`.",
  tags: ["rehearsals"],
  response: answers(200, "What would be sent and skipped", { [JSON_TYPE]: rehearsal }),
};
const takes = {
  [JSON_TYPE]: { schema: rehearsalBody, description: "Up to 10 MB" },
  "application/x-ndjson": {
    schema: z.string(),
    description: "One event a line, up to 1 GB; rehearsed with the campaigns that the service runs",
  },
};

export type RehearsalOptions = {
  readonly rehearsals: HttpRehearsals;
  /** Bytes of NDJSON. */
  readonly most: number;
  readonly stallTimeout: number;
  readonly draining: AbortSignal;
};

export function rehearsalRoutes(
  plain: FastifyInstance,
  { rehearsals, most, stallTimeout, draining }: RehearsalOptions,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([JSON_TYPE, ...NDJSON], (request, payload, done) => {
    if (isPlainUtf8(request)) done(null, payload);
    else done(unsupported(request));
  });

  app.post("/v1/rehearsals", { schema, config: { access: "operator", takes } }, async (request, reply) => {
    const body: unknown = request.body;
    if (!(body instanceof Readable)) throw new HttpProblem("invalid_json", "the body is empty: send order events");
    const type = /^application\/json\b/i.test(request.headers["content-type"] ?? "") ? "json" : "ndjson";
    const slot = await rehearsals.begin();
    if (slot === null)
      throw new HttpProblem("rehearsal_under_way", "another rehearsal is under way", {
        headers: { "retry-after": RETRY_AFTER },
      });
    const signal = AbortSignal.any([draining, goneOf(reply)]);
    try {
      await receive(body, slot.body, { most: type === "json" ? JSON_LIMIT : most, stallTimeout, signal });
      const answer = await slot.run({ type, from: request.query.from }, signal);
      return await give(reply, answer, () => void slot.end());
    } catch (error) {
      await slot.end();
      throw error;
    }
  });
}

/** Aborted when the one who asked is gone. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished)
      gone.abort(new HttpProblem("invalid_request", "the connection was cut before the answer"));
  });
  return gone.signal;
}

type Receiving = { readonly most: number; readonly stallTimeout: number; readonly signal: AbortSignal };

/** The body itself is never destroyed: the connection would go with it, and the answer be lost. */
async function receive(body: Readable, path: string, { most, stallTimeout, signal }: Receiving): Promise<void> {
  const stalled = new AbortController();
  const onStall = () => stalled.abort(new HttpProblem("request_timeout", `nothing came for ${stallTimeout / 1000} s`));
  const stall = setTimeout(onStall, stallTimeout);
  let size = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      stall.refresh();
      size += piece.length;
      if (size <= most) done(null, piece);
      else done(new HttpProblem("payload_too_large", `a rehearsal takes up to ${most} bytes of this content type`));
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

async function give(reply: FastifyReply, answer: RehearsalAnswer, end: () => void): Promise<FastifyReply> {
  if (!answer.ok) {
    const { code, message, errors } = answer;
    throw new HttpProblem(code, message, errors.length === 0 ? {} : { errors: errors.map((fault) => ({ ...fault })) });
  }
  const { size } = await stat(answer.answer);
  const stream = createReadStream(answer.answer);
  stream.once("close", end);
  return reply.header("cache-control", "no-store").header("content-length", size).type(JSON_TYPE).send(stream);
}
