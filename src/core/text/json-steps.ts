/**
 * Parses a long JSON array in steps, so that a body of megabytes does not hold the process: between two steps the caller lets others have
 * their turn. The result is that of parseJson, but for the number of values: the limit is on each step, not on the whole array.
 */
import { excessFault, isUtf8, type Parsed, parseJson, textFault } from "./json.ts";
import { endOfString, excessOf, MAX_VALUES } from "./json-weight.ts";
import { withoutMark } from "./lines.ts";

/** Bytes of a step: some milliseconds. An element is never split. */
const STEP = 262_144;

const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE = 0x7d;
const CLOSE_LIST = 0x5d;

/** Any JSON may be given. One that is short, or no array, is parsed in one step. */
export function* parseInSteps(
  bytes: Buffer,
  { maxValues = MAX_VALUES, step = STEP }: { readonly maxValues?: number; readonly step?: number } = {},
): Generator<undefined, Parsed> {
  const content = withoutMark(bytes);
  let at = skipSpace(content, 0);
  if (content.length <= step || content[at] !== OPEN_LIST) return parseJson(bytes, maxValues);
  const values: unknown[] = [];
  let from = ++at;
  let depth = 1;
  for (; at < content.length && depth > 0; at++) {
    const byte = content[at];
    if (byte === QUOTE) at = endOfString(content, at);
    else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
    const cut = depth === 1 && byte === COMMA && at - from >= step;
    if (!cut && depth > 0) continue;
    const parsed = parseElements(content.subarray(from, at), maxValues);
    if (parsed === "many") return { ok: false, message: `an element of the array holds more than ${maxValues} values` };
    // An empty place between two commas is a fault, but not an empty array.
    if (parsed === "fault" || (parsed.length === 0 && (cut || values.length > 0))) return faultOf(content);
    for (const value of parsed) values.push(value);
    from = at + 1;
    yield;
  }
  const closed = depth === 0 && content[at - 1] === CLOSE_LIST && skipSpace(content, at) === content.length;
  return closed ? { ok: true, value: values } : faultOf(content);
}

function parseElements(bytes: Buffer, maxValues: number): unknown[] | "many" | "fault" {
  const excess = excessOf(bytes, maxValues);
  if (excess !== null) return excess.kind === "values" ? "many" : "fault";
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes, text)) return "fault";
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    return "fault";
  }
}

/** The place of a fault counts from the beginning of the whole text. */
function faultOf(content: Buffer): Parsed {
  return excessFault(content, Number.POSITIVE_INFINITY) ?? textFault(content, content.toString("utf8"));
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (SPACE.has(bytes[at] ?? -1)) at++;
  return at;
}
