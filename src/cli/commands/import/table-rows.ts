/** The orders of a table, as they go in. */
import type { CsvPiece } from "../../../sources/csv/read-csv.ts";
import type { ImportPiece } from "./import-stream.ts";

export async function* tableRows(pieces: AsyncIterable<CsvPiece>): AsyncGenerator<ImportPiece> {
  for await (const { orders, rejected } of pieces)
    yield {
      entries: orders.map(({ row, rows, events }) => ({
        place: { row },
        events,
        came: () => ({ cells: rows.map(({ cells }) => cells) }),
      })),
      rejected: rejected.map(({ row, code, message, rows }) => ({
        place: { row },
        code,
        message: `row ${row}: ${message}`,
        came: { cells: rows },
      })),
    };
}
