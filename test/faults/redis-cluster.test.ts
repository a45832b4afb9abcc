/** The queue in a Redis Cluster: a master dies under load, its replica takes over, and the slot of the queues moves to another master. */
import { Queue } from "bullmq";
import { Cluster } from "ioredis";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { hasRedis } from "../support/service/redis.ts";
import { startRedisCluster } from "../support/service/redis-cluster.ts";
import { rig } from "../support/service/rig.ts";
import { created, post } from "../support/service/shop.ts";

/** Any key of the queues: they share a slot. */
const KEY = "{bull}:dispatch:meta";

describe.runIf(hasRedis)("Redis Cluster", () => {
  it("a master is killed under load, and a slot moves: nothing is lost, nobody is reminded twice, and all is in time again", async (context) => {
    const cluster = await startRedisCluster(context);
    const service = await rig(context, { queue: "postgres" });
    const env = { QUEUE_URL: cluster.url };
    const worker = ["worker", "--roles", "intake,dispatch,upkeep"];
    const [one, two] = await Promise.all([
      service.up(["api"], env),
      service.up(["api"], env),
      ...[1, 2, 3].map(() => service.up(worker, env)),
    ]);
    const doctor = service.run(["doctor"], env);
    await doctor.ended;
    expect(doctor.out()).toMatch(/ok {4}queue: redis 7/);

    // A shop that adds jobs to the public queue, and repeats an add that failed, as BullMQ's users do.
    const client = new Cluster([...cluster.nodes], { redisOptions: { maxRetriesPerRequest: null } });
    client.on("error", () => {});
    const shop = new Queue("orders", { connection: client, prefix: "{bull}" });
    shop.on("error", () => {});
    context.onTestFinished(() => client.disconnect());

    const dueAt = new Map<string, number>();
    const overHttp: string[] = [];
    const over = new AbortController();
    context.onTestFinished(() => over.abort());
    const load = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        const ids = [`h${n}a`, `h${n}b`];
        const at = Date.now() + 1_500;
        for (const id of ids) dueAt.set(id, at);
        const { status } = await post(
          (n % 2 === 0 ? one : two).url,
          ids.map((id) => created(id, at - 10_000)),
        );
        expect(status).toBe(202);
        overHttp.push(...ids);
        await new Promise((resolve) => setTimeout(resolve, 80));
      }
    })();
    const addJobs = async (prefix: string) => {
      for (let n = 0; n < 20; n++) {
        const id = `${prefix}${n}`;
        dueAt.set(id, Date.now() + 1_500);
        const event = created(id, Date.now() - 8_500);
        await eventually(
          "the shop adds its job",
          () =>
            shop.add("event", event).then(
              () => true,
              () => false,
            ),
          (added) => added,
          60_000,
        );
      }
    };
    const inTime = (ids: readonly string[]) =>
      eventually(
        "all of these went out",
        () => service.provider.log.filter(({ orders, taken }) => taken && ids.includes(orders[0] ?? "")).length,
        (sent) => sent >= ids.length,
      );
    /** The worst lateness of those that were due in the last seconds, ms. */
    const latest = (sinceMs: number) => {
      const from = Date.now() - sinceMs;
      const late = service.provider.log
        .filter(({ taken }) => taken)
        .map(({ orders, at }) => ({ due: dueAt.get(orders[0] ?? "") ?? 0, at }))
        .filter(({ due }) => due >= from)
        .map(({ due, at }) => at - due);
      return late.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...late);
    };

    await addJobs("before");
    await inTime(["before0", "before19"]);
    const killedAt = Date.now();
    await cluster.killMasterOf(KEY);
    await cluster.whole();
    const wholeMs = Date.now() - killedAt;
    await eventually(
      "lateness is back under 5 s",
      () => latest(4_000),
      (ms) => ms < 5_000,
      30_000,
    );
    const backMs = Date.now() - killedAt;
    await addJobs("after");
    await inTime(["after0", "after19"]);

    await cluster.migrateSlotOf(KEY);
    await addJobs("moved");
    await inTime(["moved0", "moved19"]);
    over.abort();
    await load;

    const end = await eventually("all is over", () => ledger(service.sql), isOver);
    const count = overHttp.length + 60;
    expect(end.reminders).toEqual({ sent: count });
    expect(await audit(service)).toEqual({ taken: count, faults: NO_FAULTS });
    const worst = Math.max(...service.provider.log.map(({ orders, at }) => at - (dueAt.get(orders[0] ?? "") ?? at)));
    expect(worst).toBeLessThan(30_000);
    console.log(
      `Redis Cluster: whole ${wholeMs} ms after the kill; in time again ${backMs} ms after it; the latest of ${count} messages came ${worst} ms after it was due`,
    );
  });
});
