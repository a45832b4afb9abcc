/** The lists of cases, reminders and deliveries, a page at a time. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import {
  caseItem,
  casesQuery,
  deliveriesQuery,
  deliveryItem,
  type ListsVerbs,
  reminderItem,
  remindersQuery,
} from "../contract/lists.ts";
import { pageOf } from "../contract/parts/values.ts";
import { found } from "../kit/found.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const config = { access: "viewer" } as const;

export function listRoutes(plain: FastifyInstance, verbs: ListsVerbs): void {
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/v1/cases",
    { config, schema: { querystring: casesQuery, ...listed("Cases", "when a case opened", caseItem) } },
    async ({ query }) => found(await verbs.listCases(query)),
  );
  app.get(
    "/v1/reminders",
    {
      config,
      schema: {
        querystring: remindersQuery,
        ...listed("Reminders", "when a reminder was decided or is due", reminderItem),
      },
    },
    async ({ query }) => found(await verbs.listReminders(query)),
  );
  app.get(
    "/v1/deliveries",
    {
      config,
      schema: { querystring: deliveriesQuery, ...listed("Deliveries", "when a delivery was claimed", deliveryItem) },
    },
    async ({ query }) => found(await verbs.listDeliveries(query)),
  );
}

function listed(summary: string, by: string, item: z.ZodType) {
  return {
    summary,
    description: `Newest first. \`from\` and \`to\` select by ${by}: [from, to).`,
    tags: ["lists"],
    response: answers(200, "A page", { [JSON_TYPE]: pageOf(item) }),
  };
}
