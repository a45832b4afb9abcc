import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { smtpCodes } from "../../../src/channels/smtp/codes.ts";
import { htmlOf } from "../../../src/channels/smtp/compose.ts";
import type { Channel, ChannelTerms } from "../../../src/core/seams/channel.ts";
import type { ChannelConfig } from "../../../src/providers/all.ts";
import { expectDiscreet, keepSecret, message as sms } from "../../support/channel-suite.ts";
import { eventually } from "../../support/eventually.ts";
import { type MailFaults, type MailServer, type Reply, startMailServer } from "../../support/mail-server.ts";
import { CERTIFICATE, KEY, ROOT } from "../../support/tls-front.ts";

const TO = "lilei138123@acme.cn";
const message = (change = {}) =>
  sms({ channel: "email", to: TO, mail: { subject: "李雷, your order 2233", html: false }, params: {}, ...change });

let server: MailServer;
let channels: Channel[] = [];
let lines: object[] = [];

beforeEach(async () => {
  server = await startMailServer();
});
afterEach(async () => {
  await Promise.all(channels.map((channel) => channel.close()));
  [channels, lines] = [[], []];
  await server.close();
});

type Options = {
  readonly url?: string;
  readonly terms?: Partial<ChannelTerms>;
  readonly settings?: object;
  readonly unsubscribeUrl?: (shop: string, address: string) => string;
};

function open({
  url = `smtp://127.0.0.1:${server.port}`,
  terms = {},
  settings = {},
  unsubscribeUrl,
}: Options = {}): Channel {
  const config = {
    ...{
      name: "email",
      provider: "smtp" as const,
      contacts: ["email" as const],
      ratePerSecond: null,
      timeoutMs: 3_000,
    },
    ...{ connections: 3, cost: null, fallback: null },
    ...terms,
    settings: { url, from: "Acme Shop <orders@acme.example>", ...settings },
  };
  keepSecret(decodeURIComponent(new URL(url).password));
  const log = { warn: (fields: object, words: string) => void lines.push({ ...fields, words }) };
  const deps = { log, ...(unsubscribeUrl === undefined ? {} : { unsubscribeUrl }) };
  const channel = openChannels([config as ChannelConfig], deps).get("email");
  if (channel === undefined) throw new Error("the channel was not opened");
  channels.push(channel);
  return channel;
}

async function sendWith(faults: MailFaults, options?: Options) {
  server.faults(faults);
  const outcome = await open(options).send(message());
  expectDiscreet(outcome, JSON.stringify(lines));
  return outcome;
}

const noConnection = ({ connections }: MailServer) => eventually("no connection", connections, (count) => count === 0);

/** The header fields, unfolded. */
const headersOf = (raw: string) => (raw.split("\r\n\r\n")[0] ?? "").replace(/\r\n\s+/g, " ").split("\r\n");

describe("a message", () => {
  it("is taken, with a subject, plain text, and an id that is the same in every attempt", async () => {
    const channel = open();
    const messageId = "<key-1@acme.example>";
    expect(await channel.send(message())).toEqual({ kind: "accepted", messageId, segments: null });
    expect(await channel.send(message())).toMatchObject({ messageId });
    const [{ from, to, raw } = { from: "", to: [], raw: "" }] = server.received;
    expect({ from, to }).toEqual({ from: "orders@acme.example", to: [TO] });
    const headers = headersOf(raw);
    expect(headers).toContain("From: Acme Shop <orders@acme.example>");
    expect(headers).toContain(`To: ${TO}`);
    expect(headers).toContain(`Message-ID: ${messageId}`);
    expect(headers).toContain("Auto-Submitted: auto-generated");
    expect(headers.find((line) => line.startsWith("Subject: "))).toMatch(/=\?UTF-8\?/);
    expect(headers.find((line) => line.startsWith("Content-Type"))).toBe("Content-Type: text/plain; charset=utf-8");
    expect(headers.some((line) => line.startsWith("List-Unsubscribe"))).toBe(false);
  });

  it("has a form in HTML if the text wants one, in which nothing of a name is markup", async () => {
    await open().send(
      message({ text: "Hi <b>\nPay: https://pay.acme.cn/o?a=1&b=2", mail: { subject: "s", html: true } }),
    );
    expect(server.received[0]?.raw).toContain("multipart/alternative");
    expect(htmlOf('<b>"x" https://a.cn/?a=1&b=2。')).toContain(
      '&lt;b&gt;&quot;x&quot; <a href="https://a.cn/?a=1&amp;b=2">https://a.cn/?a=1&amp;b=2</a>。',
    );
  });

  it("names the ways to opt out: one click over https, an address of the shop", async () => {
    const own = (shop: string, to: string) => `https://dunlin.acme.cn/u/${shop}${to.length}`;
    const settings = { unsubscribe: "mailto:stop@acme.cn" };
    await open({ settings, unsubscribeUrl: own }).send(message());
    await open({ settings }).send(message());
    await open({ unsubscribeUrl: () => "http://127.0.0.1/u" }).send(message());
    const lists = server.received.map(({ raw }) => headersOf(raw).filter((line) => line.startsWith("List-")));
    expect(lists).toEqual([
      [
        `List-Unsubscribe: <https://dunlin.acme.cn/u/acme${TO.length}>, <mailto:stop@acme.cn>`,
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      ],
      ["List-Unsubscribe: <mailto:stop@acme.cn>"],
      ["List-Unsubscribe: <http://127.0.0.1/u>"],
    ]);
  });

  it("is not sent without a subject", async () => {
    const { mail: _, ...bare } = message();
    expect(await open().send(bare)).toMatchObject({ kind: "failed-permanent", code: "no_subject" });
    expect(server.received).toHaveLength(0);
  });

  it("cannot read files, nor add headers by its parts", async () => {
    const text = "Bcc: x@acme.cn\r\n.\r\nRCPT TO:<y@acme.cn>\r\n{ path: /etc/passwd }";
    const mail = { subject: "a\r\nBcc: z@acme.cn", html: false };
    expect(await open().send(message({ text, mail }))).toMatchObject({ kind: "accepted" });
    expect(server.received.map(({ to }) => to)).toEqual([[TO]]);
    expect(headersOf(server.received[0]?.raw ?? "").filter((line) => /^bcc/i.test(line))).toEqual([]);
  });
});

describe("the credentials", () => {
  const url = (password: string) => `smtp://orders%40acme:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;

  it("are sent", async () => {
    expect(await open({ url: url("p@ssword-0") }).send(message())).toMatchObject({ kind: "accepted" });
    expect(server.received[0]?.user).toBe("orders@acme");
  });

  it("that are refused put the whole channel at fault", async () => {
    const outcome = await open({ url: url("wrong-password") }).send(message());
    expect(outcome).toMatchObject({ kind: "channel-fault", code: "5.7.8", resumeInMs: null });
    expectDiscreet(outcome, JSON.stringify(lines));
    expect(server.received).toHaveLength(0);
  });

  it("that cannot be checked now are tried again", async () => {
    const answered = { auth: "454 later than p@ssword-1 is checked" };
    expect(await sendWith(answered, { url: url("p@ssword-1") })).toMatchObject({ kind: "failed-transient" });
  });

  it("are not sent in clear to another machine", async () => {
    let asked = 0;
    const clear = await startMailServer({
      onAuth: (_auth, _session, done) => {
        asked++;
        done(null, { user: "u" });
      },
    });
    // Reaches this machine, but not by a name that says so.
    const outcome = await open({ url: `smtp://u:p%40ssword-2@0.0.0.0:${clear.port}` }).send(message());
    expect(outcome).toMatchObject({ kind: "failed-transient", code: "tls" });
    expect([asked, clear.received.length]).toEqual([0, 0]);
    expect(await open({ url: `smtp://0.0.0.0:${clear.port}` }).send(message())).toMatchObject({ kind: "accepted" });
    await clear.close();
  });

  it("have a host that is found", async () => {
    const lost = open({ url: `smtp://mail.acme.invalid:${server.port}` });
    expect(await lost.send(message())).toMatchObject({ kind: "failed-transient", code: "dns" });
  });

  it("are demanded by the server", async () => {
    const outcome = await sendWith({ mail: "530 5.7.0 Authentication required" });
    expect(outcome).toMatchObject({ kind: "channel-fault", code: "5.7.0" });
  });
});

describe("an answer of the server", () => {
  it.each<[keyof MailFaults, Reply, object]>([
    ["connect", "421 too many connections", { kind: "failed-transient", code: "421" }],
    ["connect", "554 go away", { kind: "channel-fault", code: "connect-554" }],
    ["mail", "550 not you", { kind: "channel-fault", code: "from-550" }],
    ["mail", "451 later", { kind: "failed-transient", code: "451" }],
    ["mail", "552 too long", { kind: "failed-permanent", code: "552" }],
    ["rcpt", "550 5.1.1 lilei138123 unknown", { kind: "failed-permanent", code: "5.1.1", wish: "invalid" }],
    ["rcpt", "550 no such user here", { kind: "failed-permanent", code: "550" }],
    ["rcpt", "450 4.2.1 busy", { kind: "failed-transient", code: "450" }],
    ["rcpt", "452 full", { kind: "failed-transient", code: "452" }],
    ["rcpt", "421 closing", { kind: "failed-transient", code: "421" }],
    ["rcpt", "559 own code", { kind: "failed-permanent", code: "559", unlisted: true }],
    ["data", "554 5.7.1 spam", { kind: "failed-permanent", code: "5.7.1" }],
    ["data", "550 5.1.1 unknown", { kind: "failed-permanent", code: "5.1.1", wish: "invalid" }],
    ["data", "451 later", { kind: "failed-transient", code: "451" }],
    ["data", "499 own code", { kind: "failed-transient", code: "499" }],
    ["data", "421 closing", { kind: "failed-transient", code: "421" }],
  ])("to %s: %s", async (where, reply, expected) => {
    const outcome = await sendWith({ [where]: reply });
    expect(outcome).toMatchObject(expected);
    if (!("wish" in expected)) expect(outcome).not.toHaveProperty("wish");
  });

  const KINDS = {
    refused: "failed-permanent",
    later: "failed-transient",
    channel: "channel-fault",
    unknown: "unknown",
  };
  const own = Object.entries(smtpCodes.codes).filter(([key]) => /^[45][\d.]+$/.test(key));
  it.each(own)("with %s to the recipient", async (code, { means, words }) => {
    const reply = code.includes(".") ? `550 ${code} said` : `${code} said`;
    expect(await sendWith({ rcpt: reply })).toMatchObject({ kind: KINDS[means], code, message: words });
  });

  it("refuses one recipient, and the connection takes the next message", async () => {
    const channel = open({ terms: { connections: 1 } });
    server.faults({ rcpt: "550 5.1.1 unknown" });
    await channel.send(message());
    server.faults({});
    expect(await channel.send(message())).toMatchObject({ kind: "accepted" });
    expect(server.mostConnections()).toBe(1);
  });
});

describe("no answer", () => {
  it.each<[string, MailFaults, object]>([
    ["to the message", { data: "hang" }, { kind: "unknown", code: "timeout" }],
    ["to the message, but a reset", { data: "drop" }, { kind: "unknown", code: "connection_lost" }],
    ["but a reset in the middle of the message", { dropAfter: 1 }, { kind: "unknown", code: "connection_lost" }],
    ["to the recipient: nothing was sent", { rcpt: "hang" }, { kind: "failed-transient", code: "timeout" }],
    ["to the recipient, but a reset", { rcpt: "drop" }, { kind: "failed-transient", code: "connection_lost" }],
    ["to the sender, but a reset", { mail: "drop" }, { kind: "failed-transient", code: "connection_lost" }],
    ["to the connection", { connect: "hang" }, { kind: "failed-transient", code: "connect_timeout" }],
    ["to the connection, but a reset", { connect: "drop" }, { kind: "failed-transient", code: "connect_failed" }],
  ])("%s", async (_what, faults, expected) => {
    const begun = performance.now();
    expect(await sendWith(faults, { terms: { timeoutMs: 2_000 } })).toMatchObject(expected);
    expect(performance.now() - begun).toBeLessThan(20_000);
    await noConnection(server);
  });

  it("over a refused connection: nothing was sent", async () => {
    const channel = open();
    await server.close();
    expect(await channel.send(message())).toMatchObject({ kind: "failed-transient", code: "connection_refused" });
  });

  it("but HTTP: nothing was sent", async () => {
    const http = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as { port: number };
    const outcome = await open({ url: `smtp://127.0.0.1:${port}` }).send(message());
    expect(outcome).toMatchObject({ kind: "failed-transient" });
    http.close();
  });
});

describe("the deadline", () => {
  it("is checked before the first command, and the wait for a connection ends with it", async () => {
    const channel = open({ terms: { connections: 1, timeoutMs: 20_000 } });
    let begun = 0;
    expect(await channel.send(message(), performance.now() - 1, () => begun++)).toMatchObject({
      kind: "failed-transient",
      code: "no_connection_in_time",
    });
    server.faults({ delayMs: 300 });
    const [first, late, early] = await Promise.all([
      channel.send(message({ idempotencyKey: "first" }), undefined, () => begun++),
      channel.send(message({ idempotencyKey: "late" }), performance.now() + 100, () => begun++),
      channel.send(message({ idempotencyKey: "early" }), performance.now() + 60_000, () => begun++),
    ]);
    expect([first.kind, late.kind, early.kind]).toEqual(["accepted", "failed-transient", "accepted"]);
    expect(begun).toBe(2);
    expect(server.received.map(({ raw }) => /<(\w+)@/.exec(headersOf(raw).join())?.[1])).not.toContain("late");
  });

  it("is checked again when the server asks for the message", async () => {
    const startBy = performance.now() + 2_000;
    const slow = await startMailServer({
      onRcptTo: (_address, _session, done) => void setTimeout(done, Math.max(0, startBy + 20 - performance.now())),
    });
    const channel = open({ url: `smtp://127.0.0.1:${slow.port}`, terms: { timeoutMs: 20_000 } });
    expect(await channel.send(message(), startBy)).toMatchObject({
      kind: "failed-transient",
      code: "no_connection_in_time",
    });
    await noConnection(slow);
    expect(slow.received).toHaveLength(0);
    await slow.close();
  });
});

describe("the connections", () => {
  it("are kept for the next messages, and no more than configured", async () => {
    const channel = open();
    const sends = Array.from({ length: 60 }, (_, n) => channel.send(message({ idempotencyKey: `key-${n}` })));
    for (const outcome of await Promise.all(sends)) expect(outcome).toMatchObject({ kind: "accepted" });
    expect(server.received).toHaveLength(60);
    expect(server.mostConnections()).toBeLessThanOrEqual(3);
  });

  it("that the server has closed are not used again", async () => {
    const channel = open({ terms: { connections: 1 } });
    await channel.send(message());
    server.drop();
    await noConnection(server);
    expect(await channel.send(message())).toMatchObject({ kind: "accepted" });
  });

  it("are drained by close; a later message is not sent", async () => {
    const channel = open();
    server.faults({ delayMs: 100 });
    const sends = Array.from({ length: 5 }, () => channel.send(message()));
    await eventually(
      "a message",
      () => server.received.length,
      (count) => count > 0,
    );
    await channel.close();
    for (const outcome of await Promise.all(sends)) expect(["accepted", "failed-transient"]).toContain(outcome.kind);
    expect(await channel.send(message())).toMatchObject({ kind: "failed-transient", code: "closed" });
    await noConnection(server);
  });
});

describe("TLS", () => {
  const options = { key: KEY, cert: CERTIFICATE, disabledCommands: [] };
  const sendOver = async (scheme: string, secure: boolean, settings: object, host = "localhost") => {
    const tls = await startMailServer({ ...options, secure });
    const outcome = await open({ url: `${scheme}://u:p%40ssword-0@${host}:${tls.port}`, settings }).send(message());
    const { received } = tls;
    await tls.close();
    return { outcome, received };
  };

  it.each([
    ["smtps", true],
    ["smtp", false],
  ])("over %s: the message and the credentials arrive", async (scheme, secure) => {
    const { outcome, received } = await sendOver(scheme, secure, { ca: ROOT });
    expect(outcome).toMatchObject({ kind: "accepted" });
    expect(received[0]?.user).toBe("u");
  });

  it.each([
    ["a root that nobody knows", "localhost", {}],
    ["another name", "127.0.0.1", { ca: ROOT }],
  ])("with a certificate of %s: nothing is sent", async (_what, host, settings) => {
    for (const [scheme, secure] of [
      ["smtps", true],
      ["smtp", false],
    ] as const) {
      const { outcome, received } = await sendOver(scheme, secure, settings, host);
      expect(outcome).toMatchObject({ kind: "failed-transient", message: expect.stringContaining("nothing was sent") });
      expect(received).toHaveLength(0);
    }
  });
});

describe("the check of the set-up", () => {
  const checkOf = (options?: Options) => open(options).check?.({ signs: [], templates: [] });
  const url = (password: string) => `smtp://orders:${password}@127.0.0.1:${server.port}`;

  it("signs in, and sends nothing", async () => {
    expect(await checkOf({ url: url("p%40ssword-0") })).toEqual([
      { about: "credentials", ok: true, code: null, message: "the provider takes the credentials" },
    ]);
    expect(await checkOf()).toEqual([
      { about: "credentials", ok: true, code: null, message: "the mail server asks for no credentials" },
    ]);
    expect(server.received).toEqual([]);
  });

  it("says that the credentials are refused, without their words", async () => {
    const findings = await checkOf({ url: url("wrong-secret") });
    expect(findings).toEqual([
      {
        about: "credentials",
        ok: false,
        code: "5.7.8",
        message: "the user or the password is refused: check them in the channel's url",
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain("wrong-secret");
  });

  it.each([
    [{ connect: "550 not from there" }, "connect-550"],
    [{ connect: "521 no mail here" }, "521"],
    [{ auth: "534 not like this" }, "534"],
    [{ auth: "504 no such mechanism" }, "504"],
  ])("says that the server refuses: %j", async (faults, code) => {
    server.faults(faults);
    expect(await checkOf({ url: url("p%40ssword-0") })).toMatchObject([{ about: "credentials", ok: false, code }]);
  });

  it("says that nothing listens, that the host is not found, and that the certificate is not trusted", async () => {
    const tls = await startMailServer({ key: KEY, cert: CERTIFICATE, disabledCommands: [], secure: true });
    expect(await checkOf({ url: `smtps://localhost:${tls.port}` })).toEqual([
      { about: "credentials", ok: false, code: "tls", message: "no TLS with the mail server: check its certificate" },
    ]);
    await tls.close();
    expect(await checkOf({ url: "smtp://mail.invalid:25" })).toEqual([
      { about: "credentials", ok: false, code: "dns", message: "the mail server's host name was not resolved" },
    ]);
    await server.close();
    expect(await checkOf()).toEqual([
      {
        about: "credentials",
        ok: false,
        code: "connection_refused",
        message: "the mail server refused the connection",
      },
    ]);
  });

  it("knows nothing when the server does not answer, or is busy", async () => {
    server.faults({ connect: "hang" });
    expect(await checkOf({ terms: { timeoutMs: 300 } })).toMatchObject([{ about: "check", code: "connect_timeout" }]);
    server.faults({ auth: "454 4.7.0 later" });
    expect(await checkOf({ url: url("p%40ssword-0") })).toMatchObject([{ about: "check", code: "454" }]);
  });
});
