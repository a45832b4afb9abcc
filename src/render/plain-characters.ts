/**
 * Characters that cost money: one curly apostrophe or one á turns an SMS into UCS-2, with less than half the characters per segment. A
 * typographic character has a twin in GSM-7 that means the same. A letter has a spelling, which only the author of a text may choose: a name
 * keeps its own letters.
 */
import { isGsm7 } from "./segments.ts";
import { bare, type TemplateData } from "./template/data.ts";

const TWINS: readonly (readonly [characters: string, twin: string])[] = [
  ["\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u00b4\u0060\uff07", "'"],
  ["\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02", '"'],
  ["\u2039", "<"],
  ["\u203a", ">"],
  ["\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"],
  ["\u2026", "..."],
  ["\u2044\u2215", "/"],
  ["\u2024", "."],
  ["\u00d7", "x"],
  ["\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "],
  ["\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\ufeff", ""],
];
const TWIN_OF: ReadonlyMap<string, string> = new Map(
  TWINS.flatMap(([characters, twin]) => [...characters].map((character): [string, string] => [character, twin])),
);
const COSTLY = new RegExp(
  `[${[...TWIN_OF.keys()].map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join("")}]`,
  "gu",
);

/** The text with each such character replaced by its twin. */
export const plainText = (text: string): string =>
  text.replace(COSTLY, (character) => TWIN_OF.get(character) ?? character);

/** The different characters of the text that have a twin, in order, each with its twin. */
export function costlyCharacters(text: string): ReadonlyMap<string, string> {
  return new Map((text.match(COSTLY) ?? []).map((character) => [character, TWIN_OF.get(character) ?? ""]));
}

/** Letters that are more than a letter of GSM-7 with a mark. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{ ł: "l", Ł: "L", đ: "d", Đ: "D", ð: "d", Ð: "D", þ: "th", Þ: "Th", ı: "i", œ: "oe", Œ: "OE" },
  ...{ ª: "a", º: "o" },
};

/** How a character is written in GSM-7: its twin, or a letter without its mark. null: in no way, or it is in GSM-7 already. */
function spellingOf(character: string): string | null {
  if (isGsm7(character)) return null;
  const spelling =
    TWIN_OF.get(character) ?? SPELLINGS[character] ?? character.normalize("NFD").replace(/\p{Mn}+/gu, "");
  return isGsm7(spelling) ? spelling : null;
}

/** The text as far as it can be spelled in GSM-7. */
export const spelled = (text: string): string =>
  text.replace(/[^\n\x20-\x7e]/gu, (character) => spellingOf(character) ?? character);

/** The different characters of the text that can be spelled in GSM-7 and are not in it, in order, each with its spelling. */
export function spellings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const character of text) {
    const spelling = spellingOf(character);
    if (spelling !== null) found.set(character, spelling);
  }
  return found;
}

/** The data with plain names, titles, notes and ids. Links stay as they are, and so do values that print themselves, like money. */
export function plainData(data: TemplateData): TemplateData {
  return { ...data, values: plain(data.values) };
}

function plain<T>(value: T, key = ""): T {
  if (typeof value === "string") return (key === "payUrl" ? value : plainText(value)) as T;
  if (Array.isArray(value)) return value.map((each) => plain(each)) as T;
  if (typeof value !== "object" || value === null || "kind" in value) return value;
  return bare(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each, name)]))) as T;
}
