/**
 * `POST /v1/webhooks/:source/:shop`. The shop's secret gives access: the signature over the raw bytes is checked before anything parses
 * them. A request that its path and headers already condemn is refused before its body is read. Nobody reads the answers to a webhook,
 * so rejected events are also logged.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { parseJson } from "../../../core/text/json.ts";
import type { Source } from "../../../sources/source.ts";
import { receipt } from "../../contract/events.ts";
import { webhookParams } from "../../contract/webhooks.ts";
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
    ...answers(200, "Nothing to take in; `ignored` says why", { [JSON_TYPE]: receipt }),
    ...answers(202, "The result for the events", { [JSON_TYPE]: receipt }),
  },
};
const takes = { [JSON_TYPE]: { schema: z.looseObject({}), description: "As the platform sends it" } };

/** Not in contract/: a source reads the raw bytes with Node. */
export type WebhooksVerbs = {
  readonly config: {
    shop(id: string): { readonly webhooks: Readonly<Record<string, { readonly secret: string }>> } | null;
  };
  /** By name. */
  readonly sources: ReadonlyMap<string, Source>;
};

type Address = z.output<typeof webhookParams>;

export type WebhookOptions = WebhooksVerbs & {
  readonly submit: Submit;
  readonly countFailure: CountFailure;
  readonly strangers: Strangers;
  readonly now: () => number;
};

export function webhookRoutes(app: FastifyInstance, options: WebhookOptions): void {
  const { config, sources, submit, countFailure, strangers, now } = options;
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
    return { source, place, secret: shop.webhooks[source.name]?.secret ?? "" };
  };
  const wrongSignature = (request: FastifyRequest, message: string, place: string) =>
    countFailure(request, "invalid_signature", `${message} (${place} in dunlin.yaml)`);

  app.addHook<{ Params: Address }>("onRequest", async (request) => {
    const { source, place } = addressed(request.params);
    const signed = source.isSigned(request.headers);
    if (!signed.ok) throw await wrongSignature(request, signed.message, place);
  });

  app
    .withTypeProvider<ZodTypeProvider>()
    .post("/v1/webhooks/:source/:shop", { schema, config: { access: "open", takes } }, async (request, reply) => {
      const { params, headers, log } = request;
      const { source, place, secret } = addressed(params);
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const verified = source.verify({ headers, rawBody, secret });
      if (!verified.ok) throw await wrongSignature(request, verified.message, place);

      const parsed = parseJson(rawBody);
      if (!parsed.ok) throw new HttpProblem("invalid_json", parsed.message);
      const read = source.toEvents({ headers, body: parsed.value, rawBody, shop: params.shop, receivedAt: now() });
      if (!read.ok) throw new HttpProblem("invalid_webhook", read.message);
      const ignored = read.ignored === undefined ? {} : { ignored: read.ignored };
      if (read.events.length === 0)
        return reply.code(200).send({ accepted: 0, duplicates: 0, rejected: [], warnings: [], ...ignored });

      const report = await submit(read.events, log);
      for (const { id, code, message } of report.rejected)
        log.warn({ source: source.name, shop: params.shop, event: id, code, reason: message }, "webhook rejected");
      return reply.code(202).send({ ...report, ...ignored });
    });
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 100));
