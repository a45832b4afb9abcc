/** The documents are in plain English (CONTRIBUTING.md). */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const documents = [...readdirSync(".").filter((name) => name.endsWith(".md")), ...inFolder("docs")];
function inFolder(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

const HARD_WORDS = /\b(anew|whoever|lest|is none|told)\b/gi;
const HARD_OPENINGS = /(?<=^|[.:] +|^- |^\d\. )(What|Who|Whoever|Of|That) .*/gm;

it.each(documents)("%s is in plain English", (path) => {
  const prose = readFileSync(path, "utf8")
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/`[^`]*`/g, "")
    .replace(/\n(?=[a-z])/g, " ");
  expect([...(prose.match(HARD_WORDS) ?? []), ...(prose.match(HARD_OPENINGS) ?? [])]).toEqual([]);
});
