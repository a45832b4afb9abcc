/** The signatures of Aliyun and Tencent Cloud as they are documented, apart from the code under test. Each returns a complaint, or null. */
import { createHash, createHmac } from "node:crypto";
import type { CheckedRequest } from "./fake-provider.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const headerOf =
  ({ headers }: Pick<CheckedRequest, "headers">) =>
  (name: string): string =>
    String(headers[name] ?? "");

/** Access key `key`. */
export function acs3Fault(request: CheckedRequest, secret: string, now: number): string | null {
  const header = headerOf(request);
  const [path, query = ""] = request.url.split("?");
  const authorization = /^ACS3-HMAC-SHA256 Credential=key,SignedHeaders=([\w;-]+),Signature=([0-9a-f]{64})$/.exec(
    header("authorization"),
  );
  const names = authorization?.[1]?.split(";") ?? [];
  const canonical = [
    request.method,
    path,
    query.split("&").sort().join("&"),
    names.map((name) => `${name}:${header(name)}\n`).join(""),
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  if (hmac(secret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`).toString("hex") !== authorization?.[2]) return "signature";
  for (const name of [
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
  ])
    if (!names.includes(name)) return `${name} is not signed`;
  if (header("x-acs-version") !== "2017-05-25") return "version";
  if (header("x-acs-content-sha256") !== sha256(request.body)) return "hash";
  return Math.abs(Date.parse(header("x-acs-date")) - now) < 15 * 60_000 ? null : "date";
}

/** Secret id `id`. */
export function tc3Fault(request: CheckedRequest, secret: string, now: number): string | null {
  const header = headerOf(request);
  const parts =
    /^TC3-HMAC-SHA256 Credential=id\/([\d-]+)\/sms\/tc3_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      header("authorization"),
    );
  const [, date = "", signed = "", signature] = parts ?? [];
  const timestamp = Number(header("x-tc-timestamp"));
  if (Math.abs(timestamp * 1000 - now) > 5 * 60_000) return "timestamp";
  if (date !== new Date(timestamp * 1000).toISOString().slice(0, 10)) return "date";
  const lines = signed.split(";").map((name) => `${name}:${header(name).toLowerCase()}\n`);
  const canonical = `${request.method}\n${request.url}\n\n${lines.join("")}\n${signed}\n${sha256(request.body)}`;
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/sms/tc3_request\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(`TC3${secret}`, date), "sms"), "tc3_request");
  if (hmac(key, text).toString("hex") !== signature) return "signature";
  if (!signed.includes("content-type;host")) return "signed headers";
  return header("x-tc-version") === "2021-01-11" && header("x-tc-region") === "ap-guangzhou"
    ? null
    : "version or region";
}
