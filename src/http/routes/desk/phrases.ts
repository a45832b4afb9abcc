/** `GET /v1/phrases`: what to write to the buyer of a task. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type PhrasesVerbs, phrasesAnswer, phrasesQuery } from "../../contract/desk/phrases.ts";
import { HttpProblem } from "../../kit/errors.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";

export function phraseRoutes(plain: FastifyInstance, { phrases }: PhrasesVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/phrases",
    {
      config: { access: "operator" },
      schema: {
        querystring: phrasesQuery,
        summary: "What to write to the buyer of a task",
        description: "The phrases of the campaign, with the amounts and times of now, in the buyer's language.",
        tags: ["tasks"],
        response: answers(200, "The phrases", { [JSON_TYPE]: phrasesAnswer }),
      },
    },
    async ({ query }) => {
      const found = await phrases(query.task);
      if (found === null) throw new HttpProblem("task_not_found", "no task has this id");
      return found;
    },
  );
}
