/** Tells a table from a file of JSON by its first bytes. */
import { foreignKind } from "../../core/text/foreign-file.ts";
import { createDecoder } from "./decode.ts";
import { findDialect } from "./dialect.ts";

/** `isWhole`: nothing follows. */
export function isTable(head: Buffer, isWhole: boolean): boolean {
  if (foreignKind(head) !== null) return false;
  const decoder = createDecoder(null);
  const text = decoder.write(head) + (isWhole ? decoder.end() : "");
  const dialect = findDialect(text, isWhole);
  if (typeof dialect === "string") return false;
  const { header, delimiter } = dialect;
  return header.includes(delimiter) && !/^\s*[{[<]/.test(header) && !header.includes("\0");
}
