/** Names and phone numbers of people as shop platforms give them, and the words for cash on delivery and bank transfers. */
import { readPhone } from "../core/order/address/phone.ts";
import { readName } from "../core/order/name.ts";
import { countryCode } from "../core/values/country.ts";
import { type Json, textOf } from "./json.ts";

/** A platform's own name is English in every shop; plug-ins and merchants name the method as they like. */
export const CASH_ON_DELIVERY =
  /cash[ _-]?on[ _-]?delivery|\bcod\b|pay(ment)? on delivery|collect on delivery|contra[ -]?re+mbol?so|contra ?entrega|contre[ -]remboursement|nachnahme|contrassegno|代金引換|代引き?|货到付款|貨到付款/i;

/** A bank transfer takes days: a reminder after minutes cannot speed it up. */
export const TRANSFER =
  /\bbank\b|bank ?(deposit|transfer)|wire transfer|money order|(e-?|interac |money )transfer|transferencia|überweisung|vorkasse|virement|bonifico|银行|銀行|转账|轉帳|汇款|匯款|振込/i;

/** Stands for a number that was received and cannot be read. */
const UNREAD = "*";

/**
 * The payer's numbers come first. A number is read in the country of its own address; without one it is left to the shop's. Null: no
 * number; one: itself.
 */
export function phonesOf(candidates: readonly (readonly [number: unknown, country: unknown])[]) {
  const phones = new Set<string>();
  for (const [number, home] of candidates) {
    const text = textOf(number, 500);
    if (text === null || !/[\d*]/.test(text)) continue;
    const country = textOf(home, 100);
    if (country === null) phones.add(text);
    else phones.add(readPhone(text, countryCode(country)).number?.value ?? UNREAD);
  }
  const [first = null] = phones;
  return phones.size > 1 ? [...phones] : first;
}

/** First name first. A name in Han, kana or Hangul is written family name first, without a space. */
export function nameOf(person: Json | null): string | null {
  const first = textOf(person?.first_name, 90);
  const last = textOf(person?.last_name, 90);
  const eastern = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー]+$/u;
  const together = first !== null && last !== null && eastern.test(first) && eastern.test(last);
  const name = together ? `${last}${first}` : [first, last].filter((part) => part !== null).join(" ");
  return readName(name) ?? readName(textOf(person?.name, 200) ?? "");
}
