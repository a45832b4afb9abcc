/** An incoming webhook of Slack: about one message a second. Its answers are HTTP statuses with one word. */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { retryAfterMs } from "../../core/text/retry-after.ts";
import { type CodeTable, outcomeOf } from "../code-table.ts";
import { transient, unknown } from "../http-outcome.ts";
import { calm, cut, type OpenNotifier, openPost } from "./notifier.ts";
import { SHOWN } from "./shown.ts";

export const slackCodes: CodeTable = {
  provider: "slack",
  zone: "UTC",
  codes: {
    invalid_payload: { means: "refused", words: "Slack does not read the notice" },
    invalid_token: { means: "refused", words: "there is no such webhook: check url" },
    no_service: { means: "refused", words: "there is no such webhook: check url" },
    no_team: { means: "refused", words: "there is no such workspace: check url" },
    user_not_found: { means: "refused", words: "the webhook's owner is gone" },
    channel_not_found: { means: "refused", words: "the webhook's channel is gone" },
    channel_is_archived: { means: "refused", words: "the webhook's channel is archived" },
    action_prohibited: { means: "refused", words: "the workspace does not let the webhook post" },
    posting_to_general_channel_denied: { means: "refused", words: "the workspace does not let the webhook post there" },
  },
};

export const openSlack: OpenNotifier<"slack"> = ({ name, provider, settings }, { now = Date.now }) => {
  const { post, close } = openPost(settings.url);
  return {
    name,
    provider,
    post: ({ text }) => {
      // < and > are already gone.
      const escaped = cut(calm(text).replace(/&/g, "&amp;"), provider);
      return post(Buffer.from(JSON.stringify({ text: escaped })), (status, headers) => {
        if (status === 429)
          return transient("http_429", "too many notices at once", retryAfterMs(headers, now()) ?? 30_000);
        return (body) => read(status, body, now());
      });
    },
    close,
  };
};

function read(status: number, body: Buffer | null, now: number): SendOutcome {
  const word = body?.toString("utf8").trim() ?? "";
  if (status === 200 && word === "ok") return SHOWN;
  const code = /^[a-z_]{1,60}$/.test(word) ? word : `http_${status}`;
  if (status >= 400 && status < 500) return outcomeOf(slackCodes, code, { now, status });
  return unknown(code, "Slack's answer cannot be read; the notice may be shown");
}
