/** The results of people on the page Reports, in a real browser: against reminders alone and nothing, with wages for admins. */
import { expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser/chromium.ts";
import { LOOKS, visit } from "../../support/browser/visitor.ts";
import { askerOf } from "../../support/service/ask.ts";
import { rig } from "../../support/service/rig.ts";

const browser = useBrowser();
const CAMPAIGN = {
  yaml: "priority: 99\nholdout: 40%\nmanual: { amountAtLeast: { CNY: '1000' }, holdout: 50% }\nsteps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
  templates: { "nudge.sms.en.hbs": "{{total}}" },
};
const BUYERS = 260;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HOUR = 3_600_000;

it.runIf(hasBrowser)("says in a sentence what people add, and what an order costs", async (context) => {
  const place = await rig(context, { queue: "postgres" });
  const { url } = await place.up(["start"]);
  const ask = askerOf(url);
  await ask("PUT", "/v1/campaigns/vip", CAMPAIGN, { "if-none-match": "*" });
  await ask("POST", "/v1/users", { name: "Vera", role: "operator" });
  const { key } = (await (await ask("POST", "/v1/keys", { name: "reader", role: "viewer" })).json()) as { key: string };
  const costPerHour = { amount: "60.00", currency: "CNY" };
  await ask("PUT", "/v1/staff", { items: [{ name: "Vera", maxOpen: 0, costPerHour }] }, { "if-match": '"0"' });
  const spans = [
    ["00:00", "12:00"],
    ["12:00", "00:00"],
  ];
  const shifts = spans.map(([from, to]) => ({ person: "Vera", weekdays: DAYS, from, to, zone: "Asia/Shanghai" }));
  await ask("PUT", "/v1/shifts", { items: shifts }, { "if-match": '"0"' });
  const now = Date.now();
  const event = (n: number, type: string, facts: object) => {
    const order = { id: `o${n}`, amount: "2000.00", currency: "CNY", ...facts, buyer: { id: `b${n}` } };
    return { id: `${type}-${n}`, type, occurredAt: new Date(now).toISOString(), shop: "acme", order };
  };
  const createdAt = new Date(now - HOUR).toISOString();
  const numbers = Array.from({ length: BUYERS }, (_, n) => n);
  await ask(
    "POST",
    "/v1/events",
    numbers.map((n) => event(n, "order.created", { createdAt })),
  );
  // Their hour to pay is over: they became a person's two hours ago.
  const { sql } = place;
  await sql`update desk_arms set at = at - interval '2 hours', window_ms = ${HOUR}`;
  await sql`update tasks set created_at = created_at - interval '2 hours'`;
  const drawn = await sql<{ n: number; kept: boolean; held: boolean }[]>`
    select substr(orders[1], 2)::int as n, kept, held from desk_arms order by n`;
  expect(drawn).toHaveLength(BUYERS);
  const paid = [0.8, 0.4, 0.1].flatMap((share, arm) => {
    const own = drawn.filter(({ kept, held }) => kept === arm > 0 && held === arm > 1);
    return own.slice(0, Math.round(own.length * share)).map(({ n }) => n);
  });
  const paidAt = new Date(now - 1.5 * HOUR).toISOString();
  await ask(
    "POST",
    "/v1/events",
    paid.map((n) => event(n, "order.paid", { createdAt, paidAt })),
  );

  const { items } = (await (await ask("GET", "/v1/tasks?limit=1")).json()) as { items: { id: string }[] };
  await ask("POST", `/v1/tasks/${items[0]?.id}/assign`, { to: "Vera" });

  const { page, faults, open, findings } = await visit(browser(), url);
  context.onTestFinished(() => page.context().close());
  await open("/reports");
  const effect = page.getByRole("region", { name: "What people add to the reminders" });
  await effect.getByText("Works", { exact: true }).first().waitFor();
  await effect
    .getByText(/^People won \d+ more paid cases of 100 than reminders alone, between \d+ and \d+\.$/)
    .waitFor();
  await effect.getByText(/^People − reminders/).waitFor();
  await effect.getByText(/^Reminders − nothing/).waitFor();
  await effect.getByText(/^80(\.\d)?% \(\d+ of \d+\)$/).waitFor();
  await effect
    .getByText(/^Wages: CN¥[\d.]+ for \d\.\d hours · CN¥.* for each paid case more than by reminders$/)
    .waitFor();
  const people = page.getByRole("region", { name: "Results of people" });
  await people.getByRole("row", { name: /^Vera 1 0 0 0% to [\d.]+% 0 – 0 of 0 – \d\.\d CN¥[\d.]+ –$/ }).waitFor();
  const shift = /^Vera \d\d:00–\d\d:00 Asia\/Shanghai 1 0 0 0% to [\d.]+% 0 – 0 of 0 –$/;
  await page.getByRole("region", { name: "Results by shift" }).getByRole("row", { name: shift }).waitFor();
  expect(await findings()).toEqual([]);
  expect(faults).toEqual([]);

  // One who may not know wages sees neither them nor their columns.
  const viewer = await visit(browser(), url, {}, false);
  expect((await viewer.page.context().request.post(`${url}/v1/session`, { data: { key } })).status()).toBe(204);
  await viewer.open("/reports");
  await viewer.page.getByText(/^People won /).waitFor();
  expect(await viewer.page.getByText(/Wage/).count()).toBe(0);
  await viewer.page.context().close();

  for (const look of LOOKS) {
    const seen = await visit(browser(), url, look);
    await seen.open("/reports");
    await seen.page.getByText("Vera", { exact: true }).first().waitFor();
    if (process.env.SHOTS)
      await seen.page.screenshot({ path: `${process.env.SHOTS}/people-${look.width}.png`, fullPage: true });
    expect([await seen.findings(), await seen.isTooWide(), seen.faults], JSON.stringify(look)).toEqual([[], false, []]);
    await seen.page.context().close();
  }
});
