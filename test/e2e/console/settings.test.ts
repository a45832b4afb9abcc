/** The next sends and the settings, in a real browser. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { askerOf } from "../../support/service/ask.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const PAGES = [
  "/",
  "/rehearsal",
  "/next",
  "/settings",
  "/settings/opt-outs",
  "/settings/people",
  "/settings/audit",
  "/settings/system",
];

const addKey = async (url: string) =>
  (await (await askerOf(url)("POST", "/v1/keys", { name: "screen", role: "viewer" })).json()) as { key: string };

it.runIf(hasBrowser)(
  "shows what comes next, opts addresses out, lets people in and out, and keeps the trail",
  async (context) => {
    const place = await rig(context, { queue: "postgres" });
    const { url } = await place.up(["start"]);
    const at = new Date().toISOString();
    const order = { id: "o1", amount: "129.00", currency: "CNY", createdAt: at, buyer: { phone: "+8613812345678" } };
    await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ id: "e1", type: "order.created", occurredAt: at, shop: "acme", order }),
    });
    const { page, faults, open, findings, isTooWide } = await visit(browser(), url);
    context.onTestFinished(() => page.context().close());
    page.on("dialog", (dialog) => void dialog.accept());

    await open("/next");
    await page.getByRole("row", { name: /^sms/ }).waitFor();

    // The order of today over the campaigns of now: nothing is sent by it.
    await open("/rehearsal");
    await page.getByRole("button", { name: "Rehearse" }).click();
    await page.getByText(/no order in the database was created in the period/).waitFor();
    await page.getByRole("combobox", { name: "Which orders" }).click();
    await page.getByRole("option", { name: "Today" }).click();
    await page.getByRole("button", { name: "Rehearse" }).click();
    const result = page.getByRole("region", { name: "Rehearsal" });
    await result.getByText("Order o1 waits: CN¥129.00").waitFor();
    expect(await result.locator("dd").allTextContents()).toEqual(["1", "1", "1", "1", "–"]);
    expect(await findings()).toEqual([]);

    await open("/settings/opt-outs");
    await page.getByText("Nobody has opted out.").waitFor();
    await page.getByLabel("Phone number, e-mail address or chat handle").fill("+8613812345678");
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("cell", { name: "+86138****5678", exact: true }).waitFor();
    expect(await page.content()).not.toContain("13812345678");
    await page.getByRole("button", { name: "Lift +86138****5678" }).click();
    await page.getByText("Nobody has opted out.").waitFor();

    await page.getByRole("tab", { name: "People and keys" }).click();
    await expect.poll(() => page.url()).toBe(`${url}/settings/people`);
    const people = page.getByRole("region", { name: "People" });
    await people.getByLabel("Name").fill("admin key");
    await people.getByRole("button", { name: "Add a person" }).click();
    await page.getByText(/must not be admin key/).waitFor();
    await people.getByLabel("Name").fill("Vera");
    await people.getByRole("button", { name: "Add a person" }).click();
    await page.getByText("Pass this link on to Vera").waitFor();
    const link = (await page.getByRole("alert").getByRole("code").textContent()) ?? "";
    expect(link).toMatch(new RegExp(`^${url}/v1/welcome/[\\w-]{43}$`));

    // She sets her password, signs in, and sees what a viewer may.
    const vera = await visit(browser(), url, {}, false);
    context.onTestFinished(() => vera.page.context().close());
    await vera.page.goto(link);
    await vera.page.locator("input[type=password]").fill("correct horse battery");
    await vera.page.keyboard.press("Enter");
    // A plain form: until its answer is there, it and the next address cut each other off.
    await vera.page.getByText("Done. Vera can sign in with this password.").waitFor();
    await vera.open("/settings");
    await vera.page.getByLabel("Name").fill("Vera");
    await vera.page.getByLabel("Password").fill("correct horse battery");
    await vera.page.keyboard.press("Enter");
    await vera.page.getByRole("tab", { name: "Audit trail" }).waitFor();
    expect(await vera.page.getByRole("tab").allTextContents()).toEqual(["Shops and channels", "Audit trail", "System"]);
    expect(await vera.page.getByRole("button", { name: "Stop" }).count()).toBe(0);

    await people.getByRole("button", { name: "Disable Vera" }).click();
    await people.getByText(/^ended/).waitFor();
    // Her page may have found out already.
    await vera.page.reload();
    await vera.page.getByRole("heading", { name: "Sign in to Dunlin" }).waitFor();

    const keys = page.getByRole("region", { name: "Keys of programs" });
    await keys.getByLabel("Name").fill("reports");
    await keys.getByRole("button", { name: "Create a key" }).click();
    await page.getByText("The key reports. It is shown only once:").waitFor();
    await keys.getByRole("button", { name: "Revoke reports" }).click();
    await keys.getByText(/^ended/).waitFor();

    await page.getByRole("tab", { name: "Audit trail" }).click();
    for (const action of ["user.create", "user.disable", "key.create", "key.revoke", "suppression.add"])
      await page.getByText(action, { exact: true }).first().waitFor();
    await page.getByRole("cell", { name: "Opted an address out suppression.add" }).first().waitFor();
    await page.getByRole("tab", { name: "System" }).click();
    await page.getByRole("row", { name: "Database in order", exact: true }).waitFor();
    await page.getByRole("link", { name: "Jobs in the queues" }).click();
    for (const name of ["orders", "dispatch", "upkeep"]) await page.getByRole("link", { name }).first().waitFor();
    // The refused name, and nothing else.
    expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);

    // Held after a restore: everybody sees it, and admins see how sends go on.
    await open("/");
    const held = page.getByRole("region", { name: /^Nothing is sent/ });
    expect(await held.count()).toBe(0);
    expect((await place.run(["restored", "hold"]).ended).code).toBe(0);
    await held.getByText("dunlin restored release", { exact: true }).waitFor({ timeout: 15_000 });
    const viewer = await visit(browser(), url, {}, false);
    const data = { key: (await addKey(url)).key };
    expect((await viewer.page.context().request.post(`${url}/v1/session`, { data })).status()).toBe(204);
    await viewer.open("/");
    await viewer.page.getByText(/^Tell an admin/).waitFor();
    expect(await viewer.page.getByText("dunlin restored").count()).toBe(0);
    await viewer.page.context().close();
    await open("/settings/system");
    await page.getByRole("row", { name: /^Sending fault/ }).waitFor();

    for (const path of PAGES) {
      await open(path);
      expect(await findings(), path).toEqual([]);
      expect(await isTooWide(), path).toBe(false);
    }
    for (const look of LOOKS.slice(1)) {
      const other = await visit(browser(), url, look);
      for (const path of PAGES) {
        await other.open(path);
        const title = `${path} ${JSON.stringify(look)}`;
        expect(await other.findings(), title).toEqual([]);
        expect(await other.isTooWide(), title).toBe(false);
      }
      expect(other.faults).toEqual([]);
      await other.page.context().close();
    }
  },
);
