/**
 * `POST /v1/webhooks/:source/:shop`. Whoever knows the shop's secret may: the signature over the very bytes is checked before anything
 * reads them. Nobody reads our answers there, so rejected events are logged, too.
 */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { parseJson } from "../../core/text/json.ts";
import { receipt } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { HttpProblem } from "../kit/errors.ts";
import type { CountFailure } from "../kit/guard.ts";
import { answers } from "../kit/openapi.ts";
import type { Submit } from "../kit/submit.ts";
import { webhookParams } from "../queries.ts";

/** Orders of many hundred lines come as one body. */
const BODY_LIMIT = 5_000_000;

const schema = {
  params: webhookParams,
  summary: "Take a shop system's webhook",
  description:
    "Needs no key: it is verified by the platform's signature with the secret in shops.<shop>.webhooks.<source> of dunlin.yaml.",
  tags: ["events"],
  response: answers(202, "What became of the events", { "application/json": receipt }),
};
const takes = { "application/json": { schema: z.looseObject({}), description: "As the platform posts it" } };

export type WebhookOptions = Pick<HttpDeps, "config" | "sources"> & {
  readonly submit: Submit;
  readonly countFailure: CountFailure;
  readonly now: () => number;
};

export function webhookRoutes(app: FastifyInstance, options: WebhookOptions): void {
  const { config, sources, submit, countFailure, now } = options;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  );

  app
    .withTypeProvider<ZodTypeProvider>()
    .post(
      "/v1/webhooks/:source/:shop",
      { schema, config: { access: "open", takes }, bodyLimit: BODY_LIMIT },
      async (request, reply) => {
        const { params, headers, log } = request;
        const source = sources.get(params.source);
        if (source === undefined)
          throw new HttpProblem(
            "unknown_source",
            `${quoted(params.source)} is none of ${[...sources.keys()].join(", ")}`,
          );
        const shop = config.shop(params.shop);
        if (shop === null)
          throw new HttpProblem(
            "unknown_shop",
            `shop ${quoted(params.shop)} is not configured: list it under shops in dunlin.yaml, or add "*"`,
          );
        const place = `shops.${params.shop}.webhooks.${source.name}.secret`;
        if (!Object.hasOwn(shop.webhooks, source.name))
          throw new HttpProblem(
            "webhook_not_configured",
            `set ${place} in dunlin.yaml to the secret that ${source.name} signs with`,
          );

        const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const verified = source.verify({ headers, rawBody, secret: shop.webhooks[source.name]?.secret ?? "" });
        if (!verified.ok)
          throw await countFailure(request, "invalid_signature", `${verified.message} (${place} in dunlin.yaml)`);

        const parsed = parseJson(rawBody);
        if (!parsed.ok) throw new HttpProblem("invalid_json", parsed.message);
        const told = source.toEvents({ headers, body: parsed.value, rawBody, shop: params.shop, receivedAt: now() });
        if (!told.ok) throw new HttpProblem("invalid_webhook", told.message);
        const ignored = told.ignored === undefined ? {} : { ignored: told.ignored };
        if (told.events.length === 0)
          return reply.code(200).send({ accepted: 0, duplicates: 0, rejected: [], ...ignored });

        const report = await submit(told.events, log);
        for (const { id, code, message } of report.rejected)
          log.warn({ source: source.name, shop: params.shop, event: id, code, reason: message }, "webhook rejected");
        return reply.code(202).send({ ...report, ...ignored });
      },
    );
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 100));
