/**
 * The functions that a compiled template calls while it renders: our helpers, and safe versions of Handlebars' own. They count their steps,
 * read own properties only and write nothing anywhere.
 */
import Handlebars from "handlebars";
import { at } from "./checked.ts";
import { bare, type Look, type TemplateData } from "./data.ts";
import { type Arguments, HELPERS, type HelperSpec, TemplateError } from "./helpers.ts";
import { PRINT } from "./lower.ts";

/** Steps of one rendering: a round of a loop, a call of a helper, an element of a list, 32 characters passed to a helper. */
export const MAX_STEPS = 5_000;
export const MAX_TEXT = 10_000;
export const TOO_LONG = `the text is longer than ${MAX_TEXT} characters`;

/** The data of a rendering for its helpers. Templates cannot reach it. */
export type Frame = {
  /** `@root` */
  readonly root: TemplateData["values"];
  readonly look: Look;
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly steps: { left: number };
};
type Options = Handlebars.HelperOptions & { readonly data: Frame; readonly loc: hbs.AST.SourceLocation };

export class MissingValue extends Error {
  override name = "MissingValue";
  readonly variable: string;
  /** In the template's text. */
  readonly line: number;
  constructor(variable: string, line: number) {
    super(`${variable} is missing`);
    this.variable = variable;
    this.line = line;
  }
}

/** A template may ask for as much as it likes; a rendering ends all the same. */
function spend({ data }: Options, given: readonly unknown[]): void {
  let cost = 1;
  for (const value of given)
    cost += Array.isArray(value) ? value.length : typeof value === "string" ? value.length >> 5 : 0;
  data.steps.left -= cost;
  if (data.steps.left < 0) throw new TemplateError(`takes more than ${MAX_STEPS} steps: too much in loops and lists`);
}

function absent({ data, loc }: Options, index: number): MissingValue {
  const { line, column } = loc.start;
  return new MissingValue(data.names.get(at(line, column))?.[index] ?? "a value", line);
}

function printing(spec: HelperSpec): Handlebars.HelperDelegate {
  return (...given: unknown[]) => {
    const options = given.pop() as Options;
    const missing = spec.takesAbsent ? -1 : given.indexOf(undefined);
    if (missing >= 0) throw absent(options, missing);
    const values = given.map(unboxed);
    spend(options, values);
    const args: Arguments = { values, hash: options.hash as Readonly<Record<string, unknown>> };
    const text = spec.print(args, options.data.look);
    if (text === undefined) throw absent(options, 0);
    return text;
  };
}

function print(value: unknown, options: Options): string {
  spend(options, []);
  if (value === undefined) throw absent(options, 0);
  return String(value);
}

const PLAIN = Symbol("plain");
type Plain = { readonly [PLAIN]: unknown };

/**
 * A value as what a block is about. A copy, since Handlebars counts `../` by identity: a list inside itself would otherwise be
 * one level short, and so would a text that equals the one around it.
 */
function context(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  if (typeof value === "object" && value !== null) return bare({ ...value });
  return bare({ [PLAIN]: value, toString: () => String(value) });
}

function unboxed(value: unknown): unknown {
  return typeof value === "object" && value !== null && PLAIN in value ? (value as Plain)[PLAIN] : value;
}

/** As Handlebars has it: what is absent, false or empty; a 0 counts as a value in `with` and where `includeZero` says so. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0);
}

function condition(take: (holds: boolean) => boolean): Handlebars.HelperDelegate {
  return function (this: unknown, given: unknown, options: Options) {
    spend(options, []);
    const value = unboxed(given);
    const zero = Object.hasOwn(options.hash, "includeZero") && !isEmpty(unboxed(options.hash.includeZero));
    return take(!isEmpty(value) && (zero || value !== 0)) ? options.fn(this) : options.inverse(this);
  };
}

function withHelper(this: unknown, given: unknown, options: Options): string {
  const value = unboxed(given);
  spend(options, [value]);
  return isEmpty(value) ? options.inverse(this) : options.fn(context(value), { blockParams: [value] });
}

function each(this: unknown, given: unknown, options: Options): string {
  const entries: readonly (readonly [number | string, unknown])[] = Array.isArray(given)
    ? [...given.entries()]
    : typeof given === "object" && given !== null
      ? Object.entries(given)
      : [];
  if (entries.length === 0) return options.inverse(this);
  let text = "";
  for (const [index, [key, value]] of entries.entries()) {
    spend(options, []);
    const data: unknown = Handlebars.createFrame(options.data);
    Object.assign(data as object, { index, key, first: index === 0, last: index === entries.length - 1 });
    text += options.fn(context(value), { data, blockParams: [value, key] });
    if (text.length > MAX_TEXT) throw new TemplateError(TOO_LONG);
  }
  return text;
}

/** Own properties and elements only, of what there is. */
function lookup(given: unknown, by: unknown, options: Options): unknown {
  spend(options, []);
  const key = unboxed(by);
  if (typeof given !== "object" || given === null || (typeof key !== "string" && typeof key !== "number"))
    return undefined;
  if (Array.isArray(given)) return /^\d+$/.test(String(key)) ? given[Number(key)] : undefined;
  return Object.hasOwn(given, key) ? (given as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** Accepted so that a template from elsewhere compiles. It writes nothing: a buyer's data must not get into a log. */
function log(...given: unknown[]): string {
  const options = given.pop() as Options;
  spend(options, given);
  return "";
}

export const DELEGATES: ReadonlyMap<string, Handlebars.HelperDelegate> = new Map<string, Handlebars.HelperDelegate>([
  ...Object.entries(HELPERS).map(([name, spec]) => [name, printing(spec)] as const),
  ["if", condition((holds) => holds)],
  ["unless", condition((holds) => !holds)],
  ["each", each],
  ["with", withHelper],
  ["lookup", lookup],
  ["log", log],
  [PRINT, print],
]);
