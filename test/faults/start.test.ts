/** Processes that must not run: on a schema that is not theirs, or on a data directory that another one owns. */
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { createVault } from "../../src/db/vault.ts";
import { eventually } from "../support/eventually.ts";
import type { Program } from "../support/service/program.ts";
import { hasRedis } from "../support/service/redis.ts";
import { rig } from "../support/service/rig.ts";

async function refuses(program: Program, why: RegExp): Promise<void> {
  expect(await program.ended, program.out()).toEqual({ code: 1, signal: null });
  expect(program.err()).toMatch(/^dunlin: [^\n]+\n$/);
  expect(program.err()).toMatch(why);
}

it("on an older, a newer or no schema every role refuses to start, and says what to do", async (context) => {
  const { sql, run } = await rig(context, { queue: "postgres" });
  const everyRole = (why: RegExp) =>
    Promise.all([["start"], ["api"], ["worker"]].map((args) => refuses(run(args), why)));
  const [newest] = await sql`select max(created_at)::text as at from drizzle.__drizzle_migrations`;
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)`;
  await everyRole(/is newer than this program: start the version that migrated it/);
  await refuses(run(["migrate"]), /is newer than this program: start the version that migrated it/);
  await sql`delete from drizzle.__drizzle_migrations where hash = 'later' or created_at = ${String(newest?.at)}::bigint`;
  await everyRole(/is 1 migration\(s\) behind this program: run `dunlin migrate`/);
  await sql`alter schema drizzle rename to gone`;
  await refuses(run(["api"]), /has tables of Dunlin, but no list of its migrations/);
  await sql.unsafe("alter schema public rename to gone_too; create schema public");
  await Promise.all(
    [["api"], ["worker"]].map((args) => refuses(run(args), /has no Dunlin schema yet: run `dunlin migrate`/)),
  );
});

it("on a schema whose newer migrations expand each role starts, and is not ready once one contracts", async (context) => {
  const { sql, up, run } = await rig(context, { queue: "postgres" });
  const add = (name: string, kind: string, at: number) => sql`
    insert into drizzle.__drizzle_migrations (hash, created_at, name, kind) values ('later', ${at}, ${name}, ${kind})`;
  await add("9001_wider", "expands", 99999999999998);
  const [api] = await Promise.all([up(["api"]), up(["worker"])]);
  expect(api.out()).toContain("the schema is that of a newer version, beside which this one may run");
  const migrated = run(["migrate"]);
  expect(await migrated.ended, migrated.err()).toEqual({ code: 0, signal: null });
  expect(migrated.out()).toBe(
    "Dunlin's schema is 1 migration(s) ahead of this version, which may run beside the newer one.\n",
  );
  const ready = async () => {
    const answer = await fetch(`${api.url}/readyz`);
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  expect(await ready()).toMatchObject({ status: 200, ok: true, checks: { schema: { ok: true } } });
  await add("9002_narrower", "contracts", 99999999999999);
  const message = expect.stringContaining("is newer than this program: start the version that migrated it");
  expect(await ready()).toMatchObject({ status: 503, ok: false, checks: { schema: { ok: false, message } } });
});

it("with another DUNLIN_SECRET_KEY than the stored contacts' nothing starts that needs them, and doctor says why", async (context) => {
  const { sql, run, up, write } = await rig(context, { queue: "postgres" });
  const order = {
    id: "o1",
    amount: "1.00",
    currency: "CNY",
    createdAt: "2026-11-10T12:00:00Z",
    buyer: { phone: "+8613812345678" },
  };
  await write(
    "one.ndjson",
    JSON.stringify({ id: "e1", type: "order.created", occurredAt: "2026-11-10T12:00:00Z", shop: "acme", order }),
  );
  const other = { DUNLIN_SECRET_KEY: Buffer.alloc(32, 8).toString("base64") };
  // Without contacts any key will do.
  expect((await run(["import", "one.ndjson"]).ended).code).toBe(0);
  const why =
    /DUNLIN_SECRET_KEY: no stored contact can be read with this key \(its id is [0-9a-f]{8}, the newest contact's [0-9a-f]{8}\)/;
  const roles = [["start"], ["api"], ["worker", "--roles", "intake"], ["worker", "--roles", "dispatch"]];
  await Promise.all(roles.map((args) => refuses(run(args, other), why)));
  await Promise.all(
    [
      ["import", "one.ndjson"],
      ["suppress", "+8613812345678", "--shop", "acme"],
    ].map((args) => refuses(run(args, other), why)),
  );
  const [bad, good] = [run(["doctor"], other), run(["doctor"])];
  expect(await bad.ended).toMatchObject({ code: 1 });
  expect(bad.out()).toMatch(new RegExp(`^FAIL {2}contacts: ${why.source}`, "m"));
  await good.ended;
  expect(good.out()).toMatch(/^ok {4}contacts: /m);
  // A contact of this key beside those of an earlier one: it was changed on purpose.
  await sql`insert into contacts select shop_id, '\\x01', buyer_id, kind, cipher, ${createVault(Buffer.alloc(32, 8)).keyId}, told_at, told_id from contacts`;
  await up(["worker"], other);
});

it("of two processes on one embedded data directory the second says who owns it, and the first goes on", async (context) => {
  const { run, up, dir } = await rig(context, { queue: "postgres" });
  const env = { DATABASE_URL: "", DUNLIN_SECRET_KEY: "", DUNLIN_DATA_DIR: join(dir, "data") };
  const together = [run(["start"], env), run(["start"], env)];
  const second = await Promise.race(together.map(async (program) => program.ended.then(() => program)));
  const first = together.find((program) => program !== second);
  if (first === undefined) throw new Error("one of two ended");
  await first.ready;
  await refuses(
    second,
    new RegExp(`data: in use by another Dunlin process \\(pid ${first.pid}\\): stop it, set DUNLIN_DATA_DIR`),
  );
  await refuses(run(["start"], env), new RegExp(`\\(pid ${first.pid}\\)`));
  expect(first.out()).toMatch(/^Making a new PostgreSQL database, which takes a few seconds, in \/.*data …$/m);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.kill();
  const next = await up(["start"], env);
  expect(next.out()).toMatch(/^Starting PostgreSQL in \/.*data …$/m);
  await eventually(
    "the next one takes the directory over",
    () => fetch(`${next.url}/readyz`).then(({ status }) => status),
    (status) => status === 200,
  );
  next.signal("SIGTERM");
  expect(await next.ended, next.err() + next.out()).toEqual({ code: 0, signal: null });
});

it("where the API cannot listen it says so, with the address and what to do", async (context) => {
  const { run } = await rig(context, { queue: "postgres" });
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  context.onTestFinished(() => void other.close());
  const address = other.address();
  const port = String(typeof address === "object" ? address?.port : 0);
  const inUse = `127.0.0.1:${port} is in use: stop the program that listens there, or choose another port (PORT=…)`;
  for (const args of [["start"], ["api"]]) {
    const program = run(args, { PORT: port });
    expect(await program.ended, program.out()).toEqual({ code: 1, signal: null });
    expect(program.err()).toBe(`dunlin: ${inUse}\n`);
  }
  await refuses(run(["api"], { HOST: "192.0.2.1" }), /192\.0\.2\.1 is not an address of this machine: correct HOST/);
});

it.runIf(hasRedis)(
  "on Redis a healthy start logs no error, and one that evicts jobs is named once, in our words",
  async (context) => {
    const { run, up, redis } = await rig(context, { queue: "redis" });
    const healthy = await up(["start"]);
    healthy.signal("SIGTERM");
    expect(await healthy.ended).toEqual({ code: 0, signal: null });
    expect(healthy.out() + healthy.err()).not.toMatch(/queue error|Redis|"level":[56]0/);

    const client = new Redis(redis?.url ?? "");
    context.onTestFinished(() => client.disconnect());
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    const said = /Redis maxmemory-policy is allkeys-lru; it must be noeviction, or jobs are silently dropped/g;
    const evicting = await up(["start"]);
    await eventually(
      "the warning",
      async () => evicting.out().match(said)?.length,
      (count) => count === 1,
    );
    evicting.signal("SIGTERM");
    await evicting.ended;
    expect(evicting.out() + evicting.err()).not.toContain("IMPORTANT!");

    const doctor = run(["doctor"], { QUEUE_URL: "redis://127.0.0.1:1" });
    expect(await doctor.ended).toMatchObject({ code: 1 });
    expect(doctor.err()).toMatch(/^dunlin: 1 of \d+ checks failed\n$/);
    expect(doctor.out()).not.toContain("{");
  },
);
