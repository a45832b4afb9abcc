/** Checks the arguments of helpers when a template is saved: known values, in the right number, each of a kind that the helper takes. */
import { closest } from "../../core/text/suggest.ts";
import { type Checked, checkPath, fault, isPath, type Node, nameOf, note } from "./checked.ts";
import { HELPERS, OWN_HELPERS } from "./helpers.ts";
import { type Found, type Kind, type Place, type Scalar, step } from "./variables.ts";

type Call = Pick<hbs.AST.SubExpression, "path" | "params" | "loc"> & { readonly hash?: hbs.AST.Hash | undefined };

export const MAX_DEPTH = 4;
const LITERALS: Readonly<Record<string, Scalar>> = {
  StringLiteral: "text",
  NumberLiteral: "number",
  BooleanLiteral: "boolean",
};

/** The value of an argument, or null if it has a fault. */
export function checkValue(node: Node, place: Place, depth: number, checked: Checked): Found | null {
  const literal = LITERALS[node.type];
  if (literal !== undefined) return { kind: literal, says: [] };
  if (node.type === "SubExpression") return checkCall(node as hbs.AST.SubExpression, node, place, depth, checked);
  if (isPath(node)) return checkPath(node, place, checked);
  const what =
    node.type === "NullLiteral" ? "null" : node.type === "UndefinedLiteral" ? "undefined" : String(node.type);
  fault(checked, node, `${what} is not allowed here`);
  return null;
}

/** The value of a helper with its arguments, or null if these have a fault. `node`: its place in the tree. */
export function checkCall(call: Call, node: Node, place: Place, depth: number, checked: Checked): Found | null {
  const path = call.path as Node;
  const said = isPath(path) ? callFault(path.original, depth) : "a helper must be called by its name";
  if (said !== null) {
    fault(checked, call, said);
    return null;
  }
  const name = call.path.original;
  const before = checked.faults.length;
  checked.calls.add(name);
  const found = call.params.map((param) => checkValue(param, place, depth + 1, checked));
  for (const { value } of call.hash?.pairs ?? []) checkValue(value, place, depth + 1, checked);
  note(checked, call, call.params.map(nameOf));
  if (checked.faults.length > before) return null;
  if (name === "lookup") return checkLookup(call, node, found, checked);
  const wrong =
    name === "log"
      ? stray(call, ["level"])
      : misuse(
          name,
          call,
          found.map((value) => value?.kind ?? null),
        );
  if (wrong === null) return { kind: "text", says: [] };
  fault(checked, call, `{{${name}}} ${wrong}`);
  return null;
}

function callFault(name: string, depth: number): string | null {
  if (depth > MAX_DEPTH) return `helpers are nested more than ${MAX_DEPTH} deep`;
  if (name === "log" && depth > 0) return "{{log}} gives no value";
  if (name === "log" || name === "lookup" || Object.hasOwn(HELPERS, name)) return null;
  if (OWN_HELPERS.includes(name)) return `{{${name} …}} is a block: write {{#${name} …}}…{{/${name}}}`;
  const known = [...Object.keys(HELPERS), "lookup", "log"];
  const meant = closest(name, known);
  return `unknown helper {{${name} …}}${meant ? ` (did you mean ${meant}?)` : ` (there are ${known.join(", ")})`}`;
}

/** A name that is known only when rendering could lead anywhere. So for a group it must be written out, for a list it must be a number. */
function checkLookup(call: Call, node: Node, found: readonly (Found | null)[], checked: Checked): Found | null {
  const [holder, key] = found;
  const wrong = stray(call, []) ?? (call.params.length === 2 ? null : `needs 2 values, not ${call.params.length}`);
  if (wrong !== null || !holder || !key) {
    fault(checked, call, `{{lookup}} ${wrong ?? "needs 2 values"}`);
    return null;
  }
  const [from, by] = call.params;
  const [whole, name] = [nameOf(from), nameOf(by)];
  const { kind } = holder;
  const literal = by !== undefined && by.type in LITERALS ? String((by as hbs.AST.StringLiteral).value) : null;
  const list = typeof kind === "object" && "list" in kind;
  const inner = literal !== null ? step(holder, literal) : list && key.kind === "number" ? step(holder, "0") : null;
  if (inner !== null) {
    checked.says.set(node, inner.says);
    return inner;
  }
  if (typeof kind !== "object") fault(checked, call, `{{lookup}} needs a list or a group, and ${whole} is neither`);
  else if (list) fault(checked, call, `{{lookup}} in the list ${whole} needs a number from 0, and ${name} is not one`);
  else if (literal === null) {
    const names = Object.keys(kind.object).map((known) => JSON.stringify(known));
    fault(checked, call, `{{lookup}} in ${whole} needs a name that is written out (one of ${names.join(", ")})`);
  } else {
    const meant = closest(literal, Object.keys(kind.object));
    const hint = meant === null ? `there are ${Object.keys(kind.object).join(", ")}` : `did you mean "${meant}"?`;
    fault(checked, call, `unknown variable {{lookup ${whole} ${name}}} (${hint})`);
  }
  return null;
}

function stray(call: Call, known: readonly string[]): string | null {
  const odd = call.hash?.pairs.find(({ key }) => !known.includes(key));
  if (odd === undefined) return null;
  return `takes no ${odd.key}=${known.length > 0 ? ` (known: ${known.join(", ")})` : ""}`;
}

/** The fault of a helper's arguments, or null. */
function misuse(name: string, call: Call, kinds: readonly (Kind | null)[]): string | null {
  const spec = HELPERS[name];
  if (spec === undefined) return null;
  const odd = stray(call, spec.named ?? []);
  if (odd !== null) return odd;
  if (kinds.length < spec.min || kinds.length > spec.max)
    return `needs ${spec.min === spec.max ? spec.min : `${spec.min} to ${spec.max}`} values, not ${kinds.length}`;
  for (const [index, kind] of kinds.entries()) {
    const takes = spec.takes[Math.min(index, spec.takes.length - 1)] ?? [];
    const given = kind !== null && typeof kind === "object" ? ("list" in kind ? "list" : "group") : kind;
    if (!(takes as readonly (Scalar | string | null)[]).includes(given))
      return `takes ${takes.join(" or ")}, and ${nameOf(call.params[index])} is ${given === "instant" ? "an instant" : given === "mixed" ? "not the same kind each time" : `a ${given}`}`;
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
  const named = (call.hash?.pairs ?? []).map(({ key }) => key);
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
