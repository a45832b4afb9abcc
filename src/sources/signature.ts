/** The signature in a header that Shopify and WooCommerce share: base64 HMAC-SHA256 of the raw body. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { headerOf, type Source } from "./source.ts";

const SHA256 = /^[A-Za-z0-9+/]{43}=$/;

/** `header` as people write it; `platform` is for the messages. */
export function hmacHeader(header: string, platform: string): Pick<Source, "isSigned" | "verify"> {
  const name = header.toLowerCase();
  return {
    isSigned({ headers }) {
      const given = headerOf(headers, name);
      if (given === null) return { ok: false, message: `the header ${header} is missing` };
      return SHA256.test(given)
        ? { ok: true }
        : { ok: false, message: `the header ${header} is not a SHA-256 in base64` };
    },
    verify({ headers, rawBody, secret }) {
      const wanted = createHmac("sha256", secret).update(rawBody).digest("base64");
      if (isSame(headerOf(headers, name) ?? "", wanted)) return { ok: true };
      return { ok: false, message: `the signature does not match the body and this shop's ${platform} secret` };
    },
  };
}

/** Compares in constant time. */
export function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
