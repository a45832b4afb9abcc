/**
 * Checks a template by an allow-list over Handlebars' syntax tree: text, comments, known variables, known helpers, if, unless, each, with
 * and else. Everything else is refused. So no template can run code, read a prototype or loop without end, and a misspelt variable is found
 * when the template is saved.
 */
import { closest } from "../../core/text/suggest.ts";
import { checkCall, checkValue, MAX_DEPTH } from "./check-calls.ts";
import { type Checked, checkPath, fault, isPath, type Node, nameOf, newChecked, note } from "./checked.ts";
import { HELPERS, OWN_HELPERS } from "./helpers.ts";
import { anyOf, element, type Found, isScoped, type Place, ROOT } from "./variables.ts";

/** The blocks, and how many block parameters each can take. */
const BLOCKS: ReadonlyMap<string, number> = new Map([
  ["if", 0],
  ["unless", 0],
  ["each", 2],
  ["with", 1],
]);
const REFUSED: Readonly<Record<string, string>> = {
  PartialStatement: "partials ({{> …}}) are not allowed",
  PartialBlockStatement: "partials ({{#> …}}) are not allowed",
  Decorator: "decorators ({{* …}}) are not allowed",
  DecoratorBlock: "decorators ({{#* …}}) are not allowed",
};

export function checkTemplate(program: hbs.AST.Program): Checked {
  const checked = newChecked();
  checkBody(program, ROOT, 0, checked);
  return checked;
}

function checkBody(program: hbs.AST.Program | undefined, place: Place, depth: number, checked: Checked): void {
  // `{{^if x}}…{{/if}}` has no body but the inverse one.
  if (program === undefined) return;
  for (const [index, statement] of program.body.entries()) {
    const refused = REFUSED[statement.type];
    if (refused) fault(checked, statement, refused);
    else if (statement.type === "MustacheStatement")
      checkPrinted(statement as hbs.AST.MustacheStatement, place, isWords(program.body[index - 1]), checked);
    else if (statement.type === "BlockStatement")
      checkBlock(statement as hbs.AST.BlockStatement, place, depth, checked);
    else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement")
      fault(checked, statement, `${statement.type} is not allowed`);
  }
}

/** Text that is more than white space. */
function isWords(node: Node | undefined): boolean {
  return node?.type === "ContentStatement" && /\S/.test((node as hbs.AST.ContentStatement).value);
}

function checkPrinted(mustache: hbs.AST.MustacheStatement, place: Place, after: boolean, checked: Checked): void {
  const { path, params, hash } = mustache;
  if (!isPath(path)) {
    fault(checked, mustache, "a bare text or number in {{…}} is not allowed: write it without the braces");
    return;
  }
  const bare = params.length === 0 && hash === undefined && !isHelper(path.original);
  const way = bare ? checkPath(path, place, checked) : null;
  const found = bare ? way : checkCall({ ...mustache, path }, mustache, place, 0, checked);
  if (found === null) return;
  const whole = bare ? nameOf(path) : nameOf({ ...mustache, type: "SubExpression" });
  // Handlebars would add numbers that stand side by side.
  const sum = !after && (found.kind === "number" || found.kind === "boolean");
  if (sum || path.original === "lookup" || way?.byParam || (way !== null && way.sure !== null)) {
    checked.guarded.add(mustache);
    note(checked, mustache, [whole]);
  }
  notePrinted(mustache, checked);
  const remedy = unprintable(found);
  if (remedy !== null) fault(checked, mustache, `{{${whole.replace(/^\((.*)\)$/, "$1")}}} is ${remedy}`);
}

const isHelper = (name: string): boolean => Object.hasOwn(HELPERS, name) || OWN_HELPERS.includes(name);

function unprintable({ kind }: Found): string | null {
  if (kind === "mixed") return "not the same kind of value each time: name the one that is meant";
  if (typeof kind !== "object") return null;
  return "list" in kind
    ? "a list: print it with {{list …}} or {{#each …}}"
    : "a group of values: name one of them, as in {{#with …}}";
}

function notePrinted(node: Node, checked: Checked): void {
  if (isPath(node)) for (const name of checked.says.get(node) ?? []) checked.printed.add(name);
  if (!("path" in node)) return;
  const { path, params } = node as hbs.AST.SubExpression;
  const said = checked.says.get(node) ?? checked.says.get(path);
  if (said !== undefined) for (const name of said) checked.printed.add(name);
  // The count chooses between two words, and is not shown itself.
  else if (path.original !== "plural" && path.original !== "log")
    for (const param of params) notePrinted(param, checked);
}

function checkBlock(block: hbs.AST.BlockStatement, place: Place, depth: number, checked: Checked): void {
  const [subject] = block.params;
  const strange = blockFault(block, depth);
  if (strange !== null || subject === undefined) {
    fault(checked, block, strange ?? "is not allowed");
    return;
  }
  checked.calls.add(block.path.original);
  const found = checkValue(subject, place, 1, checked);
  for (const { value } of block.hash?.pairs ?? []) checkValue(value, place, 1, checked);
  // The bodies of #each and #with can be checked only if their value is known.
  const inner = found === null ? null : enter(block, found, place, checked);
  if (inner !== null) checkBody(block.program, inner, depth + 1, checked);
  if (block.inverse) checkBody(block.inverse, place, isChained(block.inverse) ? depth : depth + 1, checked);
}

/** The place of the block's body, or null if it cannot be determined. */
function enter(block: hbs.AST.BlockStatement, found: Found, place: Place, checked: Checked): Place | null {
  const name = block.path.original;
  const { kind } = found;
  if (name === "if" || name === "unless") return place;
  if (name === "with") {
    if (kind !== "mixed") return within(block, place, found, [found]);
    fault(checked, block, `{{#with ${nameOf(block.params[0])}}} is not the same kind of value each time`);
    return null;
  }
  if (typeof kind !== "object") {
    const what = `${nameOf(block.params[0])} is neither`;
    fault(checked, block, `{{#each}} needs a list (orders, items) or a group (buyer), and ${what}`);
    return null;
  }
  const one = "list" in kind ? element(kind.list) : anyOf(found, kind.object);
  if (!("list" in kind)) checked.walks = true;
  const key: Found = { kind: "list" in kind ? "number" : "text", says: [] };
  const inner = within(block, place, one, [one, key]);
  return { ...inner, loops: [...place.loops, "list" in kind ? "number" : "text"] };
}

function within(block: hbs.AST.BlockStatement, place: Place, scope: Found, given: readonly Found[]): Place {
  const params = new Map(place.params);
  for (const [index, name] of (block.program?.blockParams ?? []).entries()) {
    const value = given[index];
    if (value !== undefined) params.set(name, value);
  }
  return { ...place, scopes: [...place.scopes, scope], params };
}

function blockFault(block: hbs.AST.BlockStatement, depth: number): string | null {
  const name = block.path.original;
  const takes = isPath(block.path) ? BLOCKS.get(name) : undefined;
  if (takes === undefined) {
    const meant = closest(name, BLOCKS.keys());
    return `{{#${name}}} is not allowed: only #if, #unless, #each and #with${meant ? ` (did you mean #${meant}?)` : ""}`;
  }
  if (depth >= MAX_DEPTH) return `blocks are nested more than ${MAX_DEPTH} deep`;
  if (block.params.length !== 1) return `{{#${name}}} needs exactly one value`;
  const stray = block.hash?.pairs.find(({ key }) => takes > 0 || key !== "includeZero");
  if (stray !== undefined) return `{{#${name}}} takes no ${stray.key}=`;
  return paramsFault(block, takes);
}

function paramsFault({ path, program, inverse }: hbs.AST.BlockStatement, takes: number): string | null {
  const names: readonly string[] = program?.blockParams ?? [];
  if ((inverse?.blockParams ?? []).length > 0) return "{{^…}} has no block parameters (as |name|)";
  if (names.length > takes)
    return takes === 0
      ? `{{#${path.original}}} has no block parameters (as |name|): #each and #with have`
      : `{{#${path.original}}} has at most ${takes} block parameter${takes > 1 ? "s" : ""} (as |${takes > 1 ? "value key" : "value"}|)`;
  const odd = names.find((name, index) => !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || names.indexOf(name) < index);
  if (odd !== undefined) return `block parameter ${odd} must be a name, and may occur only once`;
  const taken = names.find((name) => isHelper(name) || isScoped(name));
  return taken === undefined ? null : `block parameter ${taken} has the name of a helper: choose another name`;
}

/** `{{else if …}}` is a block inside the else branch. It does not count as nested deeper. */
function isChained(program: hbs.AST.Program): boolean {
  return "chained" in program && program.chained === true;
}
