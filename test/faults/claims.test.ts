/**
 * An API process that is killed while people hold claims. Claims are rows with an end, so nothing of them dies with the process: no message goes out
 * as long as they last, nobody else gets them, and afterwards they are anybody's again.
 */
import { describe, expect, it, type TestContext } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, NO_FAULTS, setClockAhead } from "../support/service/ledger.ts";
import type { Program } from "../support/service/program.ts";
import { QUEUES, type Queue } from "../support/service/redis.ts";
import { API_KEY, type Rig, rig } from "../support/service/rig.ts";
import { created, postAll } from "../support/service/shop.ts";

/** The first step is due while people have the cases, the second one after the end of their claims. The clock is set to each. */
const CAMPAIGN = `manual: { amountAtLeast: "1000", handBackAfter: 1h }
steps:
  - { id: nudge, at: { afterCreated: 5m }, channels: [sms, chat] }
  - { id: last-call, at: { afterCreated: 20m }, channels: [sms, chat] }
minAge: 0s
minLead: 1s
limits: { max: 20, per: 24h, gap: 0s }
`;
const EACH = 8;
const [NUDGE_SECONDS, LAST_CALL_SECONDS] = [6 * 60, 21 * 60];

type Named = { readonly name: string; readonly key: string };
type Task = { readonly id: string; readonly kind: string; readonly orders: readonly string[]; readonly state: string };
type Asked = { readonly status: number; readonly body: Record<string, unknown> };

/** A request that gets no answer is status 0. */
async function ask(url: string, key: string, method: string, path: string, body?: unknown): Promise<Asked> {
  try {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Asked["body"] };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}

async function people(api: Program): Promise<readonly [Named, Named]> {
  const make = async (name: string): Promise<Named> => {
    const { status, body } = await ask(api.url, API_KEY, "POST", "/v1/keys", { name, role: "operator" });
    expect(status).toBe(201);
    return { name, key: String(body.key) };
  };
  return [await make("Vera"), await make("Ada")];
}

const claimAt = (api: Program, { key }: Named, { id }: Pick<Task, "id">) =>
  ask(api.url, key, "POST", `/v1/tasks/${id}/claim`);

/** Orders that the reminders care for, and orders of high value: the first are taken by hand. One is nobody's. */
async function setUp(context: TestContext, queue: Queue) {
  const service = await rig(context, { queue, campaign: CAMPAIGN });
  const [victim, other] = await Promise.all([
    service.up(["api"]),
    service.up(["api"]),
    service.up(["worker", "--roles", "dispatch,upkeep"]),
  ]);
  const [vera, ada] = await people(victim);
  const at = Date.now();
  const numbers = Array.from({ length: EACH }, (_, n) => n);
  const dear = (n: number) => {
    const event = created(`dear${n}`, at);
    return { ...event, order: { ...event.order, amount: "1500.00" } };
  };
  await postAll(victim.url, [
    ...numbers.map((n) => created(`plain${n}`, at)),
    ...numbers.map(dear),
    created("control", at),
  ]);
  const cases = await service.sql<{ id: string; order: string }[]>`
    select case_id as id, id as order from orders where id like 'plain%' order by id`;
  const tasks = (await ask(other.url, ada.key, "GET", "/v1/tasks?limit=100")).body.items as readonly Task[];
  expect([cases.length, tasks.length]).toEqual([EACH, EACH]);
  return { service, victim, other, vera, ada, cases, tasks };
}

/** The person that has each task, by the rows. */
const holders = async ({ sql }: Rig) =>
  new Map(
    (
      await sql<{ id: string; who: string }[]>`select id, assignee as who from tasks where lease_until > dunlin_now()`
    ).map(({ id, who }) => [id, who]),
  );

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)("kill -9 of an API process that holds claims: they last, lapse, and go on", async (context) => {
    const { service, victim, other, vera, ada, cases, tasks } = await setUp(context, queue);
    const { sql, provider } = service;
    const taken = await Promise.all(
      cases.map(({ id }) => ask(victim.url, vera.key, "POST", `/v1/cases/acme/${id}/take`)),
    );
    expect(taken.map(({ status }) => status)).toEqual(cases.map(() => 200));
    const calls = taken.map(({ body }) => String(body.id));
    // Both want the others at once, each at another process, and one process dies of it.
    const sure = new Map<string, string[]>();
    const race = tasks.flatMap((task) =>
      [[victim, vera] as const, [other, ada] as const].map(async ([api, person]) => {
        const { status } = await claimAt(api, person, task);
        expect([200, 409, 0]).toContain(status);
        if (status === 200) sure.set(task.id, [...(sure.get(task.id) ?? []), person.name]);
      }),
    );
    await Promise.race(race);
    await victim.kill();
    await Promise.all(race);
    const held = await holders(service);
    expect(calls.map((id) => held.get(id))).toEqual(calls.map(() => vera.name));
    for (const [id, names] of sure) expect(names, "one got it, and has it").toEqual([held.get(id)]);
    // She has no process any more, and nobody else gets what she has.
    for (const id of calls)
      expect(await claimAt(other, ada, { id })).toMatchObject({ status: 409, body: { code: "task_taken" } });

    await setClockAhead(sql, NUDGE_SECONDS);
    // The time of the first step passes: it goes to the case that nobody has, and to no other.
    await eventually(
      "the first step is decided",
      () =>
        sql<
          { n: number }[]
        >`select count(*)::int as n from reminders where step = 'nudge' and state in ('sent', 'skipped')`,
      ([row]) => row?.n === EACH + 1,
    );
    expect(provider.log.flatMap(({ orders }) => orders)).toEqual(["control"]);
    expect(await sql`select distinct reason from reminders where step = 'nudge' and state = 'skipped'`).toEqual([
      { reason: "manual" },
    ]);

    await setClockAhead(sql, LAST_CALL_SECONDS);
    const next = await service.up(["api"]);
    expect((await holders(service)).size).toBe(0);
    expect((await ask(next.url, vera.key, "GET", "/v1/tasks?limit=100")).body.items).toMatchObject(
      Array.from({ length: 2 * EACH }, () => ({ state: "open", assignee: null })),
    );
    // She comes back too late: what she had is not hers any more.
    expect(await ask(next.url, vera.key, "POST", `/v1/tasks/${calls[0]}/extend`)).toMatchObject({
      ...{ status: 409, body: { code: "task_not_claimed" } },
    });
    // Those of high value are taken again, by one of the two.
    const again = await Promise.all(
      tasks.map(async (task) => {
        const answers = await Promise.all([claimAt(next, vera, task), claimAt(other, ada, task)]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
        return answers[0].status === 200 ? vera.name : ada.name;
      }),
    );
    const now = await holders(service);
    expect(tasks.map(({ id }) => now.get(id))).toEqual(again);
    // The others are the reminders' again.
    await eventually(
      "the last call",
      () => provider.taken(),
      (count) => count === EACH + 2,
    );
    expect(provider.judge().takenByStep).toEqual({ nudge: 1, "last-call": EACH + 1 });
    expect(provider.log.flatMap(({ orders }) => orders).filter((id) => id.startsWith("dear"))).toEqual([]);
    expect(await audit(service)).toMatchObject({ faults: NO_FAULTS });
  });
});

it("kill -9 of an API process in the middle of a claim: nobody has the task, and the next one gets it", async (context) => {
  const { service, victim, other, vera, ada, tasks } = await setUp(context, "postgres");
  const { sql } = service;
  const [task] = tasks;
  if (task === undefined) throw new Error("there is no task");
  await sql.begin(async (tx) => {
    await tx`select from buyers for update`;
    const claimed = claimAt(victim, vera, task);
    await eventually(
      "the claim waits for the buyer",
      () => sql`select from pg_locks where not granted`,
      (rows) => rows.length > 0,
    );
    await victim.kill();
    expect((await claimed).status).toBe(0);
  });
  expect((await claimAt(other, ada, task)).status).toBe(200);
  expect((await holders(service)).get(task.id)).toBe(ada.name);
});
