/**
 * Standard Webhooks signatures (v1: base64 HMAC-SHA256 over `id.timestamp.body`). Signed with node:crypto, since the
 * `standardwebhooks` package hashes in JavaScript and takes four times as long per message; the tests verify with the package.
 */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The key that a configured secret means, the same as `new Webhook(secret)` of `standardwebhooks` takes it: base64, with or
 * without `whsec_` in front. A secret that is no base64 is taken as it stands, as UTF-8 (there: `{format: "raw"}`).
 * @throws Error when it is empty, or `whsec_` is followed by something that is no base64.
 */
export function signingKey(secret: string): KeyObject {
  const prefixed = secret.startsWith("whsec_");
  const encoded = prefixed ? secret.slice("whsec_".length) : secret;
  if (encoded === "") throw new Error("secret: is empty");
  if (isBase64(encoded)) return createSecretKey(Buffer.from(encoded, "base64"));
  if (prefixed) throw new Error('secret: what follows "whsec_" must be base64');
  return createSecretKey(Buffer.from(secret, "utf8"));
}

/** The value of the header `webhook-signature`. `timestamp` is in seconds, as in `webhook-timestamp`. */
export function sign(key: KeyObject, id: string, timestamp: string, body: Buffer): string {
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

function isBase64(text: string): boolean {
  return BASE64.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}
