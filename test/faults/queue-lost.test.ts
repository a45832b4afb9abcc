/** The queue store is emptied or away. It only wakes workers: without it reminders may be later, and nothing is lost. */
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { hasRedis, type PrivateRedis } from "../support/service/redis.ts";
import { type Rig, rig } from "../support/service/rig.ts";
import { created, orders, post, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "intake,dispatch,upkeep"];

function redisOf(service: Rig): PrivateRedis {
  if (service.redis === null) throw new Error("this test runs on Redis");
  return service.redis;
}

describe.runIf(hasRedis).concurrent("Redis", () => {
  it("FLUSHALL with thousands scheduled: all go out, and the queue's clocks come back", async (context) => {
    const count = 1_500;
    const service = await rig(context, { queue: "redis", timeout: "10s" });
    const redis = new Redis(redisOf(service).url);
    context.onTestFinished(() => redis.disconnect());
    const [api] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
    const dueAt = Date.now() + 4_000;
    await postAll(api.url, orders(count, "f", dueAt));
    const clocks = () => redis.zcard("bull:upkeep:repeat");
    expect(await clocks()).toBe(3);
    await redis.flushall();
    const flushedAt = performance.now();
    expect(await clocks()).toBe(0);
    await eventually(
      "some went out",
      () => service.provider.taken(),
      (taken) => taken > 0,
    );
    await redis.flushall();
    const end = await eventually("all went out", () => ledger(service.sql), isOver);
    const log = service.provider.log;
    const lastMs = Math.max(...log.map(({ at }) => at)) - dueAt;
    expect(end.reminders).toEqual({ sent: count });
    expect(await audit(service)).toEqual({ taken: count, faults: NO_FAULTS });
    await eventually("the clocks are set again", clocks, (n) => n === 3, 15_000);
    console.log(
      `FLUSHALL: ${count} of ${count} out, the last ${lastMs} ms after it was due; clocks back ${Math.round(performance.now() - flushedAt)} ms after the first flush`,
    );
  });

  it("away: intake answers, reminders go out, and its queues work again when it is back", async (context) => {
    const service = await rig(context, { queue: "redis" });
    const redis = redisOf(service);
    const shop = new Queue("orders", { connection: { url: redis.url } });
    shop.on("error", () => {});
    context.onTestFinished(() => shop.close());
    const [api] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
    await shop.add("event", created("before", Date.now()));
    const stored = () =>
      service.sql<{ id: string }[]>`select id from orders where id in ('before', 'during', 'after') order by id`;
    await eventually("an order came in over the queue", stored, (rows) => rows.length === 1);

    await redis.stop();
    const wentAt = performance.now();
    const during = shop.add("event", created("during", Date.now()));
    // The shop's own connection waits for the store; a try that is cut short is the shop's to repeat.
    during.catch(() => {});
    const answerMs: number[] = [];
    for (let n = 0; performance.now() - wentAt < 8_000; n++) {
      const { status, ms } = await post(api.url, created(`o${n}`, Date.now() - 9_000));
      expect(status).toBe(202);
      answerMs.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await eventually(
      "all of these went out without the queue",
      () => service.provider.taken(),
      (taken) => taken >= answerMs.length,
    );
    const ready = await fetch(`${api.url}/readyz`);
    expect(await ready.json()).toMatchObject({ ok: true, checks: { database: { ok: true }, queue: { ok: false } } });

    await redis.start();
    const outMs = performance.now() - wentAt;
    await during.catch(() => shop.add("event", created("during", Date.now())));
    await shop.add("event", created("after", Date.now()));
    await eventually("what came over the queue during and after", stored, (rows) => rows.length === 3);
    const end = await eventually("all is over", () => ledger(service.sql), isOver);
    answerMs.sort((a, b) => a - b);
    console.log(
      `Redis away for ${Math.round(outMs)} ms: ${answerMs.length} orders posted, answered in ${Math.round(answerMs.at(answerMs.length >> 1) ?? 0)} ms (median), ${Math.round(answerMs.at(-1) ?? 0)} ms (longest); all reminded meanwhile`,
    );
    // Prompt also on a busy machine: nothing on the way to the answer waits for the queue.
    expect(answerMs.at(answerMs.length >> 1)).toBeLessThan(1_000);
    expect(end.reminders).toEqual({ sent: answerMs.length + 3 });
    expect(await audit(service)).toEqual({ taken: answerMs.length + 3, faults: NO_FAULTS });
  });
});
