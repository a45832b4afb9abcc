/**
 * The helpers of the public contract: the arguments of each, checked when a template is saved, and its result. They take values of data.ts
 * or plain text, and answer in the locale of the message. An absent value never gets here: the engine refuses it first, except in
 * `default`, `if` and `unless`, which exist for it.
 */
import { parseAmount } from "../../core/values/money.ts";
import { isGsm7 } from "../segments.ts";
import { cut } from "./clean.ts";
import { formatTotal, type Look, type Moment, type Money, type Span, type Total } from "./data.ts";
import {
  DATE_STYLE_NAMES,
  type DateStyle,
  formatDate,
  formatList,
  formatMoney,
  formatSpan,
  pluralCategory,
} from "./format.ts";
import type { Scalar } from "./variables.ts";

/** A template cannot be rendered; the message says why. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

export type Arguments = { readonly values: readonly unknown[]; readonly hash: Readonly<Record<string, unknown>> };

export type HelperSpec = {
  readonly min: number;
  readonly max: number;
  /** The kinds of each argument; the last entry holds for all that follow. `list`: any list. */
  readonly takes: readonly (readonly (Scalar | "list")[])[];
  /** Named arguments; absent: it takes no named argument. */
  readonly named?: readonly string[];
  /** The values that a literal argument at this position may have. */
  readonly oneOf?: { readonly at: number; readonly values: readonly string[] };
  readonly takesAbsent?: boolean;
  readonly print: (args: Arguments, look: Look) => string | undefined;
};

/** Handlebars' own helpers, as runtime.ts implements them: the blocks, `lookup` and `log`. */
export const OWN_HELPERS = ["if", "unless", "each", "with", "lookup", "log"];

const ANY: readonly Scalar[] = ["text", "number", "boolean", "money", "total", "instant", "duration"];
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

export const HELPERS: Readonly<Record<string, HelperSpec>> = {
  /** `{{money order.amount}}`, `{{money total}}`, `{{money "129.00" "CNY"}}`: with the currency's sign. */
  money: { min: 1, max: 2, takes: [["money", "total", "number", "text"], ["text"]], print: money },
  /** `{{date closesAt}}`, `{{date closesAt "datetime"}}`: on the buyer's clock. */
  date: {
    min: 1,
    max: 2,
    takes: [["instant"], ["text"]],
    oneOf: { at: 1, values: DATE_STYLE_NAMES },
    print: ({ values: [at, style] }, look) =>
      formatDate((at as Moment).ms, (style as DateStyle | undefined) ?? null, look.locale, look.timeZone, look.now),
  },
  /** `{{duration timeLeft}}`. */
  duration: {
    min: 1,
    max: 1,
    takes: [["duration"]],
    print: ({ values: [span] }, look) => formatSpan((span as Span).ms, look.locale),
  },
  /** `{{plural count "order" "orders"}}`, or by CLDR category: `{{plural count one="…" few="…" other="…"}}`. Prints the word only. */
  plural: { min: 1, max: 3, takes: [["number"], ["text"]], named: CATEGORIES, print: plural },
  /** `{{list items}}`, `{{list items "sku"}}`, `{{list items "title" 2}}`: at most two, then an ellipsis. */
  list: { min: 1, max: 3, takes: [["list"], ["text"], ["number"]], print: list },
  /** `{{truncate order.note 20}}`: at most 20 characters, the ellipsis included. */
  truncate: { min: 2, max: 2, takes: [ANY, ["number"]], print: truncate },
  /** `{{mask buyer.name}}` 李*, `{{mask order.id 4}}` ****5566. */
  mask: { min: 1, max: 2, takes: [ANY, ["number"]], print: mask },
  /** `{{default buyer.name "there"}}`: the first value that is present and not empty. */
  default: {
    min: 2,
    max: 5,
    takes: [ANY],
    takesAbsent: true,
    print: ({ values }) => firstPresent(values),
  },
};

/** The last value may be empty on purpose, but not absent. */
function firstPresent(values: readonly unknown[]): string | undefined {
  const texts = values.map((value) => (value === undefined ? "" : String(value)));
  return texts.find((text) => text !== "") ?? (values.at(-1) === undefined ? undefined : "");
}

function money({ values: [amount, currency] }: Arguments, look: Look): string {
  if (isKind<Money>(amount, "money")) return formatMoney(amount.minor, amount.currency, look);
  if (isKind<Total>(amount, "total")) return formatTotal(amount.parts, look);
  const code = String(currency);
  const minor = parseAmount(String(amount), code);
  if (minor === null) throw new TemplateError(`money: the value is not an amount of ${code}`);
  return formatMoney(minor, code, look);
}

function isKind<T extends { kind: string }>(value: unknown, kind: T["kind"]): value is T {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

function plural({ values: [count, one, other], hash }: Arguments, { locale }: Look): string {
  const category = pluralCategory(Number(count), locale);
  if (Object.keys(hash).length > 0) return String(Object.hasOwn(hash, category) ? hash[category] : hash.other);
  return String(category === "one" ? one : (other ?? one));
}

function list({ values: [elements, field, max] }: Arguments, { locale }: Look): string | undefined {
  const all = elements as readonly Readonly<Record<string, unknown>>[];
  const name = field === undefined ? namedBy(all[0]) : String(field);
  const parts = all.flatMap((element) => (element[name] === undefined ? [] : [String(element[name])]));
  if (parts.length === 0) return undefined;
  const shown = parts.slice(0, max === undefined ? parts.length : Math.max(1, Number(max)));
  const text = formatList(shown, locale);
  return shown.length < parts.length ? text + ellipsis(text) : text;
}

/** The field that names an element by default: an order's id, an item's title. */
function namedBy(element: Readonly<Record<string, unknown>> | undefined): string {
  return element !== undefined && "items" in element ? "id" : "title";
}

/** One character, or three dots if the single one would force the SMS out of the GSM-7 alphabet. */
function ellipsis(text: string): string {
  return isGsm7(text) ? "..." : "…";
}

function truncate({ values: [value, max] }: Arguments): string {
  const text = String(value);
  const limit = Math.max(1, Math.floor(Number(max)));
  if (cut(text, limit) === text) return text;
  const end = ellipsis(text);
  return limit <= end.length ? cut(text, limit) : cut(text, limit - end.length).trimEnd() + end;
}

function mask({ values: [value, kept] }: Arguments): string {
  const characters = [...String(value)];
  const stars = (hidden: number) => "*".repeat(Math.min(Math.max(hidden, 1), 4));
  if (kept === undefined) return `${characters[0] ?? ""}${stars(characters.length - 1)}`;
  const shown = Math.max(0, Math.min(Math.floor(Number(kept)), characters.length - 1));
  return `${stars(characters.length - shown)}${shown === 0 ? "" : characters.slice(-shown).join("")}`;
}
