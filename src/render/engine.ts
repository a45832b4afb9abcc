/**
 * Templates: Handlebars, fenced in. An isolated instance with our helpers only, strict about absent values, no escaping
 * (SMS and chat are plain text), and only templates that check.ts allows. A template is compiled once; rendering never
 * throws, never loops without end, and either gives a whole text or names what was missing.
 */
import Handlebars from "handlebars";
import { at, checkTemplate, type TemplateFault } from "./check.ts";
import type { TemplateData } from "./data.ts";
import { type Arguments, HELPERS, type HelperSpec, type Look, TemplateError } from "./helpers.ts";
import { SAMPLE_DATA } from "./sample.ts";

export type { TemplateFault } from "./check.ts";

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };
export type Compiled = { render(data: TemplateData): RenderResult };
export type CompileResult =
  | { readonly ok: true; readonly template: Compiled }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] };

/** In UTF-8 bytes. */
export const MAX_TEMPLATE_BYTES = 4_096;
/** Times round any loop in one rendering. */
const MAX_ROUNDS = 2_000;
const MAX_TEXT = 10_000;

/** What rendering hands to the helpers, out of the template's reach. */
type Frame = {
  readonly look: Look;
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly rounds: { left: number };
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

const engine = makeEngine();
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
  const program = parse(text);
  if ("message" in program) return { ok: false, faults: [program] };
  const { faults, names } = checkTemplate(program);
  if (faults.length > 0) return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
  const run: (values: unknown, options: Handlebars.RuntimeOptions) => string = engine.compile(text, COMPILE_OPTIONS);
  const template: Compiled = { render: (data) => render(run, names, data) };
  const trial = template.render(SAMPLE_DATA);
  return trial.ok ? { ok: true, template } : refuse(1, trial.message);
}

function refuse(line: number, message: string): CompileResult {
  return { ok: false, faults: [{ line, message }] };
}

function parse(text: string): hbs.AST.Program | TemplateFault {
  try {
    return engine.parse(text);
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
  const frame: Frame = { look: data, names, rounds: { left: MAX_ROUNDS } };
  try {
    const text = run(data.values, { data: frame }).trim();
    if (text === "") return { ok: false, message: "the text is empty" };
    if (text.length > MAX_TEXT) return { ok: false, message: `the text is longer than ${MAX_TEXT} characters` };
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

function makeEngine(): typeof Handlebars {
  const made = Handlebars.create();
  for (const name of Object.keys(made.helpers))
    if (!/^(helper|blockHelper)Missing$/.test(name)) made.unregisterHelper(name);
  for (const [name, spec] of Object.entries(HELPERS)) made.registerHelper(name, printing(spec));
  made.registerHelper(
    "if",
    condition((holds) => holds),
  );
  made.registerHelper(
    "unless",
    condition((holds) => !holds),
  );
  made.registerHelper("each", each);
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
    const args: Arguments = { values: given, hash: options.hash as Readonly<Record<string, unknown>> };
    const text = spec.print(args, look);
    if (text === undefined) throw new MissingValue(name(0));
    return text;
  };
}

function condition(take: (holds: boolean) => boolean): Handlebars.HelperDelegate {
  return function (this: unknown, value: unknown, options: Options) {
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
    if (--options.data.rounds.left < 0) throw new TemplateError(`loops run more than ${MAX_ROUNDS} times in all`);
    const data: unknown = Handlebars.createFrame(options.data);
    Object.assign(data as object, { index, first: index === 0, last: index === elements.length - 1 });
    // A copy, since Handlebars counts `../` by identity: a list inside itself would otherwise be one level short.
    text += options.fn({ ...element }, { data });
  }
  return text;
}
