/** The variables a template may name, with the kind of each: what unknown names and wrong uses are found by when a template is saved. */
import { closest } from "../core/suggest.ts";

export type Scalar = "text" | "number" | "boolean" | "money" | "total" | "instant" | "duration";
export type Shape = { readonly [name: string]: Kind };
export type Kind = Scalar | { readonly object: Shape } | { readonly list: Shape };

const ITEM: Shape = { sku: "text", title: "text", quantity: "number", price: "money" };
const ITEMS: Kind = { list: ITEM };
const ORDER: Shape = {
  id: "text",
  amount: "money",
  currency: "text",
  createdAt: "instant",
  closesAt: "instant",
  payUrl: "text",
  note: "text",
  items: ITEMS,
};

/** The data of the public contract, as data.ts makes it. */
export const ROOT: Shape = {
  shop: "text",
  buyer: { object: { name: "text", tier: "text" } },
  orders: { list: ORDER },
  order: { object: ORDER },
  total: "total",
  count: "number",
  items: ITEMS,
  closesAt: "instant",
  timeLeft: "duration",
  payUrl: "text",
  campaign: "text",
  step: "text",
};

const LOOP: Shape = { index: "number", first: "boolean", last: "boolean" };

export type Path = {
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
};

/** The kind of what a path names, or what is wrong with it. `scopes`: the root first, then one per enclosing `each`. */
export function resolve(path: Path, scopes: readonly Shape[]): { kind: Kind } | { fault: string } {
  if (path.data) {
    const kind =
      path.depth === 0 && path.parts.length === 1 && scopes.length > 1 ? LOOP[path.parts[0] ?? ""] : undefined;
    if (kind !== undefined && Object.hasOwn(LOOP, path.parts[0] ?? "")) return { kind };
    return {
      fault: `{{@${path.original.replace(/^@/, "")}}} is not allowed: only @index, @first and @last, inside #each`,
    };
  }
  const scope = scopes[scopes.length - 1 - path.depth];
  if (scope === undefined)
    return { fault: `{{${path.original}}} leads out of the data: \`../\` goes no further than the enclosing #each` };
  let kind: Kind = { object: scope };
  for (const [index, part] of path.parts.entries()) {
    const shape: Shape = typeof kind === "object" && "object" in kind ? kind.object : {};
    const next = Object.hasOwn(shape, part) ? shape[part] : undefined;
    if (next === undefined) return { fault: unknown(path, index, shape, scopes) };
    kind = next;
  }
  return { kind };
}

function unknown(path: Path, index: number, shape: Shape, scopes: readonly Shape[]): string {
  const before = path.parts.slice(0, index);
  const part = path.parts[index] ?? "";
  const outer =
    index === 0 && path.depth === 0 ? scopes.slice(0, -1).findLastIndex((scope) => Object.hasOwn(scope, part)) : -1;
  const near = closest(part, Object.keys(shape));
  const rest = path.parts.slice(index + 1);
  const meant =
    outer >= 0
      ? "../".repeat(scopes.length - 1 - outer) + path.parts.join(".")
      : near === null
        ? null
        : "../".repeat(path.depth) + [...before, near, ...rest].join(".");
  const known = Object.keys(shape);
  const hint =
    meant !== null ? ` (did you mean ${meant}?)` : known.length > 0 ? ` (there are ${known.join(", ")})` : "";
  return `unknown variable {{${path.original}}}${hint}`;
}
