/**
 * Rewrites three things in a checked syntax tree that Handlebars treats wrongly for us. A path through an element of a list throws if the
 * element is absent: it is looked up step by step. An absent value is printed as nothing: it must be reported. Numbers side by side are
 * added: they are printed as text.
 */
import type { Checked, Node } from "./checked.ts";

/** Prints a value as text, and fails if it is absent. No template can call it: check.ts does not know the name. */
export const PRINT = "(print)";

export function lower({ through, guarded, calls }: Checked): void {
  for (const [path, sure] of through) {
    calls.add("lookup");
    Object.assign(path, stepwise(path, sure));
  }
  for (const mustache of guarded) {
    calls.add(PRINT);
    const { path, params, hash, loc } = mustache;
    const value = params.length === 0 ? path : { type: "SubExpression", path, params, hash, loc };
    Object.assign(mustache, { path: nameNode(PRINT, loc), params: [value], hash: undefined });
  }
}

/** `orders.[0].id` → `(lookup orders.[0] "id")` */
function stepwise(path: hbs.AST.PathExpression, sure: number): Node {
  const { loc } = path;
  const start: Node = { ...path, parts: path.parts.slice(0, sure) } as Node;
  return path.parts.slice(sure).reduce<Node>((holder, part) => {
    const key = { type: "StringLiteral", value: part, original: part, loc };
    return { type: "SubExpression", path: nameNode("lookup", loc), params: [holder, key], loc } as Node;
  }, start);
}

const nameNode = (name: string, loc: hbs.AST.SourceLocation): Node =>
  ({ type: "PathExpression", data: false, depth: 0, parts: [name], original: name, loc }) as Node;
