/** The primary is gone, and its standby takes over without the last seconds; and a database that is restored from a dump. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/db/client.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { startProxy } from "../support/service/proxy.ts";
import { QUEUES } from "../support/service/redis.ts";
import { startReplicas } from "../support/service/replicas.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const run = promisify(execFile);

describe.concurrent.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "a standby without the last claims takes over: none of these goes out twice, and new orders are reminded",
    async (context) => {
      const { primary, standby, caughtUp, cut, promote } = await startReplicas(context);
      const way = await startProxy(primary.url);
      context.onTestFinished(way.close);
      const service = await rig(context, { queue, databaseUrl: way.url, ratePerSecond: 60 });
      const [api, worker] = await Promise.all([
        service.up(["api"]),
        service.up(["worker", "--roles", "intake,dispatch,upkeep"]),
      ]);
      const { provider } = service;
      await postAll(api.url, orders(200, "a", Date.now() + 2_000));
      await eventually(
        "some are sent",
        () => provider.taken(),
        (taken) => taken >= 20,
      );
      await caughtUp();
      await cut();
      const before = provider.taken();
      await eventually(
        "more are sent, which the standby does not know",
        () => provider.taken(),
        (taken) => taken >= before + 40,
      );
      await way.cut();
      await primary.stop();
      const sent = provider.taken();
      await promote();
      await way.restore(standby.url);
      await postAll(api.url, orders(30, "b", Date.now() + 12_000));

      await eventually(
        "all is over",
        () => ledger(standby.sql),
        (found) => found.total === 230 && isOver(found),
        120_000,
      );
      const { faults, taken } = await audit({ sql: standby.sql, provider });
      // The ledger does not have the lost sends as deliveries. It makes none up, and none went out twice.
      expect({ ...faults, unaccounted: 0 }).toEqual(NO_FAULTS);
      const states = await standby.sql<{ id: string; state: string; reason: string | null }[]>`
      select orders[1] as id, state, reason from reminders`;
      const taking = new Set(provider.log.filter((entry) => entry.taken).flatMap(({ orders: ids }) => ids));
      for (const { id, state, reason } of states) {
        if (taking.has(id)) expect([id, state === "sent" || reason === "unknown_outcome"]).toEqual([id, true]);
        if (id.startsWith("b")) expect([id, state]).toEqual([id, "sent"]);
      }
      expect(states.filter(({ reason }) => reason === "unknown_outcome").length).toBeGreaterThanOrEqual(40);
      // Claims of before that were on their way still went out, once.
      expect(taken).toBeGreaterThanOrEqual(sent + 30);
      expect(worker.out()).toContain("another PostgreSQL took over and may lack the last seconds");
    },
  );
});

const atServer = process.env.TEST_DATABASE_URL;
describe.concurrent("restored", () => {
  it.runIf(atServer !== undefined)(
    "a dump taken under load is restored: nothing is sent until an operator says so, and nothing twice",
    async (context) => {
      const service = await rig(context, { queue: "postgres", ratePerSecond: 60 });
      const node = await service.up(["start"]);
      const { provider } = service;
      await postAll(node.url, orders(150, "a", Date.now() + 1_500));
      await eventually(
        "some are sent",
        () => provider.taken(),
        (taken) => taken >= 15,
      );
      const { stdout: dump } = await run("pg_dump", [service.databaseUrl], { maxBuffer: 100_000_000 });
      const dumped = provider.taken();
      await eventually(
        "more are sent",
        () => provider.taken(),
        (taken) => taken >= dumped + 40,
      );
      await node.kill();
      const sent = provider.taken();

      const restored = `${new URL(service.databaseUrl).pathname.slice(1)}_restored`;
      const url = new URL(service.databaseUrl);
      await service.sql.unsafe(`create database ${restored}`);
      url.pathname = `/${restored}`;
      const { sql, close } = connect(url.href, { max: 2 });
      context.onTestFinished(async () => {
        await close(0);
        await service.sql.unsafe(`drop database if exists ${restored} with (force)`);
      });
      const child = run("psql", ["-q", "-v", "ON_ERROR_STOP=1", url.href], { maxBuffer: 100_000_000 });
      child.child.stdin?.end(dump);
      await child;

      const env = { DATABASE_URL: url.href };
      const second = await service.up(["start"], env);
      await postAll(second.url, orders(10, "b", Date.now() - 1_000));
      const doctor = service.run(["doctor"], env);
      expect((await doctor.ended).code).toBe(1);
      expect(doctor.out()).toMatch(
        /FAIL {2}sending: held since the database was restored, with \d+ due: look at `dunlin restored`/,
      );
      const ready = await fetch(`${second.url}/readyz`);
      expect([
        ready.status,
        ((await ready.json()) as { checks: { sending: { ok: boolean } } }).checks.sending.ok,
      ]).toEqual([200, false]);
      expect(provider.taken()).toBe(sent);
      const shown = service.run(["restored"], env);
      expect((await shown.ended).code).toBe(0);
      expect(shown.out()).toMatch(
        /Sends are held since .*: the database was restored from a copy\. Nothing that happened after/,
      );

      const release = service.run(["restored", "release"], env);
      expect((await release.ended).code, release.err()).toBe(0);
      await postAll(second.url, orders(20, "c", Date.now() + 8_000));
      await eventually(
        "all is over",
        () => ledger(sql),
        (found) => found.total === 180 && isOver(found),
        120_000,
      );
      const { faults, taken } = await audit({ sql, provider });
      expect([faults.duplicateIds, faults.duplicateSteps, faults.duplicateOrderSteps, faults.imagined]).toEqual([
        0, 0, 0, 0,
      ]);
      // Only those that were due after the release went out.
      expect(taken).toBe(sent + 20);
      const again = service.run(["restored", "release"], env);
      expect((await again.ended).code).toBe(1);
      expect(again.err()).toBe("dunlin: sends are not held: there is nothing to let go on\n");
    },
  );

  it("files that were put back are held by hand, and sent after all where nothing was lost", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const node = await service.up(["start"]);
    const hold = service.run(["restored", "hold"]);
    expect((await hold.ended).code, hold.err()).toBe(0);
    await postAll(node.url, orders(5, "a", Date.now() - 500));
    await eventually(
      "they are due",
      async () => JSON.parse(await output(service.run(["restored", "--json"]))),
      ({ due }) => due === 5,
    );
    expect(service.provider.taken()).toBe(0);
    const release = service.run(["restored", "release", "--nothing-lost"]);
    expect((await release.ended).code).toBe(0);
    await eventually(
      "they are sent",
      () => service.provider.taken(),
      (taken) => taken === 5,
    );
  });
});

async function output(program: { ended: Promise<unknown>; out: () => string }): Promise<string> {
  await program.ended;
  return program.out();
}
