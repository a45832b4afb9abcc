/** `POST /v1/orders/:shop/:id/promise`: a person who talked to the buyer says when they will pay. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { promiseAnswer } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { HttpProblem } from "../kit/errors.ts";
import { answers } from "../kit/openapi.ts";
import { orderParams, promiseBody } from "../queries.ts";

const JSON_TYPE = "application/json";

export function promiseRoutes(plain: FastifyInstance, { promise }: Pick<HttpDeps, "promise">): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.post(
    "/v1/orders/:shop/:id/promise",
    {
      config: { access: "operator", takes: { [JSON_TYPE]: { schema: promiseBody } } },
      bodyLimit: 10_000,
      schema: {
        params: orderParams,
        summary: "Record that the buyer promised to pay",
        description:
          "Reminders of the order's case that are left and earlier wait until then; a later promise takes the place of an earlier one.",
        tags: ["orders"],
        response: answers(200, "It is recorded, for all orders of the case", { [JSON_TYPE]: promiseAnswer }),
      },
    },
    async ({ params: { shop, id }, body }, reply) => {
      const told = promiseBody.safeParse(body);
      if (!told.success) {
        const errors = told.error.issues.map(({ path, message }) => {
          const field = path.join(".");
          return { field, message: `${field === "" ? "the body" : field}: ${message}` };
        });
        throw new HttpProblem("invalid_promise", errors[0]?.message ?? "the promise is not valid", { errors });
      }
      const result = await promise({ shop, order: id, ...told.data });
      if (result.kind === "recorded") return reply.type(JSON_TYPE).send(result.answer);
      throw problemOf(result.kind, id, shop);
    },
  );
}

function problemOf(kind: "past" | "unknown_order" | "no_open_case", id: string, shop: string): HttpProblem {
  const order = `order ${JSON.stringify(id.slice(0, 200))} of the shop ${JSON.stringify(shop)}`;
  if (kind === "unknown_order") return new HttpProblem("order_not_found", `no event told of the ${order}`);
  if (kind === "no_open_case") return new HttpProblem("no_open_case", `the ${order} is not being chased`);
  const message = "at: lies in the past; a promise is for a time to come";
  return new HttpProblem("invalid_promise", message, { errors: [{ field: "at", message }] });
}
