/**
 * Contacts at rest: AES-256-GCM under a key derived from DUNLIN_SECRET_KEY, found again by a keyed hash (HMAC-SHA-256 under
 * another derived key). Each value is stored with the id of its key, which shows whether it was sealed with the present key.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomFillSync } from "node:crypto";

export type Vault = {
  /** Identifies the key; not secret. */
  readonly keyId: string;
  /** nonce (12 bytes) ‖ tag (16) ‖ ciphertext. */
  seal(text: string): Buffer;
  /** Throws VaultError when `sealed` is damaged, or was sealed with another key. */
  open(sealed: Buffer): string;
  /** 16 bytes; the same kind and value always give the same. */
  hash(kind: string, value: string): Buffer;
};

export class VaultError extends Error {
  override readonly name = "VaultError";
}

const NONCE = 12;
const TAG = 16;

/** `secret`: 32 bytes. */
export function createVault(secret: Buffer): Vault {
  const derive = (info: string) => Buffer.from(hkdfSync("sha256", secret, "dunlin", info, 32));
  const sealKey = derive("contacts/seal/1");
  const hashKey = derive("contacts/hash/1");
  const hmac = hmacSha256(hashKey);
  const pool = Buffer.alloc(NONCE * 256);
  let used = pool.length;
  const nonce = (): Buffer => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += NONCE;
    return pool.subarray(used - NONCE, used);
  };
  return {
    keyId: derive("key-id").subarray(0, 4).toString("hex"),
    seal(text) {
      const iv = Buffer.from(nonce());
      const cipher = createCipheriv("aes-256-gcm", sealKey, iv);
      const body = cipher.update(text, "utf8");
      cipher.final();
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      try {
        const decipher = createDecipheriv("aes-256-gcm", sealKey, sealed.subarray(0, NONCE));
        decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
        return decipher.update(sealed.subarray(NONCE + TAG), undefined, "utf8") + decipher.final("utf8");
      } catch {
        throw new VaultError("a contact cannot be read with this DUNLIN_SECRET_KEY: use the key it was stored with");
      }
    },
    hash: (kind, value) => hmac(`${kind}\0${value}`).subarray(0, 16),
  };
}

const BLOCK = 64;

/** HMAC-SHA-256 (RFC 2104) from one-shot hashes: for inputs this short they take a quarter of the time of the streaming API. */
function hmacSha256(key: Buffer): (text: string) => Buffer {
  const pad = (byte: number) => Buffer.from(Array.from({ length: BLOCK }, (_, n) => (key[n] ?? 0) ^ byte));
  const inner = Buffer.concat([pad(0x36), Buffer.alloc(4 * 1024)]);
  const outer = Buffer.concat([pad(0x5c), Buffer.alloc(32)]);
  return (text) => {
    const length = Buffer.byteLength(text);
    const message =
      length <= inner.length - BLOCK ? inner : Buffer.concat([inner.subarray(0, BLOCK), Buffer.alloc(length)]);
    message.write(text, BLOCK, "utf8");
    hash("sha256", message.subarray(0, BLOCK + length), "buffer").copy(outer, BLOCK);
    return hash("sha256", outer, "buffer");
  };
}
