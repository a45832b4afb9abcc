/**
 * Packs the program of an earlier commit, without the console, as `test/fixtures/release-before.tgz`: test/faults/upgrade.test.ts runs it beside this
 * version. Run it with the tag of a release when that is out: `node scripts/release-before.mjs v1.2.0`. Its packages come from `node_modules` here.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [commit] = process.argv.slice(2);
if (commit === undefined) throw new Error("usage: node scripts/release-before.mjs COMMIT");
const git = (...args) => execFileSync("git", args, { cwd: ROOT, maxBuffer: 1e9 });

const dir = mkdtempSync(join(tmpdir(), "dunlin-release-"));
try {
  const [source, packed] = [join(dir, "source"), join(dir, "packed")];
  mkdirSync(source);
  execFileSync("tar", ["-x", "-C", source], { input: git("archive", commit) });
  symlinkSync(join(ROOT, "node_modules"), join(source, "node_modules"));
  const { bundle } = await import(pathToFileURL(join(source, "scripts/build.mjs")).href);
  await bundle(["src/main.ts"], join(packed, "dist"));
  for (const name of readdirSync(join(packed, "dist"))) if (name.endsWith(".map")) rmSync(join(packed, "dist", name));
  for (const name of ["package.json", "drizzle", "templates"])
    cpSync(join(source, name), join(packed, name), { recursive: true });
  for (const name of readdirSync(join(packed, "drizzle/meta")))
    if (name !== "_journal.json") rmSync(join(packed, "drizzle/meta", name));
  writeFileSync(join(packed, "commit"), git("rev-parse", commit));
  mkdirSync(join(ROOT, "test/fixtures"), { recursive: true });
  const fixed = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const tar = execFileSync("tar", ["-c", ...fixed, "-C", packed, "."], { maxBuffer: 1e9 });
  writeFileSync(join(ROOT, "test/fixtures/release-before.tgz"), gzipSync(tar, { level: 9 }));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
