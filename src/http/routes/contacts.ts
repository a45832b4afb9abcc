/** Contacts that strangers share, and suppressions: addresses that must not be messaged. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  type ContactsVerbs,
  erasure,
  erasureBody,
  sharedContact,
  sharedContactsQuery,
  suppression,
  suppressionBody,
  suppressionParams,
  suppressionsQuery,
} from "../contract/contacts.ts";
import { pageOf } from "../contract/parts/values.ts";
import { HttpProblem } from "../kit/errors.ts";
import { found } from "../kit/found.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const config = { access: "operator" } as const;

export function contactRoutes(plain: FastifyInstance, { listShared, suppressions, erase }: ContactsVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/contacts/shared",
    {
      config,
      schema: {
        querystring: sharedContactsQuery,
        summary: "Contacts that strangers share",
        description: "They join nobody and get no message. Addresses are masked.",
        tags: ["lists"],
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(sharedContact) }),
      },
    },
    async ({ query }) => found(await listShared(query)),
  );

  const tags = ["suppressions"];
  app.get(
    "/v1/suppressions",
    {
      config,
      schema: {
        querystring: suppressionsQuery,
        summary: "Addresses that must not be messaged",
        description: "Newest first. Addresses are masked.",
        tags,
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(suppression) }),
      },
    },
    async ({ query }) => found(await suppressions.list(query)),
  );
  app.post(
    "/v1/suppressions",
    {
      config,
      schema: {
        body: suppressionBody,
        summary: "Opt an address out",
        description:
          "After the answer nothing more is claimed for the address. What the buyer says in a reply does not lift it.",
        tags,
        response: {
          ...answers(200, "It was there", { [JSON_TYPE]: suppression }),
          ...answers(201, "It is added", { [JSON_TYPE]: suppression }),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const result = await suppressions.add(actorOf(request), body);
      if (result.kind === "suppressed") return reply.code(result.created ? 201 : 200).send(result.answer);
      if (result.kind === "unknown_shop")
        throw new HttpProblem(
          "unknown_shop",
          `shop ${JSON.stringify(body.shop)} is not configured: list it under shops in dunlin.yaml`,
        );
      const message =
        "address: is not a phone number: write it like +8613812345678, or name the kind of chat in `kind`";
      throw new HttpProblem("invalid_body", message, { errors: [{ field: "address", message }] });
    },
  );
  app.post(
    "/v1/erasures",
    {
      config: { access: "admin" },
      schema: {
        body: erasureBody,
        summary: "Erase a buyer",
        description:
          "Deletes contacts, names, notes, texts and all that the events reported of the buyer, for good; the figures of reports stay. Open reminders end as `erased`. Later events of the buyer's known ids and addresses are stored without them, and never chased.",
        tags: ["erasures"],
        response: answers(200, "It is erased, now or before", { [JSON_TYPE]: erasure }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const result = await erase(actorOf(request), body);
      if (result.kind === "erased") return reply.send(result.answer);
      const shop = `the shop ${JSON.stringify(body.shop)}`;
      throw result.kind === "unknown_shop"
        ? new HttpProblem("unknown_shop", `${shop} is not configured: list it under shops in dunlin.yaml`)
        : new HttpProblem("buyer_not_found", `no event of ${shop} named this buyer`);
    },
  );
  app.delete(
    "/v1/suppressions/:id",
    {
      config,
      schema: {
        params: suppressionParams,
        summary: "Lift a suppression",
        description:
          "The buyer is reminded again, from the next planned step on. Reminders that were skipped stay skipped.",
        tags,
        response: answers(204, "It is lifted", { [JSON_TYPE]: z.literal("") }),
      },
    },
    async (request, reply) => {
      if (!(await suppressions.lift(actorOf(request), request.params.id)))
        throw new HttpProblem("suppression_not_found", "no suppression has this id");
      return reply.code(204).send("");
    },
  );
}
