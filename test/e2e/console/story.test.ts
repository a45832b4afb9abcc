/** From the words to the money, in a real browser: a text is edited, previewed, tried, rehearsed and saved, an order is reminded with it and paid. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { visit } from "../../support/browser/visitor.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const HAND = "+8613912345678";

async function write(page: Page, file: string, text: string) {
  await page.getByRole("textbox", { name: `Text of ${file}` }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

it.runIf(hasBrowser)("leads from an empty shop over a new text to a recovered order", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const { page, faults, open, findings, isTooWide } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  const send = async (event: object) => {
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ occurredAt: new Date().toISOString(), shop: "acme", ...event }),
    });
    expect(answer.status).toBe(202);
  };
  const order = (id: string, agoMs: number) => {
    const createdAt = new Date(Date.now() - agoMs).toISOString();
    const buyer = { id: `b-${id}`, phone: `+861381234567${id.at(-1)}` };
    return { id, amount: "129.00", currency: "CNY", createdAt, buyer };
  };

  // Nothing has come in yet.
  await open("/");
  const steps = page.getByRole("region", { name: "Three steps to the first reminder" });
  await steps.getByText("Choose a campaign · done").waitFor();
  expect(await findings()).toEqual([]);
  expect(await isTooWide()).toBe(false);
  await send({ id: "e1", type: "order.created", order: order("o1", 1_000) });
  await steps.waitFor({ state: "detached" });

  // A text that nobody has saved goes to one's own phone, and is rehearsed over the order of today.
  await open("/campaigns/fast");
  await page.getByRole("button", { name: "nudge.sms.en" }).click();
  await write(page, "nudge.sms.en.hbs", "Pay {{total}} for {{order.id}} now");
  await page
    .getByRole("figure", { name: "Message" })
    .getByText(/^Pay .*129\.00 for/)
    .waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByLabel("Phone number, e-mail address or chat handle").fill(HAND);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("Accepted by the provider for +86139****5678.").waitFor();
  const texts = (to: string) => place.provider.log.flatMap(({ body }) => (body?.to === to ? [body.text] : []));
  expect(texts(HAND)).toEqual([expect.stringMatching(/^Pay .*129\.00 for \S+ now$/)]);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: "Rehearse", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Rehearse the unsaved changes" });
  await dialog.getByRole("combobox", { name: "Orders of which day" }).click();
  await page.getByRole("option", { name: "Today" }).click();
  await dialog.getByRole("button", { name: "Rehearse" }).click();
  await dialog.getByText(/^0 messages stay the same, 1 have another text/).waitFor();
  await dialog.getByText("Order o1 waits: CN¥129.00").waitFor();
  await dialog.getByText("Pay CN¥129.00 for o1 now").waitFor();
  expect(await findings()).toEqual([]);
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await page.getByText("Saved as version 2.").waitFor();

  // The reminder goes out in the new words, and the payment is counted.
  await open("/");
  const tile = (name: string) => page.locator("dl > div", { hasText: name }).locator("dd").first();
  await send({ id: "e2", type: "order.created", order: order("o2", 11_000) });
  await expect.poll(() => texts("+8613812345672"), { timeout: 30_000 }).toContain("Pay CN¥129.00 for o2 now");
  await expect.poll(() => tile("Sent").textContent(), { timeout: 20_000 }).not.toBe("0");
  await send({ id: "e3", type: "order.paid", order: { id: "o2" } });
  await expect.poll(() => tile("Recovered orders").textContent(), { timeout: 20_000 }).toBe("1");

  // Two versions side by side, and a file.
  await open("/rehearsal");
  await page.getByRole("combobox", { name: "Which orders" }).click();
  await page.getByRole("option", { name: "Today" }).click();
  await page.getByRole("combobox", { name: "Compare with" }).click();
  await page.getByRole("option", { name: "fast, an earlier version" }).click();
  await page.getByRole("button", { name: "Rehearse" }).click();
  const changes = page.getByRole("region", { name: "What would change" });
  await changes.getByText(/^0 messages stay the same, [12] have another text/).waitFor();
  expect(await findings()).toEqual([]);
  await page.getByRole("combobox", { name: "Which orders" }).click();
  await page.getByRole("option", { name: "A file" }).click();
  await page.locator("input[type=file]").setInputFiles({
    name: "orders.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(
      "order_id;order_number;date;status;order_total;currency;billing_phone\n17;1017;2026-11-28 10:00:00;pending;12,50;EUR;+4915112345678\n",
    ),
  });
  await page.getByRole("button", { name: "Rehearse" }).click();
  await page.getByText("Pay €12.50 for 17 now").waitFor();

  // A campaign of one's own begins as a copy, and runs when it is saved.
  await open("/campaigns");
  await page.getByRole("button", { name: "New campaign" }).click();
  await page.getByLabel("Key, for reports and files").fill("fast");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("There is a campaign of this key.").waitFor();
  await page.getByLabel("Key, for reports and files").fill("double-11");
  await page.getByRole("combobox", { name: "Begin as" }).click();
  await page.getByRole("option", { name: "A copy of fast" }).click();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "New campaign double-11" }).waitFor();
  await page.getByRole("textbox", { name: "Text of campaign.yaml" }).getByText("name: Fast").waitFor();
  expect(await findings()).toEqual([]);
  await page.getByRole("button", { name: "Save as version 1" }).click();
  await expect.poll(() => page.url()).toBe(`${url}/campaigns/double-11`);
  await page.getByText(/double-11 · version 1 · /).waitFor();
  await page.getByText("Saved as version 1.").waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Campaigns" }).waitFor();
  await open("/campaigns/new/blank");
  await page.getByRole("button", { name: "Save as version 1" }).click();
  await expect.poll(() => page.url()).toBe(`${url}/campaigns/blank`);
  await open("/campaigns/new/blank");
  await page.getByRole("button", { name: "Save as version 1" }).click();
  await page.getByText(/^Not saved: somebody else has made a campaign with the key blank/).waitFor();
  expect(faults.filter((fault) => !fault.includes("412"))).toEqual([]);
});
