/** Channel `aliyun-sms` passes the conformance suite; the rest here is its own: the signature, the request, the windows of its limits. */
import { expect, test } from "vitest";
import { aliyunCodes } from "../../../src/channels/aliyun-sms/codes.ts";
import { signAcs3 } from "../../../src/channels/aliyun-sms/signature.ts";
import { channelBench, message, testChannel } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";
import { acs3Fault } from "../../support/signatures.ts";

const NOW = Date.parse("2026-11-10T20:00:00+08:00");
const SECRET = "aliyun-secret";
const answer = (body: object, status = 200): Fault => ({ do: "answer", status, body: JSON.stringify(body) });
const accepted = answer({ Code: "OK", Message: "OK", BizId: "m-7", RequestId: "r" });
const approved = { provider: "aliyun", fields: { templateCode: "SMS_1" } };

function check(request: CheckedRequest): string | null {
  const { url, headers } = request;
  const fault = acs3Fault(request, SECRET, NOW);
  if (fault !== null) return fault;
  if (headers["x-acs-action"] !== "SendSms") return "action";
  const [, query = ""] = url.split("?");
  const asked = new URLSearchParams(query);
  if (asked.get("PhoneNumbers") !== "13812345678" && asked.get("PhoneNumbers") !== "34600111222") return "number";
  if (asked.get("SignName") !== "晴雨" || asked.get("TemplateCode") !== "SMS_1") return "template";
  return asked.get("TemplateParam") === '{"name":"李雷"}' && asked.get("OutId")?.startsWith("key-")
    ? null
    : "parameters";
}

const bench = channelBench(
  "aliyun-sms",
  (url) => ({ url, accessKeyId: "key", accessKeySecret: SECRET, signName: "晴雨" }),
  { check, answer: accepted, message: { approved }, now: () => NOW },
);

testChannel({
  bench,
  provider: "aliyun-sms",
  accepts: accepted,
  segments: null,
  message: { approved },
  refuses: (words) => answer({ Code: "isv.MOBILE_NUMBER_ILLEGAL", Message: words }),
  busy: null,
  named: { table: aliyunCodes, answer: (code) => answer({ Code: code, Message: "no" }) },
});

test("its signature is that of the documented example", () => {
  const { headers } = signAcs3({
    host: "ecs.cn-shanghai.aliyuncs.com",
    action: "RunInstances",
    version: "2014-05-26",
    query: { ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", RegionId: "cn-shanghai" },
    accessKeyId: "YourAccessKeyId",
    accessKeySecret: "YourAccessKeySecret",
    now: Date.parse("2023-10-26T10:22:32Z"),
    nonce: "3156853299f313e23d1673dc12e1703d",
  });
  expect(headers.at(-1)).toContain("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
});

test("a number abroad has its country code and no +", async () => {
  expect(await bench.open().send(message({ approved, to: "+34600111222" }))).toMatchObject({ kind: "accepted" });
  expect(bench.provider().complaints).toEqual([]);
});

const HOUR = 3_600_000;
test.each([
  ["isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", { kind: "failed-transient", retryAfterMs: null }],
  ["isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", { kind: "failed-transient", retryAfterMs: 4 * HOUR }],
  ["isv.DAY_LIMIT_CONTROL", "", { kind: "channel-fault", resumeInMs: 4 * HOUR }],
  ["isv.MONTH_LIMIT_CONTROL", "", { kind: "channel-fault", resumeInMs: (20 * 24 + 4) * HOUR }],
  ["AMOUNT_NOT_ENOUGH", "", { kind: "channel-fault", resumeInMs: null, code: "isv.AMOUNT_NOT_ENOUGH" }],
])("%s %s waits in Beijing's days", async (Code, Message, expected) => {
  expect(await bench.sendWith(answer({ Code, Message }))).toMatchObject(expected);
});

test("a throttled request with 5xx was not sent, an unknown code with 5xx may have been", async () => {
  expect(await bench.sendWith(answer({ Code: "Throttling.User" }, 503))).toMatchObject({ kind: "failed-transient" });
  expect(await bench.sendWith(answer({ Code: "New" }, 503))).toMatchObject({ kind: "unknown", unlisted: true });
});

test("a text without an approved template is never sent", async () => {
  expect(await bench.open().send(message())).toMatchObject({ kind: "failed-permanent", code: "no_approved_template" });
  expect(bench.provider().log).toHaveLength(0);
});
