/** The page of the queues, on both stores: access by role, what it shows of jobs, and what it lets through. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Redis } from "ioredis";
import { expect, inject, it, onTestFinished } from "vitest";
import type { KeyRole } from "../../src/core/values/role.ts";
import type { Sql } from "../../src/db/client.ts";
import { openQueueBackend, type QueueBackend } from "../../src/queue/connection.ts";
import { queueVerbs } from "../../src/roles/verbs/queue-verbs.ts";
import { testDatabase } from "../support/database.ts";
import { startProxy } from "../support/service/proxy.ts";
import { bearer, cookie, csrf, order, QUEUES_DIR, stubServer } from "./support.ts";

const STORES = [
  { kind: "postgres", redisUrl: null },
  { kind: "redis", redisUrl: inject("redisUrl") },
].filter(({ redisUrl }) => redisUrl !== "");

const PERSON = { id: "b1", phone: "+8613812345688", name: "Zhang Queue", email: "zhang@queue.example" };
const LOG = { info() {}, warn() {}, error() {} };
const WORDS = /13812345688|Zhang|zhang@/;

async function board(redisUrl: string | null) {
  const { sql, url } = await testDatabase();
  const prefix = redisUrl === null ? "bullmq" : `test_board_${randomBytes(6).toString("hex")}`;
  const backend = openQueueBackend(redisUrl ?? url, { prefix, log: LOG });
  onTestFinished(async () => {
    await backend.close();
    if (redisUrl === null) return;
    const redis = new Redis(redisUrl);
    await redis.del(await redis.keys(`${prefix}:*`));
    await redis.quit();
  });
  await backend.migrate();
  const { app, lines } = stubServer({ queues: queueVerbs({ sql, backend, dir: QUEUES_DIR }) });
  return { sql, backend, app, lines };
}

it.each(STORES)(
  "over $kind shows jobs without the people in them, and lets operators run them again",
  async ({ redisUrl }) => {
    const { sql, backend, app } = await board(redisUrl);
    const orders = await backend.queue("orders");
    const other = { type: PERSON.name, shop: PERSON.name, order: { id: PERSON.phone } };
    const waiting = await orders.add(
      `event of ${PERSON.phone}`,
      [order(7, { buyer: PERSON }), other, { buyer: PERSON }],
      {
        removeOnComplete: true,
      },
    );
    await waiting.log(`for ${PERSON.name}`);
    await waiting.updateProgress({ buyer: PERSON.name });
    const refused = await orders.add("event", {
      events: 1,
      refused: [{ index: 0, id: PERSON.phone, code: "unknown_shop", message: PERSON.name }],
      sealed: "c2VhbGVk",
    });
    const get = async (path: string, role: KeyRole) => {
      const answer = await app.inject({ url: `/queues${path}`, headers: cookie(role) });
      expect(answer.body).not.toMatch(WORDS);
      expect([answer.statusCode, answer.headers["cache-control"]], path).toEqual([200, "no-store"]);
      return answer.json();
    };
    for (const role of ["viewer", "operator", "admin"] as const) {
      const { queues } = await get("/api/queues?activeQueue=orders&status=latest&page=1&jobsPerPage=1000", role);
      expect(queues.map((queue: { name: string; readOnlyMode: boolean }) => [queue.name, queue.readOnlyMode])).toEqual(
        ["orders", "dispatch", "upkeep"].map((name) => [name, role === "viewer"]),
      );
      expect(queues[0].counts).toMatchObject({ waiting: 2, failed: 0 });
      const data = queues[0].jobs.map((job: { data: object }) => job.data);
      expect(data).toHaveLength(2);
      expect(data).toContainEqual({
        ...{ events: 3, types: { "order.created": 1, other: 2 } },
        ...{ shops: ["acme", "…"], orders: ["o7", "…"] },
      });
      const listed = [{ index: 0, id: "…", code: "unknown_shop" }];
      expect(data).toContainEqual({ events: 1, refused: 1, listed, waitsForShop: true });
      const { job } = await get(`/api/queues/orders/${waiting.id}`, role);
      expect(job).toMatchObject({ id: waiting.id, name: "event of ***", progress: 0, opts: { attempts: 0 } });
      expect(await get(`/api/queues/orders/${waiting.id}/logs`, role)).toEqual([]);
      for (const path of ["/api/job-schedulers", "/api/redis/stats", "/api/queues/orders/metrics"])
        await get(path, role);
      await get(`/api/queues/orders/${refused.id}/flow`, role);
    }
    expect((await app.inject({ url: "/queues/api/queues/orders/none", headers: bearer() })).statusCode).toBe(404);

    const paused = () => orders.isPaused();
    const ask = (method: "PUT" | "POST" | "PATCH", path: string, headers: Record<string, string>) =>
      app.inject({ method, url: `/queues/api/queues/${path}`, headers });
    const here = { "sec-fetch-site": "same-origin" };
    const viewer = await ask("PUT", "orders/pause", { ...cookie("viewer"), ...here });
    expect([viewer.statusCode, viewer.json().code, await paused()]).toEqual([403, "forbidden", false]);
    const origin = (from: string, host = "dunlin.example") => ({ origin: `https://${from}`, host });
    for (const forged of [
      {},
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", ...origin("dunlin.example") },
      { "sec-fetch-site": "none" },
      origin("evil.example"),
      origin("dunlin.example:444"),
      { origin: "null", host: "null" },
    ]) {
      const answer = await ask("PUT", "orders/pause", { ...cookie("operator"), ...forged });
      expect([answer.statusCode, answer.json().code, await paused()]).toEqual([403, "csrf_missing", false]);
    }
    for (const good of [here, origin("dunlin.example"), csrf("operator")]) {
      expect((await ask("PUT", "orders/pause", { ...cookie("operator"), ...good })).statusCode).toBe(200);
      expect(await paused()).toBe(true);
      expect((await ask("PUT", "orders/resume", { ...cookie("operator"), ...good })).statusCode).toBe(200);
      expect(await paused()).toBe(false);
    }

    // These remove jobs, or write what the page shows over what the job holds.
    for (const [method, path] of [
      ["PUT", `orders/${waiting.id}/clean`],
      ["PUT", "orders/empty"],
      ["PUT", "orders/obliterate"],
      ["PUT", "orders/clean/waiting"],
      ["POST", "orders/add"],
      ["PATCH", `orders/${waiting.id}/update-data`],
    ] as const) {
      const answer = await ask(method, path, bearer());
      expect([answer.statusCode, answer.json().message], path).toEqual([
        403,
        expect.stringMatching(/take no such change/),
      ]);
    }
    expect(await orders.getJobCounts("waiting")).toEqual({ waiting: 2 });
    expect((await orders.getJob(waiting.id ?? ""))?.data).toEqual(waiting.data);

    expect((await ask("PUT", `orders/${waiting.id}/retry`, bearer("operator"))).statusCode).toBe(400);
    expect((await ask("PUT", `${PERSON.phone}/pause`, bearer("operator"))).statusCode).toBe(404);
    expect((await ask("PUT", `orders/${waiting.id}/promote`, bearer("operator"))).statusCode).toBe(400);
    for (const query of ["?activeQueue=%25E0", "?page=none"])
      expect((await app.inject({ url: `/queues/api/queues${query}`, headers: bearer() })).statusCode, query).toBe(400);
    const trail = await sql`select who, via, action, subject, note from audit order by at, id`;
    // The queue refused the last two: each is written before it is tried.
    expect(trail).toHaveLength(8);
    for (const [at, action] of ["queue.retry", "queue.promote"].entries())
      expect(trail[6 + at]).toMatchObject({ action, subject: "orders", note: `job ${waiting.id}` });
    expect(trail[0]).toEqual({ who: "a operator", via: "http", action: "queue.pause", subject: "orders", note: "" });

    await sql`alter table audit rename to lost`;
    expect((await ask("PUT", "orders/pause", bearer("operator"))).statusCode).toBe(500);
    expect(await paused()).toBe(false);
  },
);

it.each(STORES)("over $kind runs failed jobs again, and shows their reason without numbers", async ({ redisUrl }) => {
  const { sql, backend, app } = await board(redisUrl);
  const dispatch = await backend.queue("dispatch");
  const { id } = await dispatch.add("due", {}, { attempts: 1 });
  const worker = backend.worker(
    "dispatch",
    async () => {
      throw new Error(`refused ${PERSON.phone} and ${PERSON.email} on 2026-11-11T20:00:00`);
    },
    {},
  );
  onTestFinished(() => worker.close());
  await worker.waitUntilReady();
  const failed = new Promise((resolve) => worker.once("failed", resolve));
  void worker.run();
  await failed;
  await worker.pause();
  const ask = (method: "GET" | "PUT", path: string, role: KeyRole) =>
    app.inject({
      method,
      url: `/queues/api/queues/dispatch${path}`,
      headers: { ...cookie(role), "sec-fetch-site": "same-origin" },
    });
  const reason = "refused *** and *** on ***T20:00:00";
  const shown = await ask("GET", `/${id}`, "viewer");
  expect(shown.json()).toMatchObject({
    status: "failed",
    job: { failedReason: reason, stacktrace: [reason], data: {}, isFailed: true },
  });
  expect((await ask("PUT", `/${id}/retry`, "viewer")).statusCode).toBe(403);
  expect((await ask("PUT", `/${id}/retry`, "operator")).statusCode).toBe(204);
  expect(await dispatch.getJobCounts("waiting", "failed")).toEqual({ waiting: 1, failed: 0 });
  const trail = await sql`select action, subject, note from audit`;
  expect(trail).toEqual([{ action: "queue.retry", subject: "dispatch", note: `job ${id}` }]);
});

it("serves its page with a policy that lets no script in it run", async () => {
  const { app } = await board(null);
  for (const url of ["/queues", "/queues/queue/orders?status=failed"]) {
    const page = await app.inject({ url, headers: cookie("viewer") });
    expect(page.headers["content-security-policy"]).toMatch(/script-src 'self';/);
    expect(page.headers["content-security-policy"]).toMatch(/base-uri 'self';frame-ancestors 'none'$/);
    expect(page.body).toContain('<base href="/queues/"');
    expect(page.body).not.toMatch(/<%|https?:|<script(?![^>]*(src="static|application\/json))/);
    const named = [...page.body.matchAll(/(?:src|href)="(static[^"]+)"/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, file = ""] of named) {
      const answer = await app.inject({ url: `/queues/${file}`, headers: cookie("viewer") });
      expect([answer.statusCode, answer.headers["x-content-type-options"]], file).toEqual([200, "nosniff"]);
      expect((await app.inject(`/queues/${file}`)).statusCode).toBe(401);
    }
  }
  expect(readFileSync(join(QUEUES_DIR, "index.ejs"), "utf8")).toContain("<%");
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  // Neither fetch nor inject sends `..` as it is.
  const codeOf = async (file: string): Promise<unknown> => {
    const asked = get({ port, path: `/queues/static/${file}`, headers: bearer() });
    const [answer]: IncomingMessage[] = await once(asked, "response");
    return JSON.parse(answer === undefined ? "" : await text(answer)).code;
  };
  for (const file of ["none.js", ""]) expect(await codeOf(file)).toBe("not_found");
  for (const up of ["../", "%2e%2e/", "..%2f", "..%5c", "x/../../"])
    expect(await codeOf(`${up}index.ejs`), up).toMatch(/^(not_found|invalid_request)$/);
});

it.each(STORES)("answers 503 while the $kind of the queue is away, and 500 where it is a bug", async ({ redisUrl }) => {
  const { url } = await testDatabase();
  const proxy = await startProxy(redisUrl ?? url);
  onTestFinished(() => proxy.close());
  const lost = openQueueBackend("redis://127.0.0.1:1", { log: LOG });
  const cut = openQueueBackend(proxy.url, { prefix: "bullmq", log: LOG });
  onTestFinished(async () => {
    await Promise.all([lost, cut].map((each) => each.close()));
  });
  const serve = (backend: Pick<QueueBackend, "queue">) =>
    stubServer({ queues: queueVerbs({ sql: null as unknown as Sql, backend, dir: QUEUES_DIR }) }).app;
  const codes = async (app: ReturnType<typeof serve>) =>
    Promise.all(
      ["/queues", "/queues/api/queues"].map(async (path) => {
        const answer = await app.inject({ url: path, headers: bearer("viewer") });
        return answer.statusCode === 200 ? 200 : [answer.statusCode, answer.json().code];
      }),
    );
  const away = [503, "store_unavailable"];
  expect(await codes(serve(lost))).toEqual([away, away]);
  const app = serve(cut);
  expect(await codes(app)).toEqual([200, 200]);
  await proxy.cut();
  // The document itself is read already.
  expect(await codes(app)).toEqual([200, away]);
  const bug = [500, "internal_error"];
  expect(await codes(serve({ queue: () => Promise.reject(new TypeError("not a function")) }))).toEqual([bug, bug]);
});
