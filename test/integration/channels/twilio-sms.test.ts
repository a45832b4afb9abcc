/** Channel `twilio-sms` passes the conformance suite; the rest here is its own: the request, and its answers by HTTP status. */
import { describe, expect, test } from "vitest";
import { twilioCodes } from "../../../src/channels/twilio-sms/codes.ts";
import { channelBench, message, testChannel } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

const answer = (status: number, body: object, headers: Record<string, string> = {}): Fault => ({
  do: "answer",
  status,
  headers,
  body: JSON.stringify(body),
});
const accepted = answer(201, { sid: "m-7", status: "queued", num_segments: "2", price: null });

function check({ method, url, headers, body }: CheckedRequest): string | null {
  if (method !== "POST" || !url.endsWith("/2010-04-01/Accounts/AC1/Messages.json")) return `${method} ${url}`;
  if (headers.authorization !== `Basic ${Buffer.from("AC1:twilio-auth-token").toString("base64")}`)
    return "credentials";
  if (headers["content-type"] !== "application/x-www-form-urlencoded") return "type";
  const form = new URLSearchParams(body);
  if (form.get("To") !== "+8613812345678") return "to";
  if (!/^https:\/\/dunlin\.example\/v1\/receipts\/sms\?delivery=key-\d+$/.test(form.get("StatusCallback") ?? ""))
    return "callback";
  const approved = form.has("ContentSid");
  if (approved === form.has("Body")) return "either a text or a template";
  return form.has("From") === form.has("MessagingServiceSid") ? "either a number or a service" : null;
}

const base = { accountSid: "AC1", authToken: "twilio-auth-token" };
const bench = channelBench("twilio-sms", (url) => ({ url, ...base, from: "+15550100" }), {
  check,
  answer: accepted,
  publicUrl: "https://dunlin.example/",
});

testChannel({
  bench,
  provider: "twilio-sms",
  accepts: accepted,
  refuses: (words) => answer(400, { code: 21211, message: words }),
  busy: (seconds) => answer(429, { code: 20429 }, { "retry-after": seconds }),
  named: {
    table: twilioCodes,
    answer: (code) => answer(code === "20500" ? 500 : 400, { code: Number(code), message: "no" }),
  },
});

describe("the request", () => {
  test("names an approved template with its variables, and its messaging service", async () => {
    const fields = { contentSid: "HX1", messagingServiceSid: "MG1" };
    const sent = message({ approved: { provider: "twilio", fields }, params: { "1": "5" } });
    expect(await bench.open().send(sent)).toMatchObject({ kind: "accepted" });
    expect(bench.provider().complaints).toEqual([]);
  });

  test("goes through the channel's messaging service", async () => {
    const settings = { url: bench.provider().url(""), ...base, messagingServiceSid: "MG1" };
    expect(await bench.open({ settings }).send(message())).toMatchObject({ kind: "accepted" });
    expect(bench.provider().complaints).toEqual([]);
  });
});

test("429 without a body was not processed; 503 may have been", async () => {
  expect(await bench.sendWith({ do: "answer", status: 429 })).toMatchObject({ kind: "failed-transient" });
  expect(await bench.sendWith(answer(503, { code: 99999 }))).toMatchObject({ kind: "unknown", unlisted: true });
});
