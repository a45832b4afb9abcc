/**
 * `POST /v1/webhooks/:source/:shop`. The shop's secret gives access: the signature over the raw bytes is checked before anything parses
 * them. A request that its path and headers already condemn is refused before its body is read. Nobody reads the answers to a webhook,
 * so rejected events are also logged.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { parseJson } from "../../../core/text/json.ts";
import type { Source, SourceRequest, Verified } from "../../../sources/source.ts";
import { type IntakeResult, receipt } from "../../contract/events.ts";
import { webhookAnswer, webhookParams } from "../../contract/webhooks.ts";
import { unsupported } from "../../kit/body/plain-body.ts";
import { readBody } from "../../kit/body/read-body.ts";
import type { Strangers } from "../../kit/body/strangers.ts";
import { HttpProblem } from "../../kit/errors.ts";
import type { CountFailure } from "../../kit/guard.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";
import type { Submit } from "../../kit/submit.ts";

/** An order with many hundreds of items comes as one body. */
const BODY_LIMIT = 5_000_000;

const schema = {
  params: webhookParams,
  summary: "Receive a webhook of a shop system",
  description:
    "Needs no key: the platform's signature is verified with the secret in shops.<shop>.webhooks.<source> of dunlin.yaml.",
  tags: ["events"],
  response: {
    ...answers(200, "Nothing to take in; `ignored` says why. Or a platform that wants to read more than the status", {
      [JSON_TYPE]: webhookAnswer,
    }),
    ...answers(202, "The result for the events", { [JSON_TYPE]: receipt }),
  },
};
const takes = { [JSON_TYPE]: { schema: z.looseObject({}), description: "As the platform sends it" } };

/** Not in contract/: a source reads the raw bytes with Node. */
export type WebhooksVerbs = {
  readonly config: {
    shop(id: string): {
      readonly webhooks: Readonly<
        Record<string, { readonly secrets: readonly string[]; readonly settings: Readonly<Record<string, unknown>> }>
      >;
    } | null;
  };
  /** By name. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Counts each webhook. Absent in tests that do not look. */
  readonly webhookSeen?: (source: string, result: WebhookResult) => void;
};

export type WebhookResult = "accepted" | "ignored" | "unknown_topic" | "ping" | "wrong_signature" | "invalid";

type Address = z.output<typeof webhookParams>;

export type WebhookOptions = WebhooksVerbs & {
  readonly submit: Submit;
  readonly countFailure: CountFailure;
  readonly strangers: Strangers;
  readonly now: () => number;
};

export function webhookRoutes(app: FastifyInstance, options: WebhookOptions): void {
  const { config, sources, submit, countFailure, strangers, now, webhookSeen = () => {} } = options;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request, payload, done) =>
    readBody(request, payload, { limit: BODY_LIMIT, strangers }, done),
  );

  const addressed = ({ source: name, shop: id }: Address) => {
    const source = sources.get(name);
    if (source === undefined)
      throw new HttpProblem("unknown_source", `${quoted(name)} is not one of ${[...sources.keys()].join(", ")}`);
    const shop = config.shop(id);
    if (shop === null)
      throw new HttpProblem(
        "unknown_shop",
        `shop ${quoted(id)} is not configured: list it under shops in dunlin.yaml, or add "*"`,
      );
    const place = `shops.${id}.webhooks.${source.name}.secret`;
    if (!Object.hasOwn(shop.webhooks, source.name))
      throw new HttpProblem(
        "webhook_not_configured",
        `set ${place} in dunlin.yaml to the secret that ${source.name} signs with`,
      );
    const { secrets = [], settings = {} } = shop.webhooks[source.name] ?? {};
    return { source, place, secrets, settings };
  };
  const wrongSignature = (request: FastifyRequest, source: Source, message: string, place: string) => {
    webhookSeen(source.name, "wrong_signature");
    return countFailure(request, "invalid_signature", `${message} (${place} in dunlin.yaml)`);
  };
  const invalid = (source: Source, problem: HttpProblem) => {
    webhookSeen(source.name, "invalid");
    return problem;
  };

  app.addHook<{ Params: Address }>("onRequest", async (request) => {
    const { headers } = request;
    const { source, place } = addressed(request.params);
    if ((headers["content-encoding"] ?? "identity") !== "identity") throw unsupported(request);
    if (source.ping?.looksLike(headers) === true) return;
    const signed = source.isSigned({ headers, query: queryOf(request) });
    if (!signed.ok) throw await wrongSignature(request, source, signed.message, place);
  });

  app
    .withTypeProvider<ZodTypeProvider>()
    .post("/v1/webhooks/:source/:shop", { schema, config: { access: "open", takes } }, async (request, reply) => {
      const { params, headers, log } = request;
      const { source, place, secrets, settings } = addressed(params);
      const { name, answer = {}, ping } = source;
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const nothing = { accepted: 0, duplicates: 0, rejected: [], warnings: [] };
      if (ping?.looksLike(headers) === true && ping.is(rawBody)) {
        webhookSeen(name, "ping");
        return reply.code(200).send({ ...nothing, ignored: "a test of the address", ...answer });
      }
      const receivedAt = now();
      const verified = verify(source, secrets, { headers, query: queryOf(request), rawBody, settings, receivedAt });
      if (!verified.ok) throw await wrongSignature(request, source, verified.message, place);

      const parsed = parseJson(rawBody);
      if (!parsed.ok) throw invalid(source, new HttpProblem("invalid_json", parsed.message));
      const read = source.toEvents({ headers, body: parsed.value, rawBody, shop: params.shop, receivedAt });
      if (!read.ok) throw invalid(source, new HttpProblem("invalid_webhook", read.message));
      const ignored = read.ignored === undefined ? {} : { ignored: read.ignored };
      if (read.events.length === 0) {
        webhookSeen(name, read.unknownTopic === true ? "unknown_topic" : "ignored");
        return reply.code(200).send({ ...nothing, ...ignored, ...answer });
      }

      const report = inPlace(await submit(read.events, log), read.places);
      for (const { id, code, message } of report.rejected)
        log.warn({ source: name, shop: params.shop, event: id, code, reason: message }, "webhook rejected");
      webhookSeen(name, "accepted");
      return reply.code(source.answer === undefined ? 202 : 200).send({ ...report, ...ignored, ...answer });
    });
}

/** An index says where the event stands in the array that was sent. */
function inPlace(report: IntakeResult, places: readonly number[] | undefined): IntakeResult {
  if (places === undefined) return report;
  const moved = <At extends { readonly index: number }>(at: At): At => ({ ...at, index: places[at.index] ?? at.index });
  return { ...report, rejected: report.rejected.map(moved), warnings: report.warnings.map(moved) };
}

/** With any of the shop's secrets: while they are changed, the platform may sign with the old or the new one. */
function verify(source: Source, secrets: readonly string[], request: Omit<SourceRequest, "secret">): Verified {
  let verified: Verified = { ok: false, message: "there is no secret" };
  for (const secret of secrets) {
    verified = source.verify({ ...request, secret });
    if (verified.ok) break;
  }
  return verified;
}

/** As it was sent: Fastify's own parser would make a list of a parameter that is given twice. */
const queryOf = ({ url }: FastifyRequest): URLSearchParams => {
  const at = url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
};

const quoted = (name: string) => JSON.stringify(name.slice(0, 100));
