/** Orders, deliveries and reports in a real browser, of one shop that sent, skipped and recovered something. */
import { readFile } from "node:fs/promises";
import { beforeAll, expect, it, type TestContext, vi } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { type Visitor, visit } from "../../support/browser/visitor.ts";
import { fileContext } from "../../support/file-context.ts";
import { faults } from "../../support/provider-faults.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();

const PHONE = "+8613812345678";
const QUIET = "2233445566778899001";
let url = "";

type Answer = {
  readonly totals: Record<string, unknown>;
  readonly items: readonly { readonly state: string }[];
};
const api = async (path: string, body?: unknown): Promise<Answer> => {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text) as Answer;
};

const created = (id: string, more: object = {}, buyer: object = {}) => {
  const at = new Date(Date.now() - 11_000).toISOString();
  const order = { id, amount: "129.00", currency: "CNY", createdAt: at, buyer: { id: `b-${id}`, ...buyer }, ...more };
  return { id: `${id}-created`, type: "order.created", occurredAt: at, shop: "acme", order };
};

/** The service runs for all tests of the file. */
const file = fileContext();
beforeAll(async () => {
  if (!hasBrowser) return;
  const place = await rig(file, { queue: "postgres" });
  place.provider.rules([{ when: { order: "refused" }, fault: faults.status(400) }]);
  url = (await place.up(["start"])).url;
  await api("/v1/events", [
    created("back", { number: "=1006", tags: ["d11"] }, { phone: PHONE }),
    created("refused", {}, { id: "@vip", phone: "+8613812345679" }),
  ]);
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 200 });
  await until(async () =>
    expect((await api("/v1/deliveries")).items.map(({ state }) => state).sort()).toEqual([
      "accepted",
      "failed-permanent",
    ]),
  );
  await api("/v1/events", [
    {
      id: "back-paid",
      type: "order.paid",
      occurredAt: new Date().toISOString(),
      shop: "acme",
      order: { id: "back" },
    },
    created(QUIET, {}, { id: "b-back" }),
    ...Array.from({ length: 60 }, (_, n) => created(`many-${n}`)),
  ]);
  await until(async () => expect((await api("/v1/reports/recovery")).totals.recoveredOrders).toBe(1));
  await until(async () => expect((await api("/v1/reports/recovery")).totals.skipped).toBe(2));
});

async function open(context: TestContext, path: string, look = {}): Promise<Visitor> {
  const visitor = await visit(browser(), url, look);
  context.onTestFinished(() => visitor.page.context().close());
  await visitor.open(path);
  return visitor;
}

it.runIf(hasBrowser)(
  "finds an order by phone, shows the number masked, and tells the story of each",
  async (context) => {
    const { page, faults: broken } = await open(context, "/orders");
    await page.getByLabel("Order, number, buyer or phone").fill(PHONE);
    await page.keyboard.press("Enter");
    const rows = page.locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(2);
    const found = await rows.filter({ hasText: "=1006" }).textContent();
    expect(found).toContain("+86138****5678");
    expect(found).toContain("CN¥129.00 after nudge");
    expect(page.url()).toBe(`${url}/orders`);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(2);

    await rows.getByRole("link", { name: "=1006" }).click();
    const summary = page.getByRole("region", { name: "What happened" });
    await summary.getByText(/^Recovered: CN¥129.00 was paid after the reminder nudge/).waitFor();
    await summary.getByText(/One reminder was sent, the last on .* by sms\./).waitFor();
    const story = page.getByRole("region", { name: "The whole story" });
    const titles = await story.locator(".mantine-Timeline-itemTitle").allTextContents();
    expect(titles).toEqual([
      "Order received as created",
      "Case opened, campaign fast",
      "Reminder nudge: sent",
      "sms, attempt 1: accepted by the provider",
      "Payment received",
      "Recovered: CN¥129.00",
      "Case ended",
    ]);
    expect(await story.textContent()).toContain("Order back waits");

    await page.getByRole("button", { name: "Show phone number" }).click();
    await page.getByText("The audit trail will say that you saw this number, and when.").waitFor();
    await page.getByRole("button", { name: "Show it" }).click();
    await page.getByText(PHONE, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.goBack();
    await expect.poll(() => rows.count()).toBe(2);

    await page.goto(`${url}/orders/acme/${QUIET}`);
    await summary.getByText("Not paid yet. Nothing was sent: paid another order.").waitFor();
    await page.getByRole("button", { name: "Record a promise" }).click();
    await page
      .getByLabel("By when, on the clock of the shop")
      .fill(new Date(Date.now() + 3_600_000).toISOString().slice(0, 16));
    await page.getByLabel("Why it is unpaid until then").fill("cannot pay online");
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.getByText("Recorded.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await summary.getByText(/The buyer promised to pay by/).waitFor();
    expect(broken).toEqual([]);
  },
);

it.runIf(hasBrowser)(
  "keeps filters and pages in the address, and puts what is filtered into a CSV",
  async (context) => {
    const { page, faults: broken } = await open(context, "/orders");
    const rows = page.locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole("button", { name: "Next page" }).press("Enter");
    await expect.poll(() => rows.count()).toBe(13);
    expect(new URL(page.url()).searchParams.has("cursor")).toBe(true);
    await page.getByRole("button", { name: "Previous" }).press("Enter");
    await expect.poll(() => rows.count()).toBe(50);

    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Paid", exact: true }).click();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole("combobox", { name: "Period" }).click();
    await page.getByRole("option", { name: "Yesterday" }).click();
    await page.getByText("No order fits. Take a filter away, or search for another spelling.").waitFor();
    expect(new URL(page.url()).search).toBe("?state=paid&on=yesterday");
    await page.reload();
    await page.getByText("No order fits. Take a filter away, or search for another spelling.").waitFor();
    expect(await page.getByRole("combobox", { name: "Period" }).inputValue()).toBe("Yesterday");
    await page.goBack();
    await expect.poll(() => rows.count()).toBe(1);

    // The channels show the failure.
    for (const path of ["/", "/settings"]) {
      await page.goto(`${url}${path}`);
      const channels = page.getByRole("region", { name: "Channels" });
      await channels
        .getByText(/^Last error .*: the provider answered 400: it refuses this message \(http_400\)$/)
        .waitFor();
      // Beside the long line, which must not cut it.
      const isWhole = channels
        .getByText("Healthy")
        .first()
        .evaluate((badge) => badge.scrollWidth <= badge.clientWidth);
      expect(await isWhole, path).toBe(true);
    }

    await page.goto(`${url}/deliveries?state=failed-permanent`);
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    expect(await rows.first().textContent()).toContain("refused for good");
    await page.getByText("Skipped", { exact: true }).click();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole("combobox", { name: "Reason" }).fill("refused");
    await page.getByRole("option", { name: "refused by the provider" }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.textContent()).toContain("buyer @vip");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV", exact: true }).click(),
    ]);
    const csv = await readFile(await file.path(), "utf8");
    const [head, row, end, ...others] = csv.split("\r\n");
    expect(head).toMatch(/^\uFEFFshop,id,buyer,orders,campaign,/);
    expect(row).toMatch(/^acme,[0-9a-f-]{36},'@vip,refused,fast,.*,skipped,rejected_by_provider,/);
    expect([end, others]).toEqual(["", []]);
    expect(broken).toEqual([]);
  },
);

it.runIf(hasBrowser)(
  "shows the totals of the API, compares with the period before, and leads to the orders",
  async (context) => {
    const { page, faults: broken } = await open(context, "/reports?on=today&by=campaign,step");
    const { totals } = await api("/v1/reports/recovery?on=today");
    const cells = () => page.locator("tfoot td").allTextContents();
    const shown = ["orders", "remindedOrders", "sent", "delivered", "skipped"].map((name) => String(totals[name]));
    await expect.poll(async () => (await cells()).slice(0, 5)).toEqual(shown);
    expect((await cells())[8]).toBe("CN¥129.00");
    const soon = page.getByRole("region", { name: "How soon buyers pay" });
    const nobody = soon.getByText("Nobody was reminded long enough ago in this period.");
    await nobody.waitFor();
    // A question that fails is no answer.
    const refused = { status: 400, json: { code: "invalid_query", detail: "not now" } };
    await page.route("**/v1/reports/recovery?*horizon=1h*", (route) => route.fulfill(refused), { times: 1 });
    await page.reload();
    await soon.getByText("This did not work: not now").waitFor();
    expect(await nobody.count()).toBe(0);
    await soon.getByRole("button", { name: "Try again" }).click();
    await nobody.waitFor();
    await page.getByRole("region", { name: "Recovered money by day, CNY" }).getByText("As a table").click();
    await page.getByRole("cell", { name: "CN¥129.00" }).last().waitFor();

    await page.getByRole("switch", { name: "Compare with the period before" }).press("Space");
    await expect.poll(async () => (await cells())[0]).toBe(`${shown[0]}before: 0`);
    expect(new URL(page.url()).searchParams.get("compare")).toBe("previous");
    const csv = await page.request.get(
      new URL((await page.getByRole("link", { name: "CSV" }).getAttribute("href")) ?? "", url).href,
    );
    expect(await csv.text()).toMatch(/^\uFEFFcampaign,step,/);

    await page.locator("tfoot").getByRole("link", { name: "1", exact: true }).last().click();
    await page.getByRole("heading", { name: "Orders that are credited to a reminder" }).waitFor();
    expect(new URL(page.url()).search).toBe("?on=today&recovered=true");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
    expect(broken.filter((fault) => !fault.includes("400"))).toEqual([]);
  },
);

it.runIf(hasBrowser)(
  "is accessible, fits and has no fault in both languages and colours, on a phone and a wide screen",
  async (context) => {
    const looks = [{}, { locale: "zh", colours: "dark", width: 390 }] as const;
    for (const look of looks) {
      const visitor = await open(context, "/orders", look);
      for (const path of [
        "/orders?state=paid",
        "/orders/acme/back",
        "/deliveries",
        "/deliveries?show=skipped",
        "/reports",
      ]) {
        const title = JSON.stringify([look, path]);
        await visitor.open(path);
        expect.soft(await visitor.findings(), title).toEqual([]);
        expect.soft(await visitor.isTooWide(), title).toBe(false);
      }
      expect.soft(visitor.faults, JSON.stringify(look)).toEqual([]);
    }
  },
);
