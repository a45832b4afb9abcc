/** Recognises a file that is no order file at all by its first bytes, so that one line says so instead of one for each of its lines. */
import { isUtf8 } from "./json.ts";
import { isBlank, withoutMark } from "./lines.ts";

/** So many first bytes are enough. */
export const HEAD_BYTES = 1 << 16;

const NDJSON = "one event a line, as JSON in UTF-8";
/** By their first bytes in hex. */
const KINDS: readonly (readonly [start: string, message: string])[] = [
  ["1f8b", "is compressed with gzip: unpack it first"],
  ["28b52ffd", "is compressed with zstd: unpack it first"],
  ["504b0304", "is a zip file or an Excel workbook: unpack it, or save it as CSV"],
  ["d0cf11e0", "is an Excel workbook: save it as CSV"],
  ["25504446", "is a PDF: export the orders as CSV"],
];

/** The fault and the remedy of a file that is no text; null: it may be one. */
export function foreignKind(head: Buffer): string | null {
  const start = head.subarray(0, 4).toString("hex");
  return KINDS.find(([bytes]) => start.startsWith(bytes))?.[1] ?? null;
}

/** The fault and the remedy; null: at least one line is a JSON object, or the file is too odd to be named. `isWhole`: nothing follows. */
export function foreignFile(head: Buffer, isWhole: boolean): string | null {
  const kind = foreignKind(head);
  if (kind !== null) return kind;
  if (/^(?:fffe|feff)/.test(head.subarray(0, 2).toString("hex"))) return "is UTF-16: save it as UTF-8";
  const bytes = withoutMark(head);
  const lines = linesOf(bytes, isWhole);
  if (lines.some(isJsonObject)) return null;
  const zeros = [0, 1].map((odd) => countZeros(bytes.subarray(0, 1_000), odd));
  // Letters of most languages have a zero as every second byte.
  if (Math.max(...zeros) > Math.min(...zeros) + 10) return "is UTF-16: save it as UTF-8";
  if (Math.max(...zeros) > 0) return `is not text: export the orders as ${NDJSON}`;
  const [first] = lines;
  if (first === undefined) return null;
  if (!lines.every((line) => isUtf8(line)))
    return `is not UTF-8 (GB18030, as Chinese spreadsheets write it?), and no line is a JSON object: export the orders as ${NDJSON}`;
  return namedText(first.toString("utf8").trim());
}

/** By the first line that is not blank. */
function namedText(first: string): string | null {
  if (first.startsWith("[")) return `is a JSON array: write ${NDJSON}, as \`jq -c '.[]'\` does`;
  if (first === "{") return `is JSON over several lines: write ${NDJSON}, as \`jq -c .\` does`;
  if (/^[^{]*[,;\t][^{]*$/.test(first))
    return `is a table of values (CSV), which \`dunlin import\` and \`dunlin rehearse\` read: here write ${NDJSON}`;
  return first.startsWith("<") ? `is XML or HTML: export the orders as ${NDJSON}` : null;
}

/** Without blank lines, and without the last one if it may go on. */
function linesOf(bytes: Buffer, isWhole: boolean): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(0x0a, from);
    if (at === -1 && !isWhole && lines.length > 0) break;
    const line = bytes.subarray(from, at === -1 ? bytes.length : at);
    if (!isBlank(line)) lines.push(line);
    from = at === -1 ? bytes.length : at + 1;
  }
  return lines;
}

function isJsonObject(line: Buffer): boolean {
  const text = line.toString("utf8").trimStart();
  if (!text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // A first line that is longer than the head is cut: it may be an object. A line of a JSON array ends with a comma.
    return line.length >= HEAD_BYTES - 3;
  }
}

function countZeros(bytes: Buffer, odd: number): number {
  let count = 0;
  for (let at = odd; at < bytes.length; at += 2) if (bytes[at] === 0) count++;
  return count;
}
