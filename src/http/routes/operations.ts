/** For the programs that watch over the process. Liveness asks no store: the process must not be killed because its database is out. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { liveness, type OperationsVerbs, readiness } from "../contract/operations.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const tags = ["operations"];

export function operationRoutes(app: FastifyInstance, { health, metrics }: OperationsVerbs): void {
  app.get(
    "/healthz",
    {
      config: { access: "open" },
      schema: { summary: "Liveness", tags, response: answers(200, "The process answers", { [JSON_TYPE]: liveness }) },
    },
    async () => ({ status: "ok" }),
  );

  app.get(
    "/readyz",
    {
      config: { access: "open" },
      schema: {
        summary: "Readiness",
        description:
          "503 with the same body while a check fails. The queue is checked, but does not make the process unready.",
        tags,
        response: {
          ...answers(200, "Ready", { [JSON_TYPE]: readiness }),
          ...answers(503, "Not ready", { [JSON_TYPE]: readiness }),
        },
      },
    },
    async (_request, reply) => {
      const { ok, checks } = await health.ready();
      return reply.code(ok ? 200 : 503).send({ ok, checks });
    },
  );

  app.get(
    "/metrics",
    {
      config: { access: "loopback or viewer" },
      schema: {
        summary: "Metrics for Prometheus",
        description: "A request from this machine needs no key, unless a proxy passed it on.",
        tags,
        response: answers(200, "Prometheus text", { "text/plain": z.string() }),
      },
    },
    async (_request, reply) => reply.type("text/plain; version=0.0.4; charset=utf-8").send(await metrics()),
  );

  let document: string | undefined;
  app.get("/openapi.json", { config: { access: "open" }, schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type(JSON_TYPE).send(document);
  });
}
