/** Channels, shops and payment methods: which there are, and pausing them. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { storedId } from "../contract/parts/query.ts";
import { pageOf } from "../contract/parts/values.ts";
import {
  channelItem,
  methodItem,
  noteBody,
  type PauseSwitch,
  type PausesVerbs,
  pauseBody,
  shopItem,
} from "../contract/pauses.ts";
import { HttpProblem } from "../kit/errors.ts";
import { actorOf } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const reads = { access: "viewer" } as const;
const writes = { access: "operator" } as const;
const params = z.object({ name: storedId(100) });
const methodParams = z.object({ shop: storedId(100), method: storedId(100).describe("As in `order.paymentMethod`") });

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

  app.get(
    "/v1/payment-methods",
    {
      config: reads,
      schema: {
        summary: "Payment methods",
        description:
          "The payment methods of shops with a `guard`, with their unpaid orders, and those that are paused.",
        tags: ["payment-methods"],
        response: answers(200, "The payment methods", { [JSON_TYPE]: pageOf(methodItem) }),
      },
    },
    () => pauses.methods(),
  );
  const setMethod = async (request: FastifyRequest, method: z.output<typeof methodParams>, change: PauseSwitch) => {
    const now = await pauses.setMethod(actorOf(request), method, change);
    if (now !== null) return now;
    throw new HttpProblem("shop_not_found", `no shop ${JSON.stringify(method.shop.slice(0, 60))} is configured`);
  };
  const common = {
    params: methodParams,
    tags: ["payment-methods"],
    response: answers(200, "The payment method as it is now", { [JSON_TYPE]: methodItem }),
  };
  app.post(
    "/v1/payment-methods/:shop/:method/pause",
    {
      config: writes,
      schema: {
        ...common,
        body: pauseBody,
        summary: "Pause a payment method",
        description:
          "After the answer, no reminder that names an order of the shop with this payment method is claimed. They wait; one whose useful time passes is skipped with the reason `campaign_paused`.",
      },
    },
    (request) => setMethod(request, request.params, { paused: true, forMs: request.body.for, note: request.body.note }),
  );
  app.post(
    "/v1/payment-methods/:shop/:method/resume",
    {
      config: writes,
      schema: {
        ...common,
        body: noteBody,
        summary: "Resume a paused payment method",
        description: "Its waiting reminders are sent, if they are still useful. The guard counts from zero.",
      },
    },
    (request) => setMethod(request, request.params, { paused: false, forMs: null, note: request.body.note }),
  );
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
