/** The view of the one who leads the desk, in a real browser: people and load, unclaimed tasks, shifts. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { askerOf } from "../../support/service/ask.ts";
import { API_KEY, rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const HEADERS = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" };
const CAMPAIGN = {
  yaml: "priority: 99\nmanual: { amountAtLeast: { CNY: '1000' } }\nsteps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
  templates: { "nudge.sms.en.hbs": "{{total}}" },
};
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

it.runIf(hasBrowser)("shows people and unclaimed tasks live, gives tasks away, and changes shifts", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const ask = askerOf(url);
  const at = new Date().toISOString();
  const event = (id: string, phone: string) => ({
    ...{ id: `e-${id}`, type: "order.created", occurredAt: at, shop: "acme" },
    order: { id, amount: "2000.00", currency: "CNY", createdAt: at, buyer: { id: `b-${id}`, phone } },
  });
  await ask("PUT", "/v1/campaigns/vip", CAMPAIGN, { "if-none-match": "*" });
  for (const name of ["Vera", "Wang"]) await ask("POST", "/v1/users", { name, role: "operator" });
  const staff = [
    { name: "Vera", maxOpen: 0 },
    { name: "Wang", maxOpen: 0 },
  ];
  await ask("PUT", "/v1/staff", { items: staff }, { "if-match": '"0"' });
  const spans = [
    ["00:00", "12:00"],
    ["12:00", "00:00"],
  ];
  const shifts = spans.map(([from, to]) => ({ person: "Vera", weekdays: DAYS, from, to, zone: "Asia/Shanghai" }));
  await ask("PUT", "/v1/shifts", { items: shifts.slice(0, 2) }, { "if-match": '"0"' });
  await ask("POST", "/v1/events", [event("o1", "+8613812345678")]);

  const { page, faults, open, findings } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await open("/follow-up");
  await page.getByRole("tab", { name: "Team" }).click();
  const people = page.getByRole("region", { name: "People" });
  await people.getByRole("row", { name: "Vera always 0 0 0 –" }).waitFor();
  await people.getByRole("row", { name: "Wang off 0 0 0 –" }).waitFor();
  const shops = page.getByRole("region", { name: "Shops" });
  await shops.getByRole("row", { name: "acme 1 0 0 0" }).waitFor();

  // Given away: the load of the person grows by itself.
  const tasks = page.getByRole("region", { name: "Unclaimed" });
  await tasks.getByRole("combobox", { name: "Give the task o1 to" }).click();
  await page.getByRole("option", { name: "Vera" }).click();
  await tasks.getByText("for Vera").waitFor();
  await people.getByRole("row", { name: /^Vera .* 0 1 0 –$/ }).waitFor();
  // It is overdue when it has waited for too long.
  await tasks.getByText("Overdue", { exact: true }).click();
  await tasks.getByText("No task is overdue.").waitFor();
  await place.sql`update tasks set created_at = created_at - interval '5 minutes'`;
  await page.reload();
  await page.getByRole("tab", { name: "Team" }).click();
  await tasks.getByText("Overdue", { exact: true }).first().click();
  await tasks.getByRole("combobox", { name: "Give the task o1 to" }).waitFor();
  await tasks.getByText("All", { exact: true }).click();
  // A new task comes by itself, and one that somebody has claimed meanwhile stays theirs.
  await ask("POST", "/v1/events", [event("o2", "+8613912345678")]);
  const give = tasks.getByRole("combobox", { name: "Give the task o2 to" });
  await give.click();
  await page.route("**/assign", async (route) => {
    const { items } = (await (await fetch(`${url}/v1/tasks?limit=9`, { headers: HEADERS })).json()) as {
      items: { id: string; orders: string[] }[];
    };
    await ask("POST", `/v1/tasks/${items.find(({ orders }) => orders[0] === "o2")?.id}/claim`, {});
    await route.continue();
  });
  await page.getByRole("option", { name: "Wang" }).click();
  await tasks.getByText(/Somebody has just claimed it/).waitFor();
  // The holder is no staff: they show all the same.
  await people.getByRole("row", { name: /not among the staff 1 0 –$/ }).waitFor();
  await shops.getByRole("row", { name: "acme 1 1 1 0" }).waitFor();
  await give.waitFor({ state: "detached" });

  // A shift over midnight; the second one meets what somebody else saved, and its input stays.
  const calendar = page.getByRole("region", { name: "Shifts" });
  await calendar.getByText("Mon Tue Wed Thu Fri Sat Sun 00:00–12:00 Asia/Shanghai").waitFor();
  await calendar.getByRole("combobox", { name: "Person" }).click();
  await page.getByRole("option", { name: "Wang" }).click();
  await calendar.getByLabel("From").fill("22:00");
  await calendar.getByLabel("To").fill("06:00");
  await calendar.getByRole("group", { name: "Days" }).getByText("Sun", { exact: true }).click();
  await page.route("**/v1/shifts", async (route) => {
    if (route.request().method() === "PUT")
      await ask("PUT", "/v1/shifts", { items: shifts.slice(0, 1) }, { "if-match": "*" });
    await route.continue();
  });
  await calendar.getByRole("button", { name: "Add the shift" }).click();
  await calendar.getByText(/Somebody else saved the shifts meanwhile/).waitFor();
  await calendar.getByText(/12:00–00:00/).waitFor({ state: "detached" });
  await page.unroute("**/v1/shifts");
  expect(await calendar.getByLabel("From").inputValue()).toBe("22:00");
  await calendar.getByRole("button", { name: "Add the shift" }).click();
  await calendar.getByText("Sun 22:00–06:00 Asia/Shanghai").waitFor();
  // A fault stands at its field, and nothing is saved.
  await calendar.getByRole("button", { name: /^Change Wang/ }).click();
  await calendar.getByLabel("To").fill("22:00");
  await calendar.getByRole("button", { name: "Save the shift" }).click();
  await calendar.getByText(/must not be the same as from/).waitFor();
  await calendar.getByLabel("To").fill("05:00");
  await calendar.getByRole("button", { name: "Save the shift" }).click();
  await calendar.getByText("Sun 22:00–05:00 Asia/Shanghai").waitFor();
  expect(await calendar.getByText("22:00–06:00").count()).toBe(0);
  await calendar.getByRole("button", { name: /^Remove Vera/ }).click();
  await calendar.getByRole("group", { name: "Vera" }).waitFor({ state: "detached" });
  expect(await findings()).toEqual([]);
  expect(faults.filter((fault) => !/409|412|422/.test(fault))).toEqual([]);

  for (const look of LOOKS) {
    const seen = await visit(browser(), url, look);
    await seen.open("/follow-up");
    await seen.page.getByRole("tab").nth(1).click();
    await seen.page.getByText("22:00–05:00").waitFor();
    if (process.env.SHOTS)
      await seen.page.screenshot({ path: `${process.env.SHOTS}/lead-${look.width}.png`, fullPage: true });
    expect([await seen.findings(), await seen.isTooWide(), seen.faults], JSON.stringify(look)).toEqual([[], false, []]);
    await seen.page.context().close();
  }
});
