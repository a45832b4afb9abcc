import { createHmac, hkdfSync } from "node:crypto";
import { expect, it } from "vitest";
import { createVault, VaultError } from "../../../src/db/vault.ts";

const secret = Buffer.alloc(32, 3);
const vault = createVault(secret);

it("opens what it sealed, and seals the same text differently each time", () => {
  for (const text of ["+8613812345678", "李雷", "", "x".repeat(5_000)]) expect(vault.open(vault.seal(text))).toBe(text);
  expect(vault.seal("a").equals(vault.seal("a"))).toBe(false);
  const many = new Set(Array.from({ length: 2_000 }, () => vault.seal("a").subarray(0, 12).toString("hex")));
  expect(many.size).toBe(2_000);
});

it("rejects a value that was changed, or sealed with another key", () => {
  const sealed = vault.seal("+8613812345678");
  for (const at of [0, 12, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => vault.open(changed)).toThrow(VaultError);
  }
  expect(() => createVault(Buffer.alloc(32, 4)).open(sealed)).toThrow(VaultError);
});

it("hashes as HMAC-SHA-256 does, whatever the length", () => {
  const key = Buffer.from(hkdfSync("sha256", secret, "dunlin", "contacts/hash/1", 32));
  for (const value of ["+8613812345678", "李雷", "", "y".repeat(4_090), "z".repeat(9_000)]) {
    const expected = createHmac("sha256", key).update(`phone\0${value}`).digest().subarray(0, 16);
    expect(vault.hash("phone", value).equals(expected)).toBe(true);
  }
  expect(vault.hash("phone", "a").equals(vault.hash("chat.wechat", "a"))).toBe(false);
});

it("has an id of the key that does not reveal it", () => {
  expect(vault.keyId).toMatch(/^[0-9a-f]{8}$/);
  expect(createVault(Buffer.alloc(32, 4)).keyId).not.toBe(vault.keyId);
});
