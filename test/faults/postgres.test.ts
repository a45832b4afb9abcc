/** PostgreSQL itself is cut off in the middle of a burst, as by `pg_ctl restart -m immediate`. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import { findBinaries } from "../../src/db/embedded/binaries.ts";
import { ensureCluster, ROLE } from "../../src/db/embedded/cluster.ts";
import { launch } from "../../src/db/embedded/postmaster.ts";
import { chooseUser } from "../../src/db/embedded/run-as.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { rig } from "../support/service/rig.ts";
import { created, orders, post, postAll } from "../support/service/shop.ts";

/** A server of this test alone. */
async function privatePostgres(context: Pick<TestContext, "onTestFinished">) {
  const dataDir = await mkdtemp(join(tmpdir(), "dunlin-pg-"));
  await mkdir(join(dataDir, "data"));
  const cluster = join(dataDir, "postgres");
  const runAs = await chooseUser(cluster);
  const input = { dataDir, cluster, runAs, binaries: await findBinaries(dataDir, runAs), log: () => {} };
  const password = await ensureCluster(input);
  let server = await launch(input);
  const { port } = server;
  context.onTestFinished(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    url: `postgres://${ROLE}:${password}@127.0.0.1:${port}/postgres`,
    /** SIGQUIT is an immediate shutdown: no session ends in order, and the next start recovers from the log. */
    cut: async () => {
      process.kill(server.pid, "SIGQUIT");
      await server.ended;
    },
    start: async () => {
      server = await launch(input, port);
    },
  };
}

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "restarted at once in a burst: 503 meanwhile, nothing answered is lost, nothing is sent twice, all goes on by itself",
    async (context) => {
      const postgres = await privatePostgres(context);
      const service = await rig(context, { queue, databaseUrl: postgres.url, ratePerSecond: 150, timeout: "5s" });
      const migrated = service.run(["migrate"]);
      expect(await migrated.ended, migrated.err()).toEqual({ code: 0, signal: null });
      const [api, worker] = await Promise.all([
        service.up(["api"]),
        service.up(["worker", "--roles", "intake,dispatch,upkeep"]),
      ]);
      const count = 900;
      await postAll(api.url, orders(count, "d", Date.now() + 2_500));
      await eventually(
        "the burst begins",
        () => service.provider.taken(),
        (taken) => taken >= 150,
      );

      // A shop that goes on posting, one order at a time, over the whole outage.
      const answers: { order: string; status: number; ms: number }[] = [];
      const over = new AbortController();
      const posting = Promise.all(
        [0, 1, 2].map(async (lane) => {
          for (let n = 0; !over.signal.aborted; n++) {
            const order = `t${lane}x${n}`;
            const { status, ms } = await post(api.url, created(order, Date.now() - 5_000));
            answers.push({ order, status, ms });
            await pause(100);
          }
        }),
      );
      await pause(300);
      await postgres.cut();
      const cutAt = performance.now();
      await pause(3_000);
      await postgres.start();
      const downMs = performance.now() - cutAt;
      const before = answers.length;
      await eventually(
        "intake answers again",
        async () => answers.slice(before).filter(({ status }) => status === 202).length,
        (n) => n >= 5,
      );
      const backMs = performance.now() - cutAt - downMs;
      over.abort();
      await posting;

      const statuses = [...new Set(answers.map(({ status }) => status))].sort();
      expect(statuses).toEqual([202, 503]);
      const taken = answers.filter(({ status }) => status === 202).map(({ order }) => order);
      const stored = await eventually(
        "the store answers",
        () => service.sql<{ id: string }[]>`select id from orders where id like 't%'`.catch(() => []),
        (rows) => rows.length >= taken.length,
      );
      const ids = new Set(stored.map(({ id }) => id));
      expect(taken.filter((order) => !ids.has(order))).toEqual([]);

      const held = await eventually(
        "all that nobody holds went out",
        () => ledger(service.sql),
        ({ reminders, deliveries }) =>
          reminders.planned === undefined && (reminders.sending ?? 0) === (deliveries.claimed ?? 0),
      );
      worker.signal("SIGTERM");
      expect(await worker.ended).toEqual({ code: 0, signal: null });
      const { deliveries } = await ledger(service.sql);
      const { taken: messages, faults } = await audit(service);
      console.log(
        `PostgreSQL cut (${queue}): down ${Math.round(downMs)} ms, intake again ${Math.round(backMs)} ms after it was up; posted ${answers.length}: ${taken.length} × 202, ${answers.length - taken.length} × 503 (longest ${Math.round(Math.max(...answers.map(({ ms }) => ms)))} ms); ${messages} messages; deliveries ${JSON.stringify(deliveries)}, held ${held.deliveries.claimed ?? 0}`,
      );
      expect(faults).toMatchObject({ ...NO_FAULTS, unaccounted: 0 });
      const end = await ledger(service.sql);
      // Every reminder ends as sent, or is counted as unknown, and those are few: only a commit that was cut short leaves one.
      expect(end.total).toBe(count + ids.size);
      expect(isOver(end) || (end.deliveries.claimed ?? 0) <= 100).toBe(true);
      expect(messages).toBeGreaterThanOrEqual(count + ids.size - 100);
      // The service comes back by itself, and soon.
      expect(backMs).toBeLessThan(45_000);
    },
  );
});
