/** The variables that a template may name, each with its kind. By them unknown names and wrong uses are found when a template is saved. */
import { closest } from "../../core/text/suggest.ts";
import { meant } from "../names/meanings.ts";

export type Scalar = "text" | "number" | "boolean" | "money" | "total" | "instant" | "duration";
export type Shape = { readonly [name: string]: Kind };
/** `mixed`: several kinds, as in a loop over a group. Such a value can be tested, and named by its key, but not printed. */
export type Kind = Scalar | "mixed" | { readonly object: Shape } | { readonly list: Shape };

/** The value of an expression. `says`: the variables that it shows when printed, like `buyer.name`; in a list as they are named there. */
export type Found = { readonly kind: Kind; readonly says: readonly string[] };

/** The place of an expression. */
export type Place = {
  /** The values of `this`, `../this` and so on: the root first, then one per enclosing `each` and `with`. */
  readonly scopes: readonly Found[];
  /** `as |name|`. */
  readonly params: ReadonlyMap<string, Found>;
  /** The value of `@key` in each enclosing `each`. */
  readonly loops: readonly Scalar[];
};

const ITEM: Shape = { sku: "text", title: "text", quantity: "number", price: "money" };
const ITEMS: Kind = { list: ITEM };
const ORDER: Shape = {
  id: "text",
  number: "text",
  amount: "money",
  currency: "text",
  createdAt: "instant",
  closesAt: "instant",
  payUrl: "text",
  note: "text",
  items: ITEMS,
};

/** The data of the public contract, as data.ts makes it. */
const DATA: Found = {
  kind: {
    object: {
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
    },
  },
  says: [""],
};
export const ROOT: Place = { scopes: [DATA], params: new Map(), loops: [] };

/** The outermost variables. */
export const VARIABLES: readonly string[] =
  typeof DATA.kind === "object" && "object" in DATA.kind ? Object.keys(DATA.kind.object) : [];

/** The kind of the variable that a path from the outermost level names, like `buyer.name`; null: no variable has that name. */
export function kindOf(path: string): Kind | null {
  let found: Found | null = DATA;
  for (const part of path.replace(/[[\]]/g, "").split(".")) found = found === null ? null : step(found, part);
  return found?.kind ?? null;
}

const LOOP = ["index", "first", "last", "key"];

export type Path = {
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
};

export type Resolved = Found & {
  /** By a block parameter. */
  readonly byParam: boolean;
  /** Number of parts up to the first element of a list, if more follow. An element may be absent, and then has no fields. */
  readonly sure: number | null;
};

/** Handlebars' own rule for paths that begin at the context and never at a block parameter. */
export const isScoped = (original: string): boolean => /^\.|this\b/.test(original);

/** The value that a path leads to, or its fault. */
export function resolve(path: Path, place: Place): Resolved | { fault: string } {
  if (path.data) return resolveData(path, place);
  const [first = ""] = path.parts;
  const param = path.depth > 0 || isScoped(path.original) ? undefined : place.params.get(first);
  if (param !== undefined) return follow(param, 1, path, place);
  const scope = place.scopes[place.scopes.length - 1 - path.depth];
  return scope === undefined
    ? {
        fault: `{{${path.original}}} leads out of the data: use \`../\` at most once per enclosing #each and #with`,
      }
    : follow(scope, 0, path, place);
}

function resolveData(path: Path, place: Place): Resolved | { fault: string } {
  const [name = ""] = path.parts;
  if (name === "root" && path.depth === 0) return follow(DATA, 1, path, ROOT);
  const key = place.loops[place.loops.length - 1 - path.depth];
  if (key !== undefined && path.parts.length === 1 && LOOP.includes(name)) {
    const kind = name === "key" ? key : name === "index" ? "number" : "boolean";
    return { kind, says: [], byParam: false, sure: null };
  }
  return {
    fault: `{{${spell(path)}}} is not allowed: only @root, and inside #each @index, @key, @first and @last`,
  };
}

function follow(start: Found, from: number, path: Path, place: Place): Resolved | { fault: string } {
  let found: Found = start;
  let sure: number | null = null;
  for (const [index, part] of path.parts.entries()) {
    if (index < from) continue;
    const next = step(found, part);
    if (next === null) return { fault: unknown(path, index, found.kind, place) };
    if (typeof found.kind === "object" && "list" in found.kind && index < path.parts.length - 1) sure ??= index + 1;
    found = next;
  }
  return { ...found, byParam: from === 1 && !path.data, sure };
}

/** A field of a group, or an element of a list; null: it does not exist. */
export function step({ kind, says }: Found, part: string): Found | null {
  if (typeof kind !== "object") return null;
  if ("list" in kind) return /^(0|[1-9]\d{0,3})$/.test(part) ? element(kind.list) : null;
  const next = Object.hasOwn(kind.object, part) ? kind.object[part] : undefined;
  return next === undefined ? null : { kind: next, says: says.map((name) => (name === "" ? part : `${name}.${part}`)) };
}

export const element = (shape: Shape): Found => ({ kind: { object: shape }, says: [""] });

/** Any value of a group. */
export function anyOf(group: Found, shape: Shape): Found {
  const values = Object.keys(shape).flatMap((key) => step(group, key) ?? []);
  const [first] = values;
  const alike = first !== undefined && values.every(({ kind }) => kind === first.kind);
  return { kind: alike ? first.kind : "mixed", says: values.flatMap(({ says }) => says) };
}

function unknown(path: Path, index: number, kind: Kind, place: Place): string {
  const before = path.parts.slice(0, index);
  const said = `unknown variable {{${spell(path)}}}`;
  if (typeof kind === "object" && "list" in kind) {
    const list = spell({ ...path, parts: before, original: "" }) || "this";
    return `${said}: ${list} is a list: loop over it with {{#each ${list}}}, or name an element, as in ${list}.[0]`;
  }
  const shape = typeof kind === "object" ? kind.object : {};
  const known = Object.keys(shape);
  const near = nearest(path, index, known, place);
  return (
    said + (near !== null ? ` (did you mean ${near}?)` : known.length > 0 ? ` (there are ${known.join(", ")})` : "")
  );
}

function nearest(path: Path, index: number, known: readonly string[], { scopes, params }: Place): string | null {
  const part = path.parts[index] ?? "";
  const free = index === 0 && path.depth === 0 && !path.data;
  const outer = free ? scopes.slice(0, -1).findLastIndex((scope) => step(scope, part) !== null) : -1;
  if (outer >= 0) return "../".repeat(scopes.length - 1 - outer) + path.parts.join(".");
  const alike = byMeaning(path, index, known, scopes.length - 1);
  if (alike.length > 0) return alike.join(" or ");
  const near = closest(part, [...known, ...(free ? params.keys() : [])]);
  return near === null ? null : spell({ ...path, parts: path.parts.with(index, near), original: "" });
}

/** The variables that the word means at its place, else those that the whole path means at the outermost level, `out` levels away. */
function byMeaning(path: Path, index: number, known: readonly string[], out: number): string[] {
  const here = (word: string) => meant(word, groupOf(known)).filter((field) => known.includes(field));
  const part = path.parts[index] ?? "";
  const fields = groupOf(known) === "root" ? [] : here(part);
  if (fields.length > 0)
    return fields.map((field) => spell({ ...path, parts: path.parts.with(index, field), original: "" }));
  if (path.depth > 0 || path.data) return [];
  const words = [path.parts.join(""), index === 0 ? part : ""];
  const paths = words.map((word) => meant(word, "root").filter((each) => kindOf(each) !== null));
  return (paths.find((each) => each.length > 0) ?? []).map((each) => `${"../".repeat(out)}${each}`);
}

/** The group that has these fields. */
const groupOf = (known: readonly string[]): "root" | "order" | "item" | "buyer" =>
  known.includes("sku") ? "item" : known.includes("tier") ? "buyer" : known.includes("shop") ? "root" : "order";

/** The path as written in a template: the parser drops the brackets around `[0]`. */
export function spell({ data, depth, parts, original }: Path): string {
  if (original !== "" && !parts.some((part) => /^\d/.test(part))) return original;
  const shown = parts.map((part) => (/^\d/.test(part) ? `[${part}]` : part)).join(".");
  return `${data ? "@" : ""}${"../".repeat(depth)}${shown}`;
}
