/** TC3-HMAC-SHA256, the signature of Tencent Cloud: https://cloud.tencent.com/document/api/382/52072. */
import { createHash, createHmac } from "node:crypto";

export type Tc3Request = {
  readonly host: string;
  readonly service: string;
  readonly action: string;
  readonly body: Buffer;
  readonly secretId: string;
  readonly secretKey: string;
  /** Epoch ms. */
  readonly now: number;
};

const TYPE = "application/json; charset=utf-8";
const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** The headers, as names and values in turn. */
export function signTc3({ host, service, action, body, secretId, secretKey, now }: Tc3Request): string[] {
  const timestamp = String(Math.floor(now / 1000));
  const date = new Date(now).toISOString().slice(0, 10);
  const names = "content-type;host;x-tc-action";
  const lines = `content-type:${TYPE}\nhost:${host}\nx-tc-action:${action.toLowerCase()}\n`;
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`;
  const scope = `${date}/${service}/tc3_request`;
  const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(`TC3${secretKey}`, date), service), "tc3_request");
  const signature = hmac(key, toSign).toString("hex");
  const authorization = `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return [
    "content-type",
    TYPE,
    "host",
    host,
    "x-tc-action",
    action,
    "x-tc-timestamp",
    timestamp,
    "authorization",
    authorization,
  ];
}
