/** The staff of the desk in a real browser: added, changed, switched off and removed by an admin, and seen without wages by others. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { askerOf } from "../../support/service/ask.ts";
import { rig } from "../../support/service/rig.ts";

const browser = useBrowser();
type Member = { readonly name: string; readonly [field: string]: unknown };

it.runIf(hasBrowser)("keeps the staff, with faults at their fields and nobody's change lost", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const ask = askerOf(url);
  const stored = async () => ((await (await ask("GET", "/v1/staff")).json()) as { items: Member[] }).items;
  const put = (items: readonly Member[]) => ask("PUT", "/v1/staff", { items }, { "if-match": "*" });
  for (const name of ["Vera", "Wang"]) await ask("POST", "/v1/users", { name, role: "operator" });
  const { key } = (await (await ask("POST", "/v1/keys", { name: "desk", role: "operator" })).json()) as { key: string };

  const { page, faults, open, findings } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await page.route("**/v1/shops", async (route) => {
    const answer = await route.fetch();
    const { items, next } = (await answer.json()) as { items: object[]; next: null };
    await route.fulfill({
      response: answer,
      json: { items: items.map((shop) => ({ ...shop, currency: "EUR" })), next },
    });
  });
  await open("/follow-up");
  await page.getByRole("tab", { name: "Team" }).click();
  const staff = page.getByRole("region", { name: "Staff" });
  await staff.getByText("There is no staff").waitFor();
  const field = (label: string) => staff.getByLabel(label, { exact: true });
  const button = (name: string) => staff.getByRole("button", { name, exact: true });
  // The currency is that of the shop, until another one is typed.
  await expect.poll(() => field("Currency").inputValue()).toBe("EUR");
  await field("Currency").fill("CNY");
  // Faults stand at their fields, and nothing is saved.
  await field("Name").fill("Nobody");
  await button("Add the person").click();
  await staff.getByText(/nobody who may act on tasks is called/).waitFor();
  expect(await field("Name").getAttribute("aria-invalid")).toBe("true");
  await field("Name").fill("Vera");
  await field("Open tasks at most").fill("many");
  await field("Wage per hour").fill("12x");
  await button("Add the person").click();
  await staff.getByText(/^must be a number$/).waitFor();
  expect(await field("Wage per hour").getAttribute("aria-invalid")).toBe("true");
  expect(await stored()).toEqual([]);
  await field("Open tasks at most").fill("7");
  await field("Wage per hour").fill("120.50");
  await field("Languages").fill("zh-CN");
  await field("Teams").fill("vip，gold");
  await button("Add the person").click();
  const vera = staff.getByRole("group", { name: "Vera" });
  await vera
    .getByText("shops: all · languages: zh-CN · teams: vip, gold · at most 7 open tasks · CN¥120.50 per hour")
    .waitFor();
  expect(await field("Name").inputValue()).toBe("");
  const first = { name: "Vera", shops: null, languages: ["zh-CN"], teams: ["vip", "gold"], maxOpen: 7, active: true };
  expect(await stored()).toEqual([{ ...first, costPerHour: { amount: "120.50", currency: "CNY" } }]);

  // Somebody else saves while a person is in work: the input stays, and goes with their change.
  await field("Name").fill("Wang");
  await field("Open tasks at most").fill("1");
  await page.route("**/v1/staff", async (route) => {
    if (route.request().method() === "PUT") await put([{ ...first, maxOpen: 8 }]);
    await route.continue();
  });
  await button("Add the person").click();
  await staff.getByText(/Somebody else saved the staff meanwhile/).waitFor();
  await vera.getByText(/at most 8 open tasks/).waitFor();
  await page.unroute("**/v1/staff");
  expect(await field("Open tasks at most").inputValue()).toBe("1");
  await button("Add the person").click();
  await staff
    .getByRole("group", { name: "Wang" })
    .getByText(/at most 1 open task$/)
    .waitFor();
  expect(await stored()).toMatchObject([{ maxOpen: 8 }, { name: "Wang", maxOpen: 1 }]);
  // The same person is changed by two.
  await button("Change Vera").click();
  await field("Open tasks at most").fill("9");
  const [, wang] = await stored();
  await put([{ ...first, maxOpen: 5 }, ...(wang === undefined ? [] : [wang])]);
  await vera.getByText(/at most 5/).waitFor();
  await button("Save the person").click();
  await staff.getByText(/Somebody else saved the staff meanwhile/).waitFor();
  await button("Save the person").click();
  await vera.getByText(/at most 9/).waitFor();

  // Switched off, one keeps what they have; only one without shifts is removed.
  await button("Switch off Wang").click();
  await staff.getByRole("group", { name: "Wang" }).getByText("gets no tasks").waitFor();
  const shift = { weekdays: ["mon"], from: "09:00", to: "17:00", zone: "Asia/Shanghai" };
  await ask("PUT", "/v1/shifts", { items: [{ person: "Vera", ...shift }] }, { "if-match": "*" });
  await button("Remove Vera").click();
  await staff.getByText(/"Vera" is missing and has shifts/).waitFor();
  await button("Remove Wang").click();
  await staff.getByRole("group", { name: "Wang" }).waitFor({ state: "detached" });
  expect(asked).toEqual(["Remove Vera from the staff?", "Remove Wang from the staff?"]);
  await put([{ ...first, costPerHour: { amount: "99.00", currency: "CNY" } }]);
  await vera.getByText(/CN¥99\.00 per hour/).waitFor();
  expect(await findings()).toEqual([]);
  expect(faults.filter((fault) => !/412|422/.test(fault))).toEqual([]);

  // An operator sees the staff, no wage, and no way to change it.
  const operator = await visit(browser(), url, {}, false);
  expect((await operator.page.context().request.post(`${url}/v1/session`, { data: { key } })).status()).toBe(204);
  await operator.open("/follow-up");
  await operator.page.getByRole("tab", { name: "Team" }).click();
  const shown = operator.page.getByRole("region", { name: "Staff" });
  await shown
    .getByText("shops: all · languages: zh-CN · teams: vip, gold · at most 7 open tasks", { exact: true })
    .waitFor();
  expect(await shown.getByRole("button").count()).toBe(0);
  expect(await shown.getByRole("textbox").count()).toBe(0);
  await operator.page.context().close();

  for (const look of LOOKS) {
    const seen = await visit(browser(), url, look);
    await seen.open("/follow-up");
    await seen.page.getByRole("tab").nth(1).click();
    await seen.page.getByText("Vera", { exact: true }).first().waitFor();
    await seen.page.getByText(/99\.00/).waitFor();
    if (look.locale === "zh") {
      // Faults of the server are Chinese, too, also those that stand at a field.
      await seen.page.getByLabel("姓名", { exact: true }).fill("Nobody");
      await seen.page.getByRole("button", { name: "添加人员", exact: true }).click();
      await seen.page.getByText('没有可处理任务的人员 "Nobody"，请先以运营角色添加').waitFor();
    }
    if (process.env.SHOTS)
      await seen.page.screenshot({ path: `${process.env.SHOTS}/staff-${look.width}.png`, fullPage: true });
    const bad = seen.faults.filter((fault) => !fault.includes("422"));
    expect([await seen.findings(), await seen.isTooWide(), bad], JSON.stringify(look)).toEqual([[], false, []]);
    await seen.page.context().close();
  }
});
