/** `GET /v1/reports/recovery`: the recovery report as JSON or CSV. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { type ReportsVerbs, recoveryQuery, recoveryReport } from "../contract/reports.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

export function reportRoutes(plain: FastifyInstance, { report, reportCsv }: ReportsVerbs): void {
  addNoStore(plain);
  plain.withTypeProvider<ZodTypeProvider>().get(
    "/v1/reports/recovery",
    {
      config: { access: "viewer" },
      schema: {
        querystring: recoveryQuery,
        summary: "Recovered orders",
        description:
          "The same as `dunlin report`. Without a period, the whole history. A day is the own day of each shop, in its zone. Orders and cases count on the day they were placed; reminders, cost and recovered orders on the day of the reminder.",
        tags: ["reports"],
        response: answers(200, "The report", { [JSON_TYPE]: recoveryReport, "text/csv": z.string() }),
      },
    },
    async ({ query: { format, totals, ...query } }, reply) => {
      if (format === "json") return reply.type(JSON_TYPE).send(await report(query));
      reply.header("content-disposition", 'attachment; filename="recovery.csv"').type("text/csv; charset=utf-8");
      return reply.send(await reportCsv({ ...query, totals }));
    },
  );
}
