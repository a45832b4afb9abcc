/**
 * Standard Webhooks signatures (v1: base64 HMAC-SHA256 over `id.timestamp.body`), for both directions. The `standardwebhooks` package
 * hashes in JavaScript, takes four times as long per message, and knows one secret only, so node:crypto signs here; the tests verify with
 * the package.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { SECOND } from "./core/values/duration.ts";
import { isBase64 } from "./providers/webhook.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export type SignatureVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** How far the sender's clock may be off: the same as in the library of Standard Webhooks. */
const TOLERANCE = 300 * SECOND;

/** The same key that `new Webhook(secret)` of `standardwebhooks` reads; a secret that is not base64 is the key itself (`{format: "raw"}` there). */
export function signingKey(secret: string): KeyObject {
  const encoded = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret;
  return createSecretKey(isBase64(encoded) ? Buffer.from(encoded, "base64") : Buffer.from(secret, "utf8"));
}

/** The value of the header `webhook-signature`. `timestamp` is in seconds, as in `webhook-timestamp`. */
export function sign(key: KeyObject, id: string, timestamp: string, body: Buffer): string {
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

/** Whether the three headers are there and in their form. */
export function isSignedStandard(headers: Headers): SignatureVerdict {
  const [id, timestamp, given] = signatureHeaders(headers);
  if (id === null || timestamp === null || given === null)
    return no("the headers webhook-id, webhook-timestamp and webhook-signature are needed");
  return /^\d{1,12}$/.test(timestamp) ? { ok: true } : no("webhook-timestamp is not in whole seconds");
}

/** One of the signatures must match. `now` is epoch ms; `whose` names the secret in the message. */
export function verifyStandard(input: {
  readonly headers: Headers;
  readonly rawBody: Buffer;
  readonly key: KeyObject;
  readonly now: number;
  readonly whose: string;
}): SignatureVerdict {
  const { headers, rawBody, key, now, whose } = input;
  const signed = isSignedStandard(headers);
  if (!signed.ok) return signed;
  const [id, timestamp, given] = signatureHeaders(headers);
  if (Math.abs(now - Number(timestamp) * SECOND) > TOLERANCE)
    return no(
      "webhook-timestamp is more than 5 minutes off: set the clock of the sender, and sign each attempt by itself",
    );
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(rawBody).digest();
  for (const each of (given ?? "").split(" ")) {
    const [version, value = ""] = each.split(",");
    const signature = Buffer.from(value, "base64");
    if (version === "v1" && signature.length === wanted.length && timingSafeEqual(signature, wanted))
      return { ok: true };
  }
  return no(`the signature does not match the body and ${whose} secret`);
}

function signatureHeaders(headers: Headers): [id: string | null, timestamp: string | null, signature: string | null] {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  return [one("webhook-id"), one("webhook-timestamp"), one("webhook-signature")];
}

const no = (message: string): SignatureVerdict => ({ ok: false, message });
