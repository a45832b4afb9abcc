/** The JSON of the contract in pieces: a long rehearsal has more rows than one string can hold. */
import type { Difference } from "../result/difference.ts";
import type { Outcome } from "../result/outcome.ts";
import type { RowJson } from "../types.ts";

const PIECE = 1 << 20;

export function* jsonPieces(
  outcome: Outcome & { readonly difference?: Difference | null },
  sends: Iterable<RowJson>,
  skips: Iterable<RowJson>,
): Generator<string | Uint8Array> {
  const { from, to, orders, cases, ...figures } = outcome;
  yield `${JSON.stringify({ from, to, orders, cases }).slice(0, -1)},"sends":[`;
  yield* rowPieces(sends);
  yield '],"skips":[';
  yield* rowPieces(skips);
  yield `],${JSON.stringify(figures).slice(1)}\n`;
}

/** Each piece is a new buffer, so that the writer may keep it. */
function* rowPieces(rows: Iterable<RowJson>): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE);
  let used = 0;
  let separator = "\n";
  for (const json of rows) {
    const bytes = typeof json === "string" ? Buffer.from(json) : json;
    if (used + 2 + bytes.length > piece.length) {
      yield piece.subarray(0, used);
      piece = Buffer.allocUnsafe(Math.max(PIECE, 2 + bytes.length));
      used = 0;
    }
    used += piece.write(separator, used, "latin1");
    used += bytes.copy(piece, used);
    separator = ",\n";
  }
  yield piece.subarray(0, used);
}
