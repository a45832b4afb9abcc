/** Assignment of open tasks: to whom, once, never beyond what a person may have, and only while they are on shift. */
import { expect, it } from "vitest";
import { toStaff } from "../../../src/core/desk/roster.ts";
import type { Shift } from "../../../src/core/desk/shifts.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import type { Sql } from "../../../src/db/client.ts";
import { connect } from "../../../src/db/client.ts";
import { insertUser } from "../../../src/db/stores/access/user-store.ts";
import { assignTasks } from "../../../src/followup/desk/assign.ts";
import { assign, claim, extend, release } from "../../../src/followup/desk/claims.ts";
import { findTask } from "../../../src/followup/desk/list.ts";
import { recordOutcome, recordTouch } from "../../../src/followup/desk/results.ts";
import { putShifts, putStaff } from "../../../src/followup/desk/roster.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const MANUAL = { amountAtLeast: "100", handBackAfter: 2 * HOUR } as const;
const LEAD = { who: "lead", via: "http" } as const;
const NAMES = ["vera", "ada", "lin", "max"] as const;
const actor = (who: string) => ({ who, via: "http" }) as const;
type Member = Parameters<typeof toStaff>[0][number];

/** T0 is 20:00 in Shanghai, on a Tuesday. */
const until = (person: string, to: string, from = "18:00"): Shift => ({
  ...{ person, weekdays: ["tue"], from, to, zone: "Asia/Shanghai" },
});

async function desk(
  options: { manual?: Partial<NonNullable<Campaign["manual"]>>; otherShops?: readonly string[] } = {},
) {
  const manual = { ...MANUAL, ...options.manual };
  const { otherShops = [] } = options;
  const setup = await dispatchSetup({ campaign: { manual }, otherShops });
  const { sql } = setup.database;
  await setup.at(T0);
  for (const name of NAMES) await insertUser(sql, LEAD, { name, role: "operator", way: { password: "x" } });
  const deps = {
    ...{ sql, vault: setup.vault, zoneOf: () => "Asia/Shanghai" },
    ...{ campaignOf: () => ({ minLead: 2 * MINUTE, manual }), localeOf: () => "zh-CN" },
  };
  return {
    ...setup,
    sql,
    deps,
    staff: async (members: readonly Member[], shifts: readonly Shift[]) => {
      await putShifts(sql, LEAD, { shifts: [], expects: () => true });
      expect(
        await putStaff({ sql, isShop: () => true }, LEAD, { members: toStaff([...members]), expects: () => true }),
      ).toMatchObject({ kind: "replaced" });
      expect(await putShifts(sql, LEAD, { shifts, expects: () => true })).toMatchObject({ kind: "replaced" });
    },
    sweep: () => assignTasks(deps),
    /** A case of a buyer of its own. */
    dear: (n: number, more: { shop?: string; locale?: string } = {}) =>
      setup.receive({
        ...receivedEvent(`e${n}`, "order.created", T0, {
          id: `o${n}`,
          amount: "150.00",
          buyer: {
            id: `b${n}`,
            phone: `+86138${String(n).padStart(8, "0")}`,
            ...(more.locale === undefined ? {} : { locale: more.locale }),
          },
        }),
        ...(more.shop === undefined ? {} : { shop: more.shop }),
      }),
    /** By order, who has it. */
    whose: async () => {
      const rows = await sql<{ order: string; assignee: string | null }[]>`
        select o.id as order, t.assignee from tasks t join orders o on o.shop_id = t.shop_id and o.case_id = t.case_id
        where t.ended_at is null order by o.id`;
      return Object.fromEntries(rows.map(({ order, assignee }) => [order, assignee]));
    },
    taskOf: async (order: string) => {
      const [row] = await sql<{ id: string; lease_until: number | null; assigned_until: number | null }[]>`
        select t.id, t.lease_until, t.assigned_until from tasks t join orders o on o.shop_id = t.shop_id and o.case_id = t.case_id
        where o.id = ${order} and t.ended_at is null`;
      if (row === undefined) throw new Error(`no open task of ${order}`);
      return row;
    },
    draws: () => sql<{ how: string; candidates: readonly string[]; drawn: string }[]>`
      select how, candidates, drawn from task_draws order by at, id`,
  };
}

it("gives a task to a person on shift: theirs alone until claimWithin is over, then anybody's", async () => {
  const { sql, deps, staff, dear, sweep, whose, taskOf, draws, at } = await desk({
    manual: { claimWithin: 10 * MINUTE },
  });
  await staff([{ name: "vera" }, { name: "ada" }], [until("vera", "02:00")]);
  await dear(1);
  expect(await sweep()).toBe(1);
  expect(await whose()).toEqual({ o1: "vera" });
  expect(await draws()).toEqual([{ how: "least_loaded", candidates: ["vera"], drawn: "vera" }]);
  expect(await sql`select held_until from cases`).toEqual([{ held_until: null }]);
  const { id, assigned_until } = await taskOf("o1");
  expect(assigned_until).toBe(T0 + 10 * MINUTE);
  const shown = { state: "open", assignee: "vera", leaseUntil: null, assignedUntil: "2026-11-10T20:10:00+08:00" };
  expect(await findTask(deps, id)).toMatchObject(shown);
  expect(await claim(deps, actor("ada"), id)).toEqual({ kind: "taken", by: "vera" });
  await at(T0 + 10 * MINUTE);
  expect(await sweep()).toBe(0);
  expect(await findTask(deps, id)).toMatchObject({ ...shown, assignee: null, assignedUntil: null });
  expect(await claim(deps, actor("ada"), id)).toEqual({ kind: "changed" });
  expect(await claim(deps, actor("vera"), id)).toEqual({ kind: "taken", by: "ada" });
  expect(await release(deps, actor("ada"), id)).toEqual({ kind: "changed" });
  // The person who let it go does not get it again.
  expect(await sweep()).toBe(0);
});

it("never keeps a case from its reminders longer than handBackAfter", async () => {
  const { staff, dear, sweep, at, drain, sent, sql } = await desk({
    manual: { handBackAfter: 5 * MINUTE, claimWithin: HOUR },
  });
  await staff([{ name: "vera" }], [until("vera", "02:00")]);
  await dear(1);
  await sweep();
  await at(T0 + 5 * MINUTE);
  await drain();
  expect(await sql`select why from tasks`).toEqual([{ why: "handed_back" }]);
  await at(T0 + 11 * MINUTE);
  await drain();
  expect(sent).toHaveLength(1);
});

it("leaves it to anybody when nobody is on shift, away, or may act any more, and gives it to the next who is", async () => {
  const { sql, staff, dear, sweep, whose, at } = await desk();
  await staff(
    [{ name: "vera" }, { name: "ada", active: false }, { name: "lin" }, { name: "max" }],
    [until("vera", "20:00"), until("ada", "02:00"), until("lin", "02:00"), until("max", "23:00", "20:30")],
  );
  await sql`update users set disabled_at = dunlin_now() where name = 'lin'`;
  await dear(1);
  expect(await sweep()).toBe(0);
  await at(T0 + 30 * MINUTE);
  expect(await sweep()).toBe(1);
  expect(await whose()).toEqual({ o1: "max" });
});

it("fits shop, language and team", async () => {
  const { staff, dear, sweep, whose } = await desk({ manual: { team: "vip" }, otherShops: ["other"] });
  const all = NAMES.map((name) => until(name, "02:00"));
  await staff(
    [
      { name: "vera", languages: ["zh"], teams: ["vip", "x"] },
      { name: "ada", languages: ["en-GB"], teams: ["vip"] },
      { name: "lin", languages: ["fr"], shops: ["acme"] },
      { name: "max", languages: ["fr", "es"], shops: ["other"], teams: ["vip"] },
    ],
    all,
  );
  await dear(1, { locale: "en" });
  await dear(2, { locale: "zh-TW" });
  // The shop's own.
  await dear(3);
  await dear(4, { locale: "fr" });
  await dear(5, { locale: "fr-CA", shop: "other" });
  await dear(6, { locale: "en-US" });
  await sweep();
  expect(await whose()).toEqual({ o1: "ada", o2: "vera", o3: "vera", o4: null, o5: "max", o6: null });
});

it("takes the least loaded, draws among those who are, and stops at maxOpen", async () => {
  const { deps, staff, dear, sweep, whose, taskOf, draws, at } = await desk();
  await staff(
    [
      { name: "vera", maxOpen: 2 },
      { name: "ada", maxOpen: 3 },
      { name: "lin", maxOpen: 0 },
    ],
    NAMES.slice(0, 3).map((name) => until(name, "02:00")),
  );
  for (let n = 1; n <= 7; n++) await dear(n);
  expect(await sweep()).toBe(5);
  const given = Object.values(await whose());
  expect(given.filter((name) => name === "vera")).toHaveLength(2);
  expect(given.filter((name) => name === "ada")).toHaveLength(3);
  const drawn = (await draws()).map(({ candidates }) => candidates.join());
  expect(drawn.filter((candidates) => candidates === "ada,vera").length).toBeGreaterThanOrEqual(2);
  // A lapsed assignment is no load.
  const mine = Object.entries(await whose()).find(([, name]) => name === "vera")?.[0] ?? "";
  await at(T0 + 5 * MINUTE);
  await claim(deps, actor("vera"), (await taskOf(mine)).id);
  await at(T0 + 16 * MINUTE);
  expect(await sweep()).toBe(2);
});

it("gives it to the person who last had one of the buyer, if they are there and fit", async () => {
  const { sql, deps, staff, dear, receive, sweep, whose, taskOf, draws, at } = await desk();
  await staff([{ name: "vera" }, { name: "ada", maxOpen: 2 }], [until("vera", "02:00"), until("ada", "20:40")]);
  await dear(1);
  const { id } = await taskOf("o1");
  await claim(deps, actor("ada"), id);
  await recordTouch(deps, actor("ada"), id, { how: "call", result: "reached", reason: null, note: null });
  await recordOutcome(deps, actor("ada"), id, {
    outcome: "done",
    reason: null,
    note: null,
    promiseAt: null,
    againAt: null,
  });
  const again = async (n: number, minutes: number) => {
    await at(T0 + minutes * MINUTE);
    await receive(
      receivedEvent(`p${n}`, "order.paid", T0 + minutes * MINUTE, { id: `o${n - 1}`, buyer: { id: "b1" } }),
    );
    await receive(
      receivedEvent(`e${n}`, "order.created", T0 + minutes * MINUTE, {
        id: `o${n}`,
        amount: "150.00",
        buyer: { id: "b1", phone: "+8613800000001" },
      }),
    );
    await sweep();
  };
  // Ada has more to do than Vera.
  await dear(9);
  await assign(deps, LEAD, { id: (await taskOf("o9")).id, to: "ada" });
  await again(2, 1);
  expect(await whose()).toEqual({ o2: "ada", o9: "ada" });
  expect((await draws()).at(-1)).toEqual({ how: "same_buyer", candidates: ["ada"], drawn: "ada" });
  await again(3, 2);
  expect(await whose()).toEqual({ o3: "ada", o9: "ada" });
  // She has as many as she may.
  await sql`update staff set max_open = 1 where name = 'ada'`;
  await again(4, 3);
  expect(await whose()).toEqual({ o4: "vera", o9: "ada" });
  await sql`update staff set max_open = 9`;
  await sql`update tasks set assignee = 'ada' where ended_at is null`;
  // Off shift.
  await again(5, 41);
  expect((await whose()).o5).toBe("vera");
});

it("draws a task again when it is to be done later", async () => {
  const { deps, staff, dear, sweep, whose, taskOf, draws, at } = await desk();
  await staff([{ name: "vera" }, { name: "ada" }], [until("vera", "02:00"), until("ada", "02:00", "21:00")]);
  await dear(1);
  await sweep();
  const { id } = await taskOf("o1");
  await claim(deps, actor("vera"), id);
  const againAt = T0 + 30 * MINUTE;
  await recordOutcome(deps, actor("vera"), id, {
    outcome: "not_reached",
    reason: null,
    note: null,
    promiseAt: null,
    againAt,
  });
  expect(await sweep()).toBe(0);
  await at(againAt);
  expect(await sweep()).toBe(1);
  expect(await whose()).toEqual({ o1: "vera" });
  expect((await draws()).map(({ how }) => how)).toEqual(["least_loaded", "same_buyer"]);
});

it("ends a claim with the shift of its holder, who may take it again if nobody has it", async () => {
  const { deps, staff, dear, taskOf, at, drain, sql } = await desk();
  await staff([{ name: "vera" }, { name: "ada" }], [until("vera", "20:10"), until("ada", "06:00")]);
  await dear(1);
  await dear(2);
  const [one, two] = [(await taskOf("o1")).id, (await taskOf("o2")).id];
  const ends = async (order: string) => (((await taskOf(order)).lease_until ?? 0) - T0) / MINUTE;
  const [vera, ada, lead] = [actor("vera"), actor("ada"), actor("lead")];
  const talk = { how: "call", result: "reached", reason: null, note: null } as const;
  await claim(deps, vera, one);
  await claim(deps, vera, two);
  expect(await ends("o1")).toBe(10);
  await at(T0 + 5 * MINUTE);
  expect(await extend(deps, vera, one)).toEqual({ kind: "changed" });
  expect(await ends("o1")).toBe(10);
  expect(await sql`select held_until from cases where held_until > ${new Date(T0 + 10 * MINUTE)}`).toHaveLength(0);

  // The shift ends in the middle of the call.
  await at(T0 + 10 * MINUTE);
  expect(await recordTouch(deps, vera, one, talk)).toEqual({ kind: "not_claimed" });
  expect(await claim(deps, ada, two)).toEqual({ kind: "changed" });
  expect(await ends("o2")).toBe(25);
  expect(await claim(deps, vera, two)).toEqual({ kind: "taken", by: "ada" });
  // Nobody else took this one, so that the talk is not lost: she is off shift, and has it as somebody without shifts does.
  expect(await claim(deps, vera, one)).toEqual({ kind: "changed" });
  expect(await ends("o1")).toBe(25);
  expect(await recordTouch(deps, vera, one, talk)).toEqual({ kind: "changed" });
  expect(await claim(deps, ada, one)).toEqual({ kind: "taken", by: "vera" });
  await release(deps, vera, one);
  await claim(deps, lead, one);
  expect(await ends("o1")).toBe(25);
  await drain();
});

/** Cases of buyers of their own, written as rows: the trigger makes their tasks. */
async function many(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into buyers (shop_id, id, bucket, profile, created_at)
    select 'acme', md5('b' || n)::uuid, n, '{}', dunlin_now() from generate_series(1, ${count}::int) n`;
  await sql`
    insert into cases (shop_id, id, buyer_id, opened_at, campaign, manual, manual_at)
    select 'acme', md5('c' || n)::uuid, md5('b' || n)::uuid, dunlin_now(), 'default', true, dunlin_now() from generate_series(1, ${count}::int) n`;
}

/** Counts the statements of its transactions. */
function counting(sql: Sql) {
  let statements = 0;
  const counted = new Proxy(sql, {
    get: (target, key) =>
      key !== "begin"
        ? Reflect.get(target, key)
        : (isolation: string, work: (tx: Sql) => Promise<unknown>) =>
            target.begin(isolation, (tx) =>
              work(
                new Proxy(tx as unknown as Sql, {
                  apply: (statement, self, args) => {
                    // A piece of a statement that is built from parts is no statement.
                    if (/^\s*(select|insert|update|delete|with)\b/.test(String(args[0]?.[0]))) statements++;
                    return Reflect.apply(statement as never, self, args);
                  },
                }),
              ),
            ),
  });
  return { sql: counted, statements: () => statements };
}

it("assigns 10,000 tasks in batches, with as many statements for each as for a few", async () => {
  const { sql, deps, staff } = await desk();
  await staff(
    NAMES.map((name) => ({ name, maxOpen: 10_000 })),
    NAMES.map((name) => until(name, "02:00")),
  );
  await many(sql, 10_000);
  // As each process does with tables that have doubled.
  await sql`analyze`;
  const few = counting(sql);
  await sql`update tasks set drawn_at = dunlin_now() where id not in (select id from tasks order by id limit 10)`;
  expect(await assignTasks({ ...deps, sql: few.sql })).toBe(10);
  await sql`update tasks set drawn_at = null, assignee = null`;
  await sql`delete from task_draws`;
  const all = counting(sql);
  expect(await assignTasks({ ...deps, sql: all.sql }, 1_000)).toBe(10_000);
  expect(few.statements()).toBeGreaterThan(3);
  expect(all.statements()).toBeLessThanOrEqual(few.statements() * 11);
  const loads = await sql<{ open: number }[]>`select count(*)::int as open from tasks group by assignee`;
  expect(loads.map(({ open }) => open)).toEqual([2_500, 2_500, 2_500, 2_500]);
  // Each draw was among those with the least to do, and no name was drawn for its place in the list.
  const [first] = await sql<
    { names: number }[]
  >`select count(distinct drawn)::int as names from task_draws where cardinality(candidates) = 4`;
  expect(first?.names).toBe(4);
});

it("never assigns twice, nor beyond maxOpen, however many processes assign while people claim", async () => {
  const { database, sql, deps, staff } = await desk();
  await staff(
    NAMES.map((name) => ({ name, maxOpen: 60 })),
    NAMES.map((name) => until(name, "02:00")),
  );
  await many(sql, 300);
  const pools = [1, 2, 3, 4, 5, 6].map(() => connect(database.url, { max: 2, applicationName: "dunlin test" }));
  const some = await sql<{ id: string }[]>`select id from tasks order by id limit 20`;
  let claimed = 0;
  const [sweeps] = await Promise.all([
    Promise.all(pools.map(({ sql: own }) => assignTasks({ ...deps, sql: own }, 20))),
    Promise.all(
      some.map(async ({ id }) => {
        const result = await claim({ sql }, actor("guest"), id);
        if (result.kind === "changed") claimed++;
      }),
    ),
  ]);
  await Promise.all(pools.map((pool) => pool.close()));
  await assignTasks(deps);
  const draws = await sql<{ tasks: number; draws: number }[]>`
    select count(distinct task_id)::int as tasks, count(*)::int as draws from task_draws`;
  expect(draws).toEqual([{ tasks: 240, draws: 240 }]);
  expect(sweeps.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(240);
  const loads = await sql<{ assignee: string | null; open: number }[]>`
    select assignee, count(*)::int as open from tasks group by assignee order by assignee`;
  expect(loads.filter(({ assignee }) => NAMES.some((name) => name === assignee))).toEqual(
    NAMES.toSorted().map((assignee) => ({ assignee, open: 60 })),
  );
  // A claim and a draw of the same task: one of them had it.
  expect(loads.find(({ assignee }) => assignee === "guest")?.open ?? 0).toBe(claimed);
});
