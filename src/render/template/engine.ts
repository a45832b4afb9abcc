/**
 * Compiles and renders templates. Handlebars runs as an isolated instance with our helpers only, strict about absent values, without
 * escaping (SMS and chat are plain text), and only with templates that check.ts allows. A template is compiled once. Rendering never throws,
 * always ends, and either gives a whole text or names the missing value.
 */
import Handlebars from "handlebars";
import { checkTemplate } from "./check.ts";
import { at, type Checked, type TemplateFault } from "./checked.ts";
import type { TemplateData } from "./data.ts";
import { TemplateError } from "./helpers.ts";
import { lower } from "./lower.ts";
import { foreignFaults } from "./placeholders.ts";
import { DELEGATES, type Frame, MAX_STEPS, MAX_TEXT, MissingValue, TOO_LONG } from "./runtime.ts";
import { SAMPLE_DATA } from "./sample.ts";

export type { TemplateFault } from "./checked.ts";

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };
export type Compiled = {
  /** The variables that the text shows, like `buyer.name`; in a list as they are named there. */
  readonly printed: readonly string[];
  /** It loops over the fields of a group, and so may show fields that it does not name. */
  readonly walks: boolean;
  render(data: TemplateData): RenderResult;
};
export type CompileResult =
  | { readonly ok: true; readonly template: Compiled }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] };

/** In UTF-8 bytes. */
export const MAX_TEMPLATE_BYTES = 4_096;
/** `{{` and `(` together: parsing and compiling cost up to the square of them, and a template must be judged within 50 ms. */
const MAX_MARKS = 120;
const COMPILE_OPTIONS = {
  noEscape: true,
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries([...DELEGATES.keys()].map((name) => [name, true])),
};

/** Parses, checks and compiles; all faults at once, lines counting from 1. A rendering of sample data is part of the check. */
export function compileTemplate(source: string): CompileResult {
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_TEMPLATE_BYTES) return refuse(1, `is too long: ${bytes} bytes, at most ${MAX_TEMPLATE_BYTES}`);
  // Decomposed letters, as some editors write them, would turn an SMS into UCS-2.
  const text = source.replace(/\r\n?/g, "\n").normalize("NFC");
  const foreign = foreignFaults(text);
  const early = unparsable(text);
  if (early !== null) return { ok: false, faults: inOrder([early, ...foreign]) };
  const program = parse(text);
  // A half placeholder is what cannot be parsed.
  if ("message" in program) {
    const named = foreign.some(({ line, message }) => line === program.line || /^\{\{|\}\} looks/.test(message));
    return { ok: false, faults: named ? foreign : inOrder([program, ...foreign]) };
  }
  const checked = checkTemplate(program);
  const { names, printed, walks } = checked;
  const faults = [...checked.faults, ...foreign];
  if (faults.length > 0) return { ok: false, faults: inOrder(faults) };
  lower(checked);
  const run = makeEngine(checked).compile<unknown>(program, COMPILE_OPTIONS);
  const trial = attempt(run, names, SAMPLE_DATA);
  // The template is compiled. Without this the tree would stay in memory with it.
  program.body = [];
  if ("message" in trial) return refuse(trial.line, trial.message);
  return { ok: true, template: { printed: [...printed], walks, render: (data) => render(run, names, data) } };
}

/** Faults that are found before parsing. */
function unparsable(text: string): TemplateFault | null {
  const many = [...text.matchAll(/\{\{|\(/g)][MAX_MARKS];
  const hidden = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u.exec(text);
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  if (many !== undefined)
    return { line: lineAt(many.index), message: `has more than ${MAX_MARKS} {{…}} and brackets: make it simpler` };
  return hidden === null
    ? null
    : {
        line: lineAt(hidden.index),
        message: "has a control character, or one that changes the direction of text: remove it",
      };
}

const inOrder = (faults: TemplateFault[]): TemplateFault[] => faults.sort((a, b) => a.line - b.line);

function refuse(line: number, message: string): CompileResult {
  return { ok: false, faults: [{ line, message }] };
}

function parse(text: string): hbs.AST.Program | TemplateFault {
  try {
    return Handlebars.parseWithoutProcessing(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const line = Number(/line (\d+)/.exec(said)?.[1] ?? /- (\d+):\d+$/.exec(said)?.[1] ?? 1);
    const mismatch = /^(\S+) doesn't match (\S+)/.exec(said);
    if (mismatch) return { line, message: `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}` };
    return slip(text) ?? { line, message: "a {{…}} is not closed, or is malformed" };
  }
}

/** Slips that are known from other template languages, each with what to write. */
const SLIPS: readonly (readonly [pattern: RegExp, message: (found: RegExpExecArray) => string])[] = [
  [
    /\{\{[ \t]*([\w.]{1,60})[ \t]*\|[^{}\n]{0,60}\}\}/,
    ([whole, name]) => `${whole} has a filter, which does not exist here: use a helper, as in {{money ${name}}}`,
  ],
  [
    /\{\{[ \t]*(?:end|endif|endfor|fi|end if)[ \t]*\}\}|\{\{[ \t]*(?:if|for|elsif|elif)[ \t][^{}\n]{0,60}\}\}/,
    ([whole]) => `${whole} is not a block: write {{#if …}}…{{else}}…{{/if}} or {{#each …}}…{{/each}}`,
  ],
];

function slip(text: string): TemplateFault | null {
  for (const [pattern, message] of SLIPS) {
    const found = pattern.exec(text);
    if (found !== null) return { line: text.slice(0, found.index).split("\n").length, message: message(found) };
  }
  return null;
}

type Run = Handlebars.TemplateDelegate<unknown>;
type Names = Checked["names"];

function render(run: Run, names: Names, data: TemplateData): RenderResult {
  const result = attempt(run, names, data);
  return "message" in result ? { ok: false, message: result.message } : { ok: true, text: result.text };
}

function attempt(run: Run, names: Names, data: TemplateData): { readonly text: string } | TemplateFault {
  const frame: Frame = { root: data.values, look: data, names, steps: { left: MAX_STEPS } };
  try {
    const text = run(data.values, { data: frame }).trim();
    if (text === "") return { line: 1, message: "the text is empty" };
    if (text.length > MAX_TEXT) return { line: 1, message: TOO_LONG };
    return { text };
  } catch (error) {
    // A failure with one buyer's data must not stop the others: the message goes to the ledger.
    return explain(error, names);
  }
}

function explain(error: unknown, names: Names): TemplateFault {
  if (error instanceof MissingValue) return missing(error.line, error.variable);
  if (error instanceof TemplateError) return { line: 1, message: error.message };
  if (error instanceof Handlebars.Exception && / not defined in /.test(error.message)) {
    const line = error.lineNumber ?? 1;
    const variable = names.get(at(line, error.column ?? 0))?.[0];
    return missing(line, variable ?? /^"(.*?)"/.exec(error.message)?.[1] ?? "a value");
  }
  return { line: 1, message: `cannot be rendered: ${error instanceof Error ? error.message : String(error)}` };
}

function missing(line: number, variable: string): TemplateFault {
  const message = `${variable} is missing: give a {{default ${variable} "…"}} or put it in {{#if ${variable}}}`;
  return { line, message };
}

/** Only the helpers that the template calls: each rendering prepares all registered helpers again. */
function makeEngine({ calls }: Checked): typeof Handlebars {
  const made = Handlebars.create();
  for (const name of Object.keys(made.helpers)) made.unregisterHelper(name);
  for (const name of calls) made.registerHelper(name, DELEGATES.get(name) ?? never);
  return made;
}

const never = (): never => {
  throw new TemplateError("calls an unknown helper");
};
