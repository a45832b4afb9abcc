/** Campaigns: read and edited as texts, with their history. A write names the version that it began with. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import {
  type CampaignsVerbs,
  campaignBody,
  campaignFull,
  campaignList,
  campaignParams,
  campaignSaved,
  rollbackBody,
  templateBody,
  templateParams,
} from "../contract/campaigns.ts";
import { noteBody, pauseBody } from "../contract/pauses.ts";
import { addJsonBody } from "../kit/body/json-body.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";
import { etagOf, expectedOf, moved, requireExpected } from "../kit/precondition.ts";
import { invalid, notFound, noVersion } from "./campaign-problems.ts";

const tags = ["campaigns"];
/** A campaign.yaml and some hundreds of texts. */
const BODY_LIMIT = 4_000_000;
const MAX_VALUES = 10_000;
const reads = { access: "viewer" } as const;
const writes = { access: "operator" } as const;
const SAVED = answers(200, "The campaign as it is now; its ETag is the version", { [JSON_TYPE]: campaignSaved });

export function campaignRoutes(plain: FastifyInstance, { campaigns }: CampaignsVerbs): void {
  plain.removeAllContentTypeParsers();
  addJsonBody(plain, BODY_LIMIT, MAX_VALUES);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);

  // Every field of a POST is optional, so the body may be absent.
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
        description: "All campaigns, also paused and retired ones, without their texts.",
        tags,
        response: answers(200, "The campaigns", { [JSON_TYPE]: campaignList }),
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
          "`yaml` and `templates` are what PUT accepts; `campaign` is how Dunlin understands them. The ETag is the version.",
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
      schema: {
        params: campaignParams,
        body: campaignBody,
        summary: "Save a campaign",
        description:
          "Makes a new version and runs it; open cases are replanned. Needs `If-Match` with the ETag that was read (without it 428; 412 when " +
          "somebody else changed the campaign first), or `If-None-Match: *` for a new campaign. The same texts again make no version.",
        tags,
        response: {
          ...SAVED,
          ...answers(201, "The campaign is new", { [JSON_TYPE]: campaignSaved }),
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

  app.put(
    "/v1/campaigns/:key/templates/:name",
    {
      config: writes,
      schema: {
        params: templateParams,
        body: templateBody,
        summary: "Save one text of a campaign",
        description:
          "Makes a new version with this text in place of the one of that name, or beside the others. Needs `If-Match` with the ETag of the " +
          "campaign: without it 428; 412 when somebody else changed the campaign first.",
        tags,
        response: SAVED,
      },
    },
    async (request, reply) => {
      const { key, name } = request.params;
      const { text, note } = request.body;
      const expects = requireExpected(request);
      const result = await campaigns.putTemplate(actorOf(request), { campaign: key, name, text, note, expects });
      if (result.kind === "unknown") throw notFound(key);
      if (result.kind === "moved") throw moved(result.current);
      if (result.kind === "invalid") throw invalid(result.faults);
      return saved(reply, key, result.warnings);
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
        description:
          "Makes a new version with the texts of version `to` (absent: the version before the current one). Honours `If-Match`.",
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

  for (const { verb, paused, body, summary, description } of SWITCHES)
    app.post(
      `/v1/campaigns/:key/${verb}`,
      {
        config: writes,
        schema: { params: campaignParams, body, summary, description, tags, response: SAVED },
      },
      async (request, reply) => {
        const { key } = request.params;
        const { note } = request.body;
        const forMs = "for" in request.body ? request.body.for : null;
        await campaigns.setPaused(actorOf(request), { campaign: key, paused, forMs, note });
        return saved(reply, key);
      },
    );
}

/** Pause and resume. */
const SWITCHES = [
  {
    verb: "pause",
    paused: true,
    body: pauseBody,
    summary: "Pause a campaign",
    description:
      "After the answer, nothing of the campaign is sent. Its reminders wait; one whose useful time passes is skipped with the reason `campaign_paused`.",
  },
  {
    verb: "resume",
    paused: false,
    body: noteBody,
    summary: "Resume a paused campaign",
    description: "Its waiting reminders are sent, if they are still useful.",
  },
] as const;
