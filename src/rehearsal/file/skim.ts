/**
 * Reads only the fields of a line that say which buyer and which time it is about, at a fraction of the cost of parsing all its JSON: `id`,
 * `shop`, `occurredAt`, `order.id`, and `id`, `phone`, `country` and `chat` of `order.buyer`. For valid JSON they are equal to those of
 * JSON.parse (a test compares the two). For a broken line they are the fields before the fault, the same each time.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** A wanted key as bytes, and the kind of its value: a string, an object of wanted keys, or an object of strings with any keys. */
type Wanted = { readonly name: string; readonly bytes: Buffer; readonly kind: "text" | "texts" | readonly Wanted[] };
const wanted = (name: string, kind: Wanted["kind"] = "text"): Wanted => ({ name, bytes: Buffer.from(name), kind });

const BUYER = [wanted("id"), wanted("phone"), wanted("country"), wanted("chat", "texts")];
const EVENT = [
  wanted("id"),
  wanted("shop"),
  wanted("occurredAt"),
  wanted("order", [wanted("id"), wanted("buyer", BUYER)]),
];

export type Skimmed = { [key: string]: string | Skimmed };

/** null: not an object, or not valid JSON. */
export function skim(bytes: Buffer): Skimmed | null {
  const place = { bytes, at: 0 };
  return skimObject(place, EVENT) ?? whole(bytes);
}

type Place = { readonly bytes: Buffer; at: number };

/** An escape in a wanted text or in a key, or a broken line. */
function whole(bytes: Buffer): Skimmed | null {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" ? (value as Skimmed | null) : null;
  } catch {
    // The fault is reported where the line is checked.
    return null;
  }
}

/** null: it cannot be read this way. Else the place is behind the object. */
function skimObject(place: Place, kinds: readonly Wanted[] | "texts"): Skimmed | null {
  const { bytes } = place;
  if (skipSpace(place) !== OPEN) return null;
  place.at++;
  const found: Skimmed = {};
  if (skipSpace(place) === CLOSE) {
    place.at++;
    return found;
  }
  for (;;) {
    if (skipSpace(place) !== QUOTE) return null;
    const start = place.at + 1;
    if (!skipText(place)) return null;
    const key = kinds === "texts" ? textKey(bytes, start, place.at - 1) : keyAt(kinds, bytes, start, place.at - 1);
    if (key === null || skipSpace(place) !== COLON) return null;
    place.at++;
    if (key === undefined ? !skipValue(place) : !skimValue(place, key, found)) return null;
    const next = skipSpace(place);
    place.at++;
    if (next === CLOSE) return found;
    if (next !== COMMA) return null;
  }
}

/** The last value of a repeated key counts, of any kind. */
function skimValue(place: Place, { name, kind }: Pick<Wanted, "name" | "kind">, found: Skimmed): boolean {
  if (name in found) delete found[name];
  const first = skipSpace(place);
  if (kind === "text" && first === QUOTE) {
    const start = place.at + 1;
    if (!skipText(place)) return false;
    found[name] = textAt(place.bytes, start, place.at - 1);
    return true;
  }
  // A list of phone numbers is rare: such a line is read as a whole.
  if (name === "phone" && first === OPEN_LIST) return false;
  if (kind === "text" || first !== OPEN) return skipValue(place);
  const inner = skimObject(place, kind);
  if (inner !== null) found[name] = inner;
  return inner !== null;
}

/** undefined: the key is not wanted. */
function keyAt(kinds: readonly Wanted[], bytes: Buffer, start: number, end: number): Wanted | undefined {
  for (const each of kinds) {
    if (each.bytes.length !== end - start) continue;
    let at = 0;
    while (at < each.bytes.length && bytes[start + at] === each.bytes[at]) at++;
    if (at === each.bytes.length) return each;
  }
  return undefined;
}

function textKey(bytes: Buffer, start: number, end: number): Pick<Wanted, "name" | "kind"> | null {
  const name = textAt(bytes, start, end);
  return name === "__proto__" ? null : { name, kind: "text" };
}

const textAt = (bytes: Buffer, start: number, end: number): string => bytes.toString("utf8", start, end);

/** The first byte after white space. */
function skipSpace(place: Place): number | undefined {
  const { bytes } = place;
  let byte = bytes[place.at];
  while (byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a) byte = bytes[++place.at];
  return byte;
}

/** Skips a string; false: it has an escape, or no end. */
function skipText(place: Place): boolean {
  const { bytes } = place;
  for (let at = place.at + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      place.at = at + 1;
      return true;
    }
    if (byte === BACKSLASH) return false;
  }
  return false;
}

/** Skips a value of any kind; false: the line ends inside it. */
function skipValue(place: Place): boolean {
  const { bytes } = place;
  const { length } = bytes;
  let depth = 0;
  for (let at = place.at; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      for (at++; at < length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
      if (at >= length) return false;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST || byte === COMMA) {
      // The end of the object around a bare value belongs to the object.
      if (depth === 0) {
        place.at = at;
        return true;
      }
      if (byte !== COMMA) depth--;
    } else continue;
    if (depth === 0 && byte !== COMMA) {
      place.at = at + 1;
      return true;
    }
  }
  return false;
}
