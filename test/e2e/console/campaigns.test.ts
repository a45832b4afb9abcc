/** The page of campaigns in a real browser: editing beside the preview, saving, conflicts, history and the way back. */
import type { Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();

/** The keys of an editor. Its braces close themselves, so a text is put in as a whole. */
async function write(page: Page, file: string, text: string) {
  const editor = page.getByRole("textbox", { name: `Text of ${file}` });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

it.runIf(hasBrowser)(
  "changes a campaign beside its preview, shows conflicts and faults, and goes back",
  async (context) => {
    const place = await rig(context, { queue: "postgres" });
    const { url } = await place.up(["start"]);
    if (url === null) throw new Error("no address");
    const ask = async (method: string, path: string, body?: object, more = {}): Promise<string> => {
      const headers = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json", ...more };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      return (await fetch(`${url}${path}`, init)).text();
    };
    const at = new Date().toISOString();
    const order = { id: "o1", amount: "129.00", currency: "CNY", createdAt: at, buyer: { phone: "+8613812345678" } };
    await ask("POST", "/v1/events", { id: "e1", type: "order.created", occurredAt: at, shop: "acme", order });
    const first = "priority: 50\nsteps:\n  - { id: nudge, at: { afterCreated: 2h }, channels: [sms] }\n";
    const texts = { "nudge.sms.en.hbs": "{{total}}" };
    await ask("PUT", "/v1/campaigns/double11", { yaml: first, templates: texts }, { "if-none-match": "*" });
    await vi.waitFor(
      async () => expect(await ask("GET", "/v1/reports/overlap")).toContain('"campaign":"double11","orders":1'),
      { timeout: 30_000, interval: 200 },
    );
    const { page, faults, open } = await visit(browser(), url);
    context.onTestFinished(() => page.context().close());

    await open("/campaigns");
    const card = page.getByRole("article", { name: "fast" });
    await card.getByText("Runs", { exact: true }).waitFor();
    await card.getByText("1 of 1 matching orders go to double11 first").waitFor();
    await card.getByRole("button", { name: "Pause" }).click();
    await page.getByLabel("Reason, for the history").fill("wrong words");
    await page.getByRole("button", { name: "Stop now" }).click();
    await card.getByText("Paused", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Resume" }).click();
    await card.getByText("Runs", { exact: true }).waitFor();

    // The preview follows the text.
    await card.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("region", { name: "From order to close" }).getByText("1. nudge").waitFor();
    await page.getByRole("button", { name: "nudge.sms.en" }).click();
    const phone = page.getByRole("figure", { name: "Message" });
    await phone.getByText(/^Order \S+ waits: /).waitFor();
    await write(page, "nudge.sms.en.hbs", "{{amount}}");
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.getByText("line 1: unknown variable {{amount}}").waitFor();
    await page.locator(".cm-lint-marker-error").waitFor();
    await write(page, "nudge.sms.en.hbs", "Only {{total}} for order {{order.id}}");
    await phone.getByText(/^Only .*129\.00 for order/).waitFor();
    await preview.getByText("GSM-7").waitFor();
    await preview.getByText(/^Segments over the last order: least 1, usual 1, most 1/).waitFor();

    // Leaving asks, and staying keeps the text. The way over the menu does not leave.
    await page.getByRole("button", { name: "Skip to the page" }).press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("page");
    await page.getByLabel("Note for the history").fill("shorter");
    await page.getByRole("link", { name: "Today" }).click();
    await page.getByRole("button", { name: "Stay" }).click();
    // The keys work right after a dialog, and words that are written while it is being saved stay.
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route("**/v1/campaigns/fast", async (route) => {
      if (route.request().method() === "PUT") await held;
      await route.continue();
    });
    await Promise.all([page.waitForRequest((request) => request.method() === "PUT"), page.keyboard.press("Control+s")]);
    await write(page, "nudge.sms.en.hbs", "Later: {{total}}");
    await page.getByLabel("Note for the history").fill("later");
    expect(await page.getByRole("button", { name: "Discard" }).isDisabled()).toBe(true);
    goOn();
    await page.getByRole("button", { name: "Save as version 3" }).waitFor();
    await page.unroute("**/v1/campaigns/fast");
    await page.getByRole("textbox", { name: "Text of nudge.sms.en.hbs" }).getByText("Later: {{total}}").waitFor();
    expect(await page.getByLabel("Note for the history").inputValue()).toBe("later");
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByText(/version 2 · /).waitFor();

    // A text in another language begins as a copy.
    await page.getByRole("button", { name: "New text" }).click();
    await page.getByLabel("Name of the file").fill("nudge.sms.de.hbs");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("textbox", { name: "Text of nudge.sms.de.hbs" }).getByText("Only {{total}}").waitFor();
    await page.getByRole("button", { name: "Remove nudge.sms.de.hbs" }).click();

    // A fault of campaign.yaml is shown at its line, and nothing is saved.
    await page.getByRole("button", { name: "campaign.yaml" }).click();
    await write(page, "campaign.yaml", "name: Fast\nprioity: 3\n");
    expect(await page.getByLabel("Note for the history").inputValue()).toBe("");
    await page.getByRole("button", { name: "Save as version 3" }).click();
    await page.getByRole("button", { name: "campaign.yaml, line 2" }).click();
    await page.getByText("prioity: unknown key").first().waitFor();
    expect(await page.locator(".cm-lint-marker-error").count()).toBeGreaterThan(0);
    // Signing out would lose it, and asks as well.
    const me = page.getByRole("button", { name: /^Signed in as/ });
    await me.click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    const leave = page.getByRole("dialog", { name: "Leave without saving?" });
    await leave.getByRole("button", { name: "Stay" }).click();
    // The focus is back where it was.
    await leave.waitFor({ state: "detached" });
    await expect.poll(() => me.evaluate((element) => element.matches(":focus"))).toBe(true);
    const away = page.getByRole("link", { name: "Deliveries" });
    await away.focus();
    await page.keyboard.press("Enter");
    await leave.getByRole("button", { name: "Stay" }).click();
    await leave.waitFor({ state: "detached" });
    await expect.poll(() => away.evaluate((element) => element.matches(":focus"))).toBe(true);
    await page.getByRole("button", { name: "Discard" }).click();

    // Somebody else saves the text that is changed here.
    await page.getByRole("button", { name: "nudge.sms.en" }).click();
    await write(page, "nudge.sms.en.hbs", "Mine: {{total}}");
    const answer = await fetch(`${url}/v1/campaigns/fast/templates/nudge.sms.en.hbs`, {
      method: "PUT",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json", "if-match": '"2"' },
      body: JSON.stringify({ text: "Theirs: {{total}}", note: "at night" }),
    });
    expect(answer.status).toBe(200);
    const conflict = page.getByRole("region", { name: /^Somebody else saved: version 3/ });
    await conflict.getByText("Theirs: {{total}}").waitFor();
    await conflict.getByText("Mine: {{total}}").waitFor();
    expect(await page.getByRole("button", { name: "Rehearse" }).isDisabled()).toBe(true);
    await conflict.getByRole("button", { name: "Go on with version 3" }).click();
    await page.getByRole("button", { name: "Save as version 4" }).click();
    await page.getByText("Saved as version 4.").waitFor();

    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("article", { name: "Version 2" }).getByText("shorter").waitFor();
    await page.getByRole("button", { name: "Changes of version 3" }).click();
    await page.getByRole("table", { name: "nudge.sms.en.hbs" }).getByText("+ Theirs: {{total}}").waitFor();
    await page.getByRole("button", { name: "Go back to version 2" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Go back to version 2" }).click();
    await page
      .getByRole("article", { name: "Version 5" })
      .getByText(/back to version 2/)
      .waitFor();
    const [text] = await place.sql<{ text: string }[]>`
    select files ->> 'nudge.sms.en.hbs' as text from campaign_versions where number = 5`;
    expect(text?.text).toBe("Only {{total}} for order {{order.id}}");
    expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);

    // A viewer may look.
    const create = place.run(["keys", "create", "Vera", "--role", "viewer", "--json"]);
    expect((await create.ended).code).toBe(0);
    const viewer = await visit(browser(), url, {}, false);
    const signedIn = await viewer.page.request.post(`${url}/v1/session`, {
      data: { key: JSON.parse(create.out()).key },
    });
    expect(signedIn.status()).toBe(204);
    await viewer.open("/campaigns/fast");
    await viewer.page.getByText("You may look.").waitFor();
    for (const name of ["Pause", "Stop", "New text"])
      expect(await viewer.page.getByRole("button", { name }).count()).toBe(0);
    const yaml = viewer.page.getByRole("textbox", { name: "Text of campaign.yaml" });
    await yaml.getByText("name: Fast").waitFor();
    const shown = await yaml.textContent();
    await write(viewer.page, "campaign.yaml", "name: Mine");
    // The editor has taken the keys when the next place is focused.
    await viewer.page.getByRole("tab", { name: "History" }).click();
    await viewer.page.getByRole("tab", { name: "Texts" }).click();
    expect(await yaml.textContent()).toBe(shown);
    expect(await viewer.page.getByText("not saved yet").count()).toBe(0);
    // A link to a campaign that is not saved yet lets them save nothing, and leave.
    await viewer.open("/campaigns/new/theirs?copy=fast");
    await viewer.page.getByText("You may look.").waitFor();
    for (const name of [/^Save/, "Rehearse"]) expect(await viewer.page.getByRole("button", { name }).count()).toBe(0);
    await viewer.page.getByRole("link", { name: "Today" }).click();
    await viewer.page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await viewer.open("/rehearsal");
    await viewer.page.getByText("You may look. An operator may rehearse.").waitFor();
    expect(await viewer.page.getByRole("button", { name: "Rehearse" }).isDisabled()).toBe(true);
    await viewer.page.context().close();

    for (const look of LOOKS) {
      const visitor = await visit(browser(), url, look);
      for (const path of ["/campaigns", "/campaigns/fast"]) {
        const title = `${path} ${JSON.stringify(look)}`;
        await visitor.open(path);
        if (path.endsWith("fast")) await visitor.page.locator(".cm-content").waitFor();
        expect(await visitor.findings(), title).toEqual([]);
        expect(await visitor.isTooWide(), title).toBe(false);
        expect(visitor.faults, title).toEqual([]);
      }
      await visitor.page.context().close();
    }
  },
);
