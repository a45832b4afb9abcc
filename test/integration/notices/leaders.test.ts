/** The leaders of the desk on the hour: once an hour and receiver, from what is stored, without anybody's data. */
import { expect, it, onTestFinished } from "vitest";
import { openNotifiers } from "../../../src/channels/notices/registry.ts";
import type { Shift } from "../../../src/core/desk/shifts.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { replaceShifts, replaceStaff } from "../../../src/db/stores/desk/staff-store.ts";
import { deliverNotices } from "../../../src/notices/deliver.ts";
import { type LeadersDeps, raiseLeaders } from "../../../src/notices/leaders.ts";
import { testDatabase } from "../../support/database.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import { faults } from "../../support/provider-faults.ts";

const ZONE = "Asia/Shanghai";
const EIGHT = Date.parse("2026-11-10T20:00:00+08:00");
const MIDNIGHT = EIGHT + 4 * HOUR;

async function desk() {
  const { sql, setNow } = await testDatabase();
  let made = 0;
  const shop = (id: string) =>
    sql`insert into buyers (shop_id, id, bucket, created_at) values (${id}, gen_random_uuid(), 0, dunlin_now())`;
  await shop("acme");
  const at = (ms: number) => new Date(ms);
  const deps = { sql, receivers: ["ops"], zone: ZONE, language: "en", zoneOf: () => ZONE } as const;
  return {
    ...{ sql, setNow, shop, at },
    /** Returns the order's id. */
    won: async (staff: string, paidAt: number, { id = "acme", amount = 12_900, currency = "CNY" } = {}) => {
      const order = `o${++made}`;
      await sql`
        insert into recoveries (shop_id, order_id, amount, currency, reminded_at, paid_at, staff)
        values (${id}, ${order}, ${amount}, ${currency}, ${at(paidAt - MINUTE)}, ${at(paidAt)}, ${staff})`;
      return order;
    },
    promised: async (by: string, paidAt: number | null, dueAt = (paidAt ?? 0) + MINUTE, refunded = false) => {
      const order = `p${++made}`;
      await sql`
        insert into orders (shop_id, id, status, amount, currency, created_at, seen_at, paid_at, refunded_at, details)
        values ('acme', ${order}, 'paid', 100, 'CNY', ${at(EIGHT - DAY)}, dunlin_now(), ${paidAt && at(paidAt)}, ${refunded ? at(paidAt ?? 0) : null}, '{}')`;
      await sql`
        insert into promises (id, shop_id, case_id, orders, at, recorded_at, recorded_by, state, ended_at)
        values (gen_random_uuid(), 'acme', gen_random_uuid(), ${[order]}, ${at(dueAt)}, ${at(EIGHT - DAY)}, ${by},
          ${paidAt === null ? "broken" : "kept"}, ${at(paidAt ?? dueAt)})`;
    },
    shifts: async (...shifts: Omit<Shift, "weekdays" | "zone">[]) => {
      const people = [...new Set(shifts.map(({ person }) => person))];
      const member = { shops: null, languages: null, teams: [], maxOpen: 5, costPerHour: null };
      await replaceStaff(
        sql,
        people.map((name) => ({ ...member, name, active: name !== "gone" })),
      );
      await replaceShifts(
        sql,
        shifts.map((each) => ({ ...each, weekdays: ["tue"], zone: ZONE })),
      );
    },
    raise: (change: Partial<LeadersDeps> = {}) => raiseLeaders({ ...deps, ...change }),
    stored: () => sql<{ receiver: string; matter: string; text: string; count: number }[]>`
      select receiver, matter, text, count from notices order by matter, receiver`,
  };
}

it("announces an hour once to each receiver that wants it, however many processes look and whenever they start", async () => {
  const { setNow, won, raise, stored } = await desk();
  await won("vera", EIGHT - MINUTE);
  const both = { receivers: ["boss", "ops"] };
  await setNow(EIGHT - 1);
  expect(await raise(both)).toBe(0);
  await setNow(EIGHT);
  const raised = await Promise.all(Array.from({ length: 10 }, () => raise(both)));
  expect(raised.reduce((sum, n) => sum + n, 0)).toBe(2);
  // A restart in the hour, and payments that come meanwhile.
  await won("ada", EIGHT + SECOND);
  for (const later of [MINUTE, 9 * MINUTE, 59 * MINUTE]) {
    await setNow(EIGHT + later);
    expect(await raise(both)).toBe(0);
  }
  await setNow(EIGHT + HOUR + 2 * MINUTE);
  expect(await raise(both)).toBe(2);
  const text = (clock: string, ...names: string[]) =>
    [
      `leaders today, until ${clock}`,
      ...names.map((name, n) => `${n + 1}. ${name}: 1 order recovered, 129.00 CNY`),
    ].join("\n");
  expect(await stored()).toEqual(
    [
      { matter: "desk_leaders:2026-11-10T12:00Z", text: text("20:00", "vera") },
      { matter: "desk_leaders:2026-11-10T13:00Z", text: text("21:00", "ada", "vera") },
    ].flatMap((notice) => ["boss", "ops"].map((receiver) => ({ receiver, ...notice, count: 1 }))),
  );
});

it("announces no hour that is long over", async () => {
  const { setNow, won, raise } = await desk();
  await won("vera", EIGHT - MINUTE);
  await setNow(EIGHT + 10 * MINUTE);
  expect(await raise()).toBe(0);
  await setNow(EIGHT + 10 * MINUTE - 1);
  expect(await raise()).toBe(1);
});

it("counts from the beginning of each shop's day, and each currency by itself", async () => {
  const { setNow, shop, won, promised, raise, stored } = await desk();
  await shop("berlin");
  const zoneOf = (id: string) => (id === "berlin" ? "Europe/Berlin" : ZONE);
  const dayBegins = MIDNIGHT - DAY;
  await won("vera", dayBegins - 1);
  await won("vera", dayBegins);
  await won("vera", EIGHT - HOUR, { amount: 990, currency: "JPY" });
  await won("vera", EIGHT);
  // In Berlin the day began 7 hours later, and 02:00 in Shanghai is still the day before.
  await won("ada", dayBegins + 2 * HOUR, { id: "berlin" });
  await won("ada", dayBegins + 7 * HOUR, { id: "berlin", amount: 5_000, currency: "EUR" });
  await won("ada", EIGHT - 1, { id: "berlin", amount: 2_500, currency: "EUR" });
  // Kept by the time of the payment; broken, kept yesterday, refunded since: not.
  await promised("ada", EIGHT - 2);
  await promised("vera", dayBegins - MINUTE, EIGHT);
  await promised("vera", null, EIGHT - HOUR);
  await promised("vera", EIGHT - HOUR, EIGHT, true);
  await promised("bob", dayBegins, dayBegins);
  await setNow(EIGHT);
  expect(await raise({ zoneOf, zone: "UTC" })).toBe(1);
  expect((await stored())[0]?.text.split("\n")).toEqual([
    "leaders today, until 12:00 UTC",
    "1. ada: 2 orders recovered, 75.00 EUR; 1 promise kept",
    "2. vera: 2 orders recovered, 129.00 CNY + 990 JPY",
    "3. bob: 1 promise kept",
  ]);
});

it("announces at midnight the day that ends", async () => {
  const { setNow, won, raise, stored } = await desk();
  await won("vera", MIDNIGHT - 20 * HOUR);
  await won("vera", MIDNIGHT - 1);
  await setNow(MIDNIGHT);
  expect(await raise({ language: "zh" })).toBe(1);
  expect((await stored())[0]?.text).toBe("今日挽回榜，截至 24:00\n1. vera：挽回订单 2 笔，258.00 CNY");
  // Nothing of it stands an hour later.
  await setNow(MIDNIGHT + HOUR);
  expect(await raise()).toBe(0);
});

it("says nothing in an hour in which nobody won anything, or nobody of the staff was on shift", async () => {
  const { setNow, won, promised, shifts, raise } = await desk();
  await setNow(EIGHT);
  expect(await raise()).toBe(0);
  await won("vera", EIGHT - HOUR - 1);
  expect(await raise()).toBe(0);
  await promised("ada", EIGHT - HOUR);
  await shifts({ person: "vera", from: "08:00", to: "19:00" }, { person: "gone", from: "08:00", to: "22:00" });
  expect(await raise()).toBe(0);
  // The shift that ended within the hour hears of its end.
  await shifts({ person: "vera", from: "08:00", to: "19:01" });
  expect(await raise()).toBe(1);
});

it("posts it once, and no hour that has passed while the chat could not be reached", async () => {
  const { sql, setNow, won, raise, stored } = await desk();
  const staff = await startFakeProvider();
  onTestFinished(() => staff.close());
  const settings = { url: staff.url("ops") };
  const notifiers = openNotifiers([{ name: "ops", provider: "webhook", leaders: true, settings }], {
    now: () => EIGHT,
  });
  onTestFinished(() => Promise.all([...notifiers.values()].map((each) => each.close())).then(() => {}));
  const warned: string[] = [];
  const log = { warn: (_: object, message: string) => void warned.push(message) };
  const deliver = () => deliverNotices({ sql, notifiers, written: String, log });
  await won("vera", EIGHT - MINUTE);
  await setNow(EIGHT);
  await raise();
  expect(await deliver()).toBe(1);
  expect(await deliver()).toBe(0);
  expect(staff.log.map(({ body }) => body)).toMatchObject([
    {
      matter: "desk_leaders:2026-11-10T12:00Z",
      text: "Dunlin: leaders today, until 20:00\n1. vera: 1 order recovered, 129.00 CNY",
    },
  ]);
  // The chat is away for two hours.
  staff.rules([{ fault: faults.status(503) }]);
  for (const hour of [1, 2]) {
    await won("vera", EIGHT + hour * HOUR - MINUTE);
    await setNow(EIGHT + hour * HOUR);
    expect(await raise()).toBe(1);
    expect(await deliver()).toBe(0);
  }
  staff.rules([]);
  await setNow(EIGHT + 2 * HOUR + 5 * MINUTE);
  expect(await deliver()).toBe(1);
  expect(await deliver()).toBe(0);
  const texts = staff.log.map(({ body }) => String(body?.text).split("\n")[0]);
  expect(texts.at(-1)).toBe("Dunlin: leaders today, until 22:00");
  expect(texts.filter((each) => each?.includes("21:00"))).toHaveLength(1);
  expect(warned).toContain("notices to staff were dropped: they could not be posted in time");
  // A week of hours leaves no rows behind.
  await setNow(EIGHT + 3 * HOUR + 10 * MINUTE);
  await deliver();
  expect(await stored()).toEqual([]);
});
