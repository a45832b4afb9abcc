/** What checking a template finds out: its faults, and what compiling and rendering need to know of it. */
import { type Path, type Place, type Resolved, resolve, spell } from "./variables.ts";

export type Node = hbs.AST.Node;

/** `line` counts from 1 in the template's own text. */
export type TemplateFault = { readonly line: number; readonly message: string };

export type Checked = {
  readonly faults: TemplateFault[];
  /** What stands at `line:column`: the variable, or a helper's arguments. For naming what is absent when rendering. */
  readonly names: Map<string, readonly string[]>;
  /** Variables whose value the text shows, whatever helper writes it; not those that only decide. */
  readonly printed: Set<string>;
  /** The helpers that it calls, blocks among them. */
  readonly calls: Set<string>;
  /** What an expression shows when printed. */
  readonly says: Map<Node, readonly string[]>;
  /** Paths that lead through an element of a list, with how many of their parts lead to it. */
  readonly through: Map<hbs.AST.PathExpression, number>;
  /** What Handlebars itself would print as nothing when it is absent, or would add to a number before it. */
  readonly guarded: Set<hbs.AST.MustacheStatement>;
  /** It goes through the fields of a group, which it then shows without naming them. */
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

/** As it stands in the template, for messages. */
export function nameOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if (isPath(node)) return spell(pathOf(node));
  if (node.type !== "SubExpression") return "original" in node ? JSON.stringify(node.original) : node.type;
  const { path, params } = node as hbs.AST.SubExpression;
  return path.original === "lookup" ? `(${["lookup", ...params.map(nameOf)].join(" ")})` : `(${path.original} …)`;
}
