/**
 * Channel `webhook`: posts each message as JSON to the shop's own service, signed as Standard Webhooks (docs/configuration.md has the protocol). The
 * idempotency key is `webhook-id`, so that the service can drop a repetition.
 */
import type { Message } from "../../core/seams/channel.ts";
import { sign, signingKey } from "../../standard-webhooks.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { readAnswer } from "./codes.ts";

export const openWebhook: Open<"webhook"> = (config, { log, now = Date.now }) => {
  const { name, settings } = config;
  const url = new URL(settings.url);
  const key = settings.secret === undefined ? null : signingKey(settings.secret);
  if (key === null && !/^(localhost|127\.|\[::1\])/.test(url.hostname))
    log.warn({ channel: name }, "the channel has no secret: its provider cannot tell who sends");

  const fixed = ["content-type", "application/json", "user-agent", "dunlin"];
  if (url.username !== "" || url.password !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    fixed.push("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  }
  const path = `${url.pathname}${url.search}`;
  const http = openHttp(url.origin, config);

  return {
    send: (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const { idempotencyKey } = message;
      const body = bodyOf(message);
      const timestamp = String(Math.floor(now() / 1000));
      const headers = [...fixed, "webhook-id", idempotencyKey, "webhook-timestamp", timestamp];
      if (key !== null) headers.push("webhook-signature", sign(key, idempotencyKey, timestamp, body));
      return http.post({ path, headers, body }, { startBy, begun }, readAnswer);
    },
    close: http.close,
    ...(settings.idempotent === true ? { idempotent: true as const } : {}),
  };
};

function bodyOf(message: Message): Buffer {
  const { idempotencyKey: id, channel, shop, to, text, locale, campaign, step, orders, params } = message;
  return Buffer.from(JSON.stringify({ id, channel, shop, to, text, locale, campaign, step, orders, params }));
}
