/** The file of rejected lines. It is created with the first rejected line. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { CommandError } from "../../context.ts";

export type Line = { readonly number: number; readonly text: string | null; readonly value: unknown };

export const codeOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, "code") ?? error.message) : String(error);

export function openRejects(path: string) {
  let file: number | null = null;
  return {
    /** Throws CommandError: if the file cannot be written, the rejected lines would be lost. */
    add(line: Line, code: string, message: string): void {
      const rejected = { line: line.number, code, message, event: line.value ?? line.text };
      try {
        // The lines hold phone numbers and names.
        file ??= openSync(path, "w", 0o600);
        writeFileSync(file, `${JSON.stringify(rejected)}\n`);
      } catch (error) {
        throw new CommandError(
          `${path}: cannot be written (${codeOf(error)}), and some lines were rejected: mend that and import again`,
        );
      }
    },
    close(): void {
      if (file !== null) closeSync(file);
    },
  };
}
