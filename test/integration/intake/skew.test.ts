/** Jobs that a worker with a wrong clock left in the queue are taken up by another within seconds, on both stores. */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { openQueueBackend, type QueueBackend } from "../../../src/queue/connection.ts";
import type { Gate } from "../../../src/queue/gate.ts";
import { createProducer } from "../../../src/queue/producer.ts";
import { repairSkew } from "../../../src/queue/skew-repair.ts";
import { startOrdersWorker, startUpkeepWorker } from "../../../src/queue/worker.ts";

const backends = [
  { kind: "redis" as const, url: inject("redisUrl") },
  { kind: "postgres" as const, url: inject("serverUrl") },
].filter(({ url }) => url !== "");
const HOUR = 3_600_000;
const log = { info() {}, warn() {}, error() {} };

/** From now on this process's clock is so far ahead, as BullMQ sees it. */
function setClockAhead(ms: number): () => void {
  const real = Date.now.bind(Date);
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() + ms);
  const restore = () => spy.mockRestore();
  onTestFinished(restore);
  return restore;
}

describe.each(backends)("queue over $kind", ({ kind, url }) => {
  async function setup() {
    const prefix = `skew_${randomBytes(5).toString("hex")}`;
    const opened: QueueBackend[] = [];
    const open = (gate?: Gate): QueueBackend => {
      const backend = openQueueBackend(url, { prefix, log, ...(gate === undefined ? {} : { gate }) });
      opened.push(backend);
      return backend;
    };
    const backend = open();
    await backend.migrate();
    onTestFinished(async () => {
      await Promise.all(opened.map((each) => each.close()));
      if (kind === "redis") {
        const client = new Redis(url);
        const keys = await client.keys(`${prefix}*`);
        if (keys.length > 0) await client.del(keys);
        await client.quit();
      } else {
        const client = new pg.Client(url);
        await client.connect();
        await client.query(`drop schema if exists ${prefix} cascade`);
        await client.end();
      }
    });
    const orders = await backend.queue("orders");
    const taken: unknown[] = [];
    /** A worker of another process with a right clock, and the chore that puts things right. */
    const takeUp = async (count: number, limitMs = 10_000): Promise<void> => {
      const other = open();
      const worker = startOrdersWorker({ backend: other, submit: async (data) => void taken.push(data) });
      onTestFinished(async () => void (await worker.close(1_000)));
      await worker.started;
      const begun = performance.now();
      while (taken.length < count && performance.now() - begun < limitMs) {
        // The time of the database, as far as it is known, has fractions of a millisecond.
        await repairSkew(other, Date.now() + 0.4048);
        await pause(250);
      }
    };
    return { backend, open, orders, taken, takeUp };
  }

  it("jobs that it gave back are not delayed for its hour", async () => {
    const { open, orders, taken, takeUp } = await setup();
    await orders.add("event", { n: 1 });
    const restore = setClockAhead(HOUR);
    const worker = startOrdersWorker({
      backend: open(),
      holdMs: 0,
      submit: () => Promise.reject(new Error("the database is away")),
    });
    await vi.waitFor(async () => expect(await orders.getDelayedCount()).toBe(1), { timeout: 10_000 });
    await worker.close(1_000);
    restore();
    await takeUp(1);
    expect(taken).toEqual([{ n: 1 }]);
  });

  // On Redis a lock ends by the clock of Redis.
  if (kind === "postgres")
    it("a job that it held when it was killed is not locked for its hour", async () => {
      const { open, orders, taken, takeUp } = await setup();
      await orders.add("event", { n: 1 });
      const restore = setClockAhead(HOUR);
      const killed = open();
      const worker = startOrdersWorker({ backend: killed, submit: () => new Promise(() => {}) });
      await vi.waitFor(async () => expect(await orders.getActiveCount()).toBe(1), { timeout: 10_000 });
      await worker.close(1);
      restore();
      await takeUp(1);
      expect(taken).toEqual([{ n: 1 }]);
    });

  it("its check for stalled jobs does not keep the others from theirs", async () => {
    const { open, orders, taken } = await setup();
    await orders.add("event", { n: 1 });
    const lock = { durationMs: 600, renewMs: 300, stalledCheckMs: 300 };
    const killed = startOrdersWorker({ backend: open(), lock, submit: () => new Promise(() => {}) });
    await vi.waitFor(async () => expect(await orders.getActiveCount()).toBe(1), { timeout: 10_000 });
    const restore = setClockAhead(HOUR);
    const skewed = startUpkeepWorker({ backend: open(), lock, handle: async () => {} });
    const checking = startOrdersWorker({ backend: open(), lock, concurrency: 1, submit: () => new Promise(() => {}) });
    await Promise.all([skewed.started, checking.started]);
    await orders.pause();
    await pause(700);
    await Promise.all([skewed.close(1), checking.close(1), killed.close(1)]);
    restore();
    await orders.resume();
    const right = open();
    const worker = startOrdersWorker({ backend: right, lock, submit: async (data) => void taken.push(data) });
    onTestFinished(async () => void (await worker.close(1_000)));
    await vi.waitFor(
      async () => {
        await repairSkew(right, Date.now());
        expect(taken.length).toBeGreaterThan(0);
      },
      { timeout: 15_000, interval: 500 },
    );
    expect(taken).toContainEqual({ n: 1 });
  });

  it("the next run of a chore does not wait for its hour", async () => {
    const { backend, open } = await setup();
    const producer = createProducer(backend, { limitMs: 10_000 });
    const restore = setClockAhead(HOUR);
    await producer.scheduleUpkeep({ "due-scan": 250 });
    const skewed = startUpkeepWorker({ backend: open(), handle: async () => {} });
    await skewed.started;
    await pause(1_000);
    await skewed.close(1_000);
    restore();
    const ran: string[] = [];
    const worker = startUpkeepWorker({ backend: open(), handle: async (chore) => void ran.push(chore) });
    onTestFinished(async () => void (await worker.close(1_000)));
    await worker.started;
    await producer.scheduleUpkeep({ "due-scan": 250 });
    await vi.waitFor(() => expect(ran.length).toBeGreaterThan(3), { timeout: 10_000 });
  });

  it("a job that its producer delayed stays delayed", async () => {
    const { orders, taken, takeUp } = await setup();
    await orders.add("event", { n: 1 }, { delay: 10 * 60_000 });
    await orders.add("event", { n: 2 });
    await takeUp(2, 1_500);
    expect(taken).toEqual([{ n: 2 }]);
    expect(await orders.getDelayedCount()).toBe(1);
  });

  it("a worker takes nothing while its clock is wrong, finishes what it has, and goes on when the clock is right", async () => {
    let isOpen = true;
    let change = () => {};
    let changed = new Promise<void>((resolve) => {
      change = resolve;
    });
    const set = (value: boolean) => {
      isOpen = value;
      const tell = change;
      changed = new Promise((resolve) => {
        change = resolve;
      });
      tell();
    };
    const { open, orders, taken } = await setup();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = startOrdersWorker({
      backend: open({ isOpen: () => isOpen, changed: () => changed }),
      submit: async (data) => {
        await held;
        taken.push(data);
      },
    });
    onTestFinished(async () => void (await worker.close(1_000)));
    await orders.add("event", { n: 1 });
    await vi.waitFor(async () => expect(await orders.getActiveCount()).toBe(1), { timeout: 10_000 });
    set(false);
    await pause(300);
    await orders.add("event", { n: 2 });
    release();
    await vi.waitFor(() => expect(taken).toEqual([{ n: 1 }]), { timeout: 5_000 });
    await pause(1_500);
    expect(taken).toEqual([{ n: 1 }]);
    expect(worker.isRunning()).toBe(false);
    set(true);
    await vi.waitFor(() => expect(taken).toEqual([{ n: 1 }, { n: 2 }]), { timeout: 10_000 });
  });
});
