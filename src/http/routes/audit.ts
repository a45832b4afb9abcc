/** The audit trail. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { auditItem, pageOf } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { answers } from "../kit/openapi.ts";
import { auditQuery } from "../queries.ts";
import { found } from "./reads.ts";

export function auditRoutes(plain: FastifyInstance, { listAudit }: Pick<HttpDeps, "listAudit">): void {
  plain.withTypeProvider<ZodTypeProvider>().get(
    "/v1/audit",
    {
      config: { access: "viewer" },
      schema: {
        querystring: auditQuery,
        summary: "Who changed what",
        description: "Campaigns and keys, newest first. `from` and `to` bound when: [from, to).",
        tags: ["campaigns"],
        response: answers(200, "A page", { "application/json": pageOf(auditItem) }),
      },
    },
    async ({ query }, reply) => reply.header("cache-control", "no-store").send(found(await listAudit(query))),
  );
}
