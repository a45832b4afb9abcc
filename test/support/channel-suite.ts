/**
 * The conformance suite for channels over HTTP: every such channel passes it (`src/core/seams/channel.ts` is the seam). A channel's test
 * file calls `testChannel` and adds only its own rules. The provider is a loopback server that answers as the test asks.
 */
import { createServer } from "node:https";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CodeTable } from "../../src/channels/code-table.ts";
import { openChannels } from "../../src/channels/registry.ts";
import type { Channel, ChannelTerms, Message, SendOutcome } from "../../src/core/seams/channel.ts";
import type { ChannelConfig, ChannelConfigOf, ChannelProvider } from "../../src/providers/all.ts";
import {
  type CheckedRequest,
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from "./fake-provider.ts";
import { type Fault, faults } from "./provider-faults.ts";
import { CERTIFICATE, KEY } from "./tls-front.ts";

export const ADDRESS = "+8613812345678";
export const TEXT = "李雷, your order 2233 is waiting 🛒";

const baseMessage = (change: Partial<Message> = {}): Message => ({
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
  ...change,
});

export { baseMessage as message };

export type OpenOptions<Name extends ChannelProvider> = {
  /** Default: the provider of this test. */
  readonly url?: string;
  readonly settings?: ChannelConfigOf<Name>["settings"];
  readonly terms?: Partial<ChannelTerms>;
};

const CONNECTIONS = 40;

/** Keys of a channel's settings whose values nobody but the provider may see. */
const SECRET_KEY = /secret(?!Id)|token|key$|password/i;
/** The credentials of all channels that were opened, and each signature or token that a request carried. */
const secrets = new Set<string>();

/** Throws for a short one: an answer may hold it by chance, so that it would prove nothing. */
export function keepSecret(value: unknown): void {
  if (typeof value !== "string" || value === "") return;
  if (value.length < 8) throw new Error("a secret of a test has 8 characters at least");
  secrets.add(value);
}

function keepSettings(settings: object): void {
  for (const [key, value] of Object.entries(settings)) if (SECRET_KEY.test(key)) keepSecret(value);
}

function keepRequest({ url, headers }: CheckedRequest): void {
  for (const word of String(headers.authorization ?? "").split(/[ ,=]+/)) keepSecret(word.length > 24 ? word : null);
  keepSecret(new URL(url, "http://provider").searchParams.get("access_token"));
}

/** The provider and the channels of one test. */
export type ChannelBench<Name extends ChannelProvider> = {
  readonly provider: () => FakeProvider;
  /** The log lines of the channels, as JSON. */
  readonly logged: () => string;
  readonly open: (options?: OpenOptions<Name>) => Channel;
  /** Sends one message to the provider, which does this. */
  readonly sendWith: (fault: Fault, options?: OpenOptions<Name>) => Promise<SendOutcome>;
};

type BenchOptions = FakeProviderOptions & {
  /** Changes to the message that `sendWith` sends. */
  readonly message?: Partial<Message>;
  readonly now?: () => number;
  readonly publicUrl?: string | null;
};

export function channelBench<Name extends ChannelProvider>(
  name: Name,
  settings: (url: string) => ChannelConfigOf<Name>["settings"],
  { message: change = {}, now, publicUrl = null, ...options }: BenchOptions = {},
): ChannelBench<Name> {
  let provider: FakeProvider;
  let opened: Channel[] = [];
  let lines: object[] = [];
  const check = (request: CheckedRequest) => {
    keepRequest(request);
    return options.check?.(request) ?? null;
  };
  beforeEach(async () => {
    provider = await startFakeProvider({ ...options, check });
  });
  afterEach(async () => {
    await Promise.all(opened.map((channel) => channel.close()));
    [opened, lines] = [[], []];
    await provider.close();
  });
  const open: ChannelBench<Name>["open"] = (options = {}) => {
    const url = options.url ?? provider.url("sms?v=1");
    const terms: ChannelTerms = {
      name: "sms",
      provider: name,
      contacts: ["phone"],
      ratePerSecond: 500,
      timeoutMs: 2_000,
      connections: CONNECTIONS,
      cost: { micros: 50_000, currency: "CNY" },
      fallback: "chat",
      ...options.terms,
    };
    const config = { ...terms, settings: options.settings ?? settings(url) } as ChannelConfig;
    keepSettings(config.settings);
    const log = { warn: (fields: object, message: string) => void lines.push({ ...fields, message }) };
    const channel = openChannels([config], { log, publicUrl, ...(now === undefined ? {} : { now }) }).get("sms");
    if (channel === undefined) throw new Error("the channel was not opened");
    opened.push(channel);
    return channel;
  };
  return {
    provider: () => provider,
    logged: () => JSON.stringify(lines),
    open,
    sendWith: (fault, options) => {
      provider.rules([{ fault }]);
      return open(options).send(baseMessage(change));
    },
  };
}

/** Its certificate is of a root that no machine knows. */
async function strangersServer() {
  let requests = 0;
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  return {
    url: `https://localhost:${typeof address === "object" ? address?.port : ""}`,
    requests: () => requests,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Neither outcome nor log repeats the address, the text or a credential. */
export function expectDiscreet(outcome: SendOutcome, logged = ""): void {
  if (outcome.kind !== "accepted") expect(outcome.message.length).toBeLessThanOrEqual(200);
  for (const said of [JSON.stringify(outcome), logged]) {
    expect(said).not.toContain("138123");
    expect(said).not.toContain("李雷");
    for (const secret of secrets) expect(said).not.toContain(secret);
  }
}

/** The same answer with blanks behind it: nothing is wrong with it but its length. */
function padded(fault: Fault): Fault {
  if (fault.do !== "answer") throw new Error("a provider accepts with an answer");
  return { ...fault, body: `${fault.body}${" ".repeat(200_000)}` };
}

export type ChannelSample<Name extends ChannelProvider> = {
  readonly bench: ChannelBench<Name>;
  readonly provider: Name;
  /** How the provider accepts a message as `m-7` in 2 segments. */
  readonly accepts: Fault;
  /** null: its answer has no number of segments. Default: 2. */
  readonly segments?: number | null;
  /** Changes to every message. */
  readonly message?: Partial<Message>;
  /** A named provider drops no repetition: an answer that cannot be read is unknown. Its table, and how it answers with a code. */
  readonly named?: { readonly table: CodeTable; readonly answer: (code: string) => Fault };
  /** How it refuses a message for good, repeating address and text. */
  readonly refuses: (words: string) => Fault;
  /** How it asks to come back after this `Retry-After`; null: it never does. */
  readonly busy: ((retryAfter: string) => Fault) | null;
};

export function testChannel<Name extends ChannelProvider>(sample: ChannelSample<Name>): void {
  const { bench, provider: name, segments = 2 } = sample;
  const message = (change: Partial<Message> = {}) => baseMessage({ ...sample.message, ...change });
  const { provider, open, sendWith, logged } = bench;

  describe(`channel ${name}: an answer`, () => {
    test("of acceptance has message id and segments", async () => {
      expect(await sendWith(sample.accepts)).toEqual({ kind: "accepted", messageId: "m-7", segments });
    });

    test("of refusal is permanent, in our own words", async () => {
      // Now the credentials are known, and the provider can repeat them, too.
      await sendWith(sample.accepts);
      const outcome = await sendWith(sample.refuses(`no: ${ADDRESS} ${TEXT} ${[...secrets].join(" ")}`));
      expect(outcome).toMatchObject({ kind: "failed-permanent" });
      expectDiscreet(outcome, logged());
    });

    const { busy } = sample;
    if (busy !== null)
      test("with Retry-After is transient, and waits that long", async () => {
        const outcome = await sendWith(busy("7"));
        expect(outcome).toMatchObject({ kind: "failed-transient", retryAfterMs: 7_000 });
        expectDiscreet(outcome, logged());
      });
  });

  const { named } = sample;
  const describeNamed = ({ table, answer }: NonNullable<typeof named>) => {
    test.each<[string, Fault, number?]>([
      ["HTML", { do: "answer", headers: { "content-type": "text/html" }, body: "<html>ok</html>" }],
      ["nothing", { do: "answer", body: "" }],
      ["half a body", { do: "slow-body", ms: 20, cut: true }],
      ["a body without measure", padded(sample.accepts)],
      ["a list", { do: "answer", body: "[1]" }],
      ["HTML with 502", { do: "answer", status: 502, body: "<html>Bad Gateway</html>" }],
      ["nothing with 500", { do: "answer", status: 500 }],
      ["a body that does not end", { do: "slow-body", ms: 60_000 }, 300],
    ])("that answers %s leaves the outcome unknown", async (_name, fault, timeoutMs = 2_000) => {
      const outcome = await sendWith(fault, { terms: { timeoutMs } });
      expect(outcome).toMatchObject({ kind: "unknown" });
      expectDiscreet(outcome, logged());
    });

    const kinds = {
      refused: "failed-permanent",
      later: "failed-transient",
      channel: "channel-fault",
      unknown: "unknown",
    };
    test.each(Object.entries(table.codes))("that answers %s", async (key, { means, words, wish }) => {
      const code = key.replaceAll("?", "5").replace("*", key.endsWith(".*") ? "Other" : "");
      const outcome = await sendWith(answer(code));
      expect(outcome).toMatchObject({ kind: kinds[means], message: words, ...(wish === undefined ? {} : { wish }) });
      expectDiscreet(outcome, logged());
    });

    test("that answers with a code of its own says so", async () => {
      const outcome = await sendWith(answer("99999"));
      expect(outcome).toMatchObject({ kind: "failed-permanent", code: "99999", unlisted: true });
    });
  };
  if (named !== undefined) describe(`channel ${name}: a named provider`, () => describeNamed(named));

  afterEach(() => {
    expect(provider().complaints).toEqual([]);
  });

  describe(`channel ${name}: no answer`, () => {
    test("by the time limit is unknown, not earlier, and the message was sent once", async () => {
      const before = performance.now();
      const outcome = await sendWith(faults.hang, { terms: { timeoutMs: 500 } });
      expect(performance.now() - before).toBeGreaterThanOrEqual(499);
      expect(outcome).toMatchObject({ kind: "unknown", code: "timeout" });
      expectDiscreet(outcome, logged());
      expect(provider().log).toHaveLength(1);
    });

    test.each<[string, Fault]>([
      ["after the message was accepted", faults.resetAfter],
      ["before the message was read", faults.resetBefore],
    ])("but a reset %s is unknown, and not repeated", async (_name, fault) => {
      const outcome = await sendWith(fault);
      expect(outcome).toMatchObject({ kind: "unknown", code: "connection_lost" });
      expectDiscreet(outcome, logged());
      expect(provider().log).toHaveLength(1);
    });

    test("but bytes that are not HTTP is unknown", async () => {
      const outcome = await sendWith(faults.garbage);
      expect(outcome).toMatchObject({ kind: "unknown", code: "bad_answer" });
      expectDiscreet(outcome, logged());
    });
  });

  describe(`channel ${name}: nothing is sent`, () => {
    test("over a refused connection: transient", async () => {
      const channel = open();
      await provider().close();
      const outcome = await channel.send(message());
      expect(outcome).toMatchObject({ kind: "failed-transient", code: "connection_refused", retryAfterMs: null });
      expectDiscreet(outcome, logged());
    });

    test("to a server that speaks no TLS, or whose certificate nobody vouches for: transient", async () => {
      const stranger = await strangersServer();
      for (const url of [provider().url("").replace("http:", "https:"), stranger.url]) {
        const outcome = await open({ url }).send(message());
        expect(outcome).toMatchObject({ kind: "failed-transient" });
        expectDiscreet(outcome, logged());
      }
      await stranger.close();
      expect([provider().log.length, stranger.requests()]).toEqual([0, 0]);
    });

    test("after its deadline, which is checked right before the request is written", async () => {
      const channel = open({ terms: { timeoutMs: 20_000 } });
      expect(await channel.send(message(), performance.now() - 1)).toMatchObject({ kind: "failed-transient" });
      expect(provider().log).toHaveLength(0);
      provider().rules([{ fault: { do: "answer", delayMs: 300 }, times: CONNECTIONS }]);
      const busy = Array.from({ length: CONNECTIONS }, () => channel.send(message()));
      const late = channel.send(message(), performance.now() + 40);
      const early = channel.send(message(), performance.now() + 10_000);
      expect(await late).toMatchObject({ kind: "failed-transient", code: "no_connection_in_time" });
      await Promise.all([...busy, early]);
      expect(provider().log).toHaveLength(CONNECTIONS + 1);
    });

    test("while no connection is free in time; the next message goes out", async () => {
      provider().rules([{ fault: faults.hang, times: CONNECTIONS }]);
      const channel = open({ terms: { timeoutMs: 600 } });
      const busy = Array.from({ length: CONNECTIONS }, () => channel.send(message()));
      expect(await channel.send(message())).toMatchObject({ kind: "failed-transient", code: "no_connection_in_time" });
      const unknown = (await Promise.all(busy)).filter(({ kind }) => kind === "unknown");
      expect(provider().log).toHaveLength(unknown.length);
      expect(await channel.send(message())).toMatchObject({ kind: "accepted" });
      expect(provider().log).toHaveLength(unknown.length + 1);
    });

    test("over a closed channel: transient", async () => {
      const channel = open();
      await channel.close();
      await channel.close();
      expect(await channel.send(message())).toMatchObject({ kind: "failed-transient", code: "closed" });
      expect(provider().log).toHaveLength(0);
    });
  });

  describe(`channel ${name}: the connections`, () => {
    test("are drained by close", async () => {
      const channel = open();
      provider().rules([{ fault: { ...sample.accepts, delayMs: 50 } as Fault }]);
      const sent = channel.send(message());
      await provider().received(1);
      await channel.close();
      expect(await sent).toMatchObject({ kind: "accepted" });
    });

    test(`are at most ${CONNECTIONS}: of 200 sends at once each arrives once`, async () => {
      provider().rules([{ fault: sample.accepts }]);
      const channel = open();
      const sends = Array.from({ length: 200 }, (_, i) => channel.send(message({ idempotencyKey: `key-${i}` })));
      for (const outcome of await Promise.all(sends)) expect(outcome).toMatchObject({ kind: "accepted" });
      expect(provider().log).toHaveLength(200);
      expect(provider().connections()).toBeLessThanOrEqual(CONNECTIONS);
    });
  });

  test(`channel ${name} has the configured terms`, () => {
    expect(open()).toMatchObject({
      name: "sms",
      provider: name,
      contacts: ["phone"],
      ratePerSecond: 500,
      timeoutMs: 2_000,
      connections: CONNECTIONS,
      cost: { micros: 50_000, currency: "CNY" },
      fallback: "chat",
    });
  });
}
