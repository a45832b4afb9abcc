/** PgBouncer between Dunlin and PostgreSQL. */
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/db/client.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { reachServer } from "../../src/postgres/server.ts";
import { testDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { hasPgbouncer, startPgbouncer } from "../support/service/pgbouncer.ts";
import { rig } from "../support/service/rig.ts";
import { orders, paid, post, postAll } from "../support/service/shop.ts";

describe.runIf(hasPgbouncer)("PgBouncer", () => {
  it("in transaction mode, with a direct way beside it: all goes on as without it", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const pooled = await startPgbouncer(context, service.databaseUrl, "transaction");
    const env = { DATABASE_URL: pooled, DATABASE_DIRECT_URL: service.databaseUrl };
    const doctor = service.run(["doctor"], env);
    expect(await doctor.ended, doctor.out()).toEqual({ code: 0, signal: null });
    expect(doctor.out()).toMatch(
      /ok {4}database: .*through a pooler in transaction mode; migrations and the queue go to /,
    );
    const nodes = await Promise.all([service.up(["start"], env), service.up(["start"], env)]);
    const [{ url }] = nodes;
    await postAll(url, orders(200, "p", Date.now() + 2_000));
    const payments = Array.from({ length: 40 }, (_, n) => paid(`p${n}`, Date.now()));
    await Promise.all(payments.map((event) => post(url, event))).then((answers) =>
      expect(answers.map(({ status }) => status)).toEqual(payments.map(() => 202)),
    );
    await eventually("all is over", () => ledger(service.sql), isOver);
    const sent = await audit(service);
    expect(sent.faults).toEqual({ ...NO_FAULTS, unaccounted: 0 });
    expect(sent.taken).toBe(160);
    for (const node of nodes) {
      node.signal("SIGTERM");
      expect(await node.ended, node.out()).toEqual({ code: 0, signal: null });
      expect(node.out()).not.toContain('"level":50');
    }
  });

  it("in transaction mode: no answer is lost when more statements wait than there are connections", async (context) => {
    const { url } = await testDatabase(context);
    const pooled = await startPgbouncer(context, url, "transaction");
    const { sql, close } = connect(pooled, { max: 2, silenceMs: 5_000, server: await reachServer(pooled) });
    context.onTestFinished(() => close(0));
    const numbers = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        if (n % 3 === 0) return sql`select pg_sleep(0.01)`.then(() => n);
        if (n % 3 === 1) return sql`select ${n}::int as n`.then(([row]) => row?.n);
        return inTransaction(sql, (tx) => tx`select ${n}::int as n`).then(([row]) => row?.n);
      }),
    );
    expect(numbers).toEqual(numbers.map((_, n) => n));
  });

  it("in transaction mode, without one: every command refuses in one line, and says what to set", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const pooled = await startPgbouncer(context, service.databaseUrl, "transaction");
    const line = /^dunlin: .*pooler in transaction mode: set DATABASE_DIRECT_URL to PostgreSQL itself[^\n]*\n$/;
    const refused = [["start"], ["migrate"], ["report"]].map((args) => service.run(args, { DATABASE_URL: pooled }));
    for (const program of refused) {
      expect(await program.ended).toEqual({ code: 1, signal: null });
      expect(program.err()).toMatch(line);
    }
    const doctor = service.run(["doctor"], { DATABASE_URL: pooled });
    expect(await doctor.ended).toEqual({ code: 1, signal: null });
    expect(doctor.out()).toMatch(/FAIL {2}database: .*pooler in transaction mode: set DATABASE_DIRECT_URL/);
  });

  it.each([
    [
      "a direct way that is none",
      "transaction",
      (pooled: string) => ({ DATABASE_DIRECT_URL: pooled }),
      /DATABASE_DIRECT_URL goes through a pooler/,
    ],
    [
      "a direct way to another database",
      "transaction",
      (_: string, direct: string) => ({ DATABASE_DIRECT_URL: direct.replace(/\/\w+$/, "/postgres") }),
      /lead to different databases/,
    ],
    [
      "statement mode",
      "statement",
      (_: string, direct: string) => ({ DATABASE_DIRECT_URL: direct }),
      /statement mode, which takes no transactions/,
    ],
    [
      "a queue in transaction mode",
      "transaction",
      (pooled: string, direct: string) => ({ DATABASE_URL: direct, QUEUE_URL: pooled }),
      /QUEUE_URL goes through a pooler in transaction mode/,
    ],
  ] as const)("refuses %s in one line", async (_, mode, envOf, line) => {
    const context = { onTestFinished };
    const service = await rig(context, { queue: "postgres" });
    const pooled = await startPgbouncer(context, service.databaseUrl, mode);
    const program = service.run(["migrate"], { DATABASE_URL: pooled, ...envOf(pooled, service.databaseUrl) });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.err()).toMatch(line);
    expect(program.err().trim().split("\n")).toHaveLength(1);
  });

  it("in session mode, without anything else", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const env = { DATABASE_URL: await startPgbouncer(context, service.databaseUrl, "session") };
    const { url, signal, ended, out } = await service.up(["start"], env);
    await postAll(url, orders(20, "s", Date.now()));
    await eventually(
      "all is over",
      () => ledger(service.sql),
      (found) => found.total === 20 && isOver(found),
    );
    expect((await audit(service)).faults).toEqual(NO_FAULTS);
    signal("SIGTERM");
    expect(await ended, out()).toEqual({ code: 0, signal: null });
  });
});
