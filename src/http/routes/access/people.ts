/** People and keys. No password and no key is ever in a list. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import {
  keyItem,
  newKey,
  type PeopleVerbs,
  personBody,
  personItem,
  personLink,
  personParams,
} from "../../contract/access/people.ts";
import { pageOf } from "../../contract/parts/values.ts";
import { HttpProblem } from "../../kit/errors.ts";
import { actorOf } from "../../kit/guard.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, answersNothing, JSON_TYPE } from "../../kit/openapi.ts";

const config = { access: "admin" } as const;
const tags = ["people"];

export function peopleRoutes(plain: FastifyInstance, { people, keys }: PeopleVerbs): void {
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/v1/users",
    {
      config,
      schema: {
        summary: "People who sign in",
        tags,
        response: answers(200, "All, disabled ones included", { [JSON_TYPE]: pageOf(personItem) }),
      },
    },
    () => people.list(),
  );
  app.post(
    "/v1/users",
    {
      config,
      schema: {
        body: personBody,
        summary: "Add a person",
        description: "The same as `dunlin users create`.",
        tags,
        response: answers(201, "The link by which the person sets a password", { [JSON_TYPE]: personLink }),
      },
    },
    async (request, reply) => {
      const link = await people.create(actorOf(request), request.body);
      if (link === null) throw taken(request.body.name);
      return reply.code(201).send(link);
    },
  );
  app.post(
    "/v1/users/:name/password",
    {
      config,
      schema: {
        params: personParams,
        summary: "Give a person a new link",
        description: "The old password and all sessions of the person end.",
        tags,
        response: answers(200, "The link", { [JSON_TYPE]: personLink }),
      },
    },
    async (request) => {
      const link = await people.renew(actorOf(request), request.params.name);
      if (link === null) throw unknown("user_not_found", request.params.name);
      return link;
    },
  );
  app.delete(
    "/v1/users/:name",
    {
      config,
      schema: {
        params: personParams,
        summary: "Let a person in no longer",
        description: "Their sessions end. The name stays taken.",
        tags,
        response: answersNothing("The person can sign in no longer"),
      },
    },
    async (request, reply) => {
      if (!(await people.disable(actorOf(request), request.params.name)))
        throw unknown("user_not_found", request.params.name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/v1/keys",
    {
      config,
      schema: {
        summary: "Keys",
        tags,
        response: answers(200, "All, revoked ones included", { [JSON_TYPE]: pageOf(keyItem) }),
      },
    },
    () => keys.list(),
  );
  app.post(
    "/v1/keys",
    {
      config,
      schema: {
        body: personBody,
        summary: "Create a key",
        description: "The same as `dunlin keys create`.",
        tags,
        response: answers(201, "The key", { [JSON_TYPE]: newKey }),
      },
    },
    async (request, reply) => {
      const key = await keys.create(actorOf(request), request.body);
      if (key === null) throw taken(request.body.name);
      return reply.code(201).send(key);
    },
  );
  app.delete(
    "/v1/keys/:name",
    {
      config,
      schema: {
        params: personParams,
        summary: "Revoke a key",
        tags,
        response: answersNothing("It is valid no longer"),
      },
    },
    async (request, reply) => {
      if (!(await keys.revoke(actorOf(request), request.params.name)))
        throw unknown("key_not_found", request.params.name);
      return reply.code(204).send(null);
    },
  );
}

const taken = (name: string) =>
  new HttpProblem(
    "name_taken",
    `the name ${JSON.stringify(name)} is taken, or was: take another name, so that the audit trail stays clear`,
  );
const unknown = (code: "user_not_found" | "key_not_found", name: string) =>
  new HttpProblem(code, `there is no ${code === "user_not_found" ? "person" : "valid key"} ${JSON.stringify(name)}`);
