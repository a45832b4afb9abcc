/**
 * `npm run screenshots`: takes the pictures of the README from a running demo, so that they show the console as it is. The demo is cut short
 * when they are taken. Its buyers are invented; the pages hold no phone number and no key.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { ARGS, executablePath, HOW_TO_GET_ONE } from "../test/support/browser/executable.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SECONDS = 100;
/** A line of the demo's progress: most orders have closed, and some reminders are still to come. */
const SHOWS_MOST = /^ +1:1\d {2}\d+ orders, /m;

type Shot = {
  readonly name: string;
  readonly look: BrowserContextOptions;
  readonly path: string;
  readonly prepare?: (page: Page) => Promise<unknown>;
};

const SHOTS: readonly Shot[] = [
  {
    name: "today",
    look: { viewport: { width: 1440, height: 864 }, colorScheme: "light", locale: "en-US" },
    path: "/",
  },
  {
    name: "campaign",
    look: { viewport: { width: 1440, height: 864 }, colorScheme: "dark", locale: "zh-CN" },
    path: "/campaigns/spring-sale",
    prepare: async (page) => {
      await page.getByRole("button", { name: "nudge.sms.zh-CN" }).click();
      await page.getByRole("figure").waitFor();
      // Completion, inside the braces of the first variable.
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+Home");
      for (let n = 0; n < "您在梅子家的订单{{".length; n++) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Control+Space");
      await page.locator(".cm-tooltip-autocomplete").waitFor();
    },
  },
];

async function main(): Promise<void> {
  if (executablePath === undefined) throw new Error(HOW_TO_GET_ONE);
  const dir = mkdtempSync(join(tmpdir(), "dunlin-screenshots-"));
  const demo = spawn(process.execPath, ["dist/main.js", "demo", "--seconds", String(SECONDS)], {
    cwd: ROOT,
    env: { ...process.env, DUNLIN_DATA_DIR: dir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(demo, "exit");
  try {
    const browser = await chromium.launch({ executablePath, args: ARGS });
    try {
      const output = await outputUntil(demo.stdout, SHOWS_MOST);
      const url = /(http:\/\/\S+\d): API/.exec(output)?.[1];
      if (url === undefined) throw new Error(`the demo names no address:\n${output}`);
      const key = readFileSync(join(dir, "api-key"), "utf8").trim();
      for (const shot of SHOTS) await take(browser, { url, key }, shot);
    } finally {
      await browser.close();
    }
  } finally {
    demo.kill("SIGINT");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The output of a process up to a line. */
async function outputUntil(stream: Readable, line: RegExp): Promise<string> {
  let output = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (line.test(output)) {
      stream.resume();
      return output;
    }
  }
  throw new Error(`the demo ended early:\n${output}`);
}

async function take(browser: Browser, { url, key }: { url: string; key: string }, shot: Shot): Promise<void> {
  const context = await browser.newContext({ ...shot.look, deviceScaleFactor: 1, reducedMotion: "reduce" });
  const answer = await context.request.post(`${url}/v1/session`, { data: { key } });
  if (answer.status() !== 204) throw new Error(`signing in: ${answer.status()}`);
  const page = await context.newPage();
  await page.goto(`${url}${shot.path}`);
  await page.locator("h1").first().waitFor();
  await shot.prepare?.(page);
  await page.locator(".mantine-Skeleton-root, .mantine-Loader-root").first().waitFor({ state: "detached" });
  // The stream of live figures never ends, so the network is never idle: charts and fonts are given a moment.
  await setTimeout(1_000);
  const path = join(ROOT, "docs/images", `${shot.name}.png`);
  const picture = await page.screenshot({ path, animations: "disabled", caret: "hide" });
  console.log(`${path}: ${Math.round(picture.length / 1_000)} kB`);
  await context.close();
}

await main();
