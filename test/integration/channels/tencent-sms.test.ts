/** Channel `tencent-sms` passes the conformance suite; the rest here is its own: the signature, the request, the windows of its limits. */
import { expect, test } from "vitest";
import { tencentCodes } from "../../../src/channels/tencent-sms/codes.ts";
import { channelBench, message, testChannel } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";
import { tc3Fault } from "../../support/signatures.ts";

// In UTC it is still the day before.
const NOW = Date.parse("2026-11-11T06:00:00+08:00");
const SECRET = "tencent-secret";
const answer = (Response: object, status = 200): Fault => ({
  do: "answer",
  status,
  body: JSON.stringify({ Response }),
});
const sent = (Code: string, more: object = {}) =>
  answer({
    SendStatusSet: [{ Code, SerialNo: "m-7", Fee: 2, Message: "", PhoneNumber: "+8613812345678", ...more }],
    RequestId: "r",
  });
const approved = { provider: "tencent", fields: { templateId: "77" } };
const params = { "2": "b", "10": "c", "1": "李雷" };

function check(request: CheckedRequest): string | null {
  const { headers, body } = request;
  const fault = tc3Fault(request, SECRET, NOW);
  if (fault !== null) return fault;
  if (headers["x-tc-action"] !== "SendSms") return "action";
  const asked = JSON.parse(body);
  const fits = asked.SessionContext.startsWith("key-") && asked.PhoneNumberSet.length === 1;
  const template = [asked.SmsSdkAppId, asked.SignName, asked.TemplateId, ...asked.TemplateParamSet].join();
  return fits && template === "1400,晴雨,77,李雷,b,c" ? null : `parameters ${template}`;
}

const settings = { secretId: "id", secretKey: SECRET, sdkAppId: "1400", signName: "晴雨", region: "ap-guangzhou" };
const bench = channelBench("tencent-sms", (url) => ({ url, ...settings }), {
  check,
  answer: sent("Ok"),
  message: { approved, params },
  now: () => NOW,
});

testChannel({
  bench,
  provider: "tencent-sms",
  accepts: sent("Ok"),
  message: { approved, params },
  refuses: (words) => sent("FailedOperation.ContainSensitiveWord", { Message: words }),
  busy: null,
  named: { table: tencentCodes, answer: (Code) => answer({ Error: { Code, Message: "no" }, RequestId: "r" }) },
});

const HOUR = 3_600_000;
test.each([
  ["LimitExceeded.PhoneNumberDailyLimit", { kind: "failed-transient", retryAfterMs: 18 * HOUR }],
  ["LimitExceeded.AppDailyLimit", { kind: "channel-fault", resumeInMs: 18 * HOUR }],
  ["UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", { kind: "channel-fault", resumeInMs: null }],
  ["InternalError.Timeout", { kind: "unknown" }],
])("%s for the number, with HTTP 200 and no error", async (code, expected) => {
  expect(await bench.sendWith(sent(code))).toMatchObject(expected);
});

test("an answer without the number leaves the outcome unknown", async () => {
  expect(await bench.sendWith(answer({ SendStatusSet: [] }))).toMatchObject({ kind: "unknown" });
});

test("a text without an approved template is never sent", async () => {
  expect(await bench.open().send(message())).toMatchObject({ kind: "failed-permanent", code: "no_approved_template" });
});
