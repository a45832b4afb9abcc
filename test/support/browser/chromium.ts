/**
 * A real browser: the Chromium of the system, or the one at CHROMIUM_PATH. Without one the tests of the console do not run, and one line says
 * so; REQUIRE_BROWSER=1 makes that a failure.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const executablePath =
  process.env.CHROMIUM_PATH ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((dir) => NAMES.map((name) => join(dir, name)))
    .find((path) => existsSync(path));

export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) {
  const line =
    "Tests of the console NOT RUN: there is no Chromium. Install it: apt-get install chromium, or set CHROMIUM_PATH";
  if (process.env.REQUIRE_BROWSER === "1") throw new Error(line);
  console.warn(line);
}

/** One browser for the tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath !== undefined)
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error("the browser runs only within the tests of the file");
    return browser;
  };
}
