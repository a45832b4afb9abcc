/** The list of orders, the story of one, and the phone number behind it. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type OrdersVerbs, orderStory, revealedPhone } from "../contract/orders.ts";
import { orderParams } from "../contract/parts/query.ts";
import { pageOf } from "../contract/parts/values.ts";
import { type OrderListVerbs, orderItem, ordersQuery } from "../contract/reports/order-list.ts";
import { mayAct } from "../kit/auth.ts";
import { HttpProblem } from "../kit/errors.ts";
import { found } from "../kit/found.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function orderRoutes(
  plain: FastifyInstance,
  { explain, listOrders, reveal }: OrdersVerbs & OrderListVerbs,
): void {
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/v1/orders",
    {
      config: { access: "viewer" },
      schema: {
        querystring: ordersQuery,
        summary: "Orders",
        description:
          "The orders that the report's `orders` counts, newest first; with `recovered=true` those that `recoveredOrders` counts. `from` and `to` select as in the report: by the time of the order, or of the reminder: [from, to).",
        tags: ["lists"],
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(orderItem) }),
      },
    },
    async ({ query, holder }) => {
      const phones = holder !== null && mayAct(holder.role, "operator");
      const list = await listOrders({ ...query, phones });
      if (list.kind === "unknown_shop")
        throw new HttpProblem(
          "shop_not_found",
          `the shop ${quoted(query.shop ?? "")} is not configured and has no orders`,
        );
      return found(list.kind === "page" ? list.page : null);
    },
  );

  app.get(
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
      if (story === null) throw notFound(shop, id);
      return reply.type(JSON_TYPE).send(story);
    },
  );

  app.post(
    "/v1/orders/:shop/:id/reveal",
    {
      config: { access: "operator" },
      schema: {
        params: orderParams,
        summary: "Reveal the buyer's phone number",
        description: "The audit trail says who saw the number behind which order. Takes no body.",
        tags: ["orders"],
        response: answers(200, "The number", { [JSON_TYPE]: revealedPhone }),
      },
    },
    async (request) => {
      const { shop, id } = request.params;
      const result = await reveal(actorOf(request), { shop, order: id });
      if (result.kind === "revealed") return result.answer;
      if (result.kind === "unknown_order") throw notFound(shop, id);
      throw new HttpProblem("phone_not_found", `no phone number of the buyer of the order ${quoted(id)} is stored`);
    },
  );
}

const notFound = (shop: string, id: string): HttpProblem =>
  new HttpProblem("order_not_found", `no event of an order ${quoted(id)} in the shop ${quoted(shop)} was received`);

const quoted = (name: string) => JSON.stringify(name.slice(0, 200));
