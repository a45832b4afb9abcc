/** The versions of a campaign: read, and deleted when nothing needs them. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import {
  type CampaignsVerbs,
  campaignParams,
  versionFull,
  versionItem,
  versionParams,
  versionsQuery,
} from "../contract/campaigns.ts";
import { pageOf } from "../contract/parts/values.ts";
import { HttpProblem } from "../kit/errors.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, answersNothing, JSON_TYPE } from "../kit/openapi.ts";
import { notFound, noVersion } from "./campaign-problems.ts";

const tags = ["campaigns"];
const reads = { access: "viewer" } as const;
const writes = { access: "operator" } as const;

export function versionRoutes(plain: FastifyInstance, { campaigns }: CampaignsVerbs): void {
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/v1/campaigns/:key/versions",
    {
      config: reads,
      schema: {
        params: campaignParams,
        querystring: versionsQuery,
        summary: "The history of a campaign",
        description: "Newest first.",
        tags,
        response: answers(200, "A page", { [JSON_TYPE]: pageOf(versionItem) }),
      },
    },
    async ({ params: { key }, query: { limit, cursor } }) => {
      const page = await campaigns.versions(key, { before: cursor, limit });
      if (page === null) throw notFound(key);
      return page;
    },
  );

  app.get(
    "/v1/campaigns/:key/versions/:version",
    {
      config: reads,
      schema: {
        params: versionParams,
        summary: "A version",
        description: "A version never changes.",
        tags,
        response: answers(200, "The version", { [JSON_TYPE]: versionFull }),
      },
    },
    async ({ params: { key, version } }, reply) => {
      const full = await campaigns.version(key, version);
      if (full === null) throw noVersion(key, version);
      return reply.type(JSON_TYPE).send(full);
    },
  );

  app.delete(
    "/v1/campaigns/:key/versions/:version",
    {
      config: writes,
      schema: {
        params: versionParams,
        summary: "Delete a version",
        description:
          "409 with the reason when it is the current version, or when a reminder or delivery was made with it.",
        tags,
        response: answersNothing("It is deleted"),
      },
    },
    async (request, reply) => {
      const { key, version } = request.params;
      const result = await campaigns.removeVersion(actorOf(request), key, version);
      if (result.kind === "unknown") throw noVersion(key, version);
      if (result.kind === "in-use") throw new HttpProblem("version_in_use", result.why);
      return reply.code(204).send(null);
    },
  );
}
