/**
 * Standard Webhooks signatures (v1: base64 HMAC-SHA256 over `id.timestamp.body`). The `standardwebhooks` package hashes in JavaScript and
 * takes four times as long per message, so node:crypto signs here; the tests verify with the package.
 */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { isBase64 } from "../../providers/webhook.ts";

/** The same key that `new Webhook(secret)` of `standardwebhooks` reads; a secret that is not base64 is the key itself (`{format: "raw"}` there). */
export function signingKey(secret: string): KeyObject {
  const encoded = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret;
  return createSecretKey(isBase64(encoded) ? Buffer.from(encoded, "base64") : Buffer.from(secret, "utf8"));
}

/** The value of the header `webhook-signature`. `timestamp` is in seconds, as in `webhook-timestamp`. */
export function sign(key: KeyObject, id: string, timestamp: string, body: Buffer): string {
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}
