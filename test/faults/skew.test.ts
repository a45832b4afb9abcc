/** A worker whose clock is an hour ahead: it takes nothing from the queue, still sends what is due, and leaves nothing stranded. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { rig } from "../support/service/rig.ts";
import { created, orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "intake,dispatch,upkeep"];
const shift =
  "const D=Date,n=D.now.bind(D);globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(n()+36e5)}static now(){return n()+36e5}}";
const AN_HOUR_AHEAD = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` };

describe.concurrent.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)("a clock an hour ahead", async (context) => {
    const service = await rig(context, { queue });
    const [api, skewed] = await Promise.all([service.up(["api"]), service.up(WORKER, AN_HOUR_AHEAD)]);
    expect(skewed.out()).toContain("3600.0 s ahead of the database's: this process takes no work from the queue");
    const log = { info() {}, warn() {}, error() {} };
    const backend = openQueueBackend(service.redis?.url ?? service.databaseUrl, { log });
    context.onTestFinished(() => backend.close());
    const inbox = await backend.queue("orders");
    await inbox.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: "event", data: created(`q${n}`, Date.now()) })));
    await postAll(api.url, orders(20, "h", Date.now() + 1_000));
    const sent = await eventually("its sweep sends what is due", () => ledger(service.sql), isOver);
    expect(sent.reminders).toEqual({ sent: 20 });
    expect((await audit(service)).faults).toEqual(NO_FAULTS);
    await pause(1_000);
    expect(await inbox.getWaitingCount()).toBe(20);
    await skewed.kill();
    await service.up(WORKER);
    const begun = performance.now();
    await eventually(
      "a worker with a right clock takes them in",
      () => service.sql<{ n: number }[]>`select count(*)::int as n from orders`,
      ([row]) => row?.n === 40,
    );
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
