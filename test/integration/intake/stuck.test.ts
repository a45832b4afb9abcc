/** Sessions that stand still in the middle of a transaction, with the lock of a buyer: what PostgreSQL's own limits do not end. */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/db/client.ts";
import { endStuckSessions } from "../../../src/db/stores/dispatch/stuck-sessions.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { intakeDeps, receivedEvent } from "../../support/intake.ts";

const NOW = Date.now();
const buyer = (n: number) => ({ id: `b${n}`, phone: `+86139124000${String(n).padStart(2, "0")}` });
const created = (order: string, n: number) =>
  receivedEvent(`c-${order}`, "order.created", NOW, { id: order, buyer: buyer(n) });
const paid = (order: string, n: number) =>
  receivedEvent(`p-${order}`, "order.paid", NOW + 1, { id: order, buyer: buyer(n) });

const LOCK = "select id from buyers where platform_id = 'b1' for update";

/** Ways to stand still. Each leaves the transaction open with the lock of buyer b1. */
const WAYS: [string, (client: pg.Client) => Promise<unknown>][] = [
  ["between two statements", async (client) => client.query(LOCK)],
  [
    "between two messages of one statement",
    async (client) => {
      const { connection } = client as unknown as { connection: pg.Connection };
      const result = new Promise((resolve) => connection.once("dataRow", resolve));
      connection.parse({ text: LOCK, name: "", types: [] } as never, false);
      connection.bind({ portal: "", statement: "", values: [] } as never, false);
      connection.execute({ portal: "", rows: "0" } as never, false);
      connection.flush();
      await result;
    },
  ],
  [
    "with a result that it does not read",
    async (client) => {
      await client.query(LOCK);
      const { connection } = client as unknown as { connection: pg.Connection };
      connection.stream.pause();
      client.query("select repeat('x', 1000) from generate_series(1, 100000)").catch(() => {});
    },
  ],
];

async function setup() {
  const { deps, database } = await intakeDeps();
  // The limits of intake in the service, but for the session that stands still.
  const work = connect(database.url, {
    max: 6,
    applicationName: "dunlin",
    limits: { statementMs: 10_000, lockMs: 500 },
  });
  const client = new pg.Client({ connectionString: database.url, application_name: "dunlin" });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(async () => {
    (client as unknown as { connection: pg.Connection }).connection.stream.destroy();
    await work.close(0);
  });
  const timed = async <T>(answer: Promise<T>) => {
    const begun = performance.now();
    return { answer: await answer, ms: performance.now() - begun };
  };
  return { deps: { ...deps, sql: work.sql }, database, client, timed };
}

describe("a session that stands still", () => {
  it.each(WAYS)("%s: only its buyer's events wait, and it is ended soon", async (_, stand) => {
    const { deps, database, client, timed } = await setup();
    const ended: string[] = [];
    const unblock = async () => {
      for (const { state } of await endStuckSessions(deps.sql, true)) ended.push(state);
    };
    const intake = createIntake({ ...deps, unblock });
    await intake.submit([created("o1", 1), created("o2", 2)]);
    await client.query("begin");
    await stand(client);
    // They share a batch.
    const [locked, other, fresh] = [
      timed(intake.submit([paid("o1", 1)])),
      timed(intake.submit([paid("o2", 2)])),
      timed(intake.submit([created("o3", 3)])),
    ];
    for (const done of [await other, await fresh]) {
      expect(done.answer.accepted).toBe(1);
      expect(done.ms).toBeLessThan(2_500);
    }
    // Later events of the locked buyer are put aside at once, and cost the others nothing.
    const again = timed(intake.submit([created("o4", 1)]));
    const after = await timed(intake.submit([created("o5", 5)]));
    expect(after.ms).toBeLessThan(1_000);
    expect((await locked).answer.accepted).toBe(1);
    expect((await again).answer.accepted).toBe(1);
    expect((await locked).ms).toBeLessThan(10_000);
    expect(ended).toHaveLength(1);
    expect(intake.pending).toBe(0);
    const orders = await database.sql<{ id: string; status: string }[]>`select id, status from orders order by id`;
    expect(orders.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "o1 paid",
      "o2 paid",
      "o3 unpaid",
      "o4 unpaid",
      "o5 unpaid",
    ]);
  });

  it("is left alone while it keeps nobody waiting, and so are other programs and sessions at work", async () => {
    const { deps, database, client } = await setup();
    await client.query("begin");
    await client.query("select 1");
    const stranger = new pg.Client({ connectionString: database.url, application_name: "other" });
    stranger.on("error", () => {});
    await stranger.connect();
    onTestFinished(() => stranger.end());
    await stranger.query("begin");
    await pause(3_500);
    const busy = deps.sql`select pg_sleep(1)`.execute();
    expect(await endStuckSessions(deps.sql, false)).toEqual([]);
    await busy;
    expect(await endStuckSessions(deps.sql, true)).toMatchObject([{ state: "idle in transaction" }]);
    expect((await stranger.query("select 1")).rowCount).toBe(1);
  });
});

it("a batch in which many buyers are locked: all others go in within one wait", async () => {
  const { deps, database, client, timed } = await setup();
  const intake = createIntake(deps);
  await intake.submit(Array.from({ length: 80 }, (_, n) => created(`o${n}`, n)));
  await client.query("begin");
  await client.query("select id from buyers where platform_id ~ '[02468]$' for update");
  const answers = Array.from({ length: 80 }, (_, n) => timed(intake.submit([paid(`o${n}`, n)])));
  const free = await Promise.all(answers.filter((_, n) => n % 2 === 1));
  expect(Math.max(...free.map(({ ms }) => ms))).toBeLessThan(3_000);
  expect(intake.pending).toBe(40);
  await client.query("rollback");
  await Promise.all(answers);
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from orders where status = 'paid'`;
  expect(row?.n).toBe(80);
});
