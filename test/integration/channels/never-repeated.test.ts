/** A provider that takes a message and does not answer, and that cannot be asked: the real channel, and dispatchers for three days. */
import { expect, it, onTestFinished } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { ChannelConfig } from "../../../src/providers/all.ts";
import { runLookups } from "../../../src/receipts/lookups.ts";
import { answeringServer } from "../../support/answering-server.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { startMailServer } from "../../support/mail-server.ts";

const TERMS = { ratePerSecond: null, timeoutMs: 800, connections: 2, cost: null, fallback: null };

type Provider = { readonly channel: object; readonly text: string; readonly messages: () => number };

async function whatsapp(): Promise<Provider> {
  const server = await answeringServer(() => "hang");
  const settings = { url: server.url, accessToken: "t", phoneNumberId: "5", version: "v23.0" };
  return {
    channel: { name: "whatsapp", provider: "whatsapp", contacts: ["chat.whatsapp", "phone"], settings },
    text: "Order {{order.id}}",
    messages: () => server.asked.length,
  };
}

async function wechat(kind: "subscribe" | "official"): Promise<Provider> {
  const isToken = ({ url }: { url: string }) => url.includes("stable_token");
  const server = await answeringServer((request) =>
    isToken(request) ? { access_token: "t", expires_in: 7_200 } : "hang",
  );
  return {
    channel: {
      ...{ name: "chat", provider: "wechat", contacts: ["chat.wechat"] },
      settings: { url: server.url, appId: "wx1", appSecret: "s", kind },
    },
    text: `---\nwechat: { templateId: W1, params: { amount1: "{{total}}" } }\n---\nOrder {{order.id}}`,
    messages: () => server.asked.filter((request) => !isToken(request)).length,
  };
}

async function smtp(): Promise<Provider> {
  const server = await startMailServer();
  onTestFinished(() => server.close());
  server.faults({ data: "hang" });
  return {
    channel: {
      ...{ name: "email", provider: "smtp", contacts: ["email"] },
      settings: { url: `smtp://127.0.0.1:${server.port}`, from: "orders@acme.example" },
    },
    text: "---\nsubject: Your order\n---\nOrder {{order.id}}",
    messages: () => server.received.length,
  };
}

it.each([
  ["whatsapp", whatsapp],
  ["wechat, a subscribe message", () => wechat("subscribe")],
  ["wechat, an official account", () => wechat("official")],
  ["smtp", smtp],
])("%s: a message of unknown outcome goes out once, over no other channel either", async (_name, start) => {
  const { channel: config, text, messages } = await start();
  const channel = [...openChannels([{ ...config, ...TERMS } as ChannelConfig], { log: { warn() {} } }).values()][0];
  if (channel === undefined) throw new Error("not opened");
  onTestFinished(() => channel.close());
  const setup = await dispatchSetup({
    channels: [channel.name, "sms"],
    text: (name) => (name === channel.name ? text : "Order {{order.id}}"),
    campaign: {
      quietHours: "off",
      steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: [channel.name, "sms"] }],
    },
    shop: { closeAfter: 10 * DAY },
  });
  setup.use(channel);
  const { sql } = setup.database;
  const buyer = { id: "b1", phone: "+8613812345678", email: "lei@acme.cn", chat: { wechat: "openid" } };
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer }));
  const lookups = { ...setup.deps, shopIds: ["acme"], channels: setup.dispatch.channels, log: { warn() {} } };
  for (const after of [10 * MINUTE, 14 * MINUTE, 30 * MINUTE, HOUR, DAY, 3 * DAY]) {
    await setup.at(T0 + after);
    await setup.drain();
    await setup.dispatcher.rescue();
    await runLookups({ ...lookups, catalog: setup.dispatch.catalog, ended() {} });
  }
  expect([messages(), setup.sent.length]).toEqual([1, 0]);
  expect(await sql`select channel, state from deliveries`).toEqual([{ channel: channel.name, state: "unknown" }]);
  expect(await sql`select state, reason from reminders`).toEqual([{ state: "skipped", reason: "unknown_outcome" }]);
  expect(await sql`select from lookups`).toHaveLength(0);
});
