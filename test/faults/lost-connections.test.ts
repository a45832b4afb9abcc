/** The server ends connections by the dozen under work beside intake. Only that work may be lost. */
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { connect, type Sql } from "../../src/db/client.ts";
import { loadStory } from "../../src/db/stores/reads/explain-store.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { recoveryReport } from "../../src/reporting/recovery.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { suppressContact } from "../support/suppress.ts";

const NAME = "dunlin lost";
const CONNECTIONS = 6;
const STORM_MS = 4_000;

/** Errors that would have ended the process. */
function unhandled(): string[] {
  const found: string[] = [];
  const note = (error: unknown) => void found.push(String(error));
  process.on("unhandledRejection", note).on("uncaughtException", note);
  onTestFinished(() => void process.off("unhandledRejection", note).off("uncaughtException", note));
  return found;
}

/** Ends all sessions of the pool again and again, while each of its connections has work. Counts what was done, and what failed by code. */
async function storm(database: TestDatabase, pool: Sql, work: (sql: Sql) => Promise<unknown>) {
  const done = { ok: 0, failed: 0, hung: 0 };
  const codes = new Set<string>();
  const end = performance.now() + STORM_MS;
  const lane = async () => {
    while (performance.now() < end) {
      const result = await Promise.race([
        work(pool).then(
          () => "ok" as const,
          (error: unknown) => {
            codes.add(String(error instanceof Error && "code" in error ? error.code : error));
            return "failed" as const;
          },
        ),
        pause(5_000, "hung" as const),
      ]);
      done[result]++;
    }
  };
  const cut = async () => {
    while (performance.now() < end) {
      await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${NAME} and datname = current_database()`;
      await pause(5 + Math.random() * 20);
    }
  };
  await Promise.all([cut(), ...Array.from({ length: 2 * CONNECTIONS }, lane)]);
  return { ...done, codes: [...codes].sort() };
}

/** Each of so many transactions begins before any ends: no connection was left behind in one that nobody ends. */
async function allAtOnce(pool: Sql): Promise<number> {
  let begun = 0;
  const transactions = Array.from({ length: CONNECTIONS }, () =>
    inTransaction(pool, async (tx) => {
      await tx`select 1`;
      begun++;
      await expect.poll(() => begun, { timeout: 10_000 }).toBe(CONNECTIONS);
    }),
  );
  await Promise.all(transactions);
  return begun;
}

const WORK: [string, (sql: Sql) => Promise<unknown>][] = [
  ["transactions", (sql) => inTransaction(sql, (tx) => Promise.all([tx`select count(*) from orders`, tx`select 1`]))],
  ["reports", (sql) => recoveryReport({ sql }, { by: ["day", "step"], from: null, to: null })],
  ["stories of orders", (sql) => loadStory(sql, "acme", "o1")],
  ["suppressions", (sql) => suppressContact(sql, "acme", Buffer.alloc(16, 1))],
];

it.each(WORK)("ended under %s: they fail, the process and all connections go on", async (_, work) => {
  const database = await testDatabase();
  await database.sql`insert into orders (shop_id, id, status, details, seen_at) values ('acme', 'o1', 'unpaid', '{}', now())`;
  const { sql, close } = connect(database.url, { max: CONNECTIONS, applicationName: NAME });
  const found = unhandled();
  const { ok, failed, hung, codes } = await storm(database, sql, work);
  expect(found).toEqual([]);
  expect(hung).toBe(0);
  expect(ok).toBeGreaterThan(0);
  expect(failed).toBeGreaterThan(0);
  for (const code of codes) expect(code).toMatch(/^(CONNECTION_CLOSED|ECONNRESET|EPIPE|57P01)$/);
  // The first statement on a connection may still fail because of the last cut.
  await Promise.allSettled(Array.from({ length: 4 * CONNECTIONS }, () => work(sql)));
  await Promise.all(Array.from({ length: 4 * CONNECTIONS }, () => work(sql)));
  expect(await allAtOnce(sql)).toBe(CONNECTIONS);
  const begun = performance.now();
  await close(5_000);
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect(found).toEqual([]);
});

/** A front of the server through which all connections can be reset, and a bell that calls `ring` while the resets arrive. */
async function resettable(url: string, ring: () => void) {
  const target = new URL(url);
  const { hostname, port: serverPort } = target;
  const clients = new Set<Socket>();
  const front = createServer((client) => {
    const server = connectSocket(Number(serverPort || 5432), hostname);
    clients.add(client);
    client.on("error", () => {}).on("close", () => clients.delete(client) && server.destroy());
    server.on("error", () => {}).on("close", () => client.destroy());
    client.pipe(server).pipe(client);
  });
  const bells = createServer((socket) => void socket.on("error", () => {}).on("data", ring));
  const listen = (server: typeof front) =>
    new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  target.host = `127.0.0.1:${await listen(front)}`;
  const port = await listen(bells);
  const ringers = Array.from({ length: 6 }, () => connectSocket(port, "127.0.0.1"));
  onTestFinished(() => {
    for (const socket of ringers) socket.destroy();
    front.close();
    bells.close();
  });
  return {
    url: target.href,
    reset() {
      for (const client of clients) client.resetAndDestroy();
      for (const socket of ringers) socket.write("x");
    },
  };
}

it("reset while transactions begin: each ends, none goes on without its begin or in the session of another", async () => {
  const database = await testDatabase();
  await database.sql`create table probe (id int primary key)`;
  const found = unhandled();
  const committed = new Set<number>();
  const rolledBack = new Set<number>();
  const begun: Promise<void>[] = [];
  let last = 0;
  const one = async (): Promise<void> => {
    const id = ++last;
    const work = inTransaction(sql, async (tx) => {
      await Promise.all([tx`insert into probe values (${id})`, tx`select 1`]);
      if (id % 5 === 0) rolledBack.add(id);
      if (id % 5 === 0) throw new RangeError("rolled back");
      await tx`select 2`;
    });
    await work.then(
      () => committed.add(id),
      () => {},
    );
  };
  const front = await resettable(database.url, () => begun.push(one(), one(), one()));
  const { sql, close } = connect(front.url, { max: 8, applicationName: NAME });
  let hung = 0;
  for (let round = 0; round < 15; round++) {
    await Promise.all(Array.from({ length: 10 }, one));
    front.reset();
    await pause(30);
    begun.push(...Array.from({ length: 6 }, one));
    hung += await Promise.race([Promise.all(begun.splice(0)).then(() => 0), pause(4_000, 1)]);
  }
  await close(0);
  const rows = await database.sql<{ id: number }[]>`select id from probe`;
  const stored = new Set(rows.map(({ id }) => id));
  expect({
    hung,
    lost: [...committed].filter((id) => !stored.has(id)),
    storedAllTheSame: [...rolledBack].filter((id) => stored.has(id)),
    found,
  }).toEqual({ hung: 0, lost: [], storedAllTheSame: [], found: [] });
  expect(committed.size).toBeGreaterThan(100);
});
