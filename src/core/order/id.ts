/**
 * Ids as they come from programs and spreadsheets, in one spelling: a payment whose order id has one more blank must find its order. Only the
 * edges change. Upper and lower case and full-width letters stay, because they can tell two people or orders apart.
 */

/**
 * Whether `readId` gives the text unchanged, and the database, too: printable ASCII without an edge that could have to go. So are nearly all
 * ids. False says nothing. The loop takes half the time of a regular expression.
 */
export function isCleanId(text: string): boolean {
  const last = text.length - 1;
  for (let at = 0; at <= last; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  const first = text[0];
  return last >= 0 && first !== " " && first !== "'" && first !== '"' && first !== "=" && text[last] !== " ";
}

/** Blanks, control characters, and what has no shape: zero-width characters, the byte order mark, marks of direction, fillers. */
const UNSEEN = String.raw`[\s\p{Cc}\p{Cf}\p{Zs}\p{DI}\u2800]`;
const UNSEEN_EDGES = new RegExp(`^${UNSEEN}+|${UNSEEN}+$`, "gu");
/** `="123"` keeps a spreadsheet from reading a number; its quotes are doubled where it was exported twice. */
const AS_FORMULA = /^[="]*"([^"]*)"+$/;

/**
 * Without unseen characters at the edges, without a spreadsheet's leading apostrophe or `="…"`, composed (NFC). "" if nothing is left. An id
 * that is clean already, which nearly all are, costs one regular expression.
 */
export function readId(text: string): string {
  if (isCleanId(text)) return text;
  let id = text.normalize("NFC");
  for (let before = ""; before !== id; ) {
    before = id;
    id = id.replace(UNSEEN_EDGES, "").replace(AS_FORMULA, "$1").replace(/^'/, "");
  }
  return id;
}

/** A long number as spreadsheets and programs write it when they took it for a quantity: its last digits are lost. */
const ROUNDED = /^-?\d(?:[.,]\d+)?E\+\d{1,3}$|^-?\d[.,]\d+E\d{1,3}$/i;
/** Written by programs in place of a value that they did not have. */
const NO_VALUE =
  /^(?:null|undefined|none|nil|nan|n\/a|\(null\)|\(none\)|<null>|-?infinity|\[object \w+\]|#(?:n\/a|value!|ref!|name\?|num!|null!|div\/0!|spill!|error!|####*)|##+|true|false)$/i;
const NO_LETTER = /^[\p{P}\p{S}\s]+$/u;

/** Nearly all ids: with a digit, and without the signs that the faults have. */
const PLAIN = /^[\w-]*\d[\w-]*$/;

/** Why the text, as `readId` gives it, cannot be an id; null: it can be one. */
export function idFault(id: string): string | null {
  if (PLAIN.test(id)) return null;
  if (ROUNDED.test(id))
    return "is a number that a spreadsheet or program rounded, and its last digits are lost: export the column as text";
  if (NO_VALUE.test(id))
    return `is ${JSON.stringify(id)}, which programs write where a value is missing: send the real id`;
  return NO_LETTER.test(id) ? `is ${JSON.stringify(id)}, without a letter or digit: send the real id` : null;
}
