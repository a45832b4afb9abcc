/** How rows of the desk are shown: the buyer masked, money as decimal strings. */
import { maskContact } from "../../core/order/contact.ts";
import { formatAmount } from "../../core/values/money.ts";
import { type Vault, VaultError } from "../../db/vault.ts";

export type Money = { readonly amount: string; readonly currency: string };

/** Minor units as text → decimals. */
export const moneyOf = (amounts: readonly Money[] | null): readonly Money[] =>
  (amounts ?? []).map(({ currency, amount }) => ({ amount: formatAmount(BigInt(amount), currency), currency }));

/** null: no number, or one that was sealed with another key. */
export function maskedOf(vault: Pick<Vault, "open">, cipher: Buffer | null): string | null {
  const value = openOf(vault, cipher);
  return value === null ? null : maskContact(value);
}

/** A value of a buyer's profile, or null. */
export const openedOf = (vault: Pick<Vault, "open">, reported: readonly [string, ...unknown[]] | undefined) =>
  reported === undefined ? null : openOf(vault, Buffer.from(reported[0], "base64"));

/** null if there is nothing to open, or it was sealed with another key. */
export function openOf(vault: Pick<Vault, "open">, cipher: Buffer | null): string | null {
  if (cipher === null) return null;
  try {
    return vault.open(cipher);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
