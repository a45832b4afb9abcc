/** The webhook channel against a provider on the loopback: what every kind of answer, and every way to give none, means. */
import { createServer, type Server } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import type { Channel, ChannelConfig, Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { type FakeProvider, startFakeProvider } from "../../support/fake-provider.ts";
import { type Fault, faults } from "../../support/provider-faults.ts";

// Dates in answers are in UTC, whatever the zone of this machine.
process.env.TZ = "Asia/Shanghai";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ADDRESS = "+8613812345678";
const TEXT = "李雷, your order 2233 is waiting 🛒";

const message = (over: Partial<Message> = {}): Message => ({
  idempotencyKey: "key-1",
  channel: "sms",
  shop: "acme",
  to: ADDRESS,
  text: TEXT,
  locale: "zh-CN",
  campaign: "default",
  step: "nudge",
  orders: ["2233445566", "820982911946154508"],
  approved: null,
  params: { name: "李雷" },
  ...over,
});

const configOf = (url: string | null, over: Partial<ChannelConfig> = {}): ChannelConfig => ({
  name: "sms",
  provider: "webhook",
  contact: "phone",
  url,
  secret: SECRET,
  ratePerSecond: 500,
  timeoutMs: 2_000,
  cost: { micros: 50_000, currency: "CNY" },
  fallback: "chat",
  options: {},
  ...over,
});

const log = { warn: () => {} };
let provider: FakeProvider;
let opened: Channel[] = [];

function open(url: string | null = provider.url("sms?v=1"), over: Partial<ChannelConfig> = {}): Channel {
  const channel = openChannels([configOf(url, over)], { log }).get("sms");
  if (channel === undefined) throw new Error("not opened");
  opened.push(channel);
  return channel;
}

const sendWith = (fault: Fault, over: Partial<ChannelConfig> = {}): Promise<SendOutcome> => {
  provider.rules([{ fault }]);
  return open(undefined, over).send(message());
};

/** Whatever it was, it must not repeat address or text, and be short. */
function expectDiscreet(outcome: SendOutcome): void {
  if (outcome.kind === "accepted") return;
  expect(outcome.message.length).toBeLessThanOrEqual(200);
  expect(JSON.stringify(outcome)).not.toContain("138123");
  expect(JSON.stringify(outcome)).not.toContain("李雷");
}

beforeEach(async () => {
  provider = await startFakeProvider({ secret: SECRET });
});
afterEach(async () => {
  await Promise.all(opened.map((channel) => channel.close()));
  opened = [];
  await provider.close();
});

describe("the request", () => {
  test("is the contract's JSON, byte for byte what was signed, at the configured path", async () => {
    expect(await open().send(message())).toEqual({ kind: "accepted", messageId: null, segments: null });
    const [entry] = provider.log;
    expect(entry).toMatchObject({ path: "/sms?v=1", signatureOk: true, id: "key-1", taken: true });
    expect(entry?.body).toEqual({
      id: "key-1",
      channel: "sms",
      shop: "acme",
      to: ADDRESS,
      text: TEXT,
      locale: "zh-CN",
      campaign: "default",
      step: "nudge",
      orders: ["2233445566", "820982911946154508"],
      params: { name: "李雷" },
    });
    expect(Object.keys(entry?.body ?? {}).join()).toBe("id,channel,shop,to,text,locale,campaign,step,orders,params");
  });

  test("carries Standard Webhooks headers that the package itself accepts", async () => {
    let seen: { headers: Record<string, string>; body: string } | undefined;
    const server = await rawServer((head, body) => {
      const headers = Object.fromEntries(
        head
          .split("\r\n")
          .slice(1)
          .map((line) => line.split(": ") as [string, string]),
      );
      seen = { headers, body };
      return "HTTP/1.1 204 No Content\r\n\r\n";
    });
    await open(server.url, { options: { headers: { "x-api-key": "k1" } } }).send(message());
    expect(new Webhook(SECRET).verify(seen?.body ?? "", seen?.headers ?? {})).toMatchObject({ id: "key-1" });
    expect(seen?.headers).toMatchObject({
      "webhook-id": "key-1",
      "x-api-key": "k1",
      "content-type": "application/json",
    });
    await server.close();
  });

  test.each(["whsec_c2VjcmV0", "c2VjcmV0c2VjcmV0", "testsecret", "s3cret-sms", "a", "hello world!", "пароль"])(
    "is signed with the key a receiver reads from the secret %j",
    async (secret) => {
      const other = await startFakeProvider({ secret, enforceSignature: true });
      expect(await open(other.url("sms"), { secret }).send(message())).toMatchObject({ kind: "accepted" });
      expect(await open(other.url("sms"), { secret: "wrong" }).send(message())).toMatchObject({ code: "http_401" });
      expect(other.judge()).toMatchObject({ taken: 1, badSignatures: 1 });
      await other.close();
    },
  );

  test("is not signed without a secret, and says so once unless the provider is on this machine", async () => {
    const warnings: object[] = [];
    const channels = (url: string) =>
      openChannels([configOf(url, { secret: null })], { log: { warn: (o) => warnings.push(o) } });
    channels(provider.url("sms"));
    expect(warnings).toEqual([]);
    channels("https://sms.example.com/send");
    expect(warnings).toEqual([{ channel: "sms" }]);
    expect(await open(undefined, { secret: null }).send(message())).toMatchObject({ kind: "accepted" });
    expect(provider.log[0]).toMatchObject({ signatureOk: false, id: "key-1" });
  });
});

describe("an answer", () => {
  test("2xx tells message id and segments", async () => {
    expect(await sendWith(faults.accepted("m-7", 2))).toEqual({ kind: "accepted", messageId: "m-7", segments: 2 });
  });

  test.each<[string, Fault]>([
    ["garbage", { do: "answer", body: "<html>ok</html>" }],
    ["a list", { do: "answer", body: "[1]" }],
    ["null", { do: "answer", body: "null" }],
    ["fields of other types", { do: "answer", status: 202, body: '{"messageId":{"a":1},"segments":"2"}' }],
    ["huge", { do: "huge-body", bytes: 200_000 }],
    ["cut off", { do: "slow-body", ms: 20, cut: true }],
  ])("2xx with a body that is %s is accepted all the same", async (_name, fault) => {
    expect(await sendWith(fault)).toEqual({ kind: "accepted", messageId: null, segments: null });
  });

  test("2xx with a body that dawdles is accepted within the time limit", async () => {
    expect(await sendWith({ do: "slow-body", ms: 60_000 }, { timeoutMs: 200 })).toMatchObject({
      kind: "accepted",
      messageId: null,
    });
    expect(await sendWith({ do: "slow-body", ms: 30 })).toEqual({ kind: "accepted", messageId: "slow", segments: 2 });
  });

  test.each([400, 401, 403, 404, 409, 410, 413, 422, 425, 451])("%i is permanent", async (status) => {
    const outcome = await sendWith({ do: "answer", status, body: `no: ${ADDRESS} ${TEXT}` });
    expect(outcome).toMatchObject({ kind: "failed-permanent", code: `http_${status}` });
    expectDiscreet(outcome);
  });

  test.each([408, 429, 500, 502, 503, 504])("%i is transient", async (status) => {
    const outcome = await sendWith({ do: "answer", status, body: TEXT });
    expect(outcome).toMatchObject({ kind: "failed-transient", code: `http_${status}`, retryAfterMs: null });
    expectDiscreet(outcome);
  });

  test.each([301, 302, 303, 307, 308])("%i is permanent and not followed", async (status) => {
    const outcome = await sendWith(faults.redirect(provider.url("elsewhere"), status));
    expect(outcome).toMatchObject({ kind: "failed-permanent", code: `http_${status}` });
    expect(outcome).toHaveProperty("message", expect.stringContaining("redirect"));
    expect(provider.log).toHaveLength(1);
  });

  test.each<[string, string, number | null]>([
    ["7", "Tue, 10 Nov 2026 12:00:00 GMT", 7_000],
    ["0", "Tue, 10 Nov 2026 12:00:00 GMT", 0],
    ["Tue, 10 Nov 2026 12:00:30 GMT", "Tue, 10 Nov 2026 12:00:00 GMT", 30_000],
    ["Tuesday, 10-Nov-26 12:01:00 GMT", "Tue, 10 Nov 2026 12:00:00 GMT", 60_000],
    ["Tue Nov 10 12:00:05 2026", "Tue, 10 Nov 2026 12:00:00 GMT", 5_000],
    ["Tue, 10 Nov 2026 11:00:00 GMT", "Tue, 10 Nov 2026 12:00:00 GMT", 0],
    ["999999999", "Tue, 10 Nov 2026 12:00:00 GMT", 604_800_000],
    ["soon", "Tue, 10 Nov 2026 12:00:00 GMT", null],
    ["-5", "Tue, 10 Nov 2026 12:00:00 GMT", null],
    ["1.5", "Tue, 10 Nov 2026 12:00:00 GMT", null],
  ])("Retry-After %j is read", async (retryAfter, date, retryAfterMs) => {
    const headers = { "retry-after": retryAfter, date };
    expect(await sendWith(faults.status(429, headers))).toMatchObject({ kind: "failed-transient", retryAfterMs });
    expect(await sendWith(faults.status(503, headers))).toMatchObject({ kind: "failed-transient", retryAfterMs });
  });

  test("a final answer after an informational one decides", async () => {
    const server = await rawServer(
      () => "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n",
    );
    expect(await open(server.url).send(message())).toMatchObject({ kind: "failed-permanent", code: "http_400" });
    await server.close();
  });
});

describe("no answer", () => {
  test("a hang is unknown, after the time limit and not before, and the message was sent once", async () => {
    const before = performance.now();
    const outcome = await sendWith(faults.hang, { timeoutMs: 150 });
    expect(performance.now() - before).toBeGreaterThanOrEqual(149);
    expect(outcome).toMatchObject({ kind: "unknown", code: "timeout" });
    expectDiscreet(outcome);
    expect(provider.judge()).toMatchObject({ requests: 1, taken: 1, duplicateIds: [] });
  });

  test.each<[string, Fault]>([
    ["reset after it was taken", faults.resetAfter],
    ["reset before it was read", faults.resetBefore],
  ])("a connection %s is unknown and not tried again", async (_name, fault) => {
    const outcome = await sendWith(fault);
    expect(outcome).toMatchObject({ kind: "unknown", code: "connection_lost" });
    expectDiscreet(outcome);
    expect(provider.log).toHaveLength(1);
  });

  test("bytes that are no HTTP are unknown", async () => {
    const outcome = await sendWith(faults.garbage);
    expect(outcome).toMatchObject({ kind: "unknown", code: "bad_answer" });
    expectDiscreet(outcome);
  });

  test.each([
    "HTTP/1.1 777 What\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  ])("an answer that means nothing is unknown (%j)", async (answer) => {
    const server = await rawServer(() => answer);
    expect(await open(server.url).send(message())).toMatchObject({ kind: "unknown" });
    await server.close();
  });

  test("a refused connection is transient", async () => {
    const { port } = provider;
    await provider.close();
    const outcome = await open(`http://127.0.0.1:${port}/sms`).send(message());
    expect(outcome).toMatchObject({ kind: "failed-transient", code: "connection_refused", retryAfterMs: null });
    expectDiscreet(outcome);
  });

  test("a name that does not resolve is transient", async () => {
    expect(await open("http://no-such-host.invalid/sms").send(message())).toMatchObject({
      kind: "failed-transient",
      code: "dns",
    });
  });

  test("a failed TLS handshake is transient", async () => {
    const outcome = await open(provider.url("sms").replace("http:", "https:")).send(message());
    expect(outcome).toMatchObject({ kind: "failed-transient", code: "connect_failed" });
    expect(provider.log).toHaveLength(0);
  });

  test("a handshake that never ends is transient: nothing was sent", async () => {
    const server = await rawServer(() => null);
    const outcome = await open(server.url.replace("http:", "https:"), { timeoutMs: 150 }).send(message());
    expect(outcome).toMatchObject({ kind: "failed-transient" });
    await server.close();
  });

  test("what waited too long for a free connection is given back unsent", async () => {
    provider.rules([{ fault: faults.hang, times: 1 }]);
    const channel = open(undefined, { timeoutMs: 200, options: { connections: 1 } });
    const outcomes = await Promise.all([
      channel.send(message()),
      channel.send(message({ idempotencyKey: "key-2" })),
      channel.send(message({ idempotencyKey: "key-3" })),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["unknown", "failed-transient", "failed-transient"]);
    expect(outcomes[1]).toMatchObject({ code: "no_connection_in_time" });
    expect(await channel.send(message({ idempotencyKey: "key-4" }))).toMatchObject({ kind: "accepted" });
    expect(provider.log.map((entry) => entry.id)).toEqual(["key-1", "key-4"]);
  });

  test("what waited for a connection past its deadline is given back unsent", async () => {
    provider.rules([{ fault: { do: "answer", delayMs: 80 }, times: 1 }]);
    const channel = open(undefined, { timeoutMs: 5_000, options: { connections: 1 } });
    const outcomes = await Promise.all([
      channel.send(message()),
      channel.send(message({ idempotencyKey: "key-2" }), performance.now() + 40),
      channel.send(message({ idempotencyKey: "key-3" }), performance.now() + 4_000),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["accepted", "failed-transient", "accepted"]);
    expect(provider.log.map((entry) => entry.id)).toEqual(["key-1", "key-3"]);
  });

  test("a closed channel sends nothing and says so", async () => {
    const channel = open();
    await channel.close();
    await channel.close();
    expect(await channel.send(message())).toMatchObject({ kind: "failed-transient", code: "closed" });
    expect(provider.log).toHaveLength(0);
  });

  test("close waits for the answer to what is under way", async () => {
    provider.rules([{ fault: { do: "answer", delayMs: 50 } }]);
    const channel = open();
    const sent = channel.send(message());
    await provider.received(1);
    await channel.close();
    expect(await sent).toMatchObject({ kind: "accepted" });
  });
});

describe("connections", () => {
  test("200 sends at once all arrive once, over at most the configured connections", async () => {
    const channel = open(undefined, { options: { connections: 20 } });
    const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`);
    const outcomes = await Promise.all(
      keys.map((idempotencyKey) => channel.send(message({ idempotencyKey, to: idempotencyKey }))),
    );
    expect(outcomes.every((outcome) => outcome.kind === "accepted")).toBe(true);
    expect(provider.judge()).toMatchObject({
      requests: 200,
      taken: 200,
      duplicateIds: [],
      duplicateSteps: [],
      badSignatures: 0,
    });
    expect(provider.connections()).toBeLessThanOrEqual(20);
  });

  test("connections are reused by sends that follow each other", async () => {
    const channel = open();
    for (let i = 0; i < 10; i++) await channel.send(message({ idempotencyKey: `key-${i}` }));
    // Two take turns: undici frees a connection one turn of the event loop after the answer.
    expect(provider.connections()).toBeLessThanOrEqual(2);
  });

  test("a connection the provider closed while it idled costs nothing: the next send takes a new one", async () => {
    provider.rules([{ fault: { do: "answer", closeAfterMs: 0 } }]);
    const channel = open();
    for (let i = 0; i < 5; i++) {
      expect(await channel.send(message({ idempotencyKey: `key-${i}` }))).toMatchObject({ kind: "accepted" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(provider.connections()).toBe(5);
  });

  test("a provider that closes after each answer without saying so loses no message", async () => {
    const server = await rawServer(() => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", { closeAfterAnswer: true });
    const channel = open(server.url);
    const kinds = new Set<string>();
    for (let i = 0; i < 50; i++) kinds.add((await channel.send(message({ idempotencyKey: `key-${i}` }))).kind);
    expect([...kinds]).toEqual(["accepted"]);
    await server.close();
  });

  test("an idle connection is given up before a provider that keeps it for 2 s closes it", async () => {
    const idle = await startFakeProvider({ keepAliveMs: 0 });
    const channel = open(idle.url("sms"));
    await channel.send(message());
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    await channel.send(message({ idempotencyKey: "key-2" }));
    expect(idle.connections()).toBe(2);
    await idle.close();
  });

  test("a hint of one second is too short to reuse the connection", async () => {
    provider.rules([{ fault: { do: "answer", headers: { "keep-alive": "timeout=1", connection: "keep-alive" } } }]);
    const channel = open();
    for (let i = 0; i < 4; i++) await channel.send(message({ idempotencyKey: `key-${i}` }));
    expect(provider.connections()).toBe(4);
  });
});

describe("opening", () => {
  test.each<[string, Partial<ChannelConfig>, string]>([
    ["unknown provider", { provider: "pigeon" }, 'channel sms: unknown provider "pigeon"; known are console, webhook'],
    [
      "inherited name",
      { provider: "constructor" },
      'channel sms: unknown provider "constructor"; known are console, webhook',
    ],
    ["no url", { url: null }, 'channel sms: provider webhook needs a "url"'],
    ["no http url", { url: "ftp://x/y" }, "channel sms: url: must start with http"],
    ["no url at all", { url: "127.0.0.1:9100" }, "channel sms: url: must start with http"],
    ["empty secret", { secret: "" }, "channel sms: secret: is empty"],
    ["bad whsec", { secret: "whsec_!!" }, 'channel sms: secret: what follows "whsec_" must be base64'],
    ["unknown option", { options: { retries: 3 } }, "channel sms: retries: no such option"],
    ["own header", { options: { headers: { "Webhook-Id": "x" } } }, 'channel sms: headers: "Webhook-Id" is set by'],
    ["broken header", { options: { headers: { "x-a": "b\r\nc: d" } } }, 'channel sms: headers: "x-a" is no header'],
    ["connections", { options: { connections: 0 } }, "channel sms: connections: must be a whole number"],
  ])("refuses: %s", (_name, over, said) => {
    expect(() => openChannels([configOf("http://127.0.0.1:1/", over)], { log })).toThrow(said);
  });

  test("refuses a name that is taken twice", () => {
    const config = configOf("http://127.0.0.1:1/");
    expect(() => openChannels([config, config], { log })).toThrow("channel sms: the name is taken twice");
  });

  test("hands the configured facts on", () => {
    expect(open()).toMatchObject({
      name: "sms",
      provider: "webhook",
      contact: "phone",
      ratePerSecond: 500,
      timeoutMs: 2_000,
      cost: { micros: 50_000, currency: "CNY" },
      fallback: "chat",
    });
  });
});

describe("channel console", () => {
  test("prints one readable line, the address masked", async () => {
    const lines: string[] = [];
    const config = configOf(null, { provider: "console", secret: null });
    const channel = openChannels([config], { log, print: (line) => lines.push(line) }).get("sms");
    expect(await channel?.send(message({ text: "first\nsecond\u001b[31m", orders: ["1", "2"] }))).toEqual({
      kind: "accepted",
      messageId: null,
      segments: null,
    });
    await channel?.send(message({ to: "ab", orders: ["77"] }));
    expect(lines).toEqual([
      "sms → +8****78 [acme default/nudge, 2 orders] first second [31m",
      `sms → **** [acme default/nudge, order 77] ${TEXT}`,
    ]);
  });
});

/** A server that answers each POST with these very bytes (null: never). */
async function rawServer(
  answer: (head: string, body: string) => string | null,
  options: { closeAfterAnswer?: boolean } = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((socket) => {
    let held = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      held += chunk.toString();
      const [head = "", body] = held.split("\r\n\r\n");
      const length = /content-length: (\d+)/.exec(head)?.[1];
      if (body === undefined || length === undefined || Buffer.byteLength(body) < Number(length)) return;
      held = "";
      const bytes = answer(head, body);
      if (bytes === null) return;
      if (options.closeAfterAnswer) socket.end(bytes);
      else socket.write(bytes);
    });
    closers.add(() => socket.destroy());
  });
  const closers = new Set<() => void>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/sms`,
    close: () =>
      new Promise((resolve) => {
        for (const close of closers) close();
        server.close(() => resolve());
      }),
  };
}
