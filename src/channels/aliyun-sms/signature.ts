/** ACS3-HMAC-SHA256, the signature of Aliyun's OpenAPI: https://help.aliyun.com/document_detail/2593177.html. */
import { createHash, createHmac } from "node:crypto";

export type Acs3Request = {
  readonly host: string;
  readonly action: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Epoch ms. */
  readonly now: number;
  /** Fresh for each request. */
  readonly nonce: string;
};

const NO_BODY = createHash("sha256").update("").digest("hex");

/** The path with its query, and the headers, as names and values in turn. The body is empty. */
export function signAcs3(request: Acs3Request): { readonly path: string; readonly headers: string[] } {
  const { host, action, version, query, accessKeyId, accessKeySecret, now, nonce } = request;
  const sorted = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  const search = sorted.map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`).join("&");
  const signed: readonly (readonly [string, string])[] = [
    ["host", host],
    ["x-acs-action", action],
    ["x-acs-content-sha256", NO_BODY],
    ["x-acs-date", `${new Date(now).toISOString().slice(0, 19)}Z`],
    ["x-acs-signature-nonce", nonce],
    ["x-acs-version", version],
  ];
  const names = signed.map(([name]) => name).join(";");
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
  const canonical = `POST\n/\n${search}\n${lines}\n${names}\n${NO_BODY}`;
  const toSign = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const signature = createHmac("sha256", accessKeySecret).update(toSign).digest("hex");
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
  return { path: search === "" ? "/" : `/?${search}`, headers: [...signed.flat(), "authorization", authorization] };
}

const rfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
