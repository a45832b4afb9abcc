/** The follow-up desk. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { orderParams } from "../contract/parts/query.ts";
import { pageOf } from "../contract/parts/values.ts";
import {
  assignBody,
  outcomeBody,
  type TaskAnswer,
  type TaskItem,
  type TaskRefusal,
  type TasksVerbs,
  task,
  taskParams,
  taskPhone,
  tasksQuery,
  touchBody,
} from "../contract/tasks.ts";
import { mayAct } from "../kit/auth.ts";
import { HttpProblem } from "../kit/errors.ts";
import { found } from "../kit/found.ts";
import { actorOf, createActs } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const tags = ["tasks"];
const config = { access: "operator" } as const;
const answer = answers(200, "The task as it is now", { [JSON_TYPE]: task });

/** The numbers that one person is shown in an hour. */
const CONTACTS_AN_HOUR = 60;

const CHANGES = [
  [
    "claim",
    "Take a task",
    "A claim is a lease of 15 minutes; as long as it lasts, its case gets no message. To claim it again renews it.",
  ],
  ["extend", "Renew a claim", "For another 15 minutes."],
  [
    "release",
    "Let a task go",
    "Another person can take it, and its case goes back to the reminders at the time that its campaign sets.",
  ],
] as const;

export function taskRoutes(plain: FastifyInstance, { tasks }: TasksVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  const reveals = createActs(plain, CONTACTS_AN_HOUR, "phone numbers", "hour");
  app.get(
    "/v1/tasks",
    {
      config: { access: "viewer" },
      schema: {
        querystring: tasksQuery,
        summary: "What people have to do about cases",
        description:
          "A case that becomes a person's is a task from that moment on. It ends with an outcome, or by itself when the case does. Operators see the phone number, masked.",
        tags,
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(task) }),
      },
    },
    async (request) => {
      const phones = request.holder !== null && mayAct(request.holder.role, "operator");
      return found(await tasks.list(actorOf(request), { ...request.query, phones }));
    },
  );
  for (const [verb, summary, description] of CHANGES)
    app.post(
      `/v1/tasks/:id/${verb}`,
      { config, schema: { params: taskParams, summary, description, tags, response: answer } },
      async (request) => taskOf(await tasks[verb](actorOf(request), request.params.id)),
    );
  app.post(
    "/v1/cases/:shop/:id/take",
    {
      config,
      schema: {
        params: orderParams,
        summary: "Take a case by hand",
        description:
          "Any open case. It claims the task of the case, or makes one of the kind `call`. It is in the audit trail.",
        tags,
        response: answer,
      },
    },
    async (request) => {
      const result = await tasks.take(actorOf(request), request.params);
      if (result.kind === "unknown_case") throw new HttpProblem("case_not_found", "no case of the shop has this id");
      if (result.kind === "ended") throw new HttpProblem("no_open_case", "the case has ended");
      return taskOf(result);
    },
  );
  app.post(
    "/v1/tasks/:id/assign",
    {
      config,
      schema: {
        params: taskParams,
        body: assignBody,
        summary: "Give a task to a person",
        description:
          "Also when another one has it, unless `unclaimed` is true. Only that person can claim it then. It is in the audit trail.",
        tags,
        response: answer,
      },
    },
    async (request) => {
      const result = await tasks.assign(actorOf(request), request.params.id, request.body);
      if (result.kind === "unknown_person")
        throw new HttpProblem("user_not_found", `nobody who may do this is called ${JSON.stringify(request.body.to)}`);
      return taskOf(result);
    },
  );
  app.post(
    "/v1/tasks/:id/contact",
    {
      config,
      schema: {
        params: taskParams,
        summary: "Reveal the phone number of the buyer",
        description: `To the one who has claimed the task. Each is in the audit trail; at most ${CONTACTS_AN_HOUR} an hour.`,
        tags,
        response: answers(200, "The number", { [JSON_TYPE]: taskPhone }),
      },
    },
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      await reveals(request);
      const result = await tasks.contact(actorOf(request), request.params.id);
      if (result.kind === "revealed") return { phone: result.phone };
      if (result.kind === "no_phone")
        throw new HttpProblem("phone_not_found", "the buyer of this task has no phone number");
      throw problemOf(result);
    },
  );
  app.post(
    "/v1/tasks/:id/touch",
    {
      config,
      schema: {
        params: taskParams,
        body: touchBody,
        summary: "Record a call or a message of a person",
        tags,
        response: answer,
      },
    },
    async (request) => taskOf(await tasks.touch(actorOf(request), request.params.id, request.body)),
  );
  app.post(
    "/v1/tasks/:id/outcome",
    {
      config,
      schema: {
        params: taskParams,
        body: outcomeBody,
        summary: "Record how a case goes on",
        description:
          "`will_pay` records a promise: reminders wait until its time, and it is a task again if it is broken. A promise later than the close less `minLead` is refused.",
        tags,
        response: answer,
      },
    },
    async (request) => {
      const result = await tasks.outcome(actorOf(request), request.params.id, request.body);
      if (result.kind !== "invalid") return taskOf(result);
      const { field, message } = result;
      throw new HttpProblem("invalid_promise", message, { errors: [{ field, message }] });
    },
  );
}

function taskOf(result: TaskAnswer): TaskItem {
  if (result.kind === "task") return result.task;
  throw problemOf(result);
}

function problemOf(refused: TaskRefusal): HttpProblem {
  switch (refused.kind) {
    case "unknown_task":
      return new HttpProblem("task_not_found", "no task has this id");
    case "ended":
      return new HttpProblem("task_ended", "the task is done");
    case "taken":
      return new HttpProblem("task_taken", `${refused.by} has the task`);
    case "under_way":
      return new HttpProblem("send_under_way", "a message to the buyer is being sent");
    case "not_claimed":
      return new HttpProblem("task_not_claimed", "you have not claimed the task, or the claim is over");
  }
}
