/** Every link of every document leads somewhere, and nothing refers to a document that is not in the repository. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && existsSync(path) && statSync(path).isFile());
const documents = files.filter((path) => path.endsWith(".md"));
const read = (path: string) => readFileSync(path, "utf8");

/** Code blocks hold no links and no headings. */
const proseOf = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, "");

/** As GitHub makes them. */
const anchorOf = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsOf = (path: string) =>
  new Set([...proseOf(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading)));

function brokenLinks(path: string): string[] {
  const targets = [...proseOf(read(path)).matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(
    ([, link, picture]) => link ?? picture ?? "",
  );
  return targets.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [file = "", anchor] = target.split("#");
    const to = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(to)) return true;
    return anchor !== undefined && !(to.endsWith(".md") && anchorsOf(to).has(anchor));
  });
}

describe("links", () => {
  it.each(documents)("of %s lead somewhere", (path) => expect(brokenLinks(path)).toEqual([]));

  it("reach every document from the README", () => {
    const reached = new Set<string>();
    const open = ["README.md"];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      for (const [, target = ""] of read(path).matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g))
        if (!/^https?:/.test(target)) open.push(normalize(join(dirname(path), target)));
    }
    expect(documents.filter((path) => !reached.has(path))).toEqual([]);
  });
});

/** Tests of campaign directories write a README.md of their own. */
const FIXTURES = /^test\/.*campaign|^test\/.*catalog/;
const TEXT = /\.(ts|tsx|mjs|md|yaml|yml|json|sql|hbs|sh)$|^(Dockerfile|\.ci\/run)$/;
const SELF = "test/meta/links.test.ts";

it("refers to no document that is not in the repository", () => {
  const faults: string[] = [];
  for (const path of files.filter((each) => TEXT.test(each) && each !== "package-lock.json" && each !== SELF)) {
    const text = read(path);
    for (const [name] of text.matchAll(/(?<![\w/.*$-])(?:\.{0,2}\/)?[\w-][\w./-]*\.md\b/g))
      if (!FIXTURES.test(path) && !existsSync(name) && !existsSync(join(dirname(path), name)))
        faults.push(`${path}: ${name}`);
    if (/design §|\.\.\/shared/.test(text)) faults.push(`${path}: names a document of another place`);
  }
  expect(faults).toEqual([]);
});

it.each(["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/rules.md"])("names only files that are there: %s", (path) => {
  const named = [...proseOf(read(path)).matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !existsSync(name) && !existsSync(join("src", name)))).toEqual([]);
});

it("says in ARCHITECTURE.md what each folder of src holds", () => {
  const listed = [...read("ARCHITECTURE.md").matchAll(/^\| `([\w/]+)` \|/gm)].map(([, name = ""]) => name);
  const folders = new Set(files.filter((each) => each.startsWith("src/")).map((each) => dirname(each.slice(4))));
  const unlisted = [...folders].filter((folder) => folder !== "." && !listed.some((each) => isWithin(folder, each)));
  expect(unlisted).toEqual([]);
  expect(listed.filter((each) => ![...folders].some((folder) => isWithin(folder, each)))).toEqual([]);
});

const isWithin = (folder: string, listed: string) => folder === listed || folder.startsWith(`${listed}/`);

it("names only rules that docs/rules.md has", () => {
  const rules = new Set([...read("docs/rules.md").matchAll(/^## Rule (\d+):/gm)].map(([, number]) => number));
  for (const path of files.filter((each) => /^(src|test)\/.*\.ts$/.test(each)))
    for (const [, named = ""] of read(path).matchAll(/\brules? ((?:\d+(?:, | and | to )?)+)/gi))
      for (const [number] of named.matchAll(/\d+/g)) expect(rules, `${path}: rule ${number}`).toContain(number);
});

it("keeps the README to two screens", () => {
  expect(read("README.md").split("\n").length).toBeLessThanOrEqual(110);
});
