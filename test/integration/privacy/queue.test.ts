/** Refused jobs of the queue `orders` show nobody, on both stores. Only events of shops that are not configured are in them, sealed; no erasure is about these. */
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
  "over $kind a refused job shows ids and reasons alone, keeps what a later configuration cures, and erasing finds the rest",
  async ({ redisUrl }) => {
    const { deps, database, vault, shopOf: anyShop } = await intakeDeps({ otherShops: ["Nowhere"] });
    const configured = new Set(["acme"]);
    const shopOf = (id: string) => (configured.has(id) ? anyShop(id) : null);
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
    const elsewhere = (id: string) => ({ ...event(id, { id }), shop: "Nowhere" });
    const mixed = [event("good", { id: "o1" }), event("bad", { id: "o2", amount: "-1" }), elsewhere("later")];
    const jobs = [
      await orders.add("event", mixed, { attempts: 3, removeOnFail: true }),
      await orders.add("event", elsewhere("lost")),
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

    const worker = startOrdersWorker({ backend, submit: submitJob(createIntake({ ...deps, shopOf }), vault) });
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
        events: 3,
        refused: [
          { index: 1, id: "bad", code: "invalid_event", message: expect.stringMatching(/^order\.amount/) },
          { index: 2, id: "later", code: "unknown_shop", message: expect.stringMatching(/"Nowhere"/) },
        ],
        sealed: expect.any(String),
      },
      {
        events: 1,
        refused: [{ index: 0, id: "lost", code: "unknown_shop", message: expect.stringMatching(/"Nowhere"/) }],
        sealed: expect.any(String),
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
    // To be read with the key alone.
    for (const word of WORDS) expect(JSON.stringify(kept.map((job) => job?.data))).not.toContain(word);
    const sealed = [...new Set(places.slice(0, 2))];
    expect(await find()).toEqual([...sealed, "buyers.platform_id", "buyers.profile", "contacts.cipher"].sort());
    expect(await erase({ sql, vault, shopOf }, ALICE, { shop: "acme", buyer: "person-88" })).toMatchObject({
      kind: "erased",
    });
    expect(await find()).toEqual(sealed);

    // Run again by hand, it says why that is of no use, and keeps its reasons.
    const again = async (at: number, left = 4) => {
      await kept[at]?.retry();
      return (await failed(left))[at];
    };
    const many = await again(2);
    expect(many).toMatchObject({ data: kept[2]?.data, failedReason: expect.stringMatching(/^refused before/) });
    const still = await again(1);
    expect(still).toMatchObject({
      data: { ...Object(kept[1]?.data), sealed: expect.any(String) },
      failedReason: expect.stringMatching(/^unknown_shop: .*run this job again once they are configured$/),
    });
    // Once the shop is configured, a rerun takes in what waited for it, and nothing is left to seal.
    configured.add("Nowhere");
    const mended = await again(0);
    expect(mended?.data).toEqual({ events: 3, refused: [expect.objectContaining({ id: "bad" })] });
    expect(mended?.failedReason).toMatch(
      /^1 of 3 refused, the others are in; index 1: invalid_event: order\.amount: [^;]*$/,
    );
    await kept[1]?.retry();
    await failed(3);
    expect((await sql`select id from order_events where shop_id = 'Nowhere' order by id`).map(({ id }) => id)).toEqual([
      "later",
      "lost",
    ]);
    expect(await erase({ sql, vault, shopOf }, ALICE, { shop: "Nowhere", buyer: "person-88" })).toMatchObject({
      kind: "erased",
    });
    expect(await find()).toEqual([]);

    // Data of a producer is never taken for that of a refused job.
    await orders.add("event", { ...event("own", { id: "o9" }), events: "1", refused: [] });
    await failed(3);
    expect(await sql`select id from order_events where id = 'own'`).toHaveLength(1);
  },
);
