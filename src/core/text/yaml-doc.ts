/**
 * Parses YAML files that people write, as YAML 1.2, and checks them against a zod schema. Every fault comes out at once and names its line.
 * It refuses what can hide or multiply meaning: duplicate keys, anchors and aliases, tags, directives. Messages never repeat a value of the
 * file, since a value may be a secret.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { z } from "zod";
import { fullWidthNear, withFullWidth } from "./full-width.ts";
import { explain, formatPath, toFaults, type YamlFault, type YamlPath } from "./yaml-faults.ts";

export type YamlResult<T> =
  | { readonly ok: true; readonly value: T; readonly lineOf: (path: YamlPath) => number }
  | {
      readonly ok: false;
      readonly faults: readonly YamlFault[];
      /** The value as it stands, not checked; absent: the text is not YAML. */
      readonly raw?: { readonly value: unknown; readonly lineOf: (path: YamlPath) => number };
    };

export type YamlOptions = {
  /** In UTF-16 units; default 65,536. */
  readonly maxLength?: number;
  /** Puts `${NAME}` in values: the variable's value, or null when it is not set. Absent: `${` has no meaning. */
  readonly substitute?: (name: string) => string | null;
  /** Lines before the text in its file, added to every line number. */
  readonly linesBefore?: number;
};

const MAX_NESTING = 50;
/** Nobody reads more of one file, and to word tens of thousands took seconds. */
const MAX_FAULTS = 100;
/** The parser needs a hundred times longer for a bracket than for a letter: 65,536 of them held the process for a second. */
const MAX_BRACKETS = 10_000;

type Parsed = { readonly doc: Document.Parsed; readonly lineAt: (offset: number) => number };
type Refused = { readonly faults: YamlFault[] };

/** Parses and checks. Never throws, whatever the text holds. An empty file counts as an empty map. */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, options: YamlOptions = {}): YamlResult<T> {
  const parsed = parse(text, options);
  if ("faults" in parsed) return { ok: false, faults: parsed.faults };
  const { doc, lineAt } = parsed;
  const refused = checkNodes(doc, lineAt);
  const faults: YamlFault[] = [];
  const unset = options.substitute ? substitute(doc, options.substitute, lineAt, faults) : new Set<string>();
  const lineOf = (path: YamlPath) => lineAt(offsetOf(doc, path));
  // Neither is made a value: an alias would be resolved.
  if (hasAlias(doc) || refused.some(({ message }) => message.includes("`__proto__`")))
    return { ok: false, faults: sorted([...refused, ...faults]) };
  const value: unknown = doc.toJS() ?? {};
  const result = schema.safeParse(value, { error: explain });
  if (!result.success) {
    for (const issue of result.error.issues)
      for (const fault of toFaults(issue, lineOf, value)) {
        if (faults.length >= MAX_FAULTS) break;
        if (!unset.has(fault.path)) faults.push(fault);
      }
  }
  if (result.success && faults.length === 0 && refused.length === 0) return { ok: true, value: result.data, lineOf };
  const before = (options.linesBefore ?? 0) + 1;
  const lines = text.split("\n");
  const all = [...refused, ...faults].map((fault) => withFullWidth(fault, lines[fault.line - before] ?? ""));
  return { ok: false, faults: sorted(withoutRepeats(all)).slice(0, MAX_FAULTS), raw: { value, lineOf } };
}

function parse(text: string, options: YamlOptions): Parsed | Refused {
  const before = options.linesBefore ?? 0;
  const refuse = (message: string, line = 1): Refused => ({ faults: [{ line: line + before, path: "", message }] });
  const max = options.maxLength ?? 65_536;
  if (text.length > max) return refuse(`is too long: ${text.length} characters, at most ${max}`);
  const bad = tooDeepAt(text);
  if (bad !== null) return refuse(bad.message, bad.line);
  const counter = new LineCounter();
  // uniqueKeys is our own check: the library's costs the square of the number of keys.
  const doc = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    schema: "core",
  });
  const lineAt = (offset: number) => Math.max(1, counter.linePos(offset).line) + before;
  const faults = new Map<number, YamlFault>();
  const lines = doc.errors.length === 0 ? [] : text.split("\n");
  for (const error of doc.errors) {
    if (faults.size >= MAX_FAULTS) break;
    const line = lineAt(error.pos[0]);
    const near = fullWidthNear(lines, line - before - 1);
    if (near !== null)
      faults.set(near.at + before + 1, { line: near.at + before + 1, path: "", message: near.message });
    else if (!faults.has(line))
      faults.set(line, { line, path: "", message: syntaxMessage(error, lines[line - before - 1] ?? "") });
  }
  if (faults.size > 0) return { faults: sorted([...faults.values()]) };
  if (doc.directives?.yaml.explicit || Object.keys(doc.directives?.tags ?? {}).length > 1)
    return refuse("YAML directives (%…) are not allowed");
  return { doc, lineAt };
}

/** Several faults of a line may have one cause, and one message. */
const withoutRepeats = (faults: readonly YamlFault[]): YamlFault[] => [
  ...new Map(faults.map((fault) => [`${fault.line} ${fault.path} ${fault.message}`, fault])).values(),
];

function hasAlias(doc: Document.Parsed): boolean {
  let found = false;
  visit(doc, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** The line where brackets or compact `- - -` or `: : :` nest too deep for the recursive parts of the parser, or where there are too many brackets. */
function tooDeepAt(text: string): { line: number; message: string } | null {
  let depth = 0;
  let brackets = 0;
  let line = 1;
  let signs = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === "\n") [line, signs] = [line + 1, 0];
    else if (char === "[" || char === "{") [depth, brackets] = [depth + 1, brackets + 1];
    else if (char === "]" || char === "}") [depth, brackets] = [Math.max(0, depth - 1), brackets + 1];
    else if ((char === "-" || char === "?" || char === ":") && /^\s/.test(text.slice(index + 1, index + 2))) signs++;
    else if (char !== " " && char !== "\t") signs = 0;
    if (depth > MAX_NESTING || signs > MAX_NESTING)
      return { line, message: `is nested more than ${MAX_NESTING} levels deep` };
    if (brackets > MAX_BRACKETS) return { line, message: `has more than ${MAX_BRACKETS} brackets` };
  }
  return null;
}

/** The library's messages may quote the text. A value may be a secret, so the quotes are cut off. */
function syntaxMessage(error: { code: string; message: string }, line: string): string {
  if (error.code === "MULTIPLE_DOCS") return "holds more than one YAML document";
  if (line.includes("${")) return "is not valid YAML: a value with a variable in it must be in quotes";
  const words =
    error.code === "UNEXPECTED_TOKEN" || error.code === "BAD_DQ_ESCAPE"
      ? error.message.split(/[:"\\]/)[0]
      : error.message;
  return `is not valid YAML: ${(words ?? "").trim()}`;
}

function checkNodes(doc: Document.Parsed, lineAt: (offset: number) => number): YamlFault[] {
  const faults: YamlFault[] = [];
  const add = (node: { range?: readonly number[] | null | undefined }, message: string) => {
    if (faults.length < MAX_FAULTS) faults.push({ line: lineAt(node.range?.[0] ?? 0), path: "", message });
  };
  visit(doc, {
    Node: (_, node) => {
      if (isAlias(node)) add(node, "aliases (*name) are not allowed: write the value out");
      else if (node.anchor) add(node, "anchors (&name) are not allowed");
      if (node.tag) add(node, "tags (!name) are not allowed");
    },
  });
  visit(doc, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) add(key, `the key \`${name}\` is there twice`);
        if (name === "__proto__") add(key, "the key `__proto__` is not allowed");
        seen.add(name);
      }
    },
  });
  return faults;
}

/** Replaces `${NAME}` in place (`$${` stands for itself); returns the paths whose variable is not set. */
function substitute(
  doc: Document.Parsed,
  value: (name: string) => string | null,
  lineAt: (offset: number) => number,
  faults: YamlFault[],
): Set<string> {
  const unset = new Set<string>();
  visit(doc, {
    Scalar: (key, node, ancestors) => {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
      node.value = node.value.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (whole, name: string | undefined, end: string) => {
        if (name === undefined) return "${";
        const known = end === "}" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
        const found = known ? value(name) : null;
        if (found !== null) return found;
        const path = formatPath([...pathOf(ancestors, node)]);
        const message = known
          ? `the environment variable ${name} is not set`
          : "holds a `${` without the name of a variable after it: write `$${` for the characters themselves";
        faults.push({ line: lineAt(node.range?.[0] ?? 0), path, message });
        unset.add(path);
        return whole;
      });
    },
  });
  return unset;
}

function* pathOf(ancestors: readonly unknown[], node: unknown): Generator<string | number> {
  for (const [index, ancestor] of ancestors.entries()) {
    if (isPair(ancestor)) yield isScalar(ancestor.key) ? String(ancestor.key.value) : "";
    else if (isSeq(ancestor)) yield ancestor.items.indexOf(ancestors[index + 1] ?? node);
  }
}

/** The offset of the deepest existing part of the path: a map entry at its key, a list entry at its value. */
function offsetOf(doc: Document.Parsed, path: YamlPath): number {
  let node: unknown = doc.contents;
  let offset = doc.contents?.range[0] ?? 0;
  for (const step of path) {
    let next: unknown;
    let at: unknown;
    if (isMap(node)) {
      // The last value counts if a key is there twice.
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step));
      [next, at] = [pair?.value, pair?.key];
    } else if (isSeq(node)) [next, at] = [node.items[Number(step)], node.items[Number(step)]];
    if (!isNode(at)) break;
    offset = at.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function sorted(faults: YamlFault[]): YamlFault[] {
  return faults.sort((a, b) => a.line - b.line);
}
