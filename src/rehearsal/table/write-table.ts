/**
 * Writes the orders of a table as a file of events for the rehearsal. Each line also has the number of its row; a row that is no order gives a
 * line with the reason.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { CsvPiece } from "../../sources/csv/read-csv.ts";

export async function writeTable(pieces: AsyncIterable<CsvPiece>, file: string): Promise<void> {
  const out = openSync(file, "w", 0o600);
  try {
    for await (const { orders, rejected } of pieces) {
      const lines = [
        ...rejected.map(({ row, message }) => JSON.stringify({ row, fault: message })),
        ...orders.flatMap(({ row, events }) => events.map((event) => JSON.stringify({ row, ...event }))),
      ];
      if (lines.length > 0) writeAll(out, Buffer.from(`${lines.join("\n")}\n`));
    }
  } finally {
    closeSync(out);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
