/** Reports and lists on a real standby: what it lacks, what it cannot do, and what happens when it goes. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openReads } from "../../src/db/reads/reads.ts";
import { eventually } from "../support/eventually.ts";
import { startReplicas } from "../support/service/replicas.ts";
import { API_KEY, rig } from "../support/service/rig.ts";
import { created, post } from "../support/service/shop.ts";

const headers = { authorization: `Bearer ${API_KEY}` };

/** Every route that reads lists, reports or stories. */
function readingRoutes(order: string): string[] {
  const { paths } = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
  return Object.entries<Record<string, unknown>>(paths).flatMap(([path, verbs]) => {
    const skipped = /\{(channel|token|key|version)\}|stream|session|healthz|readyz|metrics/;
    if (verbs.get === undefined || skipped.test(path)) return [];
    return path.replace("{shop}", "acme").replace("{id}", order);
  });
}

it("serves every report and list from the standby, shows people what they changed, and goes on without it", async (context) => {
  const { primary, standby, caughtUp } = await startReplicas(context);
  const service = await rig(context, { queue: "postgres", databaseUrl: primary.url });
  const api = await service.up(["api"], { DATABASE_READ_URL: standby.url });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${api.url}${path}`, { ...init, headers: { ...headers, ...init.headers } });
    return { status: answer.status, body: await answer.text() };
  };
  const orders = async (key = headers) => {
    const { body } = await ask("/v1/orders?shop=acme", { headers: key });
    return (JSON.parse(body) as { items: { id: string }[] }).items.map(({ id }) => id);
  };
  const metrics = async () => /^dunlin_read_replica_up (\S+)$/m.exec((await ask("/metrics")).body)?.[1];
  await eventually("the replica answers", metrics, (up) => up === "1");

  expect((await post(api.url, created("o1", Date.now()))).status).toBe(202);
  await caughtUp();
  const found = await Promise.all(readingRoutes("o1").map(async (path) => `${(await ask(path)).status} ${path}`));
  // Not found, or without what the query must have: but no route fails on the standby.
  expect(found.filter((line) => !/^(200|404|422) /.test(line))).toEqual([]);
  expect(found.filter((line) => line.startsWith("200 ")).length).toBeGreaterThan(20);

  // The standby stands still. It does not know the second order, and nobody who only reads sees it.
  await standby.sql`select pg_wal_replay_pause()`;
  expect((await post(api.url, created("o2", Date.now()))).status).toBe(202);
  expect(await orders()).toEqual(["o1"]);
  // The one who changed something does, and so does their next list.
  const made = await ask("/v1/suppressions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ shop: "acme", address: "+8613812345678" }),
  });
  expect(made.status).toBe(201);
  const listed = await ask("/v1/suppressions?shop=acme");
  expect((JSON.parse(listed.body) as { items: unknown[] }).items).toHaveLength(1);

  const doctor = service.run(["doctor"], { DATABASE_READ_URL: standby.url });
  await doctor.ended;
  expect(doctor.out()).toMatch(/read replica: at postgres:.* s behind the primary/);
  expect(doctor.out()).not.toContain(new URL(standby.url).password);

  await standby.stop();
  const statuses = new Set<number>();
  await eventually(
    "the primary answers",
    async () => {
      statuses.add((await ask("/v1/orders?shop=acme")).status);
      return metrics();
    },
    (up) => up === "0",
  );
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect((await orders()).toSorted()).toEqual(["o1", "o2"]);
  expect(api.out()).toContain("the read replica cannot answer: reports and lists come from the primary");
  const report = service.run(["report", "--by", "day"], { DATABASE_READ_URL: standby.url });
  expect((await report.ended).code).toBe(0);
  expect(report.err()).toContain("The read replica cannot answer, so this comes from the primary");
});

it("uses no replica without the schema of this program, and takes it when it has it", async (context) => {
  const { primary, standby, caughtUp } = await startReplicas(context);
  const lines: string[] = [];
  const log = {
    info: (_: object, line: string) => void lines.push(line),
    warn: (_: object, line: string) => void lines.push(line),
  };
  const [newest] = await primary.sql<{ id: number }[]>`
    delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations) returning *`;
  await caughtUp();
  const reads = openReads({ database: primary, readUrl: standby.url, log, everyMs: 3_600_000 });
  context.onTestFinished(() => reads.close());
  const isStandby = async () => (await reads.sql<{ on: boolean }[]>`select pg_is_in_recovery() as on`)[0]?.on;
  expect(await reads.look()).toMatchObject({ kind: "unusable", why: expect.stringContaining("1 migration(s) behind") });
  expect(await isStandby()).toBe(false);
  await primary.sql`insert into drizzle.__drizzle_migrations ${primary.sql(newest ?? {})}`;
  await caughtUp();
  expect(await reads.look()).toEqual({ kind: "follows", lagMs: 0 });
  expect(await isStandby()).toBe(true);
  expect(await reads.fresh(isStandby)).toBe(false);
  expect(lines).toEqual([
    "the read replica cannot answer: reports and lists come from the primary",
    "reports and lists come from the read replica",
  ]);
});
