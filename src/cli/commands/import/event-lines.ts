/** Reads order events from NDJSON. */
import { parseJson } from "../../../core/text/json.ts";
import { isBlank, splitLines, withoutMark } from "../../../core/text/lines.ts";
import type { Entry, ImportPiece } from "./import-stream.ts";
import type { Rejected } from "./rejects.ts";

const MAX_LINE_BYTES = 1024 * 1024;

export async function* eventLines(input: AsyncIterable<Buffer>): AsyncGenerator<ImportPiece> {
  let entries: Entry[] = [];
  let rejected: Rejected[] = [];
  const reject = (line: number, code: string, message: string, event: string | null): void =>
    void rejected.push({ place: { line }, code, message: `line ${line}: ${message}`, came: { event } });
  const splitter = splitLines({
    maxBytes: MAX_LINE_BYTES,
    onLine: (read, line, kind) => {
      const bytes = line === 1 ? withoutMark(read) : read;
      if (kind === "long") return reject(line, "line_too_long", "longer than 1 MB", null);
      if (isBlank(bytes)) return;
      const parsed = parseJson(bytes);
      if (!parsed.ok) {
        const cut = kind === "last" ? "; is the file cut off?" : "";
        return reject(line, "invalid_json", `${parsed.message}${cut}`, bytes.toString("utf8"));
      }
      entries.push({ place: { line }, events: [parsed.value], came: () => ({ event: parsed.value }) });
    },
  });
  const taken = (): ImportPiece => {
    const piece = { entries, rejected };
    entries = [];
    rejected = [];
    return piece;
  };
  for await (const piece of input) {
    splitter.feed(piece);
    yield taken();
  }
  splitter.end();
  yield taken();
}
