/**
 * Reads phone numbers as people, platforms and spreadsheets write them. A number is read in one country and in no other: a number that is
 * valid elsewhere is a stranger's. Nothing is cut off: a text that is more than a number and its formatting is not read.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { memo } from "../../values/memo.ts";

export type PhoneNumber = {
  /** `phone`: takes messages. `call`: a landline, or a number with an extension: a person can call it. */
  readonly kind: "phone" | "call";
  /** E.164; with an extension as RFC 3966 writes it: `+862162345678;ext=12`. */
  readonly value: string;
  /** Nobody's: programs and buyers write it in place of a number. */
  readonly dummy?: true;
};

export type PhoneReading = {
  /** The first that takes messages, else the first that can be called, else a dummy. */
  readonly number: PhoneNumber | null;
  /** Something was received, and part of it is not a number. */
  readonly unread: boolean;
};

/** Mainland mobile numbers in E.164 need no second look: the plan is closed (1, then 3 to 9, then nine digits). */
const CN_MOBILE = /^\+861[3-9]\d{9}$/;
/** The same as people in China write it. Only prefixes for which the library accepts any last eight digits. */
const CN_NATIONAL = /^1(?:3\d|5[0-35-9]|8\d|9[0-35-9])\d{8}$/;

/** The number of a service of China Mobile, which programs show as an example. */
const CN_EXAMPLE = "+8613800138000";

const MAX_TEXTS = 2_000;
const NOTHING: PhoneReading = { number: null, unread: false };

/** Reads the numbers of a text. `country`: that of numbers without a country code (ISO 3166 alpha-2); null: such numbers cannot be read. */
export function readPhone(text: string, country: string | null): PhoneReading {
  const mobile = CN_MOBILE.test(text) ? text : country === "CN" && CN_NATIONAL.test(text) ? `+86${text}` : null;
  if (mobile !== null && mobile !== CN_EXAMPLE) return { number: { kind: "phone", value: mobile }, unread: false };
  return readKept(`${country ?? ""} ${text}`);
}

/** Takes `country text`. Remembered: the library takes longer than all else that is done with an event, and buyers come back. */
const readKept = memo(MAX_TEXTS, (key: string): PhoneReading => {
  const at = key.indexOf(" ");
  const country = key.slice(0, at) || null;
  const text = plain(key.slice(at + 1));
  // A dash, "none" and the like stand for no number. A masked number is one.
  if (!/[\d*]/.test(text)) return NOTHING;
  let other: PhoneNumber | null = null;
  let unread = false;
  for (const piece of piecesOf(text)) {
    const numbers = readPiece(piece, country);
    if (numbers === null) unread = true;
    for (const number of numbers ?? []) {
      if (number.kind === "phone" && number.dummy !== true) return { number, unread };
      if (other === null || (other.dummy === true && number.dummy !== true)) other = number;
    }
  }
  return { number: other, unread };
});

/** Zeros of the scripts whose digits buyers type: Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];

/** ASCII digits and signs, without unseen characters and without what spreadsheets put around a text (`="…"`, a leading apostrophe). */
function plain(text: string): string {
  return (
    text
      .normalize("NFKC")
      .replace(/\p{Cf}/gu, "")
      .replace(/\p{Nd}/gu, (digit) => {
        const code = digit.codePointAt(0) ?? 0;
        const zero = ZEROS.find((first) => code >= first && code < first + 10);
        return zero === undefined ? digit : String(code - zero);
      })
      .replace(/^\s*=?\s*"(.*)"\s*$/s, "$1")
      .replace(/^[\s'’`]+/, "")
      // Words in brackets are a part of their own: "(office)", "(转1001)".
      .replace(/\(([^\d()+*][^()]*)\)/g, ",$1,")
  );
}

/** A number as it is written, with the extension that follows it. */
type Piece = { readonly text: string; readonly extension: string | null };

/** Separators of numbers. A short tail behind one of them is an extension (`18400004003,1001`). */
const SEPARATOR = /[\n\r\t/|、;,&]|或|和|\s(?:or|and|y|o|oder|ou)\s/i;
const EXTENSION =
  /^(.*\d\)?)\s*(?:ext(?:ension|n)?|x|#|转|轉|分机|分機|内线|內線|доб|anexo|interno|int|poste|durchwahl)\s*[.:=]*\s*(\d{1,8})#?$/i;
const EXTENSION_ALONE = /^(?:ext(?:ension|n)?|x|#|转|轉|分机|分機)?\s*[.:=]*\s*(\d{1,6})#?$/i;

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const part of text.split(SEPARATOR)) {
    const piece = part.trim();
    const alone = EXTENSION_ALONE.exec(piece)?.[1];
    const before = pieces.at(-1);
    if (alone !== undefined && before !== undefined && before.extension === null)
      pieces[pieces.length - 1] = { ...before, extension: alone };
    else if (/[\d*]/.test(piece)) {
      const [, number = piece, extension = null] = EXTENSION.exec(piece) ?? [];
      pieces.push({ text: number, extension });
    }
  }
  return pieces;
}

/** Digits, and the formatting between them. */
const FORMATTED = /^\+?[\d\s().\-\u2010-\u2015\u2212·]+$/;

/** null: it is not a number. */
function readPiece({ text, extension }: Piece, country: string | null): PhoneNumber[] | null {
  // A label or a name may stand around it: "tel: …", "… (office)". A spreadsheet makes 139….0 of a number.
  const body = text
    .replace(/^[^\d+(*]+/, "")
    .replace(/[^\d)*]+$/, "")
    .replace(/^(\+?\d{7,})\.0+$/, "$1")
    .replace(/^\(\s*\+/, "+")
    .trim();
  if (!FORMATTED.test(body)) return null;
  const whole = readDigits(body, country);
  if (whole !== null) return [withExtension(whole, extension)];
  // Several numbers with blanks between them, or an extension behind a dash or a blank.
  const words = body.split(/\s+/);
  if (words.length > 1 && words.every((word) => word.replace(/\D/g, "").length >= 7)) {
    const numbers = words.map((word) => readDigits(word, country));
    return numbers.every((number) => number !== null) ? numbers.filter((number) => number !== null) : null;
  }
  const [, head = "", tail = null] = /^(.*\d)[\s-]+(\d{1,6})$/.exec(body) ?? [];
  const number = extension === null && tail !== null ? readDigits(head, country) : null;
  return number === null ? null : [withExtension(number, tail)];
}

const withExtension = (number: PhoneNumber, extension: string | null): PhoneNumber =>
  extension === null ? number : { kind: "call", value: `${number.value};ext=${extension}` };

/** With a country code if it begins with + or 00, else in the country. */
function readDigits(text: string, country: string | null): PhoneNumber | null {
  const digits = text.replace(/\D/g, "");
  if (text.startsWith("+")) return valid(`+${digits}`, null);
  const home = country === null ? null : valid(digits, country);
  return home ?? (digits.startsWith("00") ? valid(`+${digits.slice(2)}`, null) : null);
}

/**
 * Only numbers of mobile phones take SMS, and those that the plan does not tell from them (North America). Not so VoIP and personal numbers:
 * in the plans that have such a range (Japan 050, Britain 070) no SMS arrives there, or it costs extra.
 */
const MOBILE = new Set<unknown>(["MOBILE", "FIXED_LINE_OR_MOBILE"]);

function valid(digits: string, country: string | null): PhoneNumber | null {
  const phone = parsePhoneNumberFromString(digits, {
    extract: false,
    // A code that the library does not know is refused before it comes here.
    ...(country !== null && { defaultCountry: country as "CN" }),
  });
  if (phone?.isValid() !== true) return null;
  const kind = MOBILE.has(phone.getType()) ? "phone" : "call";
  const dummy = phone.number === CN_EXAMPLE || isCount(phone.nationalNumber);
  return dummy ? { kind, value: phone.number, dummy } : { kind, value: phone.number };
}

/** One digit again and again, or digits that count up or down: 999999999, 1234567890, 9876543210. */
function isCount(digits: string): boolean {
  const step = (digits.charCodeAt(1) - digits.charCodeAt(0) + 10) % 10;
  if (step !== 0 && step !== 1 && step !== 9) return false;
  for (let at = 2; at < digits.length; at++)
    if ((digits.charCodeAt(at) - digits.charCodeAt(at - 1) + 10) % 10 !== step) return false;
  return true;
}
