/**
 * The console in a real browser, over a store of many deliveries: how soon a page can be used, and how long the next page of the list takes.
 * Times are those of the page itself, from the navigation or the click until the data shows.
 */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { rebuildSums } from "../../src/reporting/report/sums.ts";
import { ARGS, executablePath, HOW_TO_GET_ONE } from "../../test/support/browser/executable.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median } from "../harness/measure.ts";
import type { Part } from "../harness/part.ts";
import { API_KEY, type Bench } from "../harness/servers.ts";
import { storeOrders } from "../harness/stored-orders.ts";
import { type Line, number, round } from "../harness/table.ts";

type Opened = {
  readonly firstMs: number;
  readonly againMs: number;
  /** The first time, of the page's main thread. */
  readonly cpuMs: number;
};

type Console = {
  readonly deliveries: number;
  /** With an empty cache, and with the files of the visit before. */
  readonly today: Opened;
  readonly list: Opened;
  readonly pages: number;
  readonly pageMs: number;
  readonly worstPageMs: number;
  /** The longest work that kept the page from answering while it was paged and scrolled; 0: none took 50 ms. */
  readonly longestTaskMs: number;
};

/** The first data of a page. */
const SHOWN = { "/": "text=Unpaid orders", "/deliveries": "tbody tr" } as const;

export const consolePages: Part<Console> = {
  name: "console",
  run,
  json: ({ deliveries, today, list, pages, pageMs, worstPageMs, longestTaskMs }) => ({
    deliveries,
    todayMs: round(today.firstMs),
    listMs: round(list.firstMs),
    pages,
    pageMs: round(pageMs),
    worstPageMs: round(worstPageMs),
    longestTaskMs: round(longestTaskMs),
  }),
  lines: ({ deliveries, today, list, pages, pageMs, worstPageMs, longestTaskMs }) => [
    {
      what: "console",
      measured: `${number(deliveries)} deliveries`,
      against: "in Chromium, from the navigation to the data",
    },
    openedLine("  today", today),
    openedLine("  list", list),
    {
      what: "  next page",
      measured: `${number(pageMs)} ms`,
      against: `median of ${pages}, worst ${number(worstPageMs)} ms`,
    },
    {
      what: "  longest task",
      measured: `${number(longestTaskMs)} ms`,
      against: "paging and scrolling; 0: none of 50 ms",
    },
  ],
};

const openedLine = (what: string, { firstMs, againMs, cpuMs }: Opened): Line => ({
  what,
  measured: `${number(firstMs)} ms`,
  target: "< 1,000 ms",
  against: `first visit, of it ${number(cpuMs)} ms of processor; again ${number(againMs)} ms`,
});

async function run(bench: Bench): Promise<Console> {
  if (executablePath === undefined) throw new Error(HOW_TO_GET_ONE);
  const { url: databaseUrl, sql } = await bench.extraDatabase("console");
  // Two deliveries for three orders.
  await storeOrders(sql, bench.quick ? 15_000 : 152_000);
  await rebuildSums({ sql, zoneOf: () => "UTC" });
  await sql`analyze`;
  const [stored] = await sql<{ count: number }[]>`select count(*)::int as count from deliveries`;
  const deliveries = stored?.count ?? 0;
  bench.note(`console: stored ${deliveries} deliveries`);
  const dunlin = await startDunlin(bench, ["api"], { DATABASE_URL: databaseUrl });
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    const visit = async () => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
      const answer = await context.request.post(`${dunlin.url}/v1/session`, { data: { key: API_KEY } });
      if (answer.status() !== 204) throw new Error(`signing in: ${answer.status()}`);
      return context;
    };
    const opened = async (path: keyof typeof SHOWN): Promise<Opened> => {
      const times: { first: Usable; again: Usable }[] = [];
      for (let n = 0; n <= bench.rounds; n++) {
        const context = await visit();
        times.push({ first: await usable(context, dunlin.url, path), again: await usable(context, dunlin.url, path) });
        await context.close();
      }
      // The first round warms up the service and the browser.
      const counted = times.slice(1);
      return {
        firstMs: median(counted.map(({ first }) => first.ms)),
        againMs: median(counted.map(({ again }) => again.ms)),
        cpuMs: median(counted.map(({ first }) => first.cpuMs)),
      };
    };
    const today = await opened("/");
    const list = await opened("/deliveries");
    const pages = bench.quick ? 10 : 50;
    const paged = await pageThrough(await visit(), dunlin.url, pages);
    bench.note(`console: ${pages} pages, ${paged.times.map((ms) => ms.toFixed(0)).join(" ")} ms`);
    return {
      deliveries,
      today,
      list,
      pages,
      pageMs: median(paged.times),
      worstPageMs: Math.max(...paged.times),
      longestTaskMs: paged.longestTaskMs,
    };
  } finally {
    await browser.close();
    await dunlin.end();
  }
}

type Usable = { readonly ms: number; readonly cpuMs: number };

/** From the navigation until heading and data are visible. */
async function usable(context: BrowserContext, url: string, path: keyof typeof SHOWN): Promise<Usable> {
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send("Performance.enable", { timeDomain: "threadTicks" });
  await open(page, url, path);
  const ms = await page.evaluate<number>("performance.now()");
  const { metrics } = await tools.send("Performance.getMetrics");
  const seconds = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  await page.close();
  return { ms, cpuMs: seconds * 1_000 };
}

async function open(page: Page, url: string, path: keyof typeof SHOWN): Promise<void> {
  await page.goto(`${url}${path}`, { waitUntil: "commit" });
  await page.locator("h1").waitFor();
  await page.locator(SHOWN[path]).first().waitFor();
}

async function pageThrough(context: BrowserContext, url: string, pages: number) {
  const page = await context.newPage();
  await open(page, url, "/deliveries");
  await page.evaluate(WATCH);
  const times: number[] = [];
  for (let n = 0; n < pages; n++) times.push(await page.evaluate<number>(NEXT_PAGE));
  const longestTaskMs = await page.evaluate<number>("longestTask");
  return { times, longestTaskMs };
}

const WATCH = `
  globalThis.longestTask = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  }).observe({ type: "longtask" });
  globalThis.frame = () => new Promise((resolve) => requestAnimationFrame(resolve));`;

/** The time until other rows show. Then it scrolls to the end, as a reader would. */
const NEXT_PAGE = `(async () => {
  const rows = () => document.querySelector("tbody")?.textContent;
  const before = rows();
  const begun = performance.now();
  [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Next page").click();
  while (rows() === undefined || rows() === before) await frame();
  const ms = performance.now() - begun;
  for (let y = 0; y < document.body.scrollHeight; y += 150) {
    scrollTo(0, y);
    await frame();
  }
  return ms;
})()`;
