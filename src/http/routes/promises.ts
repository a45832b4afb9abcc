/** Promises to pay: a person who talked to the buyer says when they will pay. */

import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { fieldPath, wordsFor } from "../../core/text/zod-words.ts";
import { orderParams } from "../contract/parts/query.ts";
import { pageOf } from "../contract/parts/values.ts";
import {
  type PromiseResult,
  type PromisesVerbs,
  promiseAnswer,
  promiseBody,
  promiseItem,
  promisesQuery,
} from "../contract/promises.ts";
import { mayAct } from "../kit/auth.ts";
import { HttpProblem } from "../kit/errors.ts";
import { found } from "../kit/found.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function promiseRoutes(plain: FastifyInstance, { promise, listPromises }: PromisesVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/promises",
    {
      config: { access: "viewer" },
      schema: {
        querystring: promisesQuery,
        summary: "What buyers promised, and whether they paid",
        description: "Operators see the phone number, masked.",
        tags: ["tasks"],
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(promiseItem) }),
      },
    },
    async ({ query, holder }) => {
      const phones = holder !== null && mayAct(holder.role, "operator");
      return found(await listPromises({ ...query, phones }));
    },
  );
  app.post(
    "/v1/orders/:shop/:id/promise",
    {
      config: { access: "operator", takes: { [JSON_TYPE]: { schema: promiseBody } } },
      schema: {
        params: orderParams,
        summary: "Record that the buyer promised to pay",
        description:
          "The planned reminders of the order's case that are due earlier wait until then. A later promise replaces an earlier one.",
        tags: ["orders"],
        response: answers(200, "Recorded for all orders of the case", { [JSON_TYPE]: promiseAnswer }),
      },
    },
    async ({ params: { shop, id }, body }, reply) => {
      const parsed = promiseBody.safeParse(body, { error: wordsFor });
      if (!parsed.success) {
        const errors = parsed.error.issues.map(({ path, message }) => {
          const field = fieldPath(path);
          return { field, message: `${field === "" ? "the body" : field}: ${message}` };
        });
        throw new HttpProblem("invalid_promise", errors[0]?.message ?? "the promise is not valid", { errors });
      }
      const result = await promise({ shop, order: id, ...parsed.data });
      if (result.kind === "recorded") return reply.type(JSON_TYPE).send(result.answer);
      throw problemOf(result, id, shop);
    },
  );
}

function problemOf(result: Exclude<PromiseResult, { kind: "recorded" }>, id: string, shop: string): HttpProblem {
  if (result.kind === "past" || result.kind === "too_late") {
    const message = `at: ${result.message}`;
    return new HttpProblem("invalid_promise", message, { errors: [{ field: "at", message }] });
  }
  const order = `order ${JSON.stringify(id.slice(0, 200))} of the shop ${JSON.stringify(shop)}`;
  if (result.kind === "unknown_order")
    return new HttpProblem("order_not_found", `no event of the ${order} was received`);
  return new HttpProblem("no_open_case", `the ${order} has no open case`);
}
