/** The results of checking a template: its faults, and the facts that compiling and rendering need. */
import { type Path, type Place, type Resolved, resolve, spell } from "./variables.ts";

export type Node = hbs.AST.Node;

/** `line` counts from 1 in the template's own text. */
export type TemplateFault = { readonly line: number; readonly message: string };

export type Checked = {
  readonly faults: TemplateFault[];
  /** Names by `line:column`: the variable there, or a helper's arguments. Rendering uses them to name a missing value. */
  readonly names: Map<string, readonly string[]>;
  /** Variables whose value the text shows, directly or by a helper. Variables that are only tested do not count. */
  readonly printed: Set<string>;
  /** The helpers that it calls, blocks included. */
  readonly calls: Set<string>;
  /** The variables that a printed expression shows. */
  readonly says: Map<Node, readonly string[]>;
  /** Paths through an element of a list, with the number of parts up to the element. */
  readonly through: Map<hbs.AST.PathExpression, number>;
  /** Expressions that Handlebars would print as nothing if absent, or would add to a number before them. */
  readonly guarded: Set<hbs.AST.MustacheStatement>;
  /** It loops over the fields of a group, and so shows fields that it does not name. */
  walks: boolean;
};

export const newChecked = (): Checked => ({
  faults: [],
  names: new Map(),
  printed: new Set(),
  calls: new Set(),
  says: new Map(),
  through: new Map(),
  guarded: new Set(),
  walks: false,
});

export const at = (line: number, column: number) => `${line}:${column}`;

export function fault(checked: Checked, node: { loc: hbs.AST.SourceLocation }, message: string): void {
  checked.faults.push({ line: node.loc.start.line, message });
}

export function note(checked: Checked, node: { loc: hbs.AST.SourceLocation }, names: readonly string[]): void {
  checked.names.set(at(node.loc.start.line, node.loc.start.column), names);
}

export function isPath(node: unknown): node is hbs.AST.PathExpression {
  return typeof node === "object" && node !== null && "type" in node && node.type === "PathExpression";
}

export const pathOf = ({ data, depth, parts, original }: hbs.AST.PathExpression): Path => ({
  data,
  depth,
  parts: parts.map(String),
  original,
});

export function checkPath(node: hbs.AST.PathExpression, place: Place, checked: Checked): Resolved | null {
  const path = pathOf(node);
  note(checked, node, [spell(path)]);
  const found = resolve(path, place);
  if ("fault" in found) {
    fault(checked, node, found.fault);
    return null;
  }
  checked.says.set(node, found.says);
  if (found.sure !== null) checked.through.set(node, found.sure);
  return found;
}

/** The expression as written in the template, for messages. */
export function nameOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if (isPath(node)) return spell(pathOf(node));
  if (node.type !== "SubExpression") return "original" in node ? JSON.stringify(node.original) : node.type;
  const { path, params } = node as hbs.AST.SubExpression;
  return path.original === "lookup" ? `(${["lookup", ...params.map(nameOf)].join(" ")})` : `(${path.original} …)`;
}
