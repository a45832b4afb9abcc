/** The program of the release before (scripts/release-before.mjs), unpacked where it finds the packages of this one. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** `main`: what to run instead of `dist/main.js`. `migrations`: its list. */
export function releaseBefore(context: Pick<TestContext, "onTestFinished">): {
  readonly main: string;
  readonly journal: string;
} {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const dir = mkdtempSync(join(ROOT, ".cache/release-before-"));
  context.onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  execFileSync("tar", ["-xzf", join(ROOT, "test/fixtures/release-before.tgz"), "-C", dir]);
  return { main: join(dir, "dist/main.js"), journal: join(dir, "drizzle/meta/_journal.json") };
}
