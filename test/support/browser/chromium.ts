/**
 * A real browser: the Chromium of the system, or the one at CHROMIUM_PATH. Without one the tests of the console do not run, and one line says
 * so; REQUIRE_BROWSER=1 makes that a failure.
 */
import { setTimeout } from "node:timers/promises";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { ARGS, executablePath, HOW_TO_GET_ONE } from "./executable.ts";

export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) {
  const line = `Tests of the console NOT RUN: ${HOW_TO_GET_ONE}`;
  if (process.env.REQUIRE_BROWSER === "1") throw new Error(line);
  console.warn(line);
}

const DAY_MS = 86_400_000;
const BEFORE_MIDNIGHT_MS = 180_000;
/** Longer than the time for which orders of these tests have been there when they begin. */
const AFTER_MIDNIGHT_MS = 15_000;

/** These tests run on the clock of the machine, and figures "of today" begin again at midnight, UTC: the end of a day and its first moments are waited for. */
async function awayFromMidnight(): Promise<void> {
  const gone = (Date.now() + BEFORE_MIDNIGHT_MS) % DAY_MS;
  const near = BEFORE_MIDNIGHT_MS + AFTER_MIDNIGHT_MS;
  if (gone < near) await setTimeout(near - gone);
}

/** One browser for the tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath === undefined) return;
    await awayFromMidnight();
    browser = await chromium.launch({ executablePath, args: ARGS });
  }, 2 * BEFORE_MIDNIGHT_MS);
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error("the browser runs only within the tests of the file");
    return browser;
  };
}
