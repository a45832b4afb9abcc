/** Channel `tencent-sms` passes the conformance suite; the rest here is its own: the signature, the request, the windows of its limits. */
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { tencentCodes } from "../../../src/channels/tencent-sms/codes.ts";
import { channelBench, message, testChannel } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

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

/** As documented, apart from the code under test. */
function check({ method, url, headers, body }: CheckedRequest): string | null {
  const header = (name: string) => String(headers[name] ?? "");
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const parts =
    /^TC3-HMAC-SHA256 Credential=id\/([\d-]+)\/sms\/tc3_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      header("authorization"),
    );
  const [, date = "", signed = "", signature] = parts ?? [];
  if (date !== "2026-11-10" || header("x-tc-timestamp") !== String(NOW / 1000)) return "date";
  const lines = signed.split(";").map((name) => `${name}:${header(name).toLowerCase()}\n`);
  const canonical = `${method}\n${url}\n\n${lines.join("")}\n${signed}\n${sha256(body)}`;
  const text = `TC3-HMAC-SHA256\n${NOW / 1000}\n${date}/sms/tc3_request\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(`TC3${SECRET}`, date), "sms"), "tc3_request");
  if (hmac(key, text).toString("hex") !== signature) return "signature";
  if (!signed.includes("content-type;host")) return "signed headers";
  if (header("x-tc-action") !== "SendSms" || header("x-tc-version") !== "2021-01-11") return "action";
  if (header("x-tc-region") !== "ap-guangzhou") return "region";
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
