/** The effect of the reminders, on real intake and dispatch: who is counted, in which arm, from when to when. */
import { describe, expect, it } from "vitest";
import { DIMENSIONS } from "../../../src/core/measure/dimensions.ts";
import { liftOf } from "../../../src/core/measure/lift.ts";
import { isHeldOut } from "../../../src/core/rules/arms.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { hash32 } from "../../../src/core/values/hash.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { reportTable } from "../../../src/reporting/report/table.ts";
import { testDatabase } from "../../support/database.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { type ExposedBuyers, exposed } from "../../support/exposures.ts";
import { afterCreated } from "../../support/rules.ts";

const ALL = { from: null, to: null };
const NUDGE = [afterCreated("nudge", 10 * MINUTE, ["sms"])];

type Options = Parameters<typeof dispatchSetup>[0];

/** Buyers by number. Those with `n % 2 === 0` are named so that they are held out, the others so that they are reminded. */
async function halfHeld(change: Partial<Campaign> = {}, options: Options = {}) {
  const setup = await dispatchSetup({
    ...options,
    campaign: { steps: NUDGE, holdout: 0.5, paidSilence: null, ...change },
  });
  const [campaign] = setup.policy.campaigns;
  if (campaign === undefined) throw new Error("no campaign");
  const names = new Map<number, string>();
  const buyerId = (n: number): string => {
    for (let tries = 0; !names.has(n); tries++) {
      const id = `b${n}-${tries}`;
      if (isHeldOut(campaign, "acme", hash32(`id:${id}`)) === (n % 2 === 0)) names.set(n, id);
    }
    return names.get(n) ?? "";
  };
  let events = 0;
  const tell = (type: string, at: number, order: Record<string, unknown>) =>
    setup.receive(receivedEvent(`e${++events}`, `order.${type}`, at, order));
  return {
    ...setup,
    buyerId,
    /** Created at `at` and decided ten minutes later. */
    async order(id: string, n: number, at: number, more: Record<string, unknown> = {}): Promise<void> {
      await setup.at(at);
      await tell("created", at, { id, buyer: { id: buyerId(n), phone: `+86138123${10_000 + n}` }, ...more });
    },
    async decide(at: number): Promise<void> {
      await setup.at(at);
      await setup.drain();
    },
    async paid(id: string, at: number): Promise<void> {
      await setup.at(at);
      await tell("paid", at, { id, buyer: null });
    },
    async refunded(id: string, at: number): Promise<void> {
      await setup.at(at);
      await tell("refunded", at, { id, buyer: null });
    },
    report: (input: Partial<Parameters<typeof recoveryReport>[1]> = {}) =>
      recoveryReport({ sql: setup.database.sql }, { by: [], ...ALL, ...input }),
  };
}

it("compares buyers by intention to treat, when their time to pay is over", async () => {
  const shop = await halfHeld(
    {},
    {
      answer: ({ orders }) =>
        orders.includes("o9")
          ? { kind: "failed-permanent", code: "no", message: "no" }
          : { kind: "accepted", messageId: null, segments: 1 },
    },
  );
  // Ten reminded buyers (odd), one of them in vain; ten held out (even).
  for (let n = 0; n < 20; n++) await shop.order(`o${n}`, n, T0, { amount: "10.00" });
  // A second order of a reminded buyer, in the same case.
  await shop.order("o1b", 1, T0, { amount: "30.00" });
  await shop.decide(T0 + 10 * MINUTE);
  expect((await shop.report()).totals).toMatchObject({
    openBuyers: 20,
    treatedBuyers: 0,
    holdoutBuyers: 0,
    lift: null,
  });
  for (const id of ["o1", "o1b", "o3", "o5", "o7", "o9", "o11", "o0", "o2"]) await shop.paid(id, T0 + HOUR);
  await shop.refunded("o7", T0 + 2 * HOUR);
  await shop.refunded("o2", T0 + 2 * HOUR);
  // Too late to be an effect.
  await shop.paid("o13", T0 + 2 * DAY);
  await shop.at(T0 + 3 * DAY);
  const expected = liftOf([{ treated: { n: 10, paid: 5 }, held: { n: 10, paid: 1 }, weight: 1 }]);
  const closed = { to: T0 + 2 * DAY };
  const { totals } = await shop.report(closed);
  expect(totals).toMatchObject({
    treatedBuyers: 10,
    treatedOrders: 11,
    treatedPaidRate: 0.5,
    holdoutBuyers: 10,
    holdoutOrders: 10,
    holdoutPaidRate: 0.1,
    openBuyers: 0,
    unmeasuredBuyers: 0,
  });
  expect([totals.lift, totals.liftLow, totals.liftHigh]).toEqual([expected?.lift, expected?.low, expected?.high]);
  // 80 of 130 against 10 of 100: 130 × (0.6154 − 0.1).
  expect(totals.extraAmount).toMatchObject([{ amount: 6_700, currency: "CNY" }]);
  // 6 of 11 against 1 of 10.
  expect(totals.extraOrders).toBeCloseTo(11 * (6 / 11 - 0.1), 9);
  // While the period runs, the interval is wider.
  const running = (await shop.report()).totals;
  expect(running.lift).toBe(totals.lift);
  expect((running.liftHigh ?? 0) - (running.liftLow ?? 0)).toBeGreaterThan(
    (totals.liftHigh ?? 0) - (totals.liftLow ?? 0),
  );
  // A key that is decided after the draw compares parts of the arms that are not alike.
  for (const key of DIMENSIONS) {
    const { rows, totals: all } = await shop.report({ ...closed, by: [key] });
    expect(all.lift, key).toBe(totals.lift);
    const lifts = rows.map(({ lift }) => lift);
    if (["campaign", "shop", "day", "hour", "version", "variant"].includes(key))
      expect(lifts, key).toContain(totals.lift);
    else expect(lifts, key).toEqual(rows.map(() => null));
  }
});

it("counts a payment up to the horizon", async () => {
  const shop = await halfHeld();
  for (let n = 0; n < 4; n++) await shop.order(`o${n}`, n, T0);
  await shop.decide(T0 + 10 * MINUTE);
  await shop.paid("o1", T0 + 30 * MINUTE);
  await shop.paid("o3", T0 + 2 * HOUR);
  await shop.at(T0 + 3 * HOUR);
  const rate = async (horizon: number) => (await shop.report({ horizon })).totals;
  expect(await rate(HOUR)).toMatchObject({ treatedPaidRate: 0.5, holdoutPaidRate: 0, openBuyers: 0 });
  expect(await rate(2 * HOUR)).toMatchObject({ treatedPaidRate: 1, openBuyers: 0 });
  expect(await rate(DAY)).toMatchObject({ treatedPaidRate: null, openBuyers: 4 });
});

it("counts a buyer once in a period, at the first case", async () => {
  const shop = await halfHeld({ repeatAfter: HOUR }, { shop: { closeAfter: 3 * HOUR } });
  for (const day of [0, 1]) {
    for (let n = 0; n < 4; n++) await shop.order(`o${n}-${day}`, n, T0 + day * DAY);
    await shop.decide(T0 + day * DAY + 10 * MINUTE);
    // The case is over.
    await shop.decide(T0 + day * DAY + 4 * HOUR);
  }
  await shop.at(T0 + 5 * DAY);
  const buyers = async (from: number | null, to: number | null) => {
    const { totals } = await shop.report({ from, to });
    return [totals.treatedBuyers, totals.holdoutBuyers];
  };
  expect(await buyers(null, null)).toEqual([2, 2]);
  expect(await buyers(T0, T0 + DAY)).toEqual([2, 2]);
  expect(await buyers(T0 + DAY, null)).toEqual([2, 2]);
  const { rows } = await shop.report({ by: ["day"] });
  expect(rows.filter(({ treatedBuyers }) => treatedBuyers > 0)).toHaveLength(1);
});

it("counts a case once, whatever further steps it has, and no payment from before its first one", async () => {
  const steps = [...NUDGE, afterCreated("last-call", 26 * HOUR, ["sms"])];
  const shop = await halfHeld({ steps }, { shop: { closeAfter: 3 * DAY } });
  for (let n = 0; n < 6; n++) await shop.order(`o${n}`, n, T0);
  await shop.decide(T0 + 10 * MINUTE);
  for (const id of ["o1", "o3"]) await shop.paid(id, T0 + HOUR);
  // Reported late: it was paid before the reminder.
  await shop.at(T0 + 2 * HOUR);
  await shop.receive(
    receivedEvent("early", "order.paid", T0 + 2 * HOUR, {
      id: "o0",
      buyer: null,
      paidAt: new Date(T0 + 9 * MINUTE).toISOString(),
    }),
  );
  await shop.decide(T0 + 26 * HOUR);
  await shop.at(T0 + 5 * DAY);
  const arms = async (from: number, to: number) => {
    const { totals } = await shop.report({ from, to });
    return [totals.treatedBuyers, totals.holdoutBuyers, totals.sent];
  };
  expect(await arms(T0, T0 + DAY)).toEqual([3, 3, 3]);
  expect(await arms(T0 + DAY, T0 + 2 * DAY)).toEqual([0, 0, 1]);
  expect(await arms(T0, T0 + 2 * DAY)).toEqual([3, 3, 4]);
  expect((await shop.report()).totals).toMatchObject({ treatedPaidRate: 2 / 3, holdoutPaidRate: 0 });
});

it("keeps campaigns of unlike shares, and the time before a holdout, apart", async () => {
  const shop = await halfHeld();
  const { sql } = shop.database;
  /** `paid` of `n` buyers of a stratum and arm, written by hand. */
  const arm = (campaign: string, share: number, held: boolean, n: number, paid: number) => sql`
    insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, at, window_ms, orders, amounts, currencies, paid)
    select 'acme', gen_random_uuid(), ${campaign}, gen_random_uuid(), '1', ${share}, ${held}, ${new Date(T0)}, 3600000, array['o'], array[1000], array['CNY'],
      case when i <= ${paid} then array[60000] end from generate_series(1, ${n}::int) i`;
  await arm("default", 0.1, false, 90, 45);
  await arm("default", 0.1, true, 10, 5);
  await arm("vip", 0.5, false, 50, 5);
  await arm("vip", 0.5, true, 50, 5);
  await arm("later", 0, false, 90, 9);
  await arm("later", 0.5, false, 20, 10);
  await arm("later", 0.5, true, 20, 10);
  await shop.at(T0 + DAY);
  const { totals, rows } = await shop.report({ to: T0 + HOUR, by: ["campaign"] });
  expect(rows.map(({ keys, lift }) => [keys.campaign, lift])).toEqual([
    ["default", 0],
    ["later", 0],
    ["vip", 0],
  ]);
  expect(totals.lift).toBe(0);
  expect(totals.unmeasuredBuyers).toBe(90);
});

it("shows no effect when the control group has a size that the draw does not explain", async () => {
  const shop = await halfHeld();
  for (let n = 1; n < 60; n += 2) await shop.order(`o${n}`, n, T0);
  for (const n of [0, 2, 4]) await shop.order(`o${n}`, n, T0);
  await shop.decide(T0 + 10 * MINUTE);
  await shop.at(T0 + 2 * DAY);
  const { totals, warnings } = await shop.report();
  expect(totals).toMatchObject({ treatedBuyers: 30, holdoutBuyers: 3, lift: null, extraOrders: null, extraAmount: [] });
  expect(warnings).toHaveLength(1);
});

it("stays with the arm of the draw when buyers prove to be one", async () => {
  const shop = await halfHeld();
  await shop.order("o1", 1, T0);
  await shop.order("o0", 0, T0 + MINUTE);
  await shop.decide(T0 + 11 * MINUTE);
  const both = { id: shop.buyerId(1), phone: `+86138123${10_000}` };
  await shop.at(T0 + HOUR);
  await shop.receive(receivedEvent("join", "order.updated", T0 + HOUR, { id: "o1", buyer: both }));
  await shop.paid("o0", T0 + 2 * HOUR);
  await shop.at(T0 + 2 * DAY);
  const { sql } = shop.database;
  expect(
    await sql`select held, previous_at is null as first, paid is not null as paid from exposures order by at`,
  ).toEqual([
    { held: false, first: true, paid: false },
    { held: true, first: false, paid: true },
  ]);
  expect((await shop.report()).totals).toMatchObject({ treatedBuyers: 1, holdoutBuyers: 0 });
});

it("counts a buyer as treated when the send was over the rate limit and the buyer paid first", async () => {
  const setup = await dispatchSetup({
    ratePerSecond: 1,
    campaign: {
      holdout: 0.5,
      staleAfter: 15 * SECOND,
      paidSilence: null,
      steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["sms"] }],
    },
  });
  const { at, receive, dispatcher, database } = setup;
  const buyers = Array.from({ length: 80 }, (_, n) => n);
  const pay = (n: number, now: number, order = `o${n}`) =>
    receive(receivedEvent(`paid-${order}`, "order.paid", now, { id: order, buyer: null }));
  await at(T0);
  const order = (id: string, n: number) =>
    receivedEvent(id, "order.created", T0, { id, buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}` } });
  await receive(...buyers.map((n) => order(`o${n}`, n)), ...buyers.slice(0, 10).map((n) => order(`second${n}`, n)));
  // Paid before its time: in neither arm.
  for (const n of [70, 71, 72, 73]) await pay(n, T0 + MINUTE);
  // Every second one of the others pays within a minute, whatever is sent; some send waits until it is stale.
  for (let second = 0; second <= 70; second++) {
    const now = T0 + 10 * MINUTE + second * SECOND;
    await at(now);
    await dispatcher.drain();
    for (const n of buyers) if (n % 2 === 0 && n < 70 && ((n * 7) % 60) + 1 === second) await pay(n, now);
  }
  await dispatcher.settled();
  const held = await database.sql<{ orders: string[] }[]>`select orders from reminders where reason = 'holdout'`;
  const heldIds = held.flatMap(({ orders }) => orders);
  const exposed = buyers.filter((n) => n < 70 || n > 73);
  const arms = {
    held: exposed.filter((n) => heldIds.includes(`o${n}`)),
    treated: exposed.filter((n) => !heldIds.includes(`o${n}`)),
  };
  const ordersOf = (arm: readonly number[]) => arm.length + arm.filter((n) => n < 10).length;
  const rate = (arm: readonly number[]) => arm.filter((n) => n % 2 === 0 && n < 70).length / arm.length;
  const ends =
    await database.sql`select distinct coalesce(reason, state) as is from reminders where not orders && ${heldIds} order by 1`;
  expect(ends.map((row) => row.is)).toEqual(expect.arrayContaining(["paid", "sent", "stale"]));
  await at(T0 + 2 * DAY);
  const { totals } = await recoveryReport({ sql: database.sql }, { by: [], ...ALL });
  expect(totals).toMatchObject({
    holdoutBuyers: arms.held.length,
    holdoutOrders: ordersOf(arms.held),
    holdoutPaidRate: rate(arms.held),
    treatedBuyers: arms.treated.length,
    treatedOrders: ordersOf(arms.treated),
    treatedPaidRate: rate(arms.treated),
    openBuyers: 0,
  });
  expect(totals.liftLow).toBeLessThan(0);
  expect(totals.liftHigh).toBeGreaterThan(0);
}, 60_000);

it("counts buyers apart whom a shared number had joined", async () => {
  const shop = await halfHeld({ repeatAfter: HOUR }, { shop: { closeAfter: 3 * HOUR, joinAtMost: 2 } });
  const phone = "+8613812399999";
  for (const [day, n] of [1, 3, 5].entries()) {
    const at = T0 + day * DAY;
    await shop.order(`o${n}`, n, at, { buyer: { id: shop.buyerId(n), phone } });
    await shop.decide(at + 10 * MINUTE);
    await shop.decide(at + 4 * HOUR);
    const rows = await shop.database.sql<{ first: boolean }[]>`
      select previous_at is null as first from exposures order by at`;
    // The third buyer is one too many: the number is nobody's, and the second was a buyer of its own.
    expect(rows.map(({ first }) => first)).toEqual([[true], [true, false], [true, true]][day]);
  }
});

describe("variants", () => {
  const NOW = T0 + 10 * DAY;
  const facts = async () => {
    const database = await testDatabase();
    await database.setNow(NOW);
    const { sql } = database;
    const arm = (variant: string, buyers: number, paid: number, more: Partial<ExposedBuyers> = {}) =>
      exposed(sql, { at: T0, variant, buyers, paid, ...more });
    const report = (by: readonly ("variant" | "campaign")[] = ["variant"], more = {}) =>
      recoveryReport({ sql }, { by, ...ALL, ...more });
    return { sql, arm, report };
  };

  it("have no winner until the interval has left zero, and say how many more buyers it takes", async () => {
    const { arm, report } = await facts();
    await arm("a", 1_000, 300);
    await arm("b", 1_000, 350);
    // Held out buyers have a variant too; it means nothing.
    await arm("a", 500, 400, { held: true });
    const early = await report();
    expect(early.variants).toMatchObject([
      {
        campaign: "default",
        winner: null,
        variants: [
          { variant: "a", buyers: 1_000, openBuyers: 0, paidRate: 0.3 },
          { variant: "b", buyers: 1_000, openBuyers: 0, paidRate: 0.35 },
        ],
        comparisons: [{ one: "a", other: "b", moreBuyers: expect.any(Number) }],
      },
    ]);
    expect(reportTable(early)).toMatch(
      /\ndefault: no winner yet\. b is 5\.0 points above a \(−[\d.]+ to \+[\d.]+\)\. About [\d,]+ more\s+buyers would show/,
    );
    await arm("a", 9_000, 2_700);
    await arm("b", 9_000, 3_150);
    const late = await report(["campaign", "variant"]);
    expect(late.variants).toMatchObject([{ winner: "b", comparisons: [{ moreBuyers: null }] }]);
    expect(reportTable(late)).toMatch(/\ndefault: b wins\. b is 5\.0 points above a \(\+[\d.]+ to \+[\d.]+\)\./);
    expect((await report(["campaign"])).variants).toEqual([]);
  });

  it("of versions with other weights are compared within each version", async () => {
    const { arm, report } = await facts();
    await arm("a", 900, 450);
    await arm("b", 100, 50);
    await arm("a", 100, 10, { version: "2" });
    await arm("b", 900, 90, { version: "2" });
    const [found] = (await report()).variants;
    expect(found?.variants.map(({ paidRate }) => paidRate)).toEqual([0.46, 0.14]);
    expect(found?.winner).toBeNull();
    expect(found?.comparisons[0]?.difference).toBeCloseTo(0, 12);
  });

  it("count a payment up to the horizon, and buyers whose time is over", async () => {
    const { arm, report } = await facts();
    await arm("a", 10, 5, { at: NOW - 2 * HOUR });
    await arm("b", 10, 5, { at: NOW - 2 * HOUR });
    const [open] = (await report()).variants;
    expect(open).toMatchObject({ winner: null, comparisons: [], variants: [{ openBuyers: 10 }, { openBuyers: 10 }] });
    // Paid after an hour.
    const rates = async (horizon: number) =>
      (await report(["variant"], { horizon })).variants[0]?.variants.map(({ paidRate }) => paidRate);
    expect(await rates(HOUR)).toEqual([0.5, 0.5]);
    expect(await rates(HOUR - 1)).toEqual([0, 0]);
  });
});
