/** The console against the interface that it uses, its addresses, and the size of what a visitor loads first. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CONSOLE_PAGES } from "../../src/http/contract/console/pages.ts";

const read = (path: string) => readFileSync(path, "utf8");
const sources = readdirSync("src/console", { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: read(join("src/console", path)) }));

describe("the console", () => {
  it("calls routes of the public interface only", () => {
    const { paths } = JSON.parse(read("docs/openapi.json"));
    const called = sources.flatMap(({ text }) => [...text.matchAll(/"(\/v1\/[^"?]*)"/g)].map(([, path = ""]) => path));
    expect(called.length).toBeGreaterThan(5);
    const known = Object.keys(paths);
    // A path with a verb of its own is made from that of its subject.
    for (const path of called)
      expect(
        known.some((each) => `${each}/`.startsWith(`${path.replace(/:(\w+)/g, "{$1}")}/`)),
        path,
      ).toBe(true);
  });

  it("imports types of the contract, and nothing that would run", () => {
    for (const { path, text } of sources)
      for (const [line] of text.matchAll(/^import .*http\/contract.*$|^} from .*http\/contract.*$/gm))
        expect(line, path).toMatch(/^import type /);
  });

  it("has each place of its navigation at an address that the server knows", () => {
    const places = [...read("src/console/ui/places.tsx").matchAll(/to: "\/([^"]*)"/g)].map(([, to = ""]) => to);
    expect(places.filter((to) => to !== "").sort()).toEqual([...CONSOLE_PAGES].sort());
  });

  it("loads at most 250 KB of script, compressed, before the first page shows", () => {
    type Chunk = { readonly file: string; readonly imports?: readonly string[]; readonly isEntry?: boolean };
    const manifest: Record<string, Chunk> = JSON.parse(read("dist/console/manifest.json"));
    const loaded = new Set<string>();
    const load = (name: string): void => {
      const chunk = manifest[name];
      if (chunk === undefined || loaded.has(chunk.file)) return;
      loaded.add(chunk.file);
      for (const each of chunk.imports ?? []) load(each);
    };
    for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry === true) load(name);
    load("pages/today/today-page.tsx");
    expect(loaded.size).toBeGreaterThan(1);
    const bytes = [...loaded].reduce((sum, file) => sum + gzipSync(read(join("dist/console", file))).length, 0);
    expect(bytes).toBeLessThanOrEqual(250_000);
  });
});
