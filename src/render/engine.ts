/**
 * Templates: Handlebars, fenced in. An isolated instance with our helpers only, strict about absent values, no escaping
 * (SMS and chat are plain text), and only templates that check.ts allows. A template is compiled once; rendering never
 * throws, never loops without end, and either gives a whole text or names what was missing.
 */
import Handlebars from "handlebars";
import { at, checkTemplate, type TemplateFault } from "./check.ts";
import { bare, type TemplateData } from "./data.ts";
import { type Arguments, HELPERS, type HelperSpec, type Look, TemplateError } from "./helpers.ts";
import { SAMPLE_DATA } from "./sample.ts";

export type { TemplateFault } from "./check.ts";

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };
export type Compiled = {
  /** The variables that the text shows: `buyer.name`; within a list as they are named there. */
  readonly printed: readonly string[];
  render(data: TemplateData): RenderResult;
};
export type CompileResult =
  | { readonly ok: true; readonly template: Compiled }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] };

/** In UTF-8 bytes. */
export const MAX_TEMPLATE_BYTES = 4_096;
/** `{{` and `(` together: parsing and compiling cost up to the square of them, and a template must be judged within 50 ms. */
const MAX_MARKS = 120;
/** Of one rendering, in rounds of loops, calls of helpers, elements of lists and every 32 characters that a helper is given. */
const MAX_STEPS = 5_000;
const MAX_TEXT = 10_000;
const TOO_LONG = `the text is longer than ${MAX_TEXT} characters`;

/** What rendering hands to the helpers, out of the template's reach. */
type Frame = {
  readonly look: Look;
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly steps: { left: number };
};
type Options = Handlebars.HelperOptions & { readonly data: Frame; readonly loc: hbs.AST.SourceLocation };

class MissingValue extends Error {
  override name = "MissingValue";
  readonly variable: string;
  constructor(variable: string) {
    super(`${variable} is missing`);
    this.variable = variable;
  }
}

const COMPILE_OPTIONS = {
  noEscape: true,
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries([...Object.keys(HELPERS), "if", "unless", "each"].map((name) => [name, true])),
};

/** Parses, checks and compiles; all faults at once, lines counting from 1. A rendering of sample data is part of the check. */
export function compileTemplate(source: string): CompileResult {
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_TEMPLATE_BYTES) return refuse(1, `is too long: ${bytes} bytes, at most ${MAX_TEMPLATE_BYTES}`);
  const text = source.replace(/\r\n?/g, "\n");
  const strange = outOfMeasure(text);
  if (strange !== null) return refuse(strange.line, strange.message);
  const program = parse(text);
  if ("message" in program) return { ok: false, faults: [program] };
  const { faults, names, printed } = checkTemplate(program);
  if (faults.length > 0) return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
  const run: (values: unknown, options: Handlebars.RuntimeOptions) => string = makeEngine(text).compile(
    text,
    COMPILE_OPTIONS,
  );
  const template: Compiled = { printed: [...printed], render: (data) => render(run, names, data) };
  const trial = template.render(SAMPLE_DATA);
  return trial.ok ? { ok: true, template } : refuse(1, trial.message);
}

/** What is refused before the parser sees it. */
function outOfMeasure(text: string): TemplateFault | null {
  const many = [...text.matchAll(/\{\{|\(/g)][MAX_MARKS];
  const hidden = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u.exec(text);
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  if (many !== undefined)
    return { line: lineAt(many.index), message: `holds more than ${MAX_MARKS} {{…}} and brackets: say it more simply` };
  return hidden === null
    ? null
    : { line: lineAt(hidden.index), message: "holds a control character, or one that changes the direction of text" };
}

function refuse(line: number, message: string): CompileResult {
  return { ok: false, faults: [{ line, message }] };
}

function parse(text: string): hbs.AST.Program | TemplateFault {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const line = Number(/line (\d+)/.exec(said)?.[1] ?? /- (\d+):\d+$/.exec(said)?.[1] ?? 1);
    const mismatch = /^(\S+) doesn't match (\S+)/.exec(said);
    const message = mismatch
      ? `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`
      : "a {{…}} is not closed, or is malformed";
    return { line, message };
  }
}

function render(
  run: (values: unknown, options: Handlebars.RuntimeOptions) => string,
  names: Frame["names"],
  data: TemplateData,
): RenderResult {
  const frame: Frame = { look: data, names, steps: { left: MAX_STEPS } };
  try {
    const text = run(data.values, { data: frame }).trim();
    if (text === "") return { ok: false, message: "the text is empty" };
    if (text.length > MAX_TEXT) return { ok: false, message: TOO_LONG };
    return { ok: true, text };
  } catch (error) {
    // Whatever one template does with one buyer's data must not stop the others: the message goes to the ledger.
    return { ok: false, message: explain(error, names) };
  }
}

function explain(error: unknown, names: Frame["names"]): string {
  if (error instanceof MissingValue) return missing(error.variable);
  if (error instanceof TemplateError) return error.message;
  if (error instanceof Handlebars.Exception && / not defined in /.test(error.message)) {
    const variable = names.get(at(error.lineNumber ?? 0, error.column ?? 0))?.[0];
    return missing(variable ?? /^"(.*?)"/.exec(error.message)?.[1] ?? "a value");
  }
  return `cannot be rendered: ${error instanceof Error ? error.message : String(error)}`;
}

function missing(variable: string): string {
  return `${variable} is missing: give a {{default ${variable} "…"}} or put it in {{#if ${variable}}}`;
}

/** With those of our helpers that the text may call: each rendering prepares every helper there is anew. */
function makeEngine(text: string): typeof Handlebars {
  const made = Handlebars.create();
  for (const name of Object.keys(made.helpers))
    if (!/^(helper|blockHelper)Missing$/.test(name)) made.unregisterHelper(name);
  for (const [name, helper] of Object.entries(DELEGATES)) if (text.includes(name)) made.registerHelper(name, helper);
  return made;
}

function printing(spec: HelperSpec): Handlebars.HelperDelegate {
  return (...given: unknown[]) => {
    const options = given.pop() as Options;
    const { look, names } = options.data;
    const name = (index: number) =>
      names.get(at(options.loc.start.line, options.loc.start.column))?.[index] ?? "a value";
    const absent = spec.takesAbsent ? -1 : given.indexOf(undefined);
    if (absent >= 0) throw new MissingValue(name(absent));
    spend(options, given);
    const args: Arguments = { values: given, hash: options.hash as Readonly<Record<string, unknown>> };
    const text = spec.print(args, look);
    if (text === undefined) throw new MissingValue(name(0));
    return text;
  };
}

/** A template may ask for as much as it likes; a rendering ends all the same. */
function spend({ data }: Options, given: readonly unknown[]): void {
  let cost = 1;
  for (const value of given)
    cost += Array.isArray(value) ? value.length : typeof value === "string" ? value.length >> 5 : 0;
  data.steps.left -= cost;
  if (data.steps.left < 0) throw new TemplateError(`takes more than ${MAX_STEPS} steps: too much in loops and lists`);
}

function condition(take: (holds: boolean) => boolean): Handlebars.HelperDelegate {
  return function (this: unknown, value: unknown, options: Options) {
    spend(options, []);
    const holds = !(value === undefined || value === false || value === 0 || value === "" || isEmptyList(value));
    return take(holds) ? options.fn(this) : options.inverse(this);
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function each(this: unknown, elements: unknown, options: Options): string {
  if (!Array.isArray(elements) || elements.length === 0) return options.inverse(this);
  let text = "";
  for (const [index, element] of elements.entries()) {
    spend(options, []);
    const data: unknown = Handlebars.createFrame(options.data);
    Object.assign(data as object, { index, first: index === 0, last: index === elements.length - 1 });
    // A copy, since Handlebars counts `../` by identity: a list inside itself would otherwise be one level short.
    text += options.fn(bare({ ...element }), { data });
    if (text.length > MAX_TEXT) throw new TemplateError(TOO_LONG);
  }
  return text;
}

const DELEGATES: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  ...Object.fromEntries(Object.entries(HELPERS).map(([name, spec]) => [name, printing(spec)])),
  if: condition((holds) => holds),
  unless: condition((holds) => !holds),
  each,
};
