/** Contacts that strangers share. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type ContactsVerbs, sharedContact, sharedContactsQuery } from "../contract/contacts.ts";
import { pageOf } from "../contract/parts/values.ts";
import { found } from "../kit/found.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function contactRoutes(plain: FastifyInstance, { listShared }: ContactsVerbs): void {
  plain.withTypeProvider<ZodTypeProvider>().get(
    "/v1/contacts/shared",
    {
      config: { access: "operator" },
      schema: {
        querystring: sharedContactsQuery,
        summary: "Contacts that strangers share",
        description: "They join nobody and get no message. Addresses are masked.",
        tags: ["lists"],
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(sharedContact) }),
      },
    },
    async ({ query }, reply) => reply.header("cache-control", "no-store").send(found(await listShared(query))),
  );
}
