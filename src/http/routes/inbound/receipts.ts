/**
 * `POST /v1/receipts/:channel`: delivery receipts and replies, verified as the provider signs. A provider that signs nothing has a secret in the
 * path. Nothing of a body is logged: it holds addresses and texts.
 */

import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type {
  Receipt,
  ReceiptAnswer,
  ReceiptCounts,
  ReceiptReader,
  ReceiptRequest,
} from "../../../core/seams/receipt.ts";
import { withDeadline } from "../../../deadline.ts";
import { receiptCounts, receiptParams, tokenParams } from "../../contract/receipts.ts";
import { readBody } from "../../kit/body/read-body.ts";
import type { Strangers } from "../../kit/body/strangers.ts";
import { HttpProblem } from "../../kit/errors.ts";
import type { CountFailure } from "../../kit/guard.ts";
import { logFailure } from "../../kit/log.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";

const BODY_LIMIT = 5_000_000;

/** Not in contract/: a reader works on the raw bytes with Node. */
export type ReceiptsVerbs = {
  readonly receipts: {
    /** By channel. `none`: its provider reports nothing; `unset`: it lacks the settings that `setting` names. */
    readonly channels: ReadonlyMap<
      string,
      | { readonly kind: "reads"; readonly reader: ReceiptReader }
      | { readonly kind: "none" }
      | { readonly kind: "unset"; readonly setting: string }
    >;
    submit(channel: string, receipts: readonly Receipt[]): Promise<ReceiptCounts>;
  };
};

type Options = ReceiptsVerbs & {
  readonly countFailure: CountFailure;
  readonly strangers: Strangers;
  readonly now: () => number;
  readonly storeTimeout: number;
};

type Params = { readonly channel: string; readonly token?: string };

const takes = { [JSON_TYPE]: { schema: z.any(), description: "As the provider sends it" } };
const config = { access: "open", takes } as const;
const posts = {
  summary: "Take receipts and replies of a provider",
  description:
    "Needs no key: the provider's signature is verified, or the token in the path. The answer is the one that the provider expects.",
  tags: ["receipts"],
  response: answers(200, "The answer of channel `webhook`", { [JSON_TYPE]: receiptCounts }),
};
const gets = {
  summary: "Let a provider check the address",
  description: "For providers that ask before they send receipts, such as WhatsApp and WeChat.",
  tags: ["receipts"],
  response: answers(200, "The provider's challenge", { "text/plain": z.string() }),
};

export function receiptRoutes(plain: FastifyInstance, options: Options): void {
  const { receipts, countFailure, strangers, now, storeTimeout } = options;
  plain.removeAllContentTypeParsers();
  plain.addContentTypeParser("*", (request, payload, done) =>
    readBody(request, payload, { limit: BODY_LIMIT, strangers }, done),
  );
  const app = plain.withTypeProvider<ZodTypeProvider>();

  const readerOf = ({ channel: name }: Params): ReceiptReader => {
    const channel = receipts.channels.get(name);
    if (channel === undefined) throw new HttpProblem("channel_not_found", `no channel ${quoted(name)} is configured`);
    if (channel.kind === "none")
      throw new HttpProblem("channel_not_found", `the provider of channel ${quoted(name)} sends no receipts`);
    if (channel.kind === "unset")
      throw new HttpProblem(
        "receipts_not_configured",
        `set ${channel.setting} of channels.${name} in dunlin.yaml, so that receipts can be verified`,
      );
    return channel.reader;
  };
  const requestOf = ({ headers, url, query, body }: FastifyRequest): ReceiptRequest => ({
    headers,
    url,
    query: query as Record<string, string>,
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    now: now(),
  });

  // Refused here, so that its body is not read. A guess counts, as a wrong key does.
  app.addHook<{ Params: Params }>("onRequest", async (request) => {
    if (!isToken(readerOf(request.params).token, request.params.token))
      throw await countFailure(request, "not_found", "there is no such address for receipts");
  });

  const take = async (request: FastifyRequest, params: Params, reply: FastifyReply) => {
    const { channel } = params;
    const reader = readerOf(params);
    const asked = requestOf(request);
    const verified = reader.verify(asked);
    if (!verified.ok)
      throw await countFailure(
        request,
        "invalid_signature",
        `${verified.message} (channels.${channel} in dunlin.yaml)`,
      );
    const read = reader.read(asked);
    if (!read.ok) throw new HttpProblem("invalid_receipt", read.message);
    const counts = await withDeadline(
      storeTimeout,
      "the store of the receipts",
      receipts.submit(channel, read.receipts),
    ).catch((error: unknown) => {
      logFailure(request.log, error, { channel, receipts: read.receipts.length }, "receipts could not be stored");
      throw new HttpProblem("store_unavailable", "the receipts could not be stored: send them again", {
        headers: { "retry-after": "5" },
      });
    });
    return send(reply, reader.answer(counts));
  };
  const check = async (request: FastifyRequest, params: Params, reply: FastifyReply) => {
    const answer = readerOf(params).checkAddress?.(requestOf(request)) ?? null;
    if (answer !== null) return send(reply, answer);
    throw await countFailure(
      request,
      "invalid_signature",
      `channel ${quoted(params.channel)} has no such check of its address`,
    );
  };

  app.post("/v1/receipts/:channel", { config, schema: { ...posts, params: receiptParams } }, (request, reply) =>
    take(request, request.params, reply),
  );
  app.post("/v1/receipts/:channel/:token", { config, schema: { ...posts, params: tokenParams } }, (request, reply) =>
    take(request, request.params, reply),
  );
  app.get(
    "/v1/receipts/:channel",
    { config: { access: "open" }, schema: { ...gets, params: receiptParams } },
    (request, reply) => check(request, request.params, reply),
  );
}

const send = (reply: FastifyReply, { status, type, body }: ReceiptAnswer) =>
  reply.code(status).type(type).serializer(String).send(body);

/** A path without a token where one is needed is wrong, too. */
function isToken(wanted: string | null, given: string | undefined): boolean {
  if (wanted === null || given === undefined) return wanted === null && given === undefined;
  const [a, b] = [Buffer.from(wanted), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 100));
