/** Texts of the help that commander does not write itself. */
import { readFileSync } from "node:fs";
import { PACKAGE_ROOT } from "../package-root.ts";

/** For `addHelpText("after", …)`. Each example is a whole line of a shell. */
export const examples = (...lines: readonly string[]): string =>
  `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.map((line) => `  ${line}`).join("\n")}`;

export const ABOUT = `
Settings are environment variables and dunlin.yaml, see docs/configuration.md. \`dunlin <command> --help\` shows examples.
Exit codes: 0 done, 1 failed with the reason on stderr, 2 wrong usage.${examples("dunlin demo", "dunlin start", "dunlin doctor")}`;

/** The version of this program, like 0.1.0. */
export function version(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL("package.json", PACKAGE_ROOT), "utf8"));
  return version;
}
