/** The refusals of a provider as data: patterns over the text that a buyer would get. Each list names its source. */

export type Refusal = {
  readonly kind: "word" | "contact" | "link";
  /** Without the flags g and y. Words and contacts are looked for without blanks, in half width and lower case; links as they stand. */
  readonly pattern: RegExp;
  /** Completes "is refused: …". */
  readonly why: string;
  readonly instead: string;
};

export type Refusals = {
  /** As in "… refuses it". */
  readonly by: string;
  /** The page that says so. */
  readonly source: string;
  readonly items: readonly Refusal[];
};

export type Refused = { readonly found: string; readonly refusal: Refusal };

const LINK = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)[^\s，。；！？）】]*/giu;

/** Every refused part of the text, each kind once. */
export function refusedIn(text: string, { items }: Refusals): Refused[] {
  const words = squeeze(text.replace(LINK, "\n"));
  const any = anyOf(items);
  if (!any.word.test(words) && !any.link.test(text)) return [];
  const found: Refused[] = [];
  for (const refusal of items) {
    const [match] = refusal.pattern.exec(refusal.kind === "link" ? text : words) ?? [];
    if (match !== undefined) found.push({ found: match, refusal });
  }
  return found;
}

/** Whether a value has a refused part; a link has no words. */
export function hasRefused(value: string, { items }: Refusals): boolean {
  const any = anyOf(items);
  if (any.link.test(value)) return true;
  return !/^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(value) && any.word.test(squeeze(value));
}

/** All patterns as one, since most texts have nothing that is refused. */
const anyOf = (items: readonly Refusal[]): { word: RegExp; link: RegExp } => {
  const known = joined.get(items);
  if (known !== undefined) return known;
  const join = (link: boolean) => {
    const sources = items.filter(({ kind }) => (kind === "link") === link).map(({ pattern }) => pattern.source);
    return new RegExp(sources.length === 0 ? "(?!)" : sources.join("|"), "iu");
  };
  const made = { word: join(false), link: join(true) };
  joined.set(items, made);
  return made;
};
const joined = new WeakMap<readonly Refusal[], { word: RegExp; link: RegExp }>();

/** Blanks and full width do not hide a word: 加 微 信, ＱＱ. */
export const squeeze = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[^\S\n]+/g, "")
    .toLowerCase();
