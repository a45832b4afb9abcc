/** The file of what was rejected, as it came. It is created with the first entry. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { CommandError } from "../../context.ts";

/** In a file of events, or in a table. */
export type Place = { readonly line: number } | { readonly row: number };

export type Rejected = {
  readonly place: Place;
  readonly code: string;
  readonly message: string;
  readonly came: object;
};

export const codeOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, "code") ?? error.message) : String(error);

export const placeText = (place: Place): string => ("row" in place ? `row ${place.row}` : `line ${place.line}`);

export function openRejects(path: string) {
  let file: number | null = null;
  return {
    /** Throws CommandError: if the file cannot be written, what was rejected would be lost. */
    add({ place, code, message, came }: Rejected): void {
      try {
        // The lines hold phone numbers and names.
        file ??= openSync(path, "w", 0o600);
        writeFileSync(file, `${JSON.stringify({ ...place, code, message, ...came })}\n`);
      } catch (error) {
        const what = "row" in place ? "rows" : "lines";
        throw new CommandError(
          `${path}: cannot be written (${codeOf(error)}), and some ${what} were rejected: mend that and import again`,
        );
      }
    },
    close(): void {
      if (file !== null) closeSync(file);
    },
  };
}
