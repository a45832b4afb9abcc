/** The contract's JSON, written piece by piece: a long rehearsal has more rows than fit into one string. */
import type { Outcome } from "./outcome.ts";
import type { SortedRow } from "./types.ts";

const PIECE = 1 << 20;

export function* jsonPieces(
  outcome: Outcome,
  sends: Iterable<SortedRow>,
  skips: Iterable<SortedRow>,
): Generator<string> {
  const { from, to, orders, cases, peakPerSecond, segments, cost, warnings } = outcome;
  yield `${JSON.stringify({ from, to, orders, cases }).slice(0, -1)},"sends":[`;
  yield* rowPieces(sends);
  yield '],"skips":[';
  yield* rowPieces(skips);
  yield `],${JSON.stringify({ peakPerSecond, segments, cost, warnings }).slice(1)}\n`;
}

function* rowPieces(rows: Iterable<SortedRow>): Generator<string> {
  let parts: string[] = [];
  let size = 0;
  let first = true;
  for (const { json } of rows) {
    parts.push(first ? "\n" : ",\n", json);
    first = false;
    size += json.length;
    if (size < PIECE) continue;
    yield parts.join("");
    parts = [];
    size = 0;
  }
  yield parts.join("");
}
