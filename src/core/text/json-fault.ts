/**
 * Finds where a text stops being JSON. `JSON.parse` gives the place only at times, and then repeats parts of the body. One pass without
 * recursion, so that no nesting exhausts the stack.
 */
export type JsonFault = { readonly offset: number; readonly message: string };

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SPACE = /[ \t\n\r]*/y;

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
  const open: ("[" | "{")[] = [];
  let at = 0;
  let expect: Expect = "value";
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : -1;
  };
  const after = (): Expect => {
    const inside = open.at(-1);
    return inside === undefined ? "end" : inside === "[" ? ", or ]" : ", or }";
  };
  for (;;) {
    at = match(SPACE);
    const char = text[at];
    if (char === undefined)
      return expect === "end" ? null : { offset: at, message: `it ends too soon: ${WORDS[expect]}` };
    const wantsValue: boolean = expect === "value" || expect === "value or ]";
    const wantsKey: boolean = expect === "key" || expect === "key or }";
    if (char === '"' && (wantsValue || wantsKey)) {
      const end = endOfString(text, at);
      if (typeof end !== "number") return end;
      at = end;
      expect = wantsKey ? ":" : after();
    } else if (wantsValue && (char === "[" || char === "{")) {
      open.push(char);
      at++;
      expect = char === "[" ? "value or ]" : "key or }";
    } else if ((char === "]" && /]$/.test(expect)) || (char === "}" && /}$/.test(expect))) {
      open.pop();
      at++;
      expect = after();
    } else if (char === "," && expect.startsWith(",")) {
      at++;
      expect = expect === ", or ]" ? "value" : "key";
    } else if (char === ":" && expect === ":") {
      at++;
      expect = "value";
    } else {
      const end = wantsValue ? match(LITERAL) : -1;
      if (end === -1) return { offset: at, message: WORDS[expect] };
      at = end;
      expect = after();
    }
  }
}

/** The offset just behind the closing quote. Not a pattern: on a string of megabytes its stack would run out. */
function endOfString(text: string, start: number): number | JsonFault {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return { offset: at, message: "a control character in a string: escape it" };
    if (code !== 0x5c) continue;
    ESCAPE.lastIndex = at;
    const escaped = ESCAPE.exec(text)?.[0];
    if (escaped === undefined && at + 1 < text.length) return { offset: at, message: "an unknown escape in a string" };
    at += (escaped?.length ?? 1) - 1;
  }
  return { offset: text.length, message: "it ends within a string" };
}

/** `line 3, column 14`, both from 1; a column counts UTF-16 units. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - (before.lastIndexOf("\n") + 1) + 1;
  return line === 1 && !text.includes("\n") ? `column ${column}` : `line ${line}, column ${column}`;
}
