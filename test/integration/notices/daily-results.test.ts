/** The result of the day: once a day and receiver, whichever process makes it, and without anybody's data. */
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { claimChore } from "../../../src/db/stores/notices/chore-store.ts";
import { raiseDailyResults } from "../../../src/notices/daily-results.ts";
import { dailyResultText } from "../../../src/reporting/owner/daily-result.ts";
import { hasDailyResults } from "../../../src/roles/chores/notices/daily-results.ts";
import { testDatabase } from "../../support/database.ts";
import { exposed } from "../../support/exposures.ts";
import { reportFacts } from "../../support/reporting.ts";

const ZONE = "Asia/Shanghai";
const NINE = Date.parse("2026-11-29T09:00:00+08:00");
const SHOP = { shop: "acme", zone: ZONE, at: 9 * HOUR };

async function setup(receivers: readonly string[] = ["ops", "boss"]) {
  const { sql, setNow } = await testDatabase();
  let made = 0;
  const raise = (change: Partial<Parameters<typeof raiseDailyResults>[0]> = {}) =>
    raiseDailyResults({
      sql,
      receivers,
      shops: async () => [SHOP],
      textOf: async (shop) => `${shop} ${++made}`,
      ...change,
    });
  const stored = () => sql`select receiver, matter, text, count from notices order by matter, receiver`;
  return { sql, setNow, raise, stored, made: () => made };
}

test("each receiver gets it once a day, from the hour on, however often it is looked for", async () => {
  const { setNow, raise, stored, made } = await setup();
  await setNow(NINE - 1);
  expect(await raise()).toBe(0);
  await setNow(NINE);
  expect(await raise()).toBe(2);
  for (const later of [0, MINUTE, 14 * HOUR]) {
    await setNow(NINE + later);
    expect(await raise()).toBe(0);
  }
  // The report is made once.
  expect(made()).toBe(1);
  await setNow(NINE + DAY);
  expect(await raise()).toBe(2);
  expect(await stored()).toEqual(
    ["2026-11-29", "2026-11-30"].flatMap((day, n) =>
      ["boss", "ops"].map((receiver) => ({
        receiver,
        matter: `daily_result:acme:${day}`,
        text: `acme ${n + 1}`,
        count: 1,
      })),
    ),
  );
});

test("ten processes at once raise one notice for each receiver", async () => {
  const { setNow, raise, stored } = await setup(["ops"]);
  await setNow(NINE);
  const raised = await Promise.all(Array.from({ length: 10 }, () => raise()));
  expect(raised.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await stored()).toMatchObject([{ count: 1 }]);
});

test("a process that dies before it has stored the notice leaves it to another one on the same day", async () => {
  const { sql, setNow, raise, stored } = await setup(["ops"]);
  await setNow(NINE);
  // It holds the chore, and dies while it makes the report.
  expect(await claimChore(sql, "daily-results", 5 * MINUTE)).toBe(true);
  await expect(raise({ textOf: () => Promise.reject(new Error("killed")) })).rejects.toThrow("killed");
  await setNow(NINE + 4 * MINUTE);
  expect(await claimChore(sql, "daily-results", 5 * MINUTE)).toBe(false);
  await setNow(NINE + 5 * MINUTE);
  expect(await claimChore(sql, "daily-results", 5 * MINUTE)).toBe(true);
  expect(await raise()).toBe(1);
  // It dies after that, before the chore is finished.
  await setNow(NINE + 10 * MINUTE);
  expect(await claimChore(sql, "daily-results", 5 * MINUTE)).toBe(true);
  expect(await raise()).toBe(0);
  expect(await stored()).toMatchObject([{ count: 1 }]);
});

test("a shop whose report fails holds up no other shop, and is tried again", async () => {
  const { setNow, raise, stored } = await setup(["ops"]);
  await setNow(NINE);
  const shops = async () => [SHOP, { ...SHOP, shop: "beta" }];
  const failing = (shop: string) => (shop === "acme" ? Promise.reject(new Error("slow")) : Promise.resolve("fine"));
  await expect(raise({ shops, textOf: failing })).rejects.toThrow("slow");
  expect(await stored()).toMatchObject([{ text: "fine" }]);
  expect(await raise({ shops })).toBe(1);
  expect(await stored()).toHaveLength(2);
});

test("a receiver that is configured later on the day gets it too", async () => {
  const { setNow, raise, stored } = await setup(["ops"]);
  await setNow(NINE);
  await raise();
  expect(await raise({ receivers: ["ops", "boss"] })).toBe(1);
  expect(await stored()).toMatchObject([
    { receiver: "boss", count: 1 },
    { receiver: "ops", count: 1 },
  ]);
});

test("the text has the sentence, the money and yesterday, and names no buyer, order or number", async () => {
  const facts = await reportFacts();
  const yesterday = NINE - DAY;
  await facts.order("o1", yesterday, { buyer: { id: "b-77", phone: "+8613812345678", name: "Mei" } });
  await facts.sent({ order: "o1", step: "nudge", at: yesterday + 10 * MINUTE, micros: 45_000, currency: "CNY" });
  await facts.paid("o1", yesterday + 20 * MINUTE);
  await exposed(facts.sql, { at: NINE - 20 * DAY, buyers: 9_000, paid: 3_150 });
  await exposed(facts.sql, { at: NINE - 20 * DAY, buyers: 1_000, paid: 300, held: true });
  await facts.database.setNow(NINE);
  const text = await dailyResultText({ sql: facts.sql }, "acme", () => ZONE);
  expect(text.split("\n")).toEqual([
    "acme, the last 12 weeks: works. Reminders brought 50 more paid cases of 1,000, between 2 and 98.",
    "Money brought (95%): 4,500.00 (135.81 to 8,864.19) CNY",
    "Yesterday: 1 reminder sent, cost 0.045 CNY; 1 order paid after one, 129.00 CNY",
  ]);
  expect(text).not.toMatch(/b-77|o1\b|Mei|138/);
  const none = await dailyResultText({ sql: facts.sql }, "empty", () => ZONE);
  expect(none).toContain("No reminder was due");
  expect(none).not.toMatch(/NaN|null|undefined/);
});

test("only shops that set an hour have one", () => {
  const shop = (hours: Record<string, number>) => (id: string) =>
    ({ resultAt: hours[id] ?? null }) as unknown as NonNullable<
      ReturnType<Parameters<typeof hasDailyResults>[0]["shop"]>
    >;
  expect(hasDailyResults({ shopIds: ["acme"], shop: shop({}) })).toBe(false);
  expect(hasDailyResults({ shopIds: ["acme"], shop: shop({ acme: 0 }) })).toBe(true);
});
