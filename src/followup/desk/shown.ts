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
  if (cipher === null) return null;
  try {
    return maskContact(vault.open(cipher));
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
