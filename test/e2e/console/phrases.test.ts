/** Phrases of the staff in the editor of texts, in a real browser: as they are copied, with faults at their lines. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { askerOf } from "../../support/service/ask.ts";
import { rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const CAMPAIGN = {
  yaml: "priority: 99\nmanual: { amountAtLeast: { CNY: '1000' } }\nsteps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
  templates: {
    "nudge.sms.en.hbs": "{{total}}",
    "phrases/1-size.en.hbs": "Is the size of {{items.[0].title}} right, {{buyer.name}}?",
    "phrases/2-kept.zh-CN.hbs": "为您保留到付款：{{total}}",
  },
};

it.runIf(hasBrowser)("shows a phrase as it is copied, for a sample and for a real case", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const ask = askerOf(url);
  await ask("PUT", "/v1/campaigns/vip", CAMPAIGN, { "if-none-match": "*" });
  const at = new Date().toISOString();
  const buyer = { id: "b1", name: "Li Hua", phone: "+8613812345678" };
  const order = { id: "o1", amount: "5000.00", currency: "CNY", createdAt: at, items: [{ title: "Oolong" }], buyer };
  await ask("POST", "/v1/events", [{ id: "e1", type: "order.created", occurredAt: at, shop: "acme", order }]);

  const { page, faults, open, findings } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  await open("/campaigns/vip");
  await page.getByRole("button", { name: "phrases/1-size.en" }).click();
  const panel = page.getByRole("region", { name: "Phrase" });
  const message = panel.getByRole("figure", { name: "Message" });
  await message.getByText(/^Is the size of .+ right, .+\?$/).waitFor();
  await panel.getByText("key 1", { exact: true }).waitFor();
  // The case of a real order, whose buyer is masked.
  await panel.getByText("Real order", { exact: true }).click();
  await panel.getByRole("combobox", { name: "Order" }).click();
  await page.getByRole("option", { name: /^o1 · / }).click();
  await message.getByText("Is the size of Oolong right, L*?").waitFor();
  expect(await page.content()).not.toContain("Li Hua");
  expect(await findings()).toEqual([]);
  // A value that does not exist is a fault at its line, and the first phrase should not open with money.
  const write = async (text: string) => {
    await page.getByRole("textbox", { name: /1-size/ }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  };
  await write("Is it {{nothing}}?");
  await panel.getByText("1 fault in the text").waitFor();
  await panel.getByText(/^line 1: /).waitFor();
  await write("You owe {{total}}.");
  await message.getByText("You owe CN¥5,000.00.").waitFor();
  await panel.getByText(/opens with money/).waitFor();
  await page.getByRole("button", { name: "phrases/2-kept.zh-CN" }).click();
  await message.getByText(/^为您保留到付款：/).waitFor();
  expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);

  for (const look of LOOKS) {
    const seen = await visit(browser(), url, look);
    await seen.open("/campaigns/vip");
    if (look.width > 390) await seen.page.getByRole("button", { name: "phrases/1-size.en" }).click();
    else {
      await seen.page.getByRole("combobox", { name: "文件" }).click();
      await seen.page.getByRole("option", { name: "phrases/1-size.en.hbs" }).click();
    }
    await seen.page
      .getByRole("figure")
      .getByText(/^Is the size of/)
      .waitFor();
    // A file under the mouse has another colour.
    await seen.page.mouse.move(0, 0);
    if (process.env.SHOTS)
      await seen.page.screenshot({ path: `${process.env.SHOTS}/phrase-${look.width}.png`, fullPage: true });
    expect([await seen.findings(), await seen.isTooWide(), seen.faults], JSON.stringify(look)).toEqual([[], false, []]);
    await seen.page.context().close();
  }
});
