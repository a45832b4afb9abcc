/** Campaigns: read and edited as texts, with their history. Whoever writes says which version they began with. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { campaignBody, noteBody, rollbackBody } from "../campaign-bodies.ts";
import { campaignFull, campaignItem, campaignSaved, pageOf, versionFull, versionItem } from "../contract.ts";
import type { HttpDeps } from "../deps.ts";
import { HttpProblem } from "../kit/errors.ts";
import { actorOf } from "../kit/guard.ts";
import { addJsonBody } from "../kit/json-body.ts";
import { answers, answersNothing } from "../kit/openapi.ts";
import { etagOf, expectedOf, moved, requireExpected } from "../kit/precondition.ts";
import { campaignParams, versionParams, versionsQuery } from "../queries.ts";

const JSON_TYPE = "application/json";
const tags = ["campaigns"];
/** A campaign.yaml and some hundred texts. */
const BODY_LIMIT = 4_000_000;
const reads = { access: "viewer" } as const;
const writes = { access: "operator" } as const;
const SAVED = answers(200, "The campaign as it is now; its ETag is the version", { [JSON_TYPE]: campaignSaved });

export function campaignRoutes(plain: FastifyInstance, { campaigns }: Pick<HttpDeps, "campaigns">): void {
  plain.removeAllContentTypeParsers();
  addJsonBody(plain, BODY_LIMIT);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("cache-control", "no-store");
    done(null, payload);
  });

  // What a POST may say is all optional, so it may say nothing.
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.method === "POST") request.body ??= {};
    done();
  });

  const saved = async (reply: FastifyReply, key: string, warnings: readonly string[] = [], status = 200) => {
    const campaign = await found(key);
    return reply
      .code(status)
      .header("etag", etagOf(campaign.version))
      .type(JSON_TYPE)
      .send({ ...campaign, warnings });
  };
  const found = async (key: string) => {
    const campaign = await campaigns.get(key);
    if (campaign === null) throw notFound(key);
    return campaign;
  };

  app.get(
    "/v1/campaigns",
    {
      config: reads,
      schema: {
        summary: "Campaigns",
        description: "All of them, also those that are paused or retired; without their texts.",
        tags,
        response: answers(200, "The campaigns", { [JSON_TYPE]: pageOf(campaignItem) }),
      },
    },
    () => campaigns.list(),
  );

  app.get(
    "/v1/campaigns/:key",
    {
      config: reads,
      schema: {
        params: campaignParams,
        summary: "A campaign",
        description:
          "`yaml` and `templates` are what PUT takes; `campaign` is how it is understood. The ETag is the version.",
        tags,
        response: answers(200, "The campaign", { [JSON_TYPE]: campaignFull }),
      },
    },
    async ({ params: { key } }, reply) => {
      const campaign = await found(key);
      return reply.header("etag", etagOf(campaign.version)).type(JSON_TYPE).send(campaign);
    },
  );

  app.put(
    "/v1/campaigns/:key",
    {
      config: writes,
      bodyLimit: BODY_LIMIT,
      schema: {
        params: campaignParams,
        body: campaignBody,
        summary: "Save a campaign",
        description:
          "Makes a new version and runs it; open cases are planned anew. Needs `If-Match` with the ETag that was read (428 without, 412 when " +
          "somebody else was first), or `If-None-Match: *` for a new campaign. The same texts again make no version.",
        tags,
        response: {
          ...SAVED,
          201: { description: "It is new", content: { [JSON_TYPE]: { schema: campaignSaved } } },
        },
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      const expects = requireExpected(request);
      const { yaml, templates, note } = request.body;
      const files = { ...templates, "campaign.yaml": yaml };
      const result = await campaigns.put(actorOf(request), { campaign: key, files, note, expects });
      if (result.kind === "moved") throw moved(result.current);
      if (result.kind === "invalid") throw invalid(result.faults);
      return saved(reply, key, result.warnings, result.change === "created" ? 201 : 200);
    },
  );

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
        description: "As it was: versions never change.",
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
        description: "409 with the reason while it is current, or any reminder or delivery was made by it.",
        tags,
        response: answersNothing("It is gone"),
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

  app.post(
    "/v1/campaigns/:key/rollback",
    {
      config: writes,
      schema: {
        params: campaignParams,
        body: rollbackBody,
        summary: "Go back to an earlier version",
        description: "Makes a new version that holds what `to` held (the one before the current). Honours `If-Match`.",
        tags,
        response: SAVED,
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      const { to, note } = request.body;
      const expects = expectedOf(request);
      const input = { campaign: key, to, note, ...(expects === undefined ? {} : { expects }) };
      const result = await campaigns.rollback(actorOf(request), input);
      switch (result.kind) {
        case "unknown-campaign":
          throw notFound(key);
        case "unknown-version":
          throw noVersion(key, result.to);
        case "moved":
          throw moved(result.current);
        case "invalid":
          throw invalid(result.faults);
        default:
          return saved(reply, key);
      }
    },
  );

  for (const { verb, paused, summary, description } of SWITCHES)
    app.post(
      `/v1/campaigns/:key/${verb}`,
      {
        config: writes,
        schema: { params: campaignParams, body: noteBody, summary, description, tags, response: SAVED },
      },
      async (request, reply) => {
        const { key } = request.params;
        await campaigns.setPaused(actorOf(request), { campaign: key, paused, note: request.body.note });
        return saved(reply, key);
      },
    );
}

/** What it means for the reminders. */
const SWITCHES = [
  {
    verb: "pause",
    paused: true,
    summary: "Pause a campaign",
    description:
      "From the answer on nothing of it is sent: its reminders wait, and end as `campaign_paused` when their useful time is over.",
  },
  {
    verb: "resume",
    paused: false,
    summary: "Resume a paused campaign",
    description: "What waits and is still of use goes out.",
  },
] as const;

const notFound = (key: string) => new HttpProblem("campaign_not_found", `there is no campaign ${quoted(key)}`);

const noVersion = (key: string, version: number | null) =>
  new HttpProblem(
    "version_not_found",
    version === null
      ? `${quoted(key)} has no version before the current one`
      : `${quoted(key)} has no version ${version}`,
  );

function invalid(faults: readonly { file: string; line: number | null; message: string }[]): HttpProblem {
  const errors = faults.map(({ file, line, message }) => ({ file, line, message }));
  return new HttpProblem("invalid_campaign", `${errors.length} fault(s); nothing was saved`, { errors });
}

const quoted = (name: string) => JSON.stringify(name.slice(0, 60));
