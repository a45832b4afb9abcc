/**
 * Finds where a text stops being JSON. `JSON.parse` gives the place only at times, and then repeats parts of the body. One pass without
 * recursion, so that no nesting exhausts the stack.
 */
export type JsonFault = { readonly offset: number; readonly message: string };

const LITERALS = ["true", "false", "null"];
const ESCAPED = '"\\/bfnrt';

type Expect = "value" | "value or ]" | "key" | "key or }" | ":" | ", or ]" | ", or }" | "end";

const WORDS: Record<Expect, string> = {
  value: "expected a value",
  "value or ]": 'expected a value or "]"',
  key: "expected a key in double quotes",
  "key or }": 'expected a key in double quotes or "}"',
  ":": 'expected ":"',
  ", or ]": 'expected "," or "]"',
  ", or }": 'expected "," or "}"',
  end: "expected the end of the text",
};

/** null: the text is JSON. */
export function findJsonFault(text: string): JsonFault | null {
  /** Whether each open bracket is a list's. */
  const lists: boolean[] = [];
  let at = 0;
  let expect: Expect = "value";
  const after = (): Expect => {
    const list = lists.at(-1);
    return list === undefined ? "end" : list ? ", or ]" : ", or }";
  };
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length)
      return expect === "end" ? null : { offset: at, message: `it ends too soon: ${WORDS[expect]}` };
    const char = text[at];
    const wantsValue: boolean = expect === "value" || expect === "value or ]";
    const wantsKey: boolean = expect === "key" || expect === "key or }";
    if (char === '"' && (wantsValue || wantsKey)) {
      const end = endOfString(text, at);
      if (typeof end !== "number") return end;
      at = end;
      expect = wantsKey ? ":" : after();
    } else if (wantsValue && (char === "[" || char === "{")) {
      lists.push(char === "[");
      at++;
      expect = char === "[" ? "value or ]" : "key or }";
    } else if (
      (char === "]" && (expect === "value or ]" || expect === ", or ]")) ||
      (char === "}" && (expect === "key or }" || expect === ", or }"))
    ) {
      lists.pop();
      at++;
      expect = after();
    } else if (char === "," && (expect === ", or ]" || expect === ", or }")) {
      at++;
      expect = expect === ", or ]" ? "value" : "key";
    } else if (char === ":" && expect === ":") {
      at++;
      expect = "value";
    } else {
      const end = wantsValue ? endOfScalar(text, at) : -1;
      if (end === -1) return { offset: at, message: WORDS[expect] };
      at = end;
      expect = after();
    }
  }
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** The offset behind the longest number, true, false or null at `start`; -1: none. By hand: a pattern takes ten times as long. */
function endOfScalar(text: string, start: number): number {
  for (const word of LITERALS) if (text.startsWith(word, start)) return start + word.length;
  const digits = (from: number): number => {
    let end = from;
    while (isDigit(text.charCodeAt(end))) end++;
    return end;
  };
  const first = text[start] === "-" ? start + 1 : start;
  const whole = text[first] === "0" ? first + 1 : digits(first);
  if (whole === first) return -1;
  let end = whole;
  if (text[end] === ".") {
    const fraction = digits(end + 1);
    if (fraction === end + 1) return end;
    end = fraction;
  }
  if (text[end] !== "e" && text[end] !== "E") return end;
  const sign = text[end + 1] === "+" || text[end + 1] === "-" ? end + 2 : end + 1;
  const exponent = digits(sign);
  return exponent === sign ? end : exponent;
}

/** The offset just behind the closing quote. Not a pattern: on a string of megabytes its stack would run out. */
function endOfString(text: string, start: number): number | JsonFault {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return { offset: at, message: "a control character in a string: escape it" };
    if (code !== 0x5c) continue;
    const char = text[at + 1];
    if (char === undefined) break;
    if (ESCAPED.includes(char)) at++;
    else if (char === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) at += 5;
    else return { offset: at, message: "an unknown escape in a string" };
  }
  return { offset: text.length, message: "it ends within a string" };
}

/** `line 3, column 14`, both from 1; a column counts UTF-16 units. */
export function placeOf(text: string, offset: number): string {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", start)) {
    line++;
    start = at + 1;
  }
  const column = offset - start + 1;
  return line === 1 && !text.includes("\n") ? `column ${column}` : `line ${line}, column ${column}`;
}
