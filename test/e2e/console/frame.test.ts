/** The console in a real browser: signing in, the frame of every page, and what it shows of a running shop. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();

async function shop(context: Parameters<typeof rig>[0]) {
  const place = await rig(context, { queue: "postgres" });
  const service = await place.up(["start"]);
  const url = service.url;
  if (url === null) throw new Error("no address");
  const send = async (...events: object[]) => {
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(events),
    });
    expect(answer.status, await answer.text()).toBe(202);
  };
  return { place, url, service, send };
}

const created = (id: string, agoMs: number, more: object = {}) => {
  const at = new Date(Date.now() - agoMs).toISOString();
  const buyer = { id: `b-${id}`, phone: "+8613812345678" };
  const order = { id, amount: "129.00", currency: "CNY", createdAt: at, buyer, ...more };
  return { id: `${id}-created`, type: "order.created", occurredAt: at, shop: "acme", order };
};

it.runIf(hasBrowser)(
  "signs people in and out, shows the day live, says when the connection is lost, and stops and resumes sending",
  async (context) => {
    const { place, url, service, send } = await shop(context);
    const { page, faults, open } = await visit(browser(), url, {}, false);
    context.onTestFinished(() => page.context().close());

    // By keyboard alone.
    const loaded: string[] = [];
    page.on("response", (answer) => {
      if (/\/assets\/.*\.(js|css)$/.test(answer.url())) loaded.push(answer.headers()["content-encoding"] ?? "plain");
    });
    await open("/");
    expect(new Set(loaded)).toEqual(new Set(["gzip"]));
    await page.getByRole("button", { name: "Use an API key" }).press("Enter");
    await page.keyboard.press("Shift+Tab");
    await page.getByLabel("API key").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("This key is not valid, or it was revoked.").waitFor();
    await page.getByLabel("API key").fill(API_KEY);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");

    // An order comes in, is reminded of and paid, and nobody loads the page again.
    const tile = (name: string) => page.locator("dl > div", { hasText: name }).locator("dd").first();
    await send(created("o1", 12_000));
    await expect.poll(() => tile("Unpaid orders").textContent(), { timeout: 20_000 }).toBe("1");
    await place.provider.received(1, 30_000);
    await expect.poll(() => tile("Sent").textContent(), { timeout: 20_000 }).toBe("1");
    await send({
      id: "o1-paid",
      type: "order.paid",
      occurredAt: new Date().toISOString(),
      shop: "acme",
      order: { id: "o1" },
    });
    await expect.poll(() => tile("Recovered orders").textContent(), { timeout: 20_000 }).toBe("1");
    expect(await tile("Recovered money").textContent()).toBe("CN¥129.00");

    // A reason is asked for, and one click undoes it.
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Stop now" }).click();
    await page.getByText("Write a reason: the next shift will ask.").waitFor();
    await page.getByLabel("Reason, for the history").fill("wrong prices");
    // Without a network nothing waits to be sent later, and a stop that fails says so. The form stays.
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Stop now" }).click();
    await page.getByText(/^The server does not answer\./).waitFor();
    await page.context().setOffline(false);
    const unavailable = { status: 503, json: { code: "store_unavailable", detail: "no database" } };
    await page.route("**/v1/campaigns/fast/pause", (route) => route.fulfill(unavailable), { times: 1 });
    await page.getByRole("button", { name: "Stop now" }).click();
    await page.getByText("The server cannot reach its database just now. Try again in a moment.").waitFor();
    await page.getByRole("button", { name: "Stop now" }).click();
    const banner = page.getByRole("region", { name: "Paused" });
    await banner.getByText(/Campaign fast.* · wrong prices/).waitFor();
    const [pause] = await place.sql<{ note: string }[]>`select note from audit where action = 'campaign.pause'`;
    expect(pause?.note).toBe("wrong prices");
    await banner.getByRole("button", { name: "Resume" }).click();
    await banner.waitFor({ state: "detached" });

    // The keyboard goes on where it was.
    const stop = page.getByRole("button", { name: "Stop", exact: true });
    await stop.click();
    await page.getByRole("button", { name: "Stop now" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Stop now" }).waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Stop");

    await page.getByRole("button", { name: /^Signed in as/ }).click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in to Dunlin" }).waitFor();
    expect(faults.filter((fault) => !/ 401 | 503 |ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);

    const other = await visit(browser(), url, { locale: "zh" });
    context.onTestFinished(() => other.page.context().close());
    await other.open("/");
    await other.page.getByText("实时", { exact: true }).waitFor();
    await service.kill();
    await other.page.getByText(/起断开，数字可能不是最新/).waitFor();
  },
);

/** All that is asked for when a page of an empty shop is opened: at once, and because of what came. */
const ASKED: Readonly<Record<string, readonly [first: readonly string[], then: readonly string[]]>> = {
  "/": [
    ["/v1/campaigns", "/v1/reports/today", "/v1/session", "/v1/upcoming?for=1h"],
    [
      ...["/v1/channels", "/v1/orders?limit=1", "/v1/reports/owner"],
      ...["/v1/reports/recovery?by=reason&on=today", "/v1/shops"],
    ],
  ],
  "/campaigns": [
    ["/v1/campaigns", "/v1/reports/overlap", "/v1/reports/recovery?by=campaign&from=-30d", "/v1/session"],
    ["/v1/campaigns/fast"],
  ],
  "/deliveries": [["/v1/campaigns", "/v1/channels", "/v1/deliveries?limit=50", "/v1/session", "/v1/shops"], []],
};

it.runIf(hasBrowser)("asks for what a page shows once, and before its libraries have come", async (context) => {
  const { url } = await shop(context);
  for (const [path, [first, then]] of Object.entries(ASKED)) {
    const { page, open } = await visit(browser(), url);
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith("/v1/") && pathname !== "/v1/stream") asked.push(pathname + search);
    });
    let goOn = () => {};
    const mayCome = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route("**/assets/app-*.js", async (route) => {
      await mayCome;
      await route.continue();
    });
    const opened = open(path);
    await expect.poll(() => asked.toSorted(), { message: path }).toEqual(first);
    goOn();
    await opened;
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => asked.toSorted(), { message: path }).toEqual([...first, ...then].sort());
    await page.context().close();
  }
});

it.runIf(hasBrowser)("is accessible, fits and has no fault in every look", async (context) => {
  const { url, send } = await shop(context);
  await send(created("o1", 1_000), created("o2", 1_000));
  for (const look of LOOKS) {
    const title = JSON.stringify(look);
    const visitor = await visit(browser(), url, look);
    await visitor.open("/");
    expect(await visitor.findings(), title).toEqual([]);
    expect(await visitor.isTooWide(), title).toBe(false);
    expect(visitor.faults, title).toEqual([]);
    await visitor.page.context().close();
  }
});
