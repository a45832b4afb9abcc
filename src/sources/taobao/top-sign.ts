/** Signatures of Taobao's open platform (TOP), of calls in both directions. */
import { createHash, createHmac } from "node:crypto";

/**
 * Upper hexadecimal over the sorted parameters, name and value together, without empty ones; a body follows. `sign_method` among the
 * parameters chooses: `md5` (between the secret twice), `hmac` (MD5), `hmac-sha256`.
 */
export function signTop(
  parameters: readonly (readonly [name: string, value: string])[],
  secret: string,
  body: Buffer = Buffer.alloc(0),
): string {
  const method = parameters.find(([name]) => name === "sign_method")?.[1] ?? "md5";
  const text = parameters
    .filter(([name, value]) => name !== "sign" && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => name + value)
    .join("");
  const hash =
    method === "md5"
      ? createHash("md5").update(secret).update(text).update(body).update(secret)
      : createHmac(method === "hmac" ? "md5" : "sha256", secret)
          .update(text)
          .update(body);
  return hash.digest("hex").toUpperCase();
}
