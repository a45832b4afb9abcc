/**
 * Channel `twilio-sms`: creates a Message of Twilio. Twilio echoes no reference, so our idempotency key travels in the address of the status
 * callback, as `delivery`.
 */
import type { Message } from "../../core/seams/channel.ts";
import { retryAfterMs } from "../../core/text/retry-after.ts";
import { outcomeOf, plainCode } from "../code-table.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { transient } from "../http-outcome.ts";
import { BAD_ANSWER, jsonAnswer, stringOf } from "../json-answer.ts";
import { twilioCheck } from "./check.ts";
import { twilioCodes } from "./codes.ts";
import { twilioLookup } from "./lookup.ts";

const BASE = "https://api.twilio.com";

export const openTwilioSms: Open<"twilio-sms"> = (config, { log, now = Date.now, publicUrl = null }) => {
  const { url = BASE, accountSid, authToken, from, messagingServiceSid } = config.settings;
  const { origin, pathname } = new URL(url);
  const http = openHttp(origin, config);
  const root = pathname.replace(/\/$/, "");
  const account = `${root}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
  const path = `${account}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const ask = (asked: string) =>
    http.ask({ method: "GET", path: asked, headers: ["authorization", authorization], body: null });
  const headers = ["authorization", authorization, "content-type", "application/x-www-form-urlencoded"];
  if (publicUrl === null)
    log.warn({ channel: config.name }, "without publicUrl in dunlin.yaml Twilio reports no deliveries");
  const callback = publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/v1/receipts/${config.name}`;

  return {
    send: (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const sender = senderOf(message, from, messagingServiceSid);
      const form = new URLSearchParams({ To: message.to, ...sender, ...contentOf(message) });
      if (callback !== null)
        form.set("StatusCallback", `${callback}?delivery=${encodeURIComponent(message.idempotencyKey)}`);
      const body = Buffer.from(form.toString());
      return http.post({ path, headers: [...headers], body }, { startBy, begun }, (status, answered) => {
        const wait = retryAfterMs(answered, now());
        // Twilio does not process what it throttles.
        if (status === 429) return transient("20429", "too many requests at once", wait);
        return jsonAnswer(status, (answer) => {
          if (status >= 200 && status < 300)
            return { kind: "accepted", messageId: stringOf(answer.sid), segments: segmentsOf(answer.num_segments) };
          const code = plainCode(answer.code);
          return code === "unreadable"
            ? BAD_ANSWER
            : outcomeOf(twilioCodes, code, { now: now(), status, retryAfterMs: wait });
        });
      });
    },
    check: twilioCheck((asked) => ask(`${account}${asked}`), accountSid),
    lookup: twilioLookup(ask, { base: root, list: path, now }),
    close: http.close,
  };
};

function senderOf(
  { approved }: Message,
  from: string | undefined,
  service: string | undefined,
): Record<string, string> {
  const chosen = approved?.fields.messagingServiceSid ?? service;
  return chosen === undefined ? { From: from ?? "" } : { MessagingServiceSid: chosen };
}

function contentOf({ approved, text, params }: Message): Record<string, string> {
  const contentSid = approved?.provider === "twilio" ? approved.fields.contentSid : undefined;
  return contentSid === undefined
    ? { Body: text }
    : { ContentSid: contentSid, ContentVariables: JSON.stringify(params) };
}

const segmentsOf = (value: unknown): number | null => {
  const count = Number(value);
  return Number.isInteger(count) && count > 0 && count <= 1000 ? count : null;
};
