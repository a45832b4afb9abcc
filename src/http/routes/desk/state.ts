/** How the desk stands, for the one who leads it. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type DeskStateVerbs, deskState as state } from "../../contract/desk/state.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";

export function deskStateRoutes(plain: FastifyInstance, { deskState }: DeskStateVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/desk",
    {
      config: { access: "operator" },
      schema: {
        summary: "How the follow-up desk stands",
        description: "Tasks by shop, and for each person the shift, the tasks and the last contact, also off shift.",
        tags: ["tasks"],
        response: answers(200, "Now", { [JSON_TYPE]: state }),
      },
    },
    () => deskState(),
  );
}
