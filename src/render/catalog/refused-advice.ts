/**
 * Warnings about characters, words and links that a provider refuses: where they stand in the file of a text, and those that a value of
 * one message brings in, such as a buyer's name or an item's title.
 */
import { refusalsOf, reviewedInMainland } from "../../providers/all.ts";
import { nameCharacter, refusedCharacters } from "../../providers/refused/characters.ts";
import { hasRefused, type Refusals, type Refused, refusedIn, squeeze } from "../../providers/refused/refusals.ts";
import type { MadeMessage } from "../message.ts";
import type { TemplateData } from "../template/data.ts";
import type { ChannelFacts, TextAdvice } from "./advice-types.ts";
import type { Template } from "./template-file.ts";

const CODES = { word: "refused_word", contact: "refused_contact", link: "refused_link" } as const;

/** Those of the file itself, each once. */
export function* adviseRefusedInFile(template: Template, channel: ChannelFacts): Generator<TextAdvice> {
  const seen = new Set<string>();
  const mainland = reviewedInMainland(channel, languageOf(template));
  const refusals = refusalsOf(channel, languageOf(template));
  for (const [index, text] of linesOf(template).entries()) {
    const line = index + 1;
    if (mainland)
      for (const character of refusedCharacters(text))
        if (isNew(seen, character)) yield { code: "refused_character", line, message: aboutCharacter(character, "") };
    if (refusals === null) continue;
    for (const refused of refusedIn(text, refusals))
      if (isNew(seen, refused.found))
        yield { code: CODES[refused.refusal.kind], line, message: aboutWord(refused, refusals, "") };
  }
}

/** Those of one message that its file does not have. */
export function* adviseRefusedInMessage(
  template: Template,
  channel: ChannelFacts,
  made: MadeMessage,
  data: TemplateData,
): Generator<TextAdvice> {
  const language = languageOf(template);
  const mainland = reviewedInMainland(channel, language);
  const refusals = refusalsOf(channel, language);
  // Most values are clean, and to look at the whole text takes a quarter of the time that it takes to make it.
  if (!mainland && refusals === null) return;
  if (!valuesOf(template, data).some((value) => isRefused(value, mainland, refusals))) return;
  const line = template.linesBefore + 1;
  const texts = [made.text, ...Object.values(made.params)].join("\n");
  if (mainland)
    for (const character of refusedCharacters(texts))
      if (!template.source.includes(character))
        yield { code: "refused_character", line, message: aboutCharacter(character, originOf(character, data)) };
  if (refusals === null) return;
  const own = squeeze(template.source);
  for (const refused of refusedIn(texts, refusals))
    if (!own.includes(squeeze(refused.found)))
      yield {
        code: CODES[refused.refusal.kind],
        line,
        message: aboutWord(hidden(refused), refusals, originOf(refused.found, data)),
      };
}

/** The values of people and shops that the file can show. */
function valuesOf({ speaksOf }: Template, { values }: TemplateData): string[] {
  const found = new Set<string>();
  const add = (value: string | undefined): void => void (value !== undefined && found.add(value));
  if (speaksOf.name) add(values.buyer.name);
  add(values.shop);
  add(values.buyer.tier);
  add(values.payUrl);
  for (const { note, payUrl, id } of values.orders) for (const value of [note, payUrl, id]) add(value);
  if (speaksOf.items) for (const { title, sku } of values.items) for (const value of [title, sku]) add(value);
  return [...found];
}

function isRefused(value: string, mainland: boolean, refusals: Refusals | null): boolean {
  if (/^[\w.-]*$/.test(value)) return false;
  return (mainland && refusedCharacters(value).length > 0) || (refusals !== null && hasRefused(value, refusals));
}

/** A file may be named by another language than it is written in. Japanese has Han characters of its own. */
function languageOf(template: Template): string {
  const known = languages.get(template);
  if (known !== undefined) return known;
  const { locale, source } = template;
  const language = !/^(?:zh|ja|ko)\b/i.test(locale) && /\p{Script=Han}/u.test(source) ? "zh" : locale;
  languages.set(template, language);
  return language;
}
const languages = new WeakMap<Template, string>();

/** Comments are not sent. */
const linesOf = ({ source }: Template): string[] =>
  source.replace(/\{\{!(?:--[\s\S]*?--|[\s\S]*?)\}\}/g, (comment) => comment.replace(/[^\n]/g, "")).split(/\r\n?|\n/);

function isNew(seen: Set<string>, key: string): boolean {
  const fresh = !seen.has(key);
  seen.add(key);
  return fresh;
}

function aboutCharacter(character: string, origin: string): string {
  const remedy = /[¥￥€£₩￦]/.test(character)
    ? "write the amount with {{total}} or {{money …}}, which prints 元"
    : "remove it";
  return `contains ${nameCharacter(character)}${origin}, which mainland providers refuse or garble: ${remedy}`;
}

function aboutWord(
  { found, refusal }: Refused,
  { by, source }: { by: string; source: string },
  origin: string,
): string {
  return `${found}${origin} is refused by ${by}: ${refusal.why}; ${refusal.instead} (${source})`;
}

/** A contact that somebody wrote into a name or note is nobody else's business. */
const hidden = (refused: Refused): Refused =>
  refused.refusal.kind === "contact" ? { ...refused, found: "a contact" } : refused;

/** ` from buyer.name`: the variable that brought it in; "": several together did. */
function originOf(found: string, { values }: TemplateData): string {
  const place = find(values, squeeze(found), "");
  return place === null ? "" : ` from ${place}`;
}

function find(value: unknown, found: string, path: string): string | null {
  if (typeof value === "string") return squeeze(value).includes(found) ? path : null;
  if (typeof value !== "object" || value === null || "kind" in value) return null;
  for (const [key, inner] of Object.entries(value)) {
    const within = Array.isArray(value) ? path : path === "" ? key : `${path}.${key}`;
    const place = find(inner, found, within);
    if (place !== null) return place;
  }
  return null;
}
