/** The audit trail. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type AuditVerbs, auditItem, auditQuery } from "../contract/access/audit.ts";
import { pageOf } from "../contract/parts/values.ts";
import { found } from "../kit/found.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function auditRoutes(plain: FastifyInstance, { listAudit }: AuditVerbs): void {
  plain.withTypeProvider<ZodTypeProvider>().get(
    "/v1/audit",
    {
      config: { access: "viewer" },
      schema: {
        querystring: auditQuery,
        summary: "Who changed what",
        description:
          "Changes of campaigns and keys, newest first. `from` and `to` select by the time of the change: [from, to).",
        tags: ["campaigns"],
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(auditItem) }),
      },
    },
    async ({ query }, reply) => reply.header("cache-control", "no-store").send(found(await listAudit(query))),
  );
}
