/** Channels and shops: which there are, and pausing them. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  channelItem,
  noteBody,
  type PauseSwitch,
  type PausesVerbs,
  pauseBody,
  shopItem,
} from "../contract/campaigns.ts";
import { storedId } from "../contract/parts/query.ts";
import { pageOf } from "../contract/parts/values.ts";
import { HttpProblem } from "../kit/errors.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const reads = { access: "viewer" } as const;
const writes = { access: "operator" } as const;
const params = z.object({ name: storedId(100) });

export function pauseRoutes(plain: FastifyInstance, { pauses }: PausesVerbs): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);

  // Every field of a POST is optional, so the body may be absent.
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.method === "POST") request.body ??= {};
    done();
  });

  app.get(
    "/v1/channels",
    {
      config: reads,
      schema: {
        summary: "Channels",
        description: "The configured channels, and which are paused.",
        tags: ["channels"],
        response: answers(200, "The channels", { [JSON_TYPE]: pageOf(channelItem) }),
      },
    },
    () => pauses.channels(),
  );
  app.get(
    "/v1/shops",
    {
      config: reads,
      schema: {
        summary: "Shops",
        description: "The configured shops, and which are paused.",
        tags: ["shops"],
        response: answers(200, "The shops", { [JSON_TYPE]: pageOf(shopItem) }),
      },
    },
    () => pauses.shops(),
  );

  const set = { channel: pauses.setChannel, shop: pauses.setShop };
  for (const { kind, path, item, waits } of KINDS) {
    const config = writes;
    const response = answers(200, `The ${kind} as it is now`, { [JSON_TYPE]: item });
    const common = { params, tags: [path], response };
    const changed = async (request: FastifyRequest, name: string, change: PauseSwitch) => {
      const now = await set[kind](actorOf(request), name, change);
      if (now !== null) return now;
      throw new HttpProblem(`${kind}_not_found`, `no ${kind} ${JSON.stringify(name.slice(0, 60))} is configured`);
    };
    app.post(
      `/v1/${path}/:name/pause`,
      { config, schema: { ...common, body: pauseBody, summary: `Pause a ${kind}`, description: waits } },
      (request) => {
        const { for: forMs, note } = request.body;
        return changed(request, request.params.name, { paused: true, forMs, note });
      },
    );
    app.post(
      `/v1/${path}/:name/resume`,
      {
        config,
        schema: {
          ...common,
          body: noteBody,
          summary: `Resume a paused ${kind}`,
          description: "Its waiting reminders are sent, if they are still useful.",
        },
      },
      (request) => changed(request, request.params.name, { paused: false, forMs: null, note: request.body.note }),
    );
  }
}

const KINDS = [
  {
    kind: "channel",
    path: "channels",
    item: channelItem,
    waits:
      "After the answer, nothing more is claimed for the channel, and no other channel takes its place. Its reminders wait; one whose useful time passes is skipped with the reason `channel_down`.",
  },
  {
    kind: "shop",
    path: "shops",
    item: shopItem,
    waits:
      "After the answer, no reminder of the shop is claimed. Its reminders wait; one whose useful time passes is skipped with the reason `campaign_paused`.",
  },
] as const;
