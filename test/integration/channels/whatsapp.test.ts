/** Channel `whatsapp` passes the conformance suite; the rest here is its own: the request with its components. */
import { expect, test } from "vitest";
import { whatsappCodes } from "../../../src/channels/whatsapp/codes.ts";
import { channelBench, message, testChannel } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

const answer = (status: number, body: object, headers: Record<string, string> = {}): Fault => ({
  do: "answer",
  status,
  headers,
  body: JSON.stringify(body),
});
const accepted = answer(200, { contacts: [], messages: [{ id: "m-7", message_status: "accepted" }] });
const failed = (code: string | number, words = "no", status = 400) =>
  answer(status, { error: { code: Number(code), message: words } });

const bodies: Record<string, unknown>[] = [];
function check({ method, url, headers, body }: CheckedRequest): string | null {
  if (method !== "POST" || !url.endsWith("/v23.0/555/messages")) return `${method} ${url}`;
  if (headers.authorization !== "Bearer whatsapp-access-token" || headers["content-type"] !== "application/json")
    return "headers";
  const asked = JSON.parse(body);
  bodies.push(asked);
  if (asked.messaging_product !== "whatsapp" || asked.to !== "8613812345678") return "to";
  return /^key-\d+$/.test(asked.biz_opaque_callback_data) ? null : "reference";
}

const bench = channelBench(
  "whatsapp",
  (url) => ({ url, accessToken: "whatsapp-access-token", phoneNumberId: "555", version: "v23.0" }),
  { check, answer: accepted },
);

testChannel({
  bench,
  provider: "whatsapp",
  accepts: accepted,
  segments: null,
  refuses: (words) => failed(131026, words),
  busy: (seconds) => answer(429, { error: { code: 130429 } }, { "retry-after": seconds }),
  named: { table: whatsappCodes, answer: (code) => failed(code) },
});

test.each(["held_for_quality_assessment", "paused"])("a message that is %s was accepted", async (message_status) => {
  const held = answer(200, { contacts: [], messages: [{ id: "m-7", message_status }] });
  expect(await bench.sendWith(held)).toEqual({ kind: "accepted", messageId: "m-7", segments: null });
});

test("a template goes out with header, body and buttons, each parameter in its place", async () => {
  const fields = { name: "order_open", language: "zh_CN", "button.0": "url", "button.1": "quick_reply" };
  const params = {
    "body.2": "b",
    "body.10": "c",
    "body.1": "a\n\tx      y",
    "header.1": "h",
    "button.0.1": "pay/7",
    "button.1.1": "later",
  };
  const sent = message({ approved: { provider: "whatsapp", fields }, params });
  expect(await bench.open().send(sent)).toMatchObject({ kind: "accepted", messageId: "m-7" });
  const text = (value: string) => ({ type: "text", text: value });
  expect(bodies.at(-1)).toMatchObject({
    type: "template",
    template: {
      name: "order_open",
      language: { code: "zh_CN" },
      components: expect.arrayContaining([
        { type: "header", parameters: [text("h")] },
        { type: "body", parameters: [text("a x    y"), text("b"), text("c")] },
        { type: "button", sub_type: "url", index: "0", parameters: [text("pay/7")] },
        { type: "button", sub_type: "quick_reply", index: "1", parameters: [{ type: "payload", payload: "later" }] },
      ]),
    },
  });
});

test("positional parameters are those of the body, and a text without a template is plain text", async () => {
  const approved = { provider: "whatsapp", fields: { name: "n", language: "en" } };
  await bench.open().send(message({ approved, params: { "2": "b", "1": "a" } }));
  expect(bodies.at(-1)).toMatchObject({
    template: { components: [{ type: "body", parameters: [{ text: "a" }, { text: "b" }] }] },
  });
  await bench.open().send(message({ text: "hello", params: {} }));
  expect(bodies.at(-1)).toMatchObject({ type: "text", text: { body: "hello" } });
  expect(bench.provider().complaints).toEqual([]);
});
