/** Posts each notice as JSON to the shop's own service, signed as Standard Webhooks. `webhook-id` is the same in each attempt. */

import { sign, signingKey } from "../../standard-webhooks.ts";
import { readAnswer } from "../webhook/codes.ts";
import { calm, cut, type OpenNotifier, openPost } from "./notifier.ts";

export const openWebhookNotices: OpenNotifier<"webhook"> = ({ name, provider, settings }, { now = Date.now }) => {
  const { url, secret } = settings;
  const { username, password } = new URL(url);
  const { post, close } = openPost(url);
  const key = secret === undefined ? null : signingKey(secret);
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const basic = pair === ":" ? [] : ["authorization", `Basic ${Buffer.from(pair).toString("base64")}`];
  return {
    name,
    provider,
    post: ({ id, matter, at, text }) => {
      const notice = { id, matter, at: new Date(at).toISOString(), text: cut(calm(text), provider) };
      const body = Buffer.from(JSON.stringify(notice));
      const timestamp = String(Math.floor(now() / 1000));
      const headers = [...basic, "webhook-id", id, "webhook-timestamp", timestamp];
      if (key !== null) headers.push("webhook-signature", sign(key, id, timestamp, body));
      return post(body, readAnswer, { headers });
    },
    close,
  };
};
