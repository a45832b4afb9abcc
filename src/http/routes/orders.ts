/** `GET /v1/orders/:shop/:id`: the story of an order. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type OrdersVerbs, orderStory } from "../contract/orders.ts";
import { orderParams } from "../contract/parts/query.ts";
import { mayAct } from "../kit/auth.ts";
import { HttpProblem } from "../kit/errors.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function orderRoutes(plain: FastifyInstance, { explain }: OrdersVerbs): void {
  addNoStore(plain);
  plain.withTypeProvider<ZodTypeProvider>().get(
    "/v1/orders/:shop/:id",
    {
      config: { access: "viewer" },
      schema: {
        params: orderParams,
        summary: "The story of an order",
        description:
          "The same as `dunlin explain`: events, cases, reminders with their reasons, deliveries and the recovery. An operator also sees the texts that were sent.",
        tags: ["reports"],
        response: answers(200, "The story", { [JSON_TYPE]: orderStory }),
      },
    },
    async ({ params: { shop, id }, holder }, reply) => {
      const story = await explain({ shop, order: id, texts: holder !== null && mayAct(holder.role, "operator") });
      if (story === null)
        throw new HttpProblem(
          "order_not_found",
          `no event of an order ${quoted(id)} in the shop ${quoted(shop)} was received`,
        );
      return reply.type(JSON_TYPE).send(story);
    },
  );
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 200));
