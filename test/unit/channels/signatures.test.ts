/** The signatures of providers against their published examples, and the loopback servers that check them. */
import { expect, it } from "vitest";
import { signAcs3 } from "../../../src/channels/aliyun-sms/signature.ts";
import { signTc3 } from "../../../src/channels/tencent-sms/signature.ts";
import { sign, signingKey } from "../../../src/standard-webhooks.ts";
import { signatureOk, webhookOf } from "../../support/provider-log.ts";
import { acs3Fault, tc3Fault } from "../../support/signatures.ts";

const NOW = Date.parse("2026-11-11T06:00:00Z");
const MINUTE = 60_000;

/** https://cloud.tencent.com/document/api/382/52072: the key of the example is 32 asterisks. */
it("signs for Tencent as the documented example", () => {
  const headers = signTc3({
    host: "cvm.tencentcloudapi.com",
    service: "cvm",
    action: "DescribeInstances",
    body: Buffer.from('{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'),
    secretId: `AKID${"*".repeat(32)}`,
    secretKey: "*".repeat(32),
    now: 1_551_113_065_000,
  });
  expect(headers.at(-1)).toBe(
    `TC3-HMAC-SHA256 Credential=AKID${"*".repeat(32)}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f`,
  );
});

const asObject = (headers: readonly string[]): Record<string, string> =>
  Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? ""]] : [])));

/** The complaint of a loopback server about a request that was signed by a clock so many minutes off. */
const LOOPBACKS: Readonly<Record<string, (minutes: number) => string | null>> = {
  tencent(minutes) {
    const parts = { host: "h", service: "sms", action: "SendSms", secretId: "id", secretKey: "s" };
    const signed = signTc3({ ...parts, body: Buffer.from("{}"), now: NOW + minutes * MINUTE });
    const headers = { ...asObject(signed), "x-tc-version": "2021-01-11", "x-tc-region": "ap-guangzhou" };
    return tc3Fault({ method: "POST", url: "/", headers, body: "{}" }, "s", NOW);
  },
  aliyun(minutes) {
    const parts = { host: "h", action: "SendSms", version: "2017-05-25", query: { A: "1" }, nonce: "n" };
    const { path, headers } = signAcs3({
      ...{ ...parts, accessKeyId: "key", accessKeySecret: "s" },
      now: NOW + minutes * MINUTE,
    });
    return acs3Fault({ method: "POST", url: path, headers: asObject(headers), body: "" }, "s", NOW);
  },
  webhook(minutes) {
    const timestamp = String((NOW + minutes * MINUTE) / 1_000);
    const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
    const signature = sign(signingKey(secret), "m1", timestamp, Buffer.from("{}"));
    const entry = { webhookId: "m1", timestamp, signature, body: "{}", at: NOW };
    return signatureOk(webhookOf(secret), entry) ? null : "timestamp";
  },
};

it.each([
  ["tencent", 5, "timestamp"],
  ["aliyun", 15, "date"],
  ["webhook", 5, "timestamp"],
])("the loopback server of %s refuses a clock that is %i minutes off", (name, limit, complaint) => {
  const loopback = LOOPBACKS[name] ?? (() => "not there");
  expect([0, limit - 0.5, 0.5 - limit].map(loopback)).toEqual([null, null, null]);
  expect([limit + 0.5, -limit - 0.5].map(loopback)).toEqual([complaint, complaint]);
});
