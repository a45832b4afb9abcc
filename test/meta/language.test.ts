/** Documents, comments and test names are in plain English (CONTRIBUTING.md). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const filesOf = (folder: string, ending: RegExp, recursive = true): string[] =>
  readdirSync(folder, { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

const documents = [...filesOf(".", /\.md$/, false), ...filesOf("docs", /\.md$/)];
const sources = ["src", "test", "bench", "scripts"].flatMap((folder) => filesOf(folder, /\.(ts|mjs)$/));

const HARD_WORDS = /\b(anew|whoever|lest|is none|there is none|told)\b/gi;
const HARD_OPENINGS = /(?<=^|[.:] +|^- |^\d\. )(What|Who|Whoever|Of|That) .*/gm;
const hard = (prose: string): string[] => [...(prose.match(HARD_WORDS) ?? []), ...(prose.match(HARD_OPENINGS) ?? [])];

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");

it.each(documents)("%s is in plain English", (path) => {
  expect(hard(withoutCode(readFileSync(path, "utf8")).replace(/\n(?=[a-z])/g, " "))).toEqual([]);
});

/** Comments as prose: one line a paragraph. */
function commentsOf(code: string): string {
  const blocks = [...code.matchAll(/^[ \t]*\/\*\*?([\s\S]*?)\*\//gm)].map(([, text = ""]) =>
    text.replace(/^[ \t]*\* ?/gm, ""),
  );
  const lines = [...code.matchAll(/^([ \t]*\/\/ .*\n?)+/gm)].map(([text]) => text.replace(/^[ \t]*\/\/ /gm, ""));
  return [...blocks, ...lines].map((text) => text.trim().replace(/\n[ \t]*(?=[^\s-])/g, " ")).join("\n");
}
const namesOf = (code: string): string =>
  [...code.matchAll(/^\s*(?:\}?\)?\(|(?:it|describe)\b[^"\n]*)"([^"\n]{12,})"/gm)].map(([, name]) => name).join("\n");

it("comments and test names are in plain English", () => {
  const faults = sources
    .filter((path) => !path.endsWith("language.test.ts"))
    .flatMap((path) => {
      const code = readFileSync(path, "utf8");
      const names = path.startsWith("test") ? namesOf(code) : "";
      return hard(withoutCode(`${commentsOf(code)}\n${names}`)).map((fault) => `${path}: ${fault}`);
    });
  expect(faults).toEqual([]);
});
