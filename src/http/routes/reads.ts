/** What ops people and scripts read: reports, the story of an order, and the rows behind every figure. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { caseItem, deliveryItem, orderStory, pageOf, recoveryReport, reminderItem } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { HttpProblem } from "../kit/errors.ts";
import { answers } from "../kit/openapi.ts";
import { casesQuery, deliveriesQuery, orderParams, recoveryQuery, remindersQuery } from "../queries.ts";

const JSON_TYPE = "application/json";
const config = { access: "viewer" } as const;

export type ReadDeps = Pick<
  HttpDeps,
  "report" | "reportCsv" | "explain" | "listCases" | "listReminders" | "listDeliveries"
>;

export function readRoutes(plain: FastifyInstance, deps: ReadDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("cache-control", "no-store");
    done(null, payload);
  });

  app.get(
    "/v1/reports/recovery",
    {
      config,
      schema: {
        querystring: recoveryQuery,
        summary: "Recovered orders",
        description: "What `dunlin report` prints. [from, to); without them all there is.",
        tags: ["reports"],
        response: answers(200, "The report", { [JSON_TYPE]: recoveryReport, "text/csv": z.string() }),
      },
    },
    async ({ query: { format, ...query } }, reply) => {
      if (format === "json") return reply.type(JSON_TYPE).send(await deps.report(query));
      reply.header("content-disposition", 'attachment; filename="recovery.csv"').type("text/csv; charset=utf-8");
      return reply.send(await deps.reportCsv(query));
    },
  );

  app.get(
    "/v1/orders/:shop/:id",
    {
      config,
      schema: {
        params: orderParams,
        summary: "The story of an order",
        description: "What `dunlin explain` prints: events, case, reminders with their reasons, deliveries, recovery.",
        tags: ["reports"],
        response: answers(200, "The story", { [JSON_TYPE]: orderStory }),
      },
    },
    async ({ params: { shop, id } }, reply) => {
      const story = await deps.explain({ shop, order: id });
      if (story === null)
        throw new HttpProblem("order_not_found", `no event told of an order ${quoted(id)} in the shop ${quoted(shop)}`);
      return reply.type(JSON_TYPE).send(story);
    },
  );

  app.get(
    "/v1/cases",
    { config, schema: { querystring: casesQuery, ...listed("Cases", caseItem) } },
    async ({ query }) => found(await deps.listCases(query)),
  );
  app.get(
    "/v1/reminders",
    { config, schema: { querystring: remindersQuery, ...listed("Reminders", reminderItem) } },
    async ({ query }) => found(await deps.listReminders(query)),
  );
  app.get(
    "/v1/deliveries",
    { config, schema: { querystring: deliveriesQuery, ...listed("Deliveries", deliveryItem) } },
    async ({ query }) => found(await deps.listDeliveries(query)),
  );
}

function listed(what: string, item: z.ZodType) {
  const description = "Newest first. `from` and `to` bound when it was opened, is due or was claimed: [from, to).";
  return {
    summary: what,
    description,
    tags: ["lists"],
    response: answers(200, "A page", { [JSON_TYPE]: pageOf(item) }),
  };
}

export function found<Page>(page: Page | null): Page {
  if (page !== null) return page;
  const errors = [{ parameter: "cursor", message: "cursor: is none that a page of this list gave as next" }];
  throw new HttpProblem("invalid_query", "the query is not valid", { errors });
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 200));
