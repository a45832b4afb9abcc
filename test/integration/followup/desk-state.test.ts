/** How the desk stands: tasks by shop, and the people who have some, on shift or not. */
import { expect, it } from "vitest";
import { toStaff } from "../../../src/core/desk/roster.ts";
import { WEEKDAYS } from "../../../src/core/desk/shifts.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { insertUser } from "../../../src/db/stores/access/user-store.ts";
import { assign, claim } from "../../../src/followup/desk/claims.ts";
import { recordOutcome, recordTouch } from "../../../src/followup/desk/results.ts";
import { putShifts, putStaff } from "../../../src/followup/desk/roster.ts";
import { deskState } from "../../../src/followup/desk/state.ts";
import { ADA, deskSetup, VERA } from "../../support/desk.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";

it("counts the tasks of each shop, and those of people off shift", async () => {
  const { sql, deps, at, receive, call } = await deskSetup();
  const zoneOf = () => "Asia/Shanghai";
  const state = () => deskState({ sql, zoneOf });
  const shop = (counts: object) => ({ shop: "acme", unclaimed: 0, overdue: 0, claimed: 0, done: 0, ...counts });
  for (const { who } of [VERA, ADA])
    await insertUser(sql, ADA, { name: who, role: "operator", way: { password: "x" } });
  expect(await state()).toEqual({ shops: [], people: [] });
  await putStaff({ sql, isShop: () => true }, ADA, {
    members: toStaff([{ name: "vera" }, { name: "away", active: false, maxOpen: 3 }].slice(0, 1)),
    expects: () => true,
  });
  const ids: string[] = [];
  for (const n of [1, 2, 3, 4]) {
    const buyer = { id: `b${n}`, phone: `+861381234567${n}` };
    await receive(receivedEvent(`e${n}`, "order.created", T0 + n, { id: `o${n}`, buyer }));
    ids.push(await call(`o${n}`));
  }
  const [first = "", second = "", third = "", fourth = ""] = ids;
  expect((await state()).shops).toEqual([shop({ unclaimed: 4 })]);
  await at(T0 + 5 * MINUTE);
  expect((await state()).shops).toEqual([shop({ unclaimed: 4, overdue: 4 })]);

  await claim(deps, VERA, first);
  await recordTouch(deps, VERA, first, { how: "call", result: "no_answer", reason: null, note: null });
  await assign(deps, ADA, { id: second, to: "vera", unclaimed: false });
  // She is no staff, and has a task all the same.
  await claim(deps, ADA, third);
  const person = (name: string, more: object) => ({ name, staff: null, until: null, touchedAt: null, ...more });
  const vera = person("vera", {
    ...{ staff: { active: true, maxOpen: 10 }, claimed: 1, assigned: 1, touchedAt: T0 + 5 * MINUTE },
  });
  expect(await state()).toEqual({
    shops: [shop({ unclaimed: 2, overdue: 2, claimed: 2 })],
    people: [vera, person("ada", { claimed: 1, assigned: 0 })],
  });
  // Another outcome is the last touch, and the end of the task counts as of today.
  await at(T0 + 6 * MINUTE);
  const nothing = { reason: null, note: null, promiseAt: null, againAt: null };
  await recordOutcome(deps, VERA, first, { outcome: "refused", ...nothing });
  const shift = { person: "vera", weekdays: WEEKDAYS, from: "00:00", to: "12:00", zone: "Asia/Shanghai" };
  const noon = { ...shift, from: "12:00", to: "00:00" };
  await putShifts(sql, ADA, { shifts: [shift, noon].slice(1), expects: () => true });
  const later = await state();
  expect(later.shops).toEqual([shop({ unclaimed: 2, overdue: 2, claimed: 1, done: 1 })]);
  // The shift ends at midnight of the shop.
  const midnight = Date.parse("2026-11-11T00:00:00+08:00");
  expect(later.people[0]).toEqual({ ...vera, until: midnight, claimed: 0, touchedAt: T0 + 6 * MINUTE });
  // The claim lapsed, the day is over, and one task is to be done tomorrow.
  await sql`update tasks set due_at = ${new Date(T0 + 2 * DAY)} where id = ${fourth}`;
  await at(midnight + HOUR);
  const next = await state();
  expect(next.shops).toEqual([shop({ unclaimed: 3, overdue: 2 })]);
  expect(next.people).toEqual([{ ...vera, claimed: 0, touchedAt: T0 + 6 * MINUTE }]);
});
