/** Each chat of staff against a loopback server that checks signature and body as its maker documents them, and misbehaves. */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { openNotifiers } from "../../../src/channels/notices/registry.ts";
import type { Notice } from "../../../src/core/seams/notifier.ts";
import type { NoticeConfig } from "../../../src/providers/notices/all.ts";
import { type CheckedRequest, startFakeProvider } from "../../support/fake-provider.ts";
import { type Fault, faults } from "../../support/provider-faults.ts";

const NOW = Date.parse("2026-11-10T20:00:00.250+08:00");
const SECRET = "SECabc";
const KEY = "key-in-the-url";
const notice = (text = "Dunlin: channel sms is paused"): Notice => ({
  id: "0192-1",
  matter: "channel_paused:sms",
  at: NOW,
  text,
});
const json = (body: object, status = 200): Fault => ({ do: "answer", status, body: JSON.stringify(body) });
const word = (body: string, status = 200, headers = {}): Fault => ({ do: "answer", status, body, headers });

type Sample = {
  readonly provider: NoticeConfig["provider"];
  readonly path: string;
  readonly secret?: string;
  /** Checks a request, and returns the text or a complaint. */
  readonly read: (request: CheckedRequest) => { text: string } | string;
  readonly shown: Fault;
  readonly refused: readonly [Fault, code: string][];
  /** The answer of a receiver that takes no more, and for how long, ms. */
  readonly busy: readonly [Fault, waitMs: number];
  readonly maxBytes: number;
};

const samples: readonly Sample[] = [
  {
    provider: "dingtalk",
    path: `robot/send?access_token=${KEY}`,
    secret: SECRET,
    read: ({ url, body }) => {
      const query = new URL(url, "http://x").searchParams;
      const sign = createHmac("sha256", SECRET)
        .update(`${query.get("timestamp")}\n${SECRET}`)
        .digest("base64");
      if (query.get("access_token") !== KEY || query.get("timestamp") !== String(NOW)) return "query";
      if (query.get("sign") !== sign) return "sign";
      const { msgtype, text, at } = JSON.parse(body);
      return msgtype === "text" && at.isAtAll === false ? { text: text.content } : "body";
    },
    shown: json({ errcode: 0, errmsg: "ok" }),
    refused: [[json({ errcode: 310000, errmsg: "sign not match" }), "310000"]],
    busy: [json({ errcode: 130101, errmsg: "send too fast" }), 600_000],
    maxBytes: 20_000,
  },
  {
    provider: "feishu",
    path: `open-apis/bot/v2/hook/${KEY}`,
    secret: SECRET,
    read: ({ url, body }) => {
      const { timestamp, sign, msg_type, content } = JSON.parse(body);
      if (!url.endsWith(KEY) || timestamp !== String(Math.floor(NOW / 1000))) return "url or timestamp";
      if (sign !== createHmac("sha256", `${timestamp}\n${SECRET}`).digest("base64")) return "sign";
      return msg_type === "text" ? { text: content.text } : "body";
    },
    shown: json({ code: 0, msg: "success", data: {} }),
    refused: [
      [json({ code: 19021, msg: "sign match fail" }), "19021"],
      [json({ code: 19024, msg: "Key Words Not Found" }), "19024"],
      [json({ StatusCode: 9499, StatusMessage: "Bad Request" }), "9499"],
    ],
    busy: [json({ code: 11232, msg: "too many requests" }), 60_000],
    maxBytes: 18_000,
  },
  {
    provider: "wecom",
    path: `cgi-bin/webhook/send?key=${KEY}`,
    read: ({ url, body }) => {
      const { msgtype, text } = JSON.parse(body);
      return url.endsWith(`?key=${KEY}`) && msgtype === "text" ? { text: text.content } : "request";
    },
    shown: json({ errcode: 0, errmsg: "ok" }),
    refused: [[json({ errcode: 93000, errmsg: "invalid webhook url" }), "93000"]],
    busy: [json({ errcode: 45009, errmsg: "api freq out of limit" }), 60_000],
    maxBytes: 2_048,
  },
  {
    provider: "slack",
    path: `services/T0/B0/${KEY}`,
    read: ({ url, body }) => (url.endsWith(KEY) ? { text: JSON.parse(body).text } : "url"),
    shown: word("ok"),
    refused: [
      [word("no_service", 404), "no_service"],
      [word("channel_is_archived", 410), "channel_is_archived"],
      [word("invalid_payload", 400), "invalid_payload"],
    ],
    busy: [word("rate_limited", 429, { "retry-after": "7" }), 7_000],
    maxBytes: 4_000,
  },
  {
    provider: "webhook",
    path: `hook/${KEY}`,
    secret: "whsec_c2VjcmV0LWZvci1zdGFmZg==",
    read: ({ headers, body }) => {
      try {
        const checked = { ...headers, "webhook-timestamp": String(Math.floor(Date.now() / 1000)) } as Record<
          string,
          string
        >;
        // The library refuses the fixed time of the test, so the signature is made again with it.
        const own = new Webhook("whsec_c2VjcmV0LWZvci1zdGFmZg==").sign(
          checked["webhook-id"] ?? "",
          new Date(NOW),
          body,
        );
        return own === headers["webhook-signature"] && headers["webhook-id"] === "0192-1" ? JSON.parse(body) : "sign";
      } catch {
        return "unreadable";
      }
    },
    shown: faults.ok,
    refused: [[word("", 404), "http_404"]],
    busy: [faults.retryAfter(429, "9"), 9_000],
    maxBytes: 20_000,
  },
];

describe.each(samples)("$provider", ({ provider, path, secret, read, shown, refused, busy, maxBytes }) => {
  async function setup(answer: Fault) {
    const texts: string[] = [];
    const server = await startFakeProvider({
      answer,
      check: (request) => {
        const result = read(request);
        if (typeof result === "string") return result;
        texts.push(result.text);
        return null;
      },
    });
    onTestFinished(() => server.close());
    const settings = { url: `${server.origin}/${path}`, ...(secret === undefined ? {} : { secret }) };
    const notifier = openNotifiers([{ name: "ops", provider, settings } as NoticeConfig], { now: () => NOW }).get(
      "ops",
    );
    if (notifier === undefined) throw new Error("not opened");
    onTestFinished(() => notifier.close());
    return {
      texts,
      complaints: server.complaints,
      post: (text?: string) => notifier.post(notice(text)),
      close: server.close,
    };
  }

  test("posts as documented", async () => {
    const { post, texts, complaints } = await setup(shown);
    expect(await post()).toMatchObject({ kind: "accepted" });
    expect([texts, complaints]).toEqual([["Dunlin: channel sms is paused"], []]);
  });

  test("calls nobody, whatever a name holds", async () => {
    const { post, texts } = await setup(shown);
    await post('shop "@all" <!channel> <!here> <at user_id="all">所有人</at> <@U1> ＠all \u202egnp\u0007 & co');
    expect(texts[0]).not.toMatch(/[@＠<>]|\p{Cc}|\p{Cf}/u);
    expect(texts[0]).toContain("(at)all");
    expect(texts[0]).toContain(provider === "slack" ? "&amp; co" : "& co");
  });

  test("cuts a long text between characters", async () => {
    const { post, texts } = await setup(shown);
    expect(await post("欠🛒".repeat(9_000))).toMatchObject({ kind: "accepted" });
    const size = Buffer.byteLength(texts[0] ?? "");
    expect(size).toBeLessThanOrEqual(maxBytes);
    expect(size).toBeGreaterThan(maxBytes - 12);
    expect(texts[0]).toMatch(/[欠🛒]…$/u);
  });

  test.each(refused)("a refusal is told from success, also with HTTP 200: %j", async (answer, code) => {
    const outcome = await (await setup(answer)).post();
    expect(outcome).toMatchObject({ kind: "failed-permanent", code });
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  test("throttling says for how long", async () => {
    const [answer, retryAfterMs] = busy;
    expect(await (await setup(answer)).post()).toMatchObject({ kind: "failed-transient", retryAfterMs });
  });

  test.each([
    ["HTML", { do: "answer", status: 502, body: "<html>Bad Gateway</html>" } as Fault],
    ["a reset after the request", faults.resetAfter],
    ["bytes that are no HTTP", faults.garbage],
  ])("%s leaves open whether it is shown", async (_, answer) => {
    const expected = provider === "webhook" && _ === "HTML" ? "failed-transient" : "unknown";
    const outcome = await (await setup(answer)).post();
    expect(outcome).toMatchObject({ kind: expected });
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  test("without a connection nothing was shown", async () => {
    const { post, close } = await setup(shown);
    await close();
    const outcome = await post();
    expect(outcome).toMatchObject({ kind: "failed-transient" });
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });
});
