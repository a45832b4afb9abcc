/** For machines that watch over the process. Liveness asks no store: a database that is out must not get the process killed. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { liveness, readiness } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { answers } from "../kit/openapi.ts";

const tags = ["operations"];
const JSON_TYPE = "application/json";

export function operationRoutes(app: FastifyInstance, { health, metrics }: Pick<HttpDeps, "health" | "metrics">): void {
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
        description: "503 with the same body while a check fails.",
        tags,
        response: {
          ...answers(200, "Ready", { [JSON_TYPE]: readiness }),
          503: { description: "Not ready", content: { [JSON_TYPE]: { schema: readiness } } },
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
        description: "Needs no key from the machine itself, unless a proxy passed the request on.",
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
