/** The results of people by the shift on which they worked. */
import { expect, it, onTestFinished } from "vitest";
import { type Shift, shiftEnd, WEEKDAYS } from "../../../src/core/desk/shifts.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { shiftAt } from "../../../src/db/stores/reads/report/staff-shifts.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { listTasks } from "../../../src/followup/desk/list.ts";
import { recordOutcome, recordTouch } from "../../../src/followup/desk/results.ts";
import { staffReport } from "../../../src/reporting/report/staff.ts";
import { staffReportText } from "../../../src/reporting/report/staff-text.ts";
import { testDatabase } from "../../support/database.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { drawsOf } from "../../support/lives.ts";
import { afterCreated } from "../../support/rules.ts";

const ZONE = "Asia/Shanghai";
const VERA = { who: "vera", via: "http" } as const;

it("counts each task, payment and promise in the shift of its contact, and over midnight in the one that began the day before", async () => {
  const setup = await dispatchSetup({
    campaign: {
      steps: [afterCreated("nudge", 20 * HOUR, ["sms"])],
      manual: { amountAtLeast: "100", handBackAfter: 20 * HOUR },
    },
  });
  const { at, receive, vault } = setup;
  const { sql } = setup.database;
  const deps = { sql, vault, zoneOf: () => ZONE, campaignOf: () => null };
  await sql`insert into shifts (person, place, weekdays, starts, ends, zone) values
    ('vera', 0, '{tue}', '14:00', '22:00', ${ZONE}), ('vera', 1, '{tue}', '22:00', '06:00', ${ZONE}), ('ada', 0, '{tue}', '20:00', '21:00', ${ZONE})`;
  await at(T0);
  for (const n of [1, 2, 3, 4])
    await receive(
      receivedEvent(`e${n}`, "order.created", T0, {
        ...{ id: `o${n}`, amount: "200.00" },
        buyer: { id: `b${n}`, phone: `+861381234567${n}` },
      }),
    );
  const asked = {
    ...{ shop: null, state: null, kind: null, assignee: null, cursor: null },
    sort: "closes",
    limit: 50,
    phones: false,
  } as const;
  const taskOf = async (n: number) =>
    (await listTasks(deps, asked))?.items.find(({ orders }) => orders.includes(`o${n}`))?.id ?? "";
  const speak = async (n: number, when: number) => {
    await at(when);
    const id = await taskOf(n);
    await claim(deps, VERA, id);
    await recordTouch(deps, VERA, id, { how: "call", result: "reached", reason: null, note: null });
    return id;
  };
  const pay = (n: number, when: number) =>
    receive(
      receivedEvent(`p${n}`, "order.paid", when, {
        id: `o${n}`,
        buyer: { id: `b${n}` },
        paidAt: new Date(when).toISOString(),
      }),
    );
  // Tuesday, 20:01 in Shanghai; then 02:00 of Wednesday, on Tuesday's night shift; then 07:00, on none.
  await speak(1, T0 + MINUTE);
  const promised = await speak(2, T0 + 6 * HOUR);
  const promise = { outcome: "will_pay", reason: null, note: null, promiseAt: T0 + 10 * HOUR, againAt: null } as const;
  expect(await recordOutcome(deps, VERA, promised, promise)).toEqual({ kind: "changed" });
  await speak(3, T0 + 11 * HOUR);
  await at(T0 + 12 * HOUR);
  await pay(2, T0 + 9 * HOUR);
  await pay(3, T0 + 12 * HOUR);
  const report = await staffReport({ sql, zoneOf: () => ZONE }, { shop: null });
  const late = { from: "14:00", to: "22:00", zone: ZONE };
  const night = { from: "22:00", to: "06:00", zone: ZONE };
  const paid = { recoveredOrders: 1, recoveredAmount: [{ amount: "200.00", currency: "CNY" }] };
  expect(report.shifts).toMatchObject([
    {
      person: "vera",
      shift: late,
      tasks: 1,
      reached: 1,
      recoveredCases: 0,
      recoveredOrders: 0,
      recoveredAmount: [],
      promises: 0,
    },
    { person: "vera", shift: night, tasks: 1, reached: 1, recoveredCases: 1, ...paid, promises: 1, promisesKept: 1 },
    { person: "vera", shift: null, tasks: 1, reached: 1, recoveredCases: 1, ...paid, promises: 0 },
  ]);
  expect(report.shifts.map(({ medianMinutesToContact }) => medianMinutesToContact)).toEqual([1, 360, 660]);
  // The people's own figures are not those of a shift.
  const [vera] = report.items;
  expect(vera).toMatchObject({ person: "vera", tasks: 3, recoveredCases: 2, recoveredOrders: 2, promisesKept: 1 });
  const text = staffReportText(report);
  expect(text).toMatch(/vera, 14:00 to 22:00 Asia\/Shanghai +1 +1 +0 /);
  expect(text).toMatch(/vera, on no shift +1 +1 +1 /);
});

it("finds the shift of an instant as the rules of shifts do, also on days on which the clocks change", async () => {
  const { sql } = await testDatabase({ onTestFinished });
  const draw = drawsOf(7);
  const among = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T;
  const times = ["00:00", "02:30", "06:00", "09:00", "13:45", "22:00", "23:59"];
  const zones = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"];
  const seen = { on: 0, off: 0 };
  for (let round = 0; round < 40; round++) {
    const shift: Shift = {
      person: "vera",
      weekdays: WEEKDAYS.filter(() => draw() < 0.5),
      ...{ from: among(times), to: among(times), zone: among(zones) },
    };
    await sql`delete from shifts`;
    await sql`insert into shifts (person, place, weekdays, starts, ends, zone)
      values ('vera', 0, string_to_array(${shift.weekdays.join()}, ','), ${shift.from}, ${shift.to}, ${shift.zone})`;
    // The autumn of 2026, with the change in Madrid, New York and on Lord Howe. The hour that a change skips or repeats is left out.
    const instants = Array.from(
      { length: 60 },
      () => Date.parse("2026-10-01T00:00:00Z") + Math.floor(draw() * 45 * DAY),
    );
    const rows = await sql<{ at: number; on: boolean }[]>`
      select extract(epoch from at)::float8 * 1000 as at, ${shiftAt(sql, "'vera'", "at")} is not null as on
      from unnest(string_to_array(${instants.map((at) => at / 1_000).join()}, ',')::float8[]) s cross join lateral (select to_timestamp(s) as at) given`;
    for (const { at, on } of rows) {
      if (isNearChange(at, shift.zone)) continue;
      expect({ at: new Date(at).toISOString(), shift, on }).toEqual({
        ...{ at: new Date(at).toISOString(), shift },
        on: shiftEnd([shift], at) !== null,
      });
      seen[on ? "on" : "off"]++;
    }
  }
  expect(Math.min(seen.on, seen.off)).toBeGreaterThan(300);
});

const offsetAt = (at: number, zone: string) =>
  new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;

const isNearChange = (at: number, zone: string) => offsetAt(at - HOUR, zone) !== offsetAt(at + HOUR, zone);
