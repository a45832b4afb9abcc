/** A person in front of the console: opens pages as a browser of their own, and notes each fault that the browser reports. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { API_KEY } from "../service/rig.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type Look = {
  readonly locale?: "en" | "zh";
  readonly colours?: "light" | "dark";
  readonly width?: 390 | 1440;
};
/** Each language, each colour scheme and each width once: more pairs found nothing more, and cost a minute. */
export const LOOKS: readonly Required<Look>[] = [
  { locale: "en", colours: "light", width: 1440 },
  { locale: "zh", colours: "dark", width: 390 },
];

export type Visitor = {
  readonly page: Page;
  /** Errors in the log of the browser, and exceptions of the page. */
  readonly faults: string[];
  /** Opens an address of the console, and waits until nothing is loaded any more. */
  open(path: string): Promise<void>;
  /** Serious and critical findings of axe: rule, and what it is about. */
  findings(): Promise<string[]>;
  /** Whether the page can be scrolled sideways: it must not. */
  isTooWide(): Promise<boolean>;
};

/** Signs in with the key of the rig, unless `signIn` is false. */
export async function visit(
  browser: Browser,
  url: string,
  { locale = "en", colours = "light", width = 1440 }: Look = {},
  signIn = true,
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: colours,
    locale: locale === "zh" ? "zh-CN" : "en-US",
    reducedMotion: "reduce",
  });
  if (signIn) {
    const answer = await context.request.post(`${url}/v1/session`, { data: { key: API_KEY } });
    if (answer.status() !== 204) throw new Error(`signing in: ${answer.status()}`);
  }
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    // Nobody is signed in at first, and the browser reports that answer as an error.
    if (message.type() === "error" && !message.location().url.endsWith("/v1/session")) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  return {
    page,
    faults,
    async open(path) {
      await page.goto(`${url}${path}`);
      await page.locator("h1").first().waitFor();
      await page.locator(".mantine-Skeleton-root, .mantine-Loader-root").first().waitFor({ state: "detached" });
    },
    async findings() {
      // While a dialog fades in, its colours and those behind it are others.
      await page.evaluate(STILL);
      const violations = await page.evaluate(AXE_RUN.replace("/*axe*/", () => AXE));
      return (violations as Finding[])
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => {
          const shown = nodes
            .slice(0, 4)
            .map(
              ({ html, any }) =>
                `${html.replace(/ (class|style)="[^"]*"/g, "").slice(0, 160)} (${any[0]?.message ?? ""})`,
            );
          return `${id}: ${nodes.length} × ${shown.join(" | ")}`;
        });
    },
    isTooWide: () => page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"),
  };
}

type Finding = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[];
};

/** Ends when each transition that goes on has ended. A loader turns for ever. */
const STILL = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished)).then(() => {})`;
const AXE_RUN = "(async () => { /*axe*/; return (await axe.run(document)).violations; })()";
