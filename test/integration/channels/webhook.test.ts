/** Channel `webhook` passes the conformance suite; the rest here is its own: the request, the statuses, the connections. */
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { ADDRESS, channelBench, expectDiscreet, message, TEXT, testChannel } from "../../support/channel-suite.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import { type Fault, faults } from "../../support/provider-faults.ts";
import { rawServer } from "../../support/raw-server.ts";

// Dates in answers are in UTC, whatever the zone of this machine.
process.env.TZ = "Asia/Shanghai";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const bench = channelBench("webhook", (url) => ({ url, secret: SECRET }), { secret: SECRET });
const { provider, open, sendWith, logged } = bench;

testChannel({
  bench,
  provider: "webhook",
  accepts: faults.accepted("m-7", 2),
  refuses: (words) => ({ do: "answer", status: 422, body: words }),
  busy: (seconds) => faults.retryAfter(503, seconds),
});

describe("the request", () => {
  test("is the documented JSON, signed byte for byte, at the configured path", async () => {
    expect(await open().send(message())).toEqual({ kind: "accepted", messageId: null, segments: null });
    const [entry] = provider().log;
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

  test("has Standard Webhooks headers that the package accepts", async () => {
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
    await open({ url: server.url }).send(message());
    expect(new Webhook(SECRET).verify(seen?.body ?? "", seen?.headers ?? {})).toMatchObject({ id: "key-1" });
    expect(seen?.headers).toMatchObject({
      "webhook-id": "key-1",
      "content-type": "application/json",
    });
    await server.close();
  });

  test.each([
    "whsec_c2VjcmV0",
    "c2VjcmV0c2VjcmV0",
    "testsecret",
    "s3cret-sms",

    "hello world!",
    "пароль-12",
  ])("is signed with the key that a receiver reads from the secret %j", async (secret) => {
    const other = await startFakeProvider({ secret, enforceSignature: true });
    expect(await open({ settings: { url: other.url("sms"), secret } }).send(message())).toMatchObject({
      kind: "accepted",
    });
    expect(await open({ settings: { url: other.url("sms"), secret: "wrong-secret" } }).send(message())).toMatchObject({
      code: "http_401",
    });
    expect(other.judge()).toMatchObject({ taken: 1, badSignatures: 1 });
    await other.close();
  });

  test("is not signed without a secret; a warning is logged unless the provider is on this machine", async () => {
    const channel = open({ settings: { url: provider().url("sms") } });
    expect(logged()).toBe("[]");
    open({ settings: { url: "https://sms.example.com/send" } });
    expect(JSON.parse(logged())).toMatchObject([{ channel: "sms" }]);
    expect(await channel.send(message())).toMatchObject({ kind: "accepted" });
    expect(provider().log[0]).toMatchObject({ signatureOk: false, id: "key-1" });
  });
});

describe("an answer", () => {
  test.each<[string, Fault]>([
    ["garbage", { do: "answer", body: "<html>ok</html>" }],
    ["a list", { do: "answer", body: "[1]" }],
    ["null", { do: "answer", body: "null" }],
    ["fields of other types", { do: "answer", status: 202, body: '{"messageId":{"a":1},"segments":"2"}' }],
    ["huge", { do: "huge-body", bytes: 200_000 }],
    ["cut off", { do: "slow-body", ms: 20, cut: true }],
  ])("2xx with a body that is %s is accepted", async (_name, fault) => {
    expect(await sendWith(fault)).toEqual({ kind: "accepted", messageId: null, segments: null });
  });

  test("2xx with a slow body is accepted within the time limit", async () => {
    expect(await sendWith({ do: "slow-body", ms: 60_000 }, { terms: { timeoutMs: 200 } })).toMatchObject({
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
    const outcome = await sendWith(faults.redirect(provider().url("elsewhere"), status));
    expect(outcome).toMatchObject({ kind: "failed-permanent", code: `http_${status}` });
    expect(outcome).toHaveProperty("message", expect.stringContaining("redirect"));
    expect(provider().log).toHaveLength(1);
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

  test("the final answer after an informational one decides", async () => {
    const server = await rawServer(
      () => "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n",
    );
    expect(await open({ url: server.url }).send(message())).toMatchObject({
      kind: "failed-permanent",
      code: "http_400",
    });
    await server.close();
  });

  test.each([
    "HTTP/1.1 777 What\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  ])("a status that is not known is unknown (%j)", async (answer) => {
    const server = await rawServer(() => answer);
    expect(await open({ url: server.url }).send(message())).toMatchObject({ kind: "unknown" });
    await server.close();
  });
});

describe("no connection", () => {
  test("a name that does not resolve is transient", async () => {
    expect(await open({ url: "http://no-such-host.invalid/sms" }).send(message())).toMatchObject({
      kind: "failed-transient",
      code: "dns",
    });
  });

  test("a handshake that never ends is transient: nothing was sent", async () => {
    const server = await rawServer(() => null);
    const outcome = await open({ url: server.url.replace("http:", "https:"), terms: { timeoutMs: 150 } }).send(
      message(),
    );
    expect(outcome).toMatchObject({ kind: "failed-transient" });
    await server.close();
  });
});

describe("connections", () => {
  test("connections are reused by sends that follow each other", async () => {
    const channel = open();
    for (let i = 0; i < 10; i++) await channel.send(message({ idempotencyKey: `key-${i}` }));
    // Two take turns: undici frees a connection one turn of the event loop after the answer.
    expect(provider().connections()).toBeLessThanOrEqual(2);
  });

  test("a connection that the provider closed while it was idle is not used again", async () => {
    provider().rules([{ fault: { do: "answer", closeAfterMs: 0 } }]);
    const channel = open();
    for (let i = 0; i < 5; i++) {
      expect(await channel.send(message({ idempotencyKey: `key-${i}` }))).toMatchObject({ kind: "accepted" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(provider().connections()).toBe(5);
  });

  test("a provider that closes after each answer without a hint loses no message", async () => {
    const server = await rawServer(() => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", { closeAfterAnswer: true });
    const channel = open({ url: server.url });
    const kinds = new Set<string>();
    for (let i = 0; i < 50; i++) kinds.add((await channel.send(message({ idempotencyKey: `key-${i}` }))).kind);
    expect([...kinds]).toEqual(["accepted"]);
    await server.close();
  });

  test("an idle connection is closed before a provider that keeps it for 2 s closes it", async () => {
    const idle = await startFakeProvider({ keepAliveMs: 0 });
    const channel = open({ url: idle.url("sms") });
    await channel.send(message());
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    await channel.send(message({ idempotencyKey: "key-2" }));
    expect(idle.connections()).toBe(2);
    await idle.close();
  });

  test("a hint of one second is too short to reuse the connection", async () => {
    provider().rules([{ fault: { do: "answer", headers: { "keep-alive": "timeout=1", connection: "keep-alive" } } }]);
    const channel = open();
    for (let i = 0; i < 4; i++) await channel.send(message({ idempotencyKey: `key-${i}` }));
    expect(provider().connections()).toBe(4);
  });
});
