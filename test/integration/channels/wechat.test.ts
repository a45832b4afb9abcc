/** Channel `wechat`: the access token, the request, the outcomes. It needs two requests a message, so it has tests of its own. */
import { describe, expect, test } from "vitest";
import { wechatCodes } from "../../../src/channels/wechat/codes.ts";
import { fitValue } from "../../../src/channels/wechat/values.ts";
import { channelBench, expectDiscreet, message } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import { type Fault, faults } from "../../support/provider-faults.ts";

const NOW = Date.parse("2026-11-10T20:00:00+08:00");
const json = (body: string): Fault => ({ do: "answer", body });
const tokenIs = (token: string) => json(`{"access_token":"granted-${token}","expires_in":7200}`);
const accepted = json('{"errcode":0,"errmsg":"ok","msgid":3141592653589793238}');
const code = (errcode: string) => json(`{"errcode":${errcode},"errmsg":"no"}`);
const approved = { provider: "wechat", fields: { templateId: "W1", page: "pages/pay" } };
const sent = message({ approved, to: "openid", params: { thing1: "李".repeat(25), amount2: "5元" } });
const toToken = { when: { path: "/sms/cgi-bin/stable_token" } };

const asked: { url: string; body: Record<string, unknown> }[] = [];
function check({ url, body }: CheckedRequest): string | null {
  asked.push({ url, body: JSON.parse(body) });
  return null;
}
const settings = (url: string) => ({
  url: url.replace("?v=1", ""),
  appId: "wx1",
  appSecret: "wechat-app-secret",
  kind: "subscribe" as const,
});
let clock = NOW;
const bench = channelBench("wechat", settings, { check, answer: accepted, now: () => clock });
const run = (rules: { when?: object; times?: number; fault: Fault | Fault[] }[]) => {
  asked.length = 0;
  bench.provider().rules(rules);
};

describe("the request", () => {
  test("has a stable token, the template and values that fit", async () => {
    run([{ ...toToken, fault: tokenIs("t1") }]);
    // The id has more digits than a number keeps.
    expect(await bench.open().send(sent)).toEqual({
      kind: "accepted",
      messageId: "3141592653589793238",
      segments: null,
    });
    expect(asked).toEqual([
      {
        url: "/sms/cgi-bin/stable_token",
        body: { grant_type: "client_credential", appid: "wx1", secret: "wechat-app-secret", force_refresh: false },
      },
      {
        url: "/sms/cgi-bin/message/subscribe/send?access_token=granted-t1",
        body: {
          touser: "openid",
          template_id: "W1",
          page: "pages/pay",
          data: { thing1: { value: `${"李".repeat(19)}…` }, amount2: { value: "5元" } },
        },
      },
    ]);
  });

  test("of an official account carries the idempotency key", async () => {
    run([{ ...toToken, fault: tokenIs("t1") }]);
    const channel = bench.open({ settings: { ...settings(bench.provider().url("sms")), kind: "official" } });
    expect(await channel.send(sent)).toMatchObject({ kind: "accepted" });
    expect(asked[1]).toMatchObject({
      url: "/sms/cgi-bin/message/template/send?access_token=granted-t1",
      body: { client_msg_id: "key-1" },
    });
  });

  test("asks for the token once, for many messages at a time", async () => {
    run([{ ...toToken, fault: tokenIs("t1") }]);
    const channel = bench.open();
    for (const outcome of await Promise.all(Array.from({ length: 20 }, () => channel.send(sent))))
      expect(outcome).toMatchObject({ kind: "accepted" });
    expect(asked.filter(({ url }) => url.endsWith("stable_token"))).toHaveLength(1);
  });
});

describe("a token that is refused", () => {
  const asks = () => asked.map(({ url, body }) => url.split("token=")[1] ?? (body.force_refresh ? "new" : "current"));

  test("is replaced by the one that another process has, and the message is sent", async () => {
    run([
      { ...toToken, times: 1, fault: tokenIs("old") },
      { ...toToken, fault: tokenIs("new") },
      { times: 1, fault: code("40001") },
    ]);
    expect(await bench.open().send(sent)).toMatchObject({ kind: "accepted" });
    expect(asks()).toEqual(["current", "granted-old", "current", "granted-new"]);
  });

  test("and still current is replaced by a new one, once in 30 seconds", async () => {
    run([
      { ...toToken, times: 2, fault: tokenIs("t") },
      { ...toToken, fault: tokenIs("new") },
      { fault: code("42001") },
    ]);
    const channel = bench.open();
    expect(await channel.send(sent)).toMatchObject({ kind: "failed-transient", code: "42001" });
    expect(asks()).toEqual(["current", "granted-t", "current", "new", "granted-new"]);
    asked.length = 0;
    expect(await channel.send(sent)).toMatchObject({ kind: "failed-transient", code: "no_token" });
    expect(asks()).toEqual(["granted-new", "current"]);
    clock += 30_000;
    asked.length = 0;
    expect(await channel.send(sent)).toMatchObject({ kind: "failed-transient", code: "42001" });
    expect(asks()).toEqual(["granted-new", "current", "new", "granted-new"]);
    clock = NOW;
  });

  test.each([
    ["a wrong secret", code("40125"), "channel-fault"],
    ["no answer", faults.resetAfter, "failed-transient"],
    ["HTML", json("<html>"), "failed-transient"],
  ])("no token because of %s: nothing is sent", async (_name, fault, kind) => {
    run([{ fault }]);
    const outcome = await bench.open().send(sent);
    expect(outcome).toMatchObject({ kind });
    expect(asked).toHaveLength(1);
    expectDiscreet(outcome);
  });
});

const kinds = { refused: "failed-permanent", later: "failed-transient", channel: "channel-fault", unknown: "unknown" };
test.each(Object.entries(wechatCodes.codes))("the code %s", async (errcode, { means, words }) => {
  const [appSecret, token] = ["wechat-app-secret", "granted-t"];
  run([
    { ...toToken, fault: tokenIs("t") },
    { fault: json(`{"errcode":${errcode},"errmsg":"no: ${appSecret} ${token} openid"}`) },
  ]);
  const outcome = await bench.open().send(sent);
  expect(outcome).toMatchObject({ kind: kinds[means], code: errcode, message: words });
  expectDiscreet(outcome, bench.logged());
});

test.each<[string, Fault]>([
  ["HTML", json("<html>")],
  ["HTML with 502", { do: "answer", status: 502, body: "<html>" }],
  ["half a body", { do: "slow-body", ms: 20, cut: true }],
  ["a body that does not end", { do: "slow-body", ms: 60_000 }],
  ["bytes that are not HTTP", faults.garbage],
  ["a reset after the request", faults.resetAfter],
  ["a reset before it was read", faults.resetBefore],
  ["no answer in time", faults.hang],
])("%s leaves the outcome unknown", async (_name, fault) => {
  run([{ ...toToken, fault: tokenIs("t") }, { fault }]);
  expect(await bench.open({ terms: { timeoutMs: 1_200 } }).send(sent)).toMatchObject({ kind: "unknown" });
});

test("a code of its own says so", async () => {
  run([{ ...toToken, fault: tokenIs("t") }, { fault: code("99999") }]);
  expect(await bench.open().send(sent)).toMatchObject({ kind: "failed-permanent", code: "99999", unlisted: true });
});

test("over a refused connection, or to a server that speaks no TLS, nothing is sent", async () => {
  run([]);
  const tls = bench.open({ url: bench.provider().url("sms").replace("http:", "https:") });
  expect(await tls.send(sent)).toMatchObject({ kind: "failed-transient" });
  expect(asked).toEqual([]);
  const channel = bench.open();
  await bench.provider().close();
  expect(await channel.send(sent)).toMatchObject({ kind: "failed-transient", code: "connection_refused" });
});

test("the day's limit pauses the channel until Beijing's midnight", async () => {
  run([{ ...toToken, fault: tokenIs("t") }, { fault: code("45009") }]);
  expect(await bench.open().send(sent)).toMatchObject({ kind: "channel-fault", resumeInMs: 4 * 3_600_000 });
});

test("a text without an approved template is never sent", async () => {
  run([]);
  expect(await bench.open().send(message())).toMatchObject({ kind: "failed-permanent", code: "no_approved_template" });
  expect(asked).toEqual([]);
});

test.each([
  ["thing1", "👍".repeat(21), `${"👍".repeat(19)}…`],
  ["thing12", "李".repeat(20), "李".repeat(20)],
  ["phrase3", "等待付款了吗", "等待付款了"],
  ["date4", "2026-11-10 20:00", "2026-11-10 20:00"],
])("%s of %s fits", (name, value, expected) => expect(fitValue(name, value)).toBe(expected));
