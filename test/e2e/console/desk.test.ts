/** The follow-up desk in a real browser: from a case of high value to its outcome. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const HEADERS = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" };

const CAMPAIGN = {
  yaml: "priority: 99\nmanual: { amountAtLeast: { CNY: '1000' } }\nsteps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
  templates: {
    "nudge.sms.en.hbs": "{{total}}",
    "phrases/1-size.en.hbs": "Is the size of {{items.[0].title}} right?",
    "phrases/2-kept.en.hbs": "It is yours until you pay {{total}}.",
  },
};

it.runIf(hasBrowser)("takes a case, calls the buyer, and says how it goes on", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const ask = (method: string, path: string, body: unknown, headers = {}) =>
    fetch(`${url}${path}`, { method, headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) });
  const saved = await ask("PUT", "/v1/campaigns/vip", CAMPAIGN, { "if-none-match": "*" });
  expect(saved.status, await saved.text()).toBe(201);
  const at = new Date().toISOString();
  // Before 10:00 of tomorrow at any hour of the day.
  const closesAt = new Date(Date.now() + 9 * 3_600_000).toISOString();
  const event = (id: string, amount: string, phone: string) => ({
    ...{ id: `e-${id}`, type: "order.created", occurredAt: at, shop: "acme" },
    order: {
      ...{ id, amount, currency: "CNY", createdAt: at, closesAt, items: [{ title: `Tea ${id}`, quantity: 2 }] },
      buyer: { id: `b-${id}`, name: `Li ${id}`, phone },
    },
  });
  await ask("POST", "/v1/events", [
    event("o1", "5000.00", "+8613812345678"),
    event("o2", "2000.00", "+8613912345678"),
    event("o9", "3000.00", "+8613612345678"),
  ]);

  const { page, faults, open, findings } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  await open("/follow-up");
  const [first, second] = ["o1", "o2"].map((id) => page.getByRole("article", { name: new RegExp(` ${id}$`) }));
  await first?.getByText("CN¥5,000.00").waitFor();
  expect(await page.getByRole("article").count()).toBe(3);

  // Another person has the second case: that shows by itself, and it cannot be taken.
  await ask("POST", "/v1/users", { name: "Vera", role: "operator" });
  const { items } = (await (await fetch(`${url}/v1/tasks?sort=amount`, { headers: HEADERS })).json()) as {
    items: { id: string }[];
  };
  await ask("POST", `/v1/tasks/${items[2]?.id}/assign`, { to: "Vera" });
  await second?.getByText("for Vera").waitFor();
  expect(await second?.getByRole("button", { name: "Take" }).count()).toBe(0);

  await first?.getByRole("button", { name: "Take" }).click();
  const dialog = page.getByRole("dialog", { name: "Your task" });
  await dialog.getByText("CN¥5,000.00").waitFor();
  expect(await findings()).toEqual([]);
  expect(await page.content()).not.toContain("13812345678");
  await dialog.getByText("Li o1").waitFor();
  await dialog.getByText(/^closes in /).waitFor();
  await dialog.getByText(/Tea o1 × 2/).waitFor();
  await dialog.getByText("No message was sent so far.").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = () => page.evaluate("navigator.clipboard.readText()");
  await dialog.getByText("Is the size of Tea o1 right?").waitFor();
  await page.keyboard.press("1");
  await dialog.getByText("Copied: phrase 1").waitFor();
  expect(await copied()).toBe("Is the size of Tea o1 right?");
  await dialog.getByRole("button", { name: "Copy phrase 2" }).click();
  await dialog.getByText("Copied: phrase 2").waitFor();
  expect(await copied()).toBe("It is yours until you pay CN¥5,000.00.");
  await dialog.getByRole("button", { name: "Show the number" }).click();
  await dialog.getByText("+8613812345678").waitFor();
  await dialog.getByRole("button", { name: "Reached", exact: true }).click();
  await dialog.getByRole("button", { name: "Reached", exact: true, pressed: true }).waitFor();
  await dialog.getByRole("button", { name: "Tomorrow 10:00" }).click();
  await dialog.getByRole("combobox", { name: "Why it is unpaid" }).click();
  await page.getByRole("option", { name: "Pays later" }).click();
  await dialog.getByLabel("Note, stored encrypted").fill("waits for the wage");
  const save = dialog.getByRole("button", { name: "Save the outcome" });
  // The order closes before that.
  await save.click();
  await dialog.getByText(/give a time until/).waitFor();
  await dialog.getByText("Does not want it").click();
  // The next one that nobody else has opens at once, and its promise shows.
  await dialog.getByRole("button", { name: "Save, next task" }).click();
  await dialog.getByText("Li o9").waitFor();
  await dialog.getByRole("button", { name: "Save, next task" }).waitFor({ state: "detached" });
  const soon = new Date(Date.now() + 600_000).toISOString();
  expect((await ask("POST", "/v1/orders/acme/o9/promise", { at: soon, by: "Ada" })).status).toBe(200);
  await dialog.getByText(/^Promised to pay at .* · not due yet$/).waitFor();
  await dialog.getByRole("button", { name: "Give it back" }).click();
  await dialog.waitFor({ state: "detached" });
  await page
    .getByRole("region", { name: "Promises to pay" })
    .getByText(/recorded by Ada/)
    .waitFor();
  await page.getByText("for Vera").waitFor();
  expect(await page.getByRole("article").count()).toBe(2);
  await page.getByText("Done", { exact: true }).click();
  await page.getByText(/^contacted once · .*: Does not want it$/).waitFor();
  await page.getByText("Mine", { exact: true }).click();
  await page.getByText("You have no task.").waitFor();

  // A case without a task is taken from the page of its order.
  await ask("POST", "/v1/events", [event("o3", "20.00", "+8613712345678")]);
  await open("/orders/acme/o3");
  await page.getByRole("button", { name: "Take this case" }).click();
  await dialog.getByText("CN¥20.00", { exact: true }).first().waitFor();
  expect(await findings()).toEqual([]);
  await dialog.getByRole("button", { name: "Give it back" }).click();
  await dialog.waitFor({ state: "detached" });
  // The page of an order says once that it is with a person.
  await open("/orders/acme/o2");
  const summary = page.getByRole("region", { name: "What happened" });
  await summary.getByText("Not paid yet.").waitFor();
  expect((await summary.textContent())?.match(/a person takes care/gi)).toHaveLength(1);
  expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);

  for (const look of LOOKS) {
    const seen = await visit(browser(), url, look);
    await seen.open("/follow-up");
    await seen.page.getByRole("article").first().waitFor();
    expect([await seen.findings(), await seen.isTooWide(), seen.faults], JSON.stringify(look)).toEqual([[], false, []]);
    await seen.page.context().close();
  }
});
