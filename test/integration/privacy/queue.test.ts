/** Refused jobs of the queue `orders` name nobody, on both stores; so an erasure need not look for the buyer there. */
import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import { erase } from "../../../src/followup/erase.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { openQueueBackend } from "../../../src/queue/connection.ts";
import { startOrdersWorker } from "../../../src/queue/worker.ts";
import { submitJob } from "../../../src/roles/intake.ts";
import { ALICE } from "../../support/campaigns.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { intakeDeps } from "../../support/intake.ts";
import { whereabouts, whereaboutsInRedis } from "../../support/personal.ts";

const PERSON = { id: "person-88", phone: "+8613812345688", name: "Zhang Queue" };
const WORDS = ["person-88", "13812345688", "Zhang Queue"];
const event = (id: string, order: object) => receivedEvent(id, "order.created", T0, { buyer: PERSON, ...order });

const STORES = [
  { kind: "postgres", redisUrl: null },
  { kind: "redis", redisUrl: inject("redisUrl") },
].filter(({ redisUrl }) => redisUrl !== "");

it.each(STORES)(
  "over $kind a refused job keeps ids and reasons alone, and erasing finds the rest",
  async ({ redisUrl }) => {
    const { deps, database, vault, shopOf } = await intakeDeps();
    const { sql, url } = database;
    await database.setNow(T0);
    const prefix = redisUrl === null ? "bullmq" : `test_privacy_${randomBytes(6).toString("hex")}`;
    const backend = openQueueBackend(redisUrl ?? url, { prefix, log: { info() {}, warn() {}, error() {} } });
    onTestFinished(async () => {
      await backend.close();
      if (redisUrl === null) return;
      const redis = new Redis(redisUrl);
      await redis.del(await redis.keys(`${prefix}:*`));
      await redis.quit();
    });
    await backend.migrate();
    const find = async () => [
      ...(await whereabouts(sql, WORDS, vault)),
      ...(redisUrl === null ? [] : await whereaboutsInRedis(redisUrl, WORDS)),
    ];

    const orders = await backend.queue("orders");
    const mixed = [event("good", { id: "o1" }), event("bad", { id: "o2", amount: "-1" })];
    const jobs = [
      await orders.add("event", mixed, { attempts: 3, removeOnFail: true }),
      await orders.add("event", { ...event("lost", {}), shop: "Nowhere" }),
      await orders.add(
        "event",
        Array.from({ length: 1_001 }, (_, n) => event("many", n === 1_000 ? { amount: "-1" } : {})),
      ),
      await orders.add("event", "Zhang Queue, 13812345688"),
    ];
    const place = (id: string | undefined) => (redisUrl === null ? "bullmq.job.data" : `${prefix}:orders:${id}`);
    // The test itself must be able to find the person.
    const places = jobs.map(({ id }) => place(id));
    expect(await find()).toEqual([...new Set(places)].sort());

    const worker = startOrdersWorker({ backend, submit: submitJob(createIntake(deps)) });
    onTestFinished(async () => void (await worker.close()));
    const failed = async (count: number) => {
      await vi.waitFor(
        async () =>
          expect(await orders.getJobCounts("failed", "active", "waiting")).toEqual({
            failed: count,
            active: 0,
            waiting: 0,
          }),
        { timeout: 8_000, interval: 25 },
      );
      return Promise.all(jobs.map(({ id }) => orders.getJob(id ?? "")));
    };
    const kept = await failed(4);
    expect(kept.map((job) => job?.data)).toEqual([
      {
        events: 2,
        refused: [{ index: 1, id: "bad", code: "invalid_event", message: expect.stringMatching(/^order\.amount/) }],
      },
      {
        events: 1,
        refused: [{ index: 0, id: "lost", code: "unknown_shop", message: expect.stringMatching(/"Nowhere"/) }],
      },
      // More than a slice: all is taken in but what is bad in itself.
      {
        events: 1_001,
        refused: [
          { index: 1_000, id: "many", code: "invalid_event", message: expect.stringMatching(/^order\.amount/) },
        ],
      },
      { events: 1, refused: [{ index: 0, id: null, code: "invalid_event", message: expect.any(String) }] },
    ]);
    expect((await sql`select id from order_events order by id`).map(({ id }) => id)).toEqual(["good", "many"]);
    expect(await find()).toEqual(["buyers.platform_id", "buyers.profile", "contacts.cipher"]);
    expect(await erase({ sql, vault, shopOf }, ALICE, { shop: "acme", buyer: "person-88" })).toMatchObject({
      kind: "erased",
    });
    expect(await find()).toEqual([]);

    // Run again by hand, it says why that is of no use, and keeps its reasons.
    await kept[0]?.retry();
    const [again] = await failed(4);
    expect(again).toMatchObject({ data: kept[0]?.data, failedReason: expect.stringMatching(/^refused before/) });
  },
);
