/** The owner's page: its sentence, its weeks, what it rests on. Exposures are written in sizes whose effect is known. */
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import type { Sql } from "../../../src/db/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { ownerAnswer } from "../../../src/http/contract/reports/owner.ts";
import { ownerJson } from "../../../src/reporting/owner/owner-json.ts";
import { ownerText } from "../../../src/reporting/owner/owner-text.ts";
import { ownerPage } from "../../../src/reporting/owner/page.ts";
import { ownerSentence, ownerWord } from "../../../src/reporting/owner/words.ts";
import { testDatabase } from "../../support/database.ts";
import { exposed } from "../../support/exposures.ts";
import { reportFacts } from "../../support/reporting.ts";

/** A Sunday in Shanghai. The week began on 23 November, the first of twelve on 7 September. */
const NOW = Date.parse("2026-11-29T12:00:00+08:00");
const ZONES: Record<string, string> = { acme: "Asia/Shanghai", emea: "Europe/Madrid" };
const zoneOf = (shop: string) => ZONES[shop] ?? "UTC";

async function emptyShop(now = NOW) {
  const database = await testDatabase();
  await database.setNow(now);
  const { sql } = database;
  const open = async (shop: string | null = null, skewMs: number | null = 0) => {
    const page = await ownerPage({ sql }, { shop, zoneOf, isShop: (id) => id in ZONES, skewMs });
    if (page === null) throw new Error("no page");
    // It is what the route answers.
    expect(ownerAnswer.safeParse(ownerJson(page)).error).toBeUndefined();
    return page;
  };
  return { database, sql, open, buyer: (shop: string) => insertBuyer(sql, shop) };
}

/** A shop is known by its buyers. */
const insertBuyer = (sql: Sql, shop: string) => sql`
  insert into buyers (shop_id, id, bucket, created_at) values (${shop}, ${newId()}, 0, ${new Date(NOW)})`;

async function acme(now = NOW) {
  const shop = await emptyShop(now);
  await shop.buyer("acme");
  return shop;
}

describe("the sentence and the word", () => {
  // The interval for daily looks, computed by another program: 5.00 ± 4.85 points.
  it("say what reminders brought, once the interval has left zero", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 20 * DAY, buyers: 9_000, paid: 3_150 });
    await exposed(sql, { at: NOW - 20 * DAY, buyers: 1_000, paid: 300, held: true });
    const page = await open();
    expect([ownerWord(page), ownerSentence(page)]).toEqual([
      "works",
      "Reminders brought 50 more paid cases of 1,000, between 2 and 98.",
    ]);
    expect(page.warnings).toEqual([]);
    expect(page.figures).toMatchObject({ treatedBuyers: 9_000, holdoutBuyers: 1_000, openBuyers: 0 });
    // 9,000 stakes of 10.00: 5% of them.
    expect(page.figures.extraAmount).toMatchObject([{ amount: 450_000, currency: "CNY" }]);
  });

  it("say that reminders harm", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 20 * DAY, buyers: 9_000, paid: 2_250 });
    await exposed(sql, { at: NOW - 20 * DAY, buyers: 1_000, paid: 350, held: true });
    const page = await open();
    expect([page.verdict, ownerWord(page)]).toEqual(["harms", "harms"]);
    expect(ownerSentence(page)).toBe("With reminders 100 fewer cases of 1,000 were paid, between 50 and 150.");
    expect(page.orderCosts).toEqual([]);
  });

  it("say how many more cases it takes, and days at this pace", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 900, paid: 315 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 100, paid: 30, held: true });
    const page = await open();
    expect(page.verdict).toBe("cannot_tell");
    const { cases, days } = page.needs ?? { cases: 0, days: 0 };
    expect(cases).toBe(page.figures.moreBuyers);
    // 1,000 buyers in ten days.
    expect(days).toBe(Math.ceil(cases / 100));
    expect(ownerWord(page)).toMatch(/^cannot tell yet: about \d\d,000 more cases, \d\d\d days at this pace$/);
    expect(ownerSentence(page)).toBe(
      "With reminders 50 more cases of 1,000 were paid, but chance alone allows anything from 99 fewer to 199 more.",
    );
  });

  it("withhold the verdict while fewer than 30 are held out, and say how many more cases it takes", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 261, paid: 200 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 29, paid: 2, held: true });
    const few = await open();
    // The interval is shown, and is far above zero.
    expect(few.figures.liftLow).toBeGreaterThan(0);
    expect([few.verdict, few.needs]).toEqual(["cannot_tell", { cases: 10, days: 1 }]);
    expect(ownerWord(few)).toBe("cannot tell yet: about 10 more cases, 1 day at this pace");
    expect(ownerSentence(few)).toBe(
      "With reminders 697 more cases of 1,000 were paid, but with 29 buyers in the smaller group that proves nothing yet.",
    );
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 1, paid: 0, held: true });
    expect((await open()).verdict).toBe("works");
  });

  it("say nothing of years, and nothing where both paid alike", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 900, paid: 271 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 100, paid: 30, held: true });
    expect(ownerWord(await open())).toMatch(/^cannot tell yet: the difference is so small that it would take years/);
    await sql`delete from exposures`;
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 900, paid: 270 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 100, paid: 30, held: true });
    const page = await open();
    expect([page.needs, ownerWord(page)]).toEqual([null, "cannot tell yet"]);
  });

  it("say that all buyers still have time to pay", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - HOUR, buyers: 7, paid: 0 });
    const page = await open();
    expect([page.verdict, ownerSentence(page)]).toEqual([
      "waiting",
      "It is not known yet what the reminders brought: 7 buyers still have time to pay.",
    ]);
  });

  it("say that nobody is held out, and with which share to begin", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 3 * DAY, buyers: 40, paid: 10, share: 0 });
    const page = await open();
    expect([page.verdict, ownerWord(page)]).toEqual(["not_measured", "not measured"]);
    expect(ownerSentence(page)).toContain("`holdout: 20%` in campaign.yaml");
    expect(page.unmeasured).toMatchObject([{ shop: "acme", campaign: "default", share: 0, buyers: 40 }]);
    expect(ownerText(page)).toContain("40 buyers (default of acme: 40, no holdout)");
    await exposed(sql, { at: NOW - 3 * DAY, buyers: 40, paid: 10, campaign: "all", share: 1, held: true });
    expect(ownerSentence(await open())).toContain("are not those that reminded");
    await sql`delete from exposures where not held`;
    expect(ownerSentence(await open())).toContain("all buyers were held out");
  });
});

it("a shop without data has zeros and a sentence", async () => {
  const { open } = await emptyShop();
  for (const page of [await open(), await open("acme")]) {
    expect([page.verdict, page.weeks.length]).toEqual(["no_data", 12]);
    expect(ownerSentence(page)).toBe("No reminder was due in these 12 weeks, so there is no effect to report yet.");
    expect(JSON.stringify(ownerJson(page))).not.toMatch(/NaN|Infinity/);
    const text = ownerText(page);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(text).toContain("0 buyers reminded (– paid)");
  }
});

it("there is no page of a shop that is neither configured nor seen", async () => {
  const { sql, buyer } = await emptyShop();
  const ask = (shop: string) => ownerPage({ sql }, { shop, zoneOf, isShop: (id) => id in ZONES, skewMs: null });
  expect(await ask("gone")).toBeNull();
  await buyer("gone");
  expect(await ask("gone")).not.toBeNull();
});

describe("the weeks", () => {
  it("begin on Monday in the zone of the shop, and hold a buyer of each", async () => {
    const { sql, open } = await acme();
    const monday = Date.parse("2026-11-23T00:00:00+08:00");
    for (const [at, buyers] of [
      [monday - 1, 1],
      [monday, 2],
      [NOW - 2 * HOUR, 4],
      // The first instant of twelve weeks, and the one before.
      [Date.parse("2026-09-07T00:00:00+08:00"), 8],
      [Date.parse("2026-09-07T00:00:00+08:00") - 1, 16],
    ] as const)
      await exposed(sql, { at, buyers, paid: 0, share: 0.5 });
    const { weeks, figures } = await open();
    const { weeks: dated } = ownerJson(await open());
    expect(dated.map(({ day }) => day)).toEqual([
      ...["2026-09-07", "2026-09-14", "2026-09-21", "2026-09-28", "2026-10-05", "2026-10-12"],
      ...["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"],
    ]);
    expect(weeks.map(({ treatedBuyers, openBuyers }) => treatedBuyers + openBuyers)).toEqual([
      ...[8, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 1, 6],
    ]);
    expect([figures.treatedBuyers, figures.openBuyers]).toEqual([11, 4]);
  });

  it("have the fixed interval when they are over, and the one for daily looks while they run", async () => {
    const { sql, open } = await acme();
    for (const at of [NOW - 10 * DAY, NOW - 3 * DAY]) {
      await exposed(sql, { at, buyers: 900, paid: 315 });
      await exposed(sql, { at, buyers: 100, paid: 30, held: true });
    }
    const [over, running] = (await open()).weeks.slice(-2);
    const width = (week: typeof over) => (week?.liftHigh ?? 0) - (week?.liftLow ?? 0);
    expect(width(over)).toBeCloseTo(0.185, 2);
    expect(width(running)).toBeCloseTo(2 * 0.1491, 3);
  });

  it("are those of each shop's own zone, in summer time and after it", async () => {
    const { sql, open, buyer } = await acme();
    await buyer("emea");
    // Madrid left summer time on 25 October: its week began at 22:00 UTC before, and at 23:00 UTC after.
    await exposed(sql, { shop: "emea", at: Date.parse("2026-10-18T22:00:00Z"), buyers: 1, paid: 0 });
    await exposed(sql, { shop: "emea", at: Date.parse("2026-10-25T22:59:59Z"), buyers: 2, paid: 0 });
    await exposed(sql, { shop: "emea", at: Date.parse("2026-10-25T23:00:00Z"), buyers: 4, paid: 0 });
    for (const page of [await open("emea"), await open()]) {
      const counts = new Map(ownerJson(page).weeks.map(({ day, treatedBuyers }) => [day, treatedBuyers]));
      expect([counts.get("2026-10-19"), counts.get("2026-10-26")]).toEqual([3, 4]);
    }
    expect((await open()).zone).toBe("UTC");
    expect((await open("acme")).figures.treatedBuyers).toBe(0);
  });

  it("are drawn as bars below one scale", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 900, paid: 405 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 100, paid: 30, held: true });
    const lines = ownerText(await open()).split("\n");
    const head = lines.find((line) => line.startsWith("week of"));
    const week = lines.find((line) => line.startsWith("2026-11-16"));
    const total = lines.find((line) => line.startsWith("12 weeks"));
    expect(head).toMatch(/−30 +0 +\+30$/);
    const zero = head?.indexOf("0", head.indexOf("−30") + 3) ?? 0;
    expect(week).toContain("+15.0 (+4.9 to +23.7)");
    // The bar of the week begins right of the zero, that of the total reaches it.
    expect(week?.[zero]).toBe("│");
    expect(week?.indexOf("├")).toBeGreaterThan(zero);
    expect(week?.indexOf("●")).toBe(total?.indexOf("●"));
    expect((total?.indexOf("┤") ?? 0) - (total?.indexOf("├") ?? 0)).toBeGreaterThan(
      (week?.indexOf("┤") ?? 0) - (week?.indexOf("├") ?? 0),
    );
  });
});

describe("warnings", () => {
  const codes = ({ warnings }: { readonly warnings: readonly { readonly code: string }[] }) =>
    warnings.map(({ code }) => code);

  it("of sizes that the draw does not explain: no effect is shown", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 900, paid: 405 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 180, paid: 30, held: true });
    const page = await open();
    expect([page.verdict, codes(page)]).toEqual(["not_measured", ["sample_ratio"]]);
    expect(ownerSentence(page)).toContain("a size that the draw does not explain");
    expect(ownerText(page)).toContain("Warning: The control group has another size");
  });

  it("of fewer than 30 held out", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 261, paid: 90 });
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 29, paid: 9, held: true });
    expect(codes(await open())).toEqual(["few_held_out"]);
    await exposed(sql, { at: NOW - 10 * DAY, buyers: 1, paid: 0, held: true });
    expect(codes(await open())).toEqual([]);
  });

  it("of a share that changed in these weeks, and names the present one", async () => {
    const { sql, open } = await acme();
    await exposed(sql, { at: NOW - 30 * DAY, buyers: 450, paid: 90, share: 0.1 });
    await exposed(sql, { at: NOW - 30 * DAY, buyers: 50, paid: 9, share: 0.1, held: true });
    await exposed(sql, { at: NOW - 3 * DAY, buyers: 400, paid: 90, share: 0.2 });
    await exposed(sql, { at: NOW - 3 * DAY, buyers: 100, paid: 9, share: 0.2, held: true });
    const page = await open();
    expect(codes(page)).toEqual(["share_changed"]);
    expect(page.warnings[0]?.message).toContain("10%, 20%");
    expect(page.holdout).toEqual({ casesAMonth: 0, suggested: 0.2, current: [0.2] });
    expect(ownerText(page)).toContain("now 20%; 20% suits 0 cases a month");
  });

  it("of a shop's clock that is slow or fast, and not of orders that were imported", async () => {
    const { sql, open } = await acme();
    const events = async (shop: string, lag: number, count = 10) => {
      await sql`
        insert into orders (shop_id, id, buyer_id, status, created_at, details, seen_at)
        select ${shop}, 'o' || n, gen_random_uuid(), 'unpaid', ${new Date(NOW - HOUR - lag)}, '{}', now() from generate_series(1, ${count}) n
        on conflict do nothing`;
      await sql`
        insert into buyers (shop_id, id, platform_id, bucket, created_at) values (${shop}, gen_random_uuid(), 'b', 0, now()) on conflict do nothing`;
      await sql`
        insert into order_events (shop_id, id, order_id, type, occurred_at, received_at, told)
        select ${shop}, gen_random_uuid()::text, 'o' || n, 'order.paid', ${new Date(NOW - HOUR - lag)}, ${new Date(NOW - HOUR)}, '{}'
        from generate_series(1, ${count}) n`;
    };
    await events("prompt", 20 * SECOND);
    await events("slow", 7 * MINUTE);
    await events("fast", -MINUTE);
    await events("imported", 8 * HOUR);
    const { warnings } = await open();
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("Events of the shop fast carry a time that is 1m ahead"),
      expect.stringContaining("Events of the shop slow arrive 7m after"),
    ]);
    expect(codes(await open("acme"))).toEqual([]);
  });

  it("of this machine's clock", async () => {
    const { open } = await acme();
    expect((await open(null, -4_000)).warnings).toMatchObject([
      { code: "machine_clock", message: expect.stringContaining("4.0 s behind the database's") },
    ]);
    expect(codes(await open(null, 1_900))).toEqual([]);
  });
});

it("an order that was brought costs what the measured part of the reminders did", async () => {
  const facts = await reportFacts();
  const at = Date.parse("2026-11-10T10:00:00+08:00");
  await facts.order("o1", at);
  await facts.sent({
    order: "o1",
    step: "nudge",
    at: at + 10 * MINUTE,
    segments: 1,
    micros: 90_000_000,
    currency: "CNY",
  });
  await facts.database.setNow(NOW);
  // 9,000 of 10,000 reminded can be compared: 81.00 for the 450 orders that these brought.
  await exposed(facts.sql, { at, buyers: 9_000, paid: 3_150 });
  await exposed(facts.sql, { at, buyers: 1_000, paid: 300, held: true });
  await exposed(facts.sql, { at, buyers: 1_000, paid: 300, campaign: "other", share: 0 });
  const page = await ownerPage({ sql: facts.sql }, { zoneOf, isShop: () => true, skewMs: null });
  if (page === null) throw new Error("no page");
  expect(page.orderCosts).toMatchObject([{ micros: 180_000, currency: "CNY" }]);
  const [cost] = ownerJson(page).costPerOrder;
  expect(cost).toMatchObject({ amount: "0.18", currency: "CNY" });
  expect(Number(cost?.low)).toBeCloseTo(81 / (page.figures.extraOrdersHigh ?? 0), 5);
  expect(Number(cost?.high)).toBeCloseTo(81 / (page.figures.extraOrdersLow ?? 0), 3);
  expect(page.figures).toMatchObject({ unmeasuredBuyers: 1_000, remindedOrders: 1 });
  expect(page.holdout.casesAMonth).toBe(1);
});
