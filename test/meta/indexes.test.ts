/** Each index costs every write of its table: the schema says which query it is for. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const DIR = "src/db/schema";

it("each index of the schema has a comment above it", () => {
  const found = readdirSync(DIR).flatMap((file) => {
    const lines = readFileSync(`${DIR}/${file}`, "utf8").split("\n");
    return lines.flatMap((line, at) => {
      const name = /\b(?:uniqueIndex|index)\("(\w+)"\)/.exec(line)?.[1];
      if (name === undefined) return [];
      const above = lines[at - 1]?.trim() ?? "";
      return [{ name: `${file}: ${name}`, explained: /^\/\/ \S.{15,}/.test(above) || endsLongComment(lines, at - 1) }];
    });
  });
  // So that a new way to write an index does not go unseen.
  const indexes = readdirSync(DIR).flatMap(
    (file) => readFileSync(`${DIR}/${file}`, "utf8").match(/\b(uniqueI|i)ndex\(/g) ?? [],
  );
  expect(found).toHaveLength(indexes.length);
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(({ explained }) => !explained).map(({ name }) => name)).toEqual([]);
});

/** The last line of a comment may be short. */
const endsLongComment = (lines: readonly string[], at: number): boolean =>
  [at, at - 1].every((line) => lines[line]?.trim().startsWith("// ") === true);
