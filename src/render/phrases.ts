/** Phrases of a campaign: short texts that the staff copies into a chat. A file each, `phrases/<n>-<name>.<locale>.hbs`; n is the key that copies it. */
import { canonicalLocale } from "../core/values/locale.ts";
import type { TextAdvice } from "./catalog/advice-types.ts";
import { localeChain } from "./catalog/locales.ts";
import { digest } from "./catalog/template-file.ts";
import { type Compiled, compileTemplate } from "./template/engine.ts";

/** The folder of a campaign that holds them. */
export const PHRASES = "phrases";

export type Phrase = {
  readonly campaign: string;
  /** 1 to 9. */
  readonly n: number;
  readonly name: string;
  readonly locale: string;
  /** `default/phrases/1-size.en` */
  readonly id: string;
  /** Changes when the file changes. */
  readonly version: string;
  readonly source: string;
  readonly template: Compiled;
};

export const isPhrase = (file: string): boolean => file.startsWith(`${PHRASES}/`);

type PhraseName = Pick<Phrase, "n" | "name" | "locale">;

/** The parts of `phrases/<n>-<name>.<locale>.hbs`, or the fault of the name. */
function phraseNameOf(file: string): PhraseName | string {
  const [, n, name, locale] = /^phrases\/([1-9])-([a-z0-9][a-z0-9-]{0,39})\.([^./]+)\.hbs$/i.exec(file) ?? [];
  if (n === undefined || name === undefined || locale === undefined)
    return "matches nothing: phrases are named <n>-<name>.<locale>.hbs, n from 1 to 9, like 1-size.en.hbs";
  const canonical = canonicalLocale(locale);
  if (canonical === null) return `${locale} is not a locale: write it like en or zh-CN`;
  if (canonical !== locale) return `the locale ${locale} must be written ${canonical}`;
  return { n: Number(n), name, locale };
}

/** `files`: those of the campaign under `phrases/`. `shownAs`: the campaign's directory. */
export function readPhrases(
  campaign: string,
  files: ReadonlyMap<string, string>,
  shownAs: string,
): { readonly phrases: readonly Phrase[]; readonly faults: readonly string[] } {
  const phrases: Phrase[] = [];
  const faults: string[] = [];
  const named = new Map<number, string>();
  for (const [file, source] of files) {
    const name = phraseNameOf(file);
    if (typeof name === "string") {
      faults.push(`${shownAs}/${file}: ${name}`);
      continue;
    }
    const other = named.get(name.n);
    named.set(name.n, other ?? name.name);
    if (other !== undefined && other !== name.name)
      faults.push(`${shownAs}/${file}: the key ${name.n} is that of ${name.n}-${other}: take another number`);
    const compiled = compilePhrase(source);
    if (!compiled.ok)
      faults.push(...compiled.faults.map(({ line, message }) => `${shownAs}/${file}:${line}: ${message}`));
    else {
      const id = `${campaign}/${file.replace(/\.hbs$/, "")}`;
      phrases.push({ campaign, ...name, id, version: digest(source), source, template: compiled.template });
    }
  }
  return { phrases, faults };
}

/** `source`: a whole file. */
export function compilePhrase(source: string): ReturnType<typeof compileTemplate> {
  const text = source.replace(/^\uFEFF/, "").trimEnd();
  if (text !== "" && !text.startsWith("---")) return compileTemplate(text);
  const message = text === "" ? "is empty: write the phrase" : "a phrase has no front matter: remove it";
  return { ok: false, faults: [{ line: 1, message }] };
}

/** Those of the campaign by their keys, each in the locale that is nearest to the buyer's. */
export function phrasesFor(
  phrases: readonly Phrase[],
  {
    campaign,
    locale,
    shopLocale,
  }: { readonly campaign: string; readonly locale: string | null; readonly shopLocale: string },
): readonly Phrase[] {
  const chain = localeChain(locale, shopLocale);
  const best = new Map<number, Phrase>();
  for (const phrase of phrases) {
    const place = chain.indexOf(phrase.locale);
    if (phrase.campaign !== campaign || place < 0) continue;
    const known = best.get(phrase.n);
    if (known === undefined || place < chain.indexOf(known.locale)) best.set(phrase.n, phrase);
  }
  return [...best.values()].sort((a, b) => a.n - b.n);
}

const VALUE = /\{\{[\s\S]*?\}\}/g;
const MONEY = /\{\{[^}]*\b(?:total|amount|price|money)\b|[¥￥€£$]\s*\d|\d\s*(?:元|块|CNY|EUR|USD)/u;

/** A first phrase about money sounds like a demand. One about size, style or address is a question that buyers answer. */
export function* advisePhrase({ n, source }: Pick<Phrase, "n" | "source">): Generator<TextAdvice> {
  if (n !== 1) return;
  const text = source.replace(/^\uFEFF/, "").trimStart();
  // A sign within a value ends no sentence.
  const end = text.replace(VALUE, (value) => "x".repeat(value.length)).search(/[.!?。！？;；\n]/u);
  if (MONEY.test(end < 0 ? text : text.slice(0, end)))
    yield {
      code: "money_first",
      line: source.slice(0, source.length - text.length).split("\n").length,
      message: "opens with money: the first phrase should ask about size, style or address, which buyers answer",
    };
}
