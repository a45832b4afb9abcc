/**
 * What a template may be made of: an allow-list over Handlebars' syntax tree. Text, comments, known variables, known
 * helpers, if, unless, each, else; nothing else. So no template can run code, read a prototype or loop without end, and a
 * misspelt variable is found when the template is saved.
 */
import { closest } from "../core/suggest.ts";
import { HELPERS } from "./helpers.ts";
import { type Kind, type Path, ROOT, resolve, type Scalar, type Shape } from "./variables.ts";

type Node = hbs.AST.Node;
type Call = Pick<hbs.AST.SubExpression, "path" | "params" | "loc"> & { readonly hash?: hbs.AST.Hash | undefined };
type Scopes = readonly Shape[];

const BLOCKS = ["if", "unless", "each"];
const MAX_DEPTH = 4;
const REFUSED: Readonly<Record<string, string>> = {
  PartialStatement: "partials ({{> …}}) are not allowed",
  PartialBlockStatement: "partials ({{#> …}}) are not allowed",
  Decorator: "decorators ({{* …}}) are not allowed",
  DecoratorBlock: "decorators ({{#* …}}) are not allowed",
};

/** `line` counts from 1 in the template's own text. */
export type TemplateFault = { readonly line: number; readonly message: string };

export type Checked = {
  readonly faults: TemplateFault[];
  /** What stands at `line:column`: the variable, or a helper's arguments. For naming what is absent when rendering. */
  readonly names: Map<string, readonly string[]>;
  /** Variables whose value the text shows, whatever helper writes it; not those that only decide. */
  readonly printed: Set<string>;
};

export function checkTemplate(program: hbs.AST.Program): Checked {
  const checked: Checked = { faults: [], names: new Map(), printed: new Set() };
  checkBody(program, [ROOT], 0, checked);
  return checked;
}

export const at = (line: number, column: number) => `${line}:${column}`;

function fault(checked: Checked, node: { loc: hbs.AST.SourceLocation }, message: string): void {
  checked.faults.push({ line: node.loc.start.line, message });
}

function note(checked: Checked, node: { loc: hbs.AST.SourceLocation }, names: readonly string[]): void {
  checked.names.set(at(node.loc.start.line, node.loc.start.column), names);
}

function checkBody(program: hbs.AST.Program | undefined, scopes: Scopes, depth: number, checked: Checked): void {
  // `{{^if x}}…{{/if}}` has no body but the inverse one.
  if (program === undefined) return;
  if (program.blockParams && program.blockParams.length > 0)
    checked.faults.push({
      line: program.body[0]?.loc.start.line ?? program.loc?.start.line ?? 1,
      message: "block parameters (as |name|) are not allowed",
    });
  for (const statement of program.body) {
    const refused = REFUSED[statement.type];
    if (refused) fault(checked, statement, refused);
    else if (statement.type === "MustacheStatement")
      checkPrinted(statement as hbs.AST.MustacheStatement, scopes, checked);
    else if (statement.type === "BlockStatement")
      checkBlock(statement as hbs.AST.BlockStatement, scopes, depth, checked);
    else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement")
      fault(checked, statement, `${statement.type} is not allowed`);
  }
}

function checkPrinted(mustache: hbs.AST.MustacheStatement, scopes: Scopes, checked: Checked): void {
  const { path } = mustache;
  if (!isPath(path)) {
    fault(checked, mustache, "a bare text or number in {{…}} is not allowed: write it without the braces");
    return;
  }
  notePrinted({ ...mustache, path }, checked);
  const kind = checkCall({ ...mustache, path }, scopes, 0, checked);
  if (kind === null || typeof kind !== "object") return;
  const remedy =
    "list" in kind ? "a list: print it with {{list …}} or {{#each …}}" : "a group of values: name one of them";
  fault(checked, mustache, `{{${path.original}}} is ${remedy}`);
}

function notePrinted({ path, params }: Pick<Call, "path" | "params">, checked: Checked): void {
  if (!isPath(path)) return;
  if (!Object.hasOwn(HELPERS, path.original)) checked.printed.add(path.parts.join("."));
  // The count that chooses between two words is not said by them.
  else if (path.original !== "plural")
    for (const param of params)
      if (isPath(param)) checked.printed.add(param.parts.join("."));
      else if (param.type === "SubExpression") notePrinted(param as hbs.AST.SubExpression, checked);
}

function checkBlock(block: hbs.AST.BlockStatement, scopes: Scopes, depth: number, checked: Checked): void {
  const [subject] = block.params;
  const strange = blockFault(block, depth);
  if (strange !== null || subject === undefined) {
    fault(checked, block, strange ?? "is not allowed");
    return;
  }
  const kind = checkValue(subject, scopes, 1, checked);
  let inner = scopes;
  if (block.path.original === "each") {
    // Without knowing what #each runs over, its body cannot be judged.
    if (kind === null) return;
    if (typeof kind !== "object" || !("list" in kind)) {
      fault(checked, block, `{{#each}} needs a list (orders, items), and ${nameOf(subject)} is none`);
      return;
    }
    inner = [...scopes, kind.list];
  }
  checkBody(block.program, inner, depth + 1, checked);
  if (block.inverse) checkBody(block.inverse, scopes, isChained(block.inverse) ? depth : depth + 1, checked);
}

function blockFault(block: hbs.AST.BlockStatement, depth: number): string | null {
  const name = block.path.original;
  if (!BLOCKS.includes(name)) {
    const meant = closest(name, BLOCKS);
    return `{{#${name}}} is not allowed: only #if, #unless and #each${meant ? ` (did you mean #${meant}?)` : ""}`;
  }
  if (depth >= MAX_DEPTH) return `blocks are nested more than ${MAX_DEPTH} deep`;
  return block.params.length === 1 && (block.hash?.pairs.length ?? 0) === 0
    ? null
    : `{{#${name}}} needs exactly one value`;
}

/** `{{else if …}}` is a block inside the else branch, but no deeper to its reader. */
function isChained(program: hbs.AST.Program): boolean {
  return "chained" in program && program.chained === true;
}

/** The kind of an argument, or null when it is at fault. */
function checkValue(node: Node, scopes: Scopes, depth: number, checked: Checked): Kind | null {
  if (node.type === "StringLiteral") return "text";
  if (node.type === "NumberLiteral") return "number";
  if (node.type === "BooleanLiteral") return "boolean";
  if (node.type === "SubExpression") return checkCall(node as hbs.AST.SubExpression, scopes, depth, checked);
  if (isPath(node)) return checkPath(node, scopes, checked);
  fault(
    checked,
    node,
    `${node.type === "NullLiteral" ? "null" : node.type === "UndefinedLiteral" ? "undefined" : node.type} is not allowed here`,
  );
  return null;
}

function checkPath(node: hbs.AST.PathExpression, scopes: Scopes, checked: Checked): Kind | null {
  note(checked, node, [node.original]);
  const parts = node.parts.map(String);
  const found = resolve({ data: node.data, depth: node.depth, parts, original: node.original } satisfies Path, scopes);
  if ("kind" in found) return found.kind;
  fault(checked, node, found.fault);
  return null;
}

/** A variable, or a helper with its arguments; the kind of what it gives, or null when it is at fault. */
function checkCall(call: Call, scopes: Scopes, depth: number, checked: Checked): Kind | null {
  const path = call.path as Node;
  if (!isPath(path)) {
    fault(checked, call, "a helper must be called by its name");
    return null;
  }
  const name = path.original;
  const named = call.hash?.pairs ?? [];
  const spec = Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
  if (spec === undefined) {
    if (call.params.length === 0 && named.length === 0 && depth === 0) return checkPath(path, scopes, checked);
    const meant = closest(name, Object.keys(HELPERS));
    fault(
      checked,
      call,
      `unknown helper {{${name} …}}${meant ? ` (did you mean ${meant}?)` : ` (there are ${Object.keys(HELPERS).join(", ")})`}`,
    );
    return null;
  }
  if (depth > MAX_DEPTH) {
    fault(checked, call, `helpers are nested more than ${MAX_DEPTH} deep`);
    return null;
  }
  const before = checked.faults.length;
  const kinds = call.params.map((param) => checkValue(param, scopes, depth + 1, checked));
  for (const { value } of named) checkValue(value, scopes, depth + 1, checked);
  note(checked, call, call.params.map(nameOf));
  if (checked.faults.length === before) {
    const said = misuse(name, call, kinds);
    if (said !== null) fault(checked, call, `{{${name}}} ${said}`);
  }
  return checked.faults.length === before ? "text" : null;
}

/** What is wrong with a helper's arguments, or null. */
function misuse(name: string, call: Call, kinds: readonly (Kind | null)[]): string | null {
  const spec = HELPERS[name];
  if (spec === undefined) return null;
  const named = (call.hash?.pairs ?? []).map(({ key }) => key);
  const stray = named.find((key) => !spec.named?.includes(key));
  if (stray !== undefined) return `takes no ${stray}=${spec.named ? ` (known: ${spec.named.join(", ")})` : ""}`;
  if (kinds.length < spec.min || kinds.length > spec.max)
    return `needs ${spec.min === spec.max ? spec.min : `${spec.min} to ${spec.max}`} values, not ${kinds.length}`;
  for (const [index, kind] of kinds.entries()) {
    const takes = spec.takes[Math.min(index, spec.takes.length - 1)] ?? [];
    const given = kind !== null && typeof kind === "object" ? ("list" in kind ? "list" : "group") : kind;
    if (!(takes as readonly (Scalar | string | null)[]).includes(given))
      return `takes ${takes.join(" or ")}, and ${nameOf(call.params[index])} is ${given === "instant" ? "an instant" : `a ${given}`}`;
  }
  const literal = spec.oneOf && call.params[spec.oneOf.at];
  if (
    spec.oneOf &&
    literal &&
    !(literal.type === "StringLiteral" && spec.oneOf.values.includes((literal as hbs.AST.StringLiteral).value))
  )
    return `takes one of ${spec.oneOf.values.map((value) => `"${value}"`).join(", ")} here`;
  if (name === "money" && kinds.length === 1 && (kinds[0] === "text" || kinds[0] === "number"))
    return 'needs a currency for a plain amount: {{money "9.90" "EUR"}}';
  if (name === "plural" && (named.length > 0 ? !named.includes("other") || kinds.length > 1 : kinds.length < 3))
    return 'needs both forms, as in {{plural count "order" "orders"}}, or other="…" among named ones';
  return name === "list" ? listMisuse(call, kinds) : null;
}

function listMisuse(call: Call, kinds: readonly (Kind | null)[]): string | null {
  const [kind] = kinds;
  if (kind === undefined || kind === null || typeof kind !== "object" || !("list" in kind)) return null;
  const field = call.params[1];
  if (field === undefined) return null;
  const value = field.type === "StringLiteral" ? (field as hbs.AST.StringLiteral).value : "";
  const found = Object.hasOwn(kind.list, value) ? kind.list[value] : undefined;
  return typeof found === "string"
    ? null
    : `prints one of ${Object.keys(kind.list)
        .filter((key) => typeof kind.list[key] === "string")
        .join(", ")} of each element`;
}

function nameOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if (isPath(node)) return node.original;
  if (node.type === "SubExpression") return `(${(node as hbs.AST.SubExpression).path.original} …)`;
  return "original" in node ? JSON.stringify(node.original) : node.type;
}

function isPath(node: unknown): node is hbs.AST.PathExpression {
  return typeof node === "object" && node !== null && "type" in node && node.type === "PathExpression";
}
