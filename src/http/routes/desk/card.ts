/** The card of a task, which a person reads before they speak to the buyer, and its phrases. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type CardVerbs, taskCard as card } from "../../contract/desk/card.ts";
import { type PhrasesVerbs, phrasesAnswer, phrasesQuery } from "../../contract/desk/phrases.ts";
import { taskParams } from "../../contract/tasks.ts";
import { HttpProblem } from "../../kit/errors.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";

export function cardRoutes(plain: FastifyInstance, { phrases, taskCard }: PhrasesVerbs & CardVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/tasks/:id",
    {
      config: { access: "operator" },
      schema: {
        params: taskParams,
        summary: "The card of a task",
        description: "Its case with the goods, the messages so far, what people did, and the last promise.",
        tags: ["tasks"],
        response: answers(200, "The card", { [JSON_TYPE]: card }),
      },
    },
    async ({ params }) => {
      const found = await taskCard(params.id);
      if (found === null) throw new HttpProblem("task_not_found", "no task has this id");
      return found;
    },
  );
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
