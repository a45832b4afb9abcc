import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openQueueBackend, type QueueBackend } from "../../../src/queue/connection.ts";
import { type QueueLog, rateLimitedErrors } from "../../../src/queue/error-log.ts";
import { InvalidJobError } from "../../../src/queue/jobs.ts";
import { createProducer } from "../../../src/queue/producer.ts";
import { parseClusterUrl } from "../../../src/queue/redis-link.ts";
import { startDispatchWorker, startOrdersWorker, startUpkeepWorker } from "../../../src/queue/worker.ts";
import type { WorkerHandle } from "../../../src/queue/worker-loop.ts";
import { listen, startProxy, withPort } from "../../support/service/proxy.ts";

// Without a Redis its half is not run; the global setup says so.
const backends = [
  { kind: "redis" as const, url: inject("redisUrl"), start: "redis-server" },
  { kind: "postgres" as const, url: inject("serverUrl"), start: "pg_ctlcluster" },
].filter(({ url }) => url !== "");

const run = Math.random().toString(36).slice(2, 10);
const fastLock = { durationMs: 600, renewMs: 300, stalledCheckMs: 300 };
const event = (n: number) => ({ id: `evt-${n}`, type: "order.created", shop: "acme", order: { id: `${n}` } });

describe.each(backends)("queue over $kind", ({ kind, url, start }) => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const prefix = `test_${run}_${kind}`;
  const opened: { close(): Promise<unknown> }[] = [];
  let round = 0;
  let namespace = prefix;
  let backend: QueueBackend;

  const open = (address = url): QueueBackend => {
    const next = openQueueBackend(address, { prefix: namespace, log: log as unknown as QueueLog });
    opened.unshift(next);
    return next;
  };
  const keep = <T extends WorkerHandle>(worker: T): T => {
    opened.unshift({ close: () => worker.close(3_000) });
    return worker;
  };
  const orders = async (count: number, data: (n: number) => unknown = event, opts = {}): Promise<void> => {
    const queue = await backend.queue("orders");
    await queue.addBulk(Array.from({ length: count }, (_, n) => ({ name: "event", data: data(n), opts })));
  };
  const counts = async () => {
    const depth = await createProducer(backend, { limitMs: 5_000 }).queueDepth();
    if (!depth.ok) throw new Error(depth.message);
    return depth.value;
  };

  beforeAll(async () => {
    const probe = openQueueBackend(url, { prefix, log: log as unknown as QueueLog });
    await Promise.all([probe.migrate(), probe.migrate()]).catch((cause: unknown) => {
      throw new Error(`no ${kind} at ${url}; start one with: ${start}`, { cause });
    });
    const check = await probe.check({ deep: true });
    await probe.close();
    expect(check, `no ${kind} at ${url}; start one with: ${start}`).toMatchObject({ ok: true, faults: [] });
  });

  // A fresh key prefix for each test; on PostgreSQL the schema stays and is emptied.
  const fresh = async (): Promise<void> => {
    round += 1;
    if (kind === "redis") namespace = `${prefix}_${round}`;
    else await sql(`truncate ${prefix}.job, ${prefix}.meta, ${prefix}.scheduler, ${prefix}.event cascade`);
    backend = open();
  };

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    log.warn.mockClear();
  });

  afterAll(async () => {
    if (kind === "postgres") return sql(`drop schema if exists ${prefix} cascade`);
    const client = new Redis(url);
    const keys = await client.keys(`${prefix}*`);
    if (keys.length > 0) await client.del(keys);
    await client.quit();
  });

  it("hands over single events and arrays, and removes them even if the producer would keep them", async () => {
    await fresh();
    const seen: unknown[] = [];
    keep(startOrdersWorker({ backend, submit: async (data) => void seen.push(data) }));
    const outsider = await backend.queue("orders");
    await outsider.add("event", event(1));
    await outsider.add("event", [event(2), event(3)], { removeOnComplete: false });
    await until(() => expect(seen).toHaveLength(2));
    expect(seen).toEqual([event(1), [event(2), event(3)]]);
    await until(async () => expect(await outsider.getJobCounts()).toMatchObject({ completed: 0, active: 0 }));
  });

  it("wakes within half a second when a job arrives at an idle worker", async () => {
    await fresh();
    const worker = keep(startOrdersWorker({ backend, submit: async () => void arrived() }));
    let arrived = () => {};
    await worker.started;
    await sleep(300);
    const began = performance.now();
    const seen = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await orders(1);
    await seen;
    expect(performance.now() - began).toBeLessThan(500);
  });

  it("keeps many jobs in hand at once, so that the caller can fold them together", async () => {
    await fresh();
    await orders(120);
    const waiting: (() => void)[] = [];
    keep(startOrdersWorker({ backend, submit: () => new Promise((resolve) => void waiting.push(resolve)) }));
    await until(() => expect(waiting).toHaveLength(120));
    for (const done of waiting) done();
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, waiting: 0, failed: 0 }));
  });

  it("takes few jobs at a time when they hold thousands of events", async () => {
    await fresh();
    const ends: (() => void)[] = [];
    let done = 0;
    const submit = () => new Promise<void>((resolve) => ends.push(resolve)).then(() => void done++);
    const release = () => {
      const ended = ends.splice(0);
      for (const end of ended) end();
      return ended.length;
    };
    keep(startOrdersWorker({ backend, submit }));
    await orders(60, () => Array.from({ length: 1_000 }, (_, n) => event(n)));
    // Before it knows how big they are it takes a few more than fit.
    await until(() => expect(ends.length).toBeGreaterThanOrEqual(4));
    await sleep(300);
    expect(ends.length).toBeLessThanOrEqual(20);
    let left = 60 - release();
    await until(() => expect(ends.length).toBeGreaterThan(2));
    await sleep(300);
    expect(ends.length).toBeLessThan(8);
    for (; left > 0; left -= release()) await until(() => expect(ends.length).toBeGreaterThan(0));
    await until(() => expect(done).toBe(60));
    // Single ones find many slots again.
    await orders(40);
    await until(() => expect(ends).toHaveLength(40));
    release();
  });

  it("tries a job again after an outage shorter than the hold, whatever its attempts", async () => {
    await fresh();
    await orders(3, event, { attempts: 1 });
    let down = true;
    const done: unknown[] = [];
    const submit = async (data: unknown) => {
      if (down) throw new Error("database is down");
      done.push(data);
    };
    keep(startOrdersWorker({ backend, submit }));
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 3, failed: 0 }));
    down = false;
    await until(() => expect(done).toHaveLength(3));
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, waiting: 0, failed: 0 }));
  });

  it("gives a job back without using an attempt when the outage lasts, and when it closes meanwhile", async () => {
    await fresh();
    await orders(2, event, { attempts: 1 });
    const submit = async () => {
      throw new Error("database is down");
    };
    keep(startOrdersWorker({ backend, submit, holdMs: 0 }));
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, delayed: 2, failed: 0 }));
    // Closed first: it would take a promoted job and give it back once more.
    await opened.shift()?.close();
    const queue = await backend.queue("orders");
    for (const job of await queue.getJobs("delayed")) {
      expect(job.attemptsMade).toBe(0);
      await job.promote();
    }
    const closing = keep(startOrdersWorker({ backend, submit }));
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 2 }));
    expect(await closing.close()).toEqual({ drained: true });
    const after = (await counts()).orders;
    expect(after).toMatchObject({ active: 0, failed: 0 });
    expect(after.waiting + after.delayed).toBe(2);
    const done: unknown[] = [];
    keep(startOrdersWorker({ backend, submit: async (data) => void done.push(data) }));
    await until(() => expect(done).toHaveLength(2));
  });

  it("fails invalid data at once and keeps the job without it, against the producer's options", async () => {
    await fresh();
    let calls = 0;
    await orders(1, () => "nonsense", { attempts: 5, removeOnFail: true });
    keep(
      startOrdersWorker({
        backend,
        submit: async () => {
          calls += 1;
          throw new InvalidJobError("not an event", { refused: [1] });
        },
      }),
    );
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, failed: 1 }));
    const [job] = await (await backend.queue("orders")).getFailed();
    expect(job).toMatchObject({ data: { refused: [1] }, failedReason: "not an event" });
    expect(calls).toBe(1);
  });

  it("drains what is in hand when closed, within its limit", async () => {
    await fresh();
    await orders(5);
    let begun = 0;
    let done = 0;
    const worker = keep(
      startOrdersWorker({
        backend,
        submit: async () => {
          begun += 1;
          await sleep(400);
          done += 1;
        },
      }),
    );
    await until(() => expect(begun).toBe(5));
    const [first, second] = await Promise.all([worker.close(), worker.close()]);
    expect([first, second]).toEqual([{ drained: true }, { drained: true }]);
    expect(done).toBe(5);
    expect((await counts()).orders).toMatchObject({ active: 0, waiting: 0, failed: 0 });
  });

  it("retakes the jobs of a killed worker as soon as docs/operations.md says", () => {
    const { durationMs, renewMs, stalledCheckMs } = open().lock;
    expect(durationMs + 2 * stalledCheckMs).toBe(kind === "redis" ? 18_000 : 65_000);
    // On PostgreSQL two workers whose clocks differ by 30 s see each other's locks as held.
    expect(durationMs - renewMs).toBeGreaterThan(kind === "redis" ? 2 * renewMs : 30_000);
  });

  it("retakes the jobs of a worker that let go, however often they stalled", async () => {
    await fresh();
    await orders(1, event, { attempts: 1 });
    for (let kill = 0; kill < 2; kill += 1) {
      const dying = open();
      let taken = () => {};
      const holding = new Promise<void>((resolve) => {
        taken = resolve;
      });
      const worker = startOrdersWorker({
        backend: dying,
        lock: fastLock,
        submit: () => {
          taken();
          return new Promise(() => {});
        },
      });
      await holding;
      expect(await worker.close(50)).toEqual({ drained: false });
    }
    const done: unknown[] = [];
    keep(startOrdersWorker({ backend, lock: fastLock, submit: async (data) => void done.push(data) }));
    await until(() => expect(done).toEqual([event(0)]));
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, failed: 0 }));
  }, 20_000);

  it("survives an outage of its store and goes on by itself, logging little", async () => {
    await fresh();
    const proxy = await startProxy(url);
    opened.push(proxy);
    const through = open(proxy.url);
    const done: unknown[] = [];
    const worker = keep(startOrdersWorker({ backend: through, submit: async (data) => void done.push(data) }));
    await worker.started;
    await orders(1);
    await until(() => expect(done).toHaveLength(1));
    const producer = createProducer(through, { limitMs: 700 });
    expect(await producer.enqueueDispatch(1)).toEqual({
      ok: true,
      value: 1,
    });
    await proxy.cut();
    await sleep(700);
    const began = performance.now();
    expect(await producer.enqueueDispatch(1)).toMatchObject({ ok: false });
    expect((await through.check({ limitMs: 700 })).ok).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_700);
    await orders(2);
    await proxy.restore();
    await until(() => expect(done).toHaveLength(3));
    await until(async () => expect(await producer.enqueueDispatch(0)).toMatchObject({ ok: true }));
    expect(log.warn.mock.calls.length).toBeLessThan(25);
    // A job that could not be added is not held back to arrive late.
    expect((await counts()).dispatch).toMatchObject({ waiting: 1 });
  }, 20_000);

  it("keeps the job when the database and the queue are away together", async () => {
    await fresh();
    const proxy = await startProxy(url);
    opened.push(proxy);
    await orders(1, event, { attempts: 1 });
    let down = true;
    const done: unknown[] = [];
    const submit = async (data: unknown) => {
      if (!down) return void done.push(data);
      await proxy.cut();
      throw new Error("database is down");
    };
    keep(startOrdersWorker({ backend: open(proxy.url), lock: fastLock, holdMs: 0, submit }));
    await sleep(1_500);
    down = false;
    await proxy.restore();
    const promote = async () => (await backend.queue("orders")).promoteJobs();
    await until(async () => {
      await promote();
      expect(done).toEqual([event(0)]);
    });
    await until(async () => expect((await counts()).orders).toMatchObject({ active: 0, delayed: 0, failed: 0 }));
  }, 20_000);

  it("starts while its store is away, and runs once it comes", async () => {
    await fresh();
    const proxy = await startProxy(url);
    opened.push(proxy);
    await proxy.cut();
    const early = open(proxy.url);
    const done: unknown[] = [];
    const worker = keep(startOrdersWorker({ backend: early, submit: async (data) => void done.push(data) }));
    const producer = createProducer(early, { limitMs: 700 });
    expect(await producer.queueDepth()).toMatchObject({ ok: false });
    await sleep(500);
    expect(worker.isRunning()).toBe(false);
    await proxy.restore();
    await orders(1);
    await until(() => expect(done).toHaveLength(1));
    await until(async () => expect(await producer.queueDepth()).toMatchObject({ ok: true }));
  }, 20_000);

  it("gives up a call when nobody listens at the port, or the peer is silent", async () => {
    await fresh();
    const silent = createServer(() => {});
    const port = await listen(silent);
    for (const address of [withPort(url, 1), withPort(url, port)]) {
      const dead = open(address);
      const began = performance.now();
      expect(await createProducer(dead, { limitMs: 500 }).enqueueDispatch(1)).toMatchObject({ ok: false });
      expect(performance.now() - began).toBeLessThan(1_000);
      const worker = startOrdersWorker({ backend: dead, submit: async () => {} });
      const closing = performance.now();
      await worker.close(300);
      expect(performance.now() - closing).toBeLessThan(2_600);
    }
    silent.close();
  }, 15_000);

  it("carries nudges, and fails a job that is not a nudge", async () => {
    await fresh();
    const seen: unknown[] = [];
    keep(startDispatchWorker({ backend, handle: async (payload) => void seen.push(payload) }));
    expect(await createProducer(backend).enqueueDispatch(2)).toEqual({
      ok: true,
      value: 2,
    });
    await until(() => expect(seen).toHaveLength(2));
    expect(seen).toContainEqual({});
    await (await backend.queue("dispatch")).add("due", { items: [{ shop: "acme" }] }, { attempts: 3 });
    await until(async () => expect((await counts()).dispatch).toMatchObject({ failed: 1, waiting: 0, active: 0 }));
  });

  it("has one scheduler per chore however many processes set it, and runs it", async () => {
    await fresh();
    const everyMs = { "due-scan": 300, rescue: 60_000, purge: 3_600_000 };
    const both = [createProducer(backend), createProducer(open()), createProducer(backend)];
    for (const set of await Promise.all(both.map((producer) => producer.scheduleUpkeep(everyMs)))) {
      expect(set).toEqual({ ok: true, value: 3 });
    }
    const upkeep = await backend.queue("upkeep");
    expect((await upkeep.getJobSchedulers()).map((one) => one.key).sort()).toEqual(["due-scan", "purge", "rescue"]);
    const ran: string[] = [];
    keep(startUpkeepWorker({ backend, handle: async (chore) => void ran.push(chore) }));
    await until(() => expect(ran.filter((one) => one === "due-scan").length).toBeGreaterThan(2));
    expect((await createProducer(backend).scheduleUpkeep({ "due-scan": 400 })).ok).toBe(true);
    expect((await upkeep.getJobScheduler("due-scan"))?.every).toBe(400);
    expect(await upkeep.getJobSchedulersCount()).toBe(3);
  });

  it("looks for what is due while another chore takes long", async () => {
    await fresh();
    await createProducer(backend).scheduleUpkeep({ purge: 3_600_000, "due-scan": 300, rescue: 60_000 });
    const ran: string[] = [];
    let end = (): void => undefined;
    const long = new Promise<void>((resolve) => {
      end = resolve;
    });
    const handle = async (chore: string) => {
      ran.push(chore);
      if (chore !== "due-scan") await long;
    };
    keep(startUpkeepWorker({ backend, handle }));
    await until(() => expect(ran).toEqual(expect.arrayContaining(["purge", "rescue"])));
    const before = ran.length;
    await until(() => expect(ran.length).toBeGreaterThan(before + 2));
    end();
  });

  it("leaves a paused queue paused through a restart", async () => {
    await fresh();
    await (await backend.queue("orders")).pause();
    await orders(2);
    const again = open();
    const producer = createProducer(again);
    expect(await producer.scheduleUpkeep({ purge: 60_000 })).toMatchObject({ ok: true });
    expect(await producer.queueDepth()).toMatchObject({ ok: true, value: { orders: { paused: true, waiting: 2 } } });
    const done: unknown[] = [];
    const worker = keep(startOrdersWorker({ backend: again, submit: async (data) => void done.push(data) }));
    await worker.started;
    await sleep(600);
    expect(done).toHaveLength(0);
    expect((await counts()).orders).toMatchObject({ paused: true, waiting: 2 });
    await (await backend.queue("orders")).resume();
    await until(() => expect(done).toHaveLength(2));
  });
});

/** The machine may be busy: waiting long costs nothing when it does not fail. */
function until(expectation: () => unknown): Promise<unknown> {
  return vi.waitFor(expectation, { timeout: 8_000, interval: 25 });
}

it("logs a repeated error once, and the number held back half a minute later", () => {
  const warn = vi.fn();
  let now = 0;
  const report = rateLimitedErrors({ warn } as unknown as QueueLog, () => now);
  for (let n = 0; n < 1_000; n += 1) report("redis", new Error(`connect ECONNREFUSED 127.0.0.1:${n}`));
  report("redis", new Error("another"));
  expect(warn).toHaveBeenCalledTimes(2);
  now = 30_000;
  report("redis", new Error("connect ECONNREFUSED 127.0.0.1:6379"));
  expect(warn.mock.calls[2]?.[0]).toMatchObject({ source: "redis", repeated: 999 });
});

it("reads cluster addresses", () => {
  expect(parseClusterUrl("redis://h:1")).toBeNull();
  expect(parseClusterUrl("redis+cluster://u:p%40w@h1:7000,h2,[::1]:7002")).toEqual({
    nodes: [
      { host: "h1", port: 7000 },
      { host: "h2", port: 6379 },
      { host: "::1", port: 7002 },
    ],
    options: { username: "u", password: "p@w" },
  });
});

async function sql(text: string): Promise<void> {
  const client = new pg.Client(inject("serverUrl"));
  await client.connect();
  await client.query(text);
  await client.end();
}
