/**
 * The whole service as real processes, for fault tests: `node dist/main.js …` with a configuration directory, a database and a queue
 * of its own, and the fake provider in a process of its own, whose log is the judge. Whatever was started ends with its test, also
 * a process that a test had stopped with SIGSTOP. Works in concurrent tests, hence takes their context.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { inject, type TestContext } from "vitest";
import { connect, type Sql } from "../../src/db/client.ts";
import { type ForkedProvider, forkFakeProvider } from "./fork-provider.ts";
import { withDatabase } from "./global-setup.ts";

/** Another build than `dist/` (tests of the tests: a program broken on purpose). */
const MAIN = process.env.TEST_DUNLIN_MAIN ?? fileURLToPath(new URL("../../dist/main.js", import.meta.url));
export const API_KEY = "test-api-key-0123456789";
const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
export const PROVIDER_SECRET = "whsec_ZmFrZSBwcm92aWRlcidzIHNlY3JldCBvZiAzMiBieXRlcw==";

export type Queue = "redis" | "postgres";
const redisServer = process.env.PATH?.split(delimiter)
  .map((dir) => join(dir, "redis-server"))
  .find((path) => existsSync(path));
export const hasRedis = inject("redisUrl") !== "" && redisServer !== undefined;
if (inject("redisUrl") !== "" && redisServer === undefined)
  console.warn(
    "Redis half of the fault tests NOT RUN: they start Redis servers of their own; put redis-server on the PATH",
  );
/** The queue stores that a test runs on; what cannot be run is listed as skipped. */
export const QUEUES: readonly { queue: Queue; runs: boolean }[] = [
  { queue: "postgres", runs: true },
  { queue: "redis", runs: hasRedis },
];

export type Rig = {
  readonly dir: string;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly redis: PrivateRedis | null;
  readonly provider: ForkedProvider;
  /** Runs a command to its end, or until it is ready; see `Program`. */
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Program;
  /** Runs a service and waits until it is up. */
  readonly up: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Program>;
  /** Puts a file below the configuration directory. */
  readonly write: (name: string, text: string | Buffer) => Promise<void>;
};

export type RigOptions = {
  readonly queue: Queue;
  /** Of the channel sms; absent: as fast as it goes. */
  readonly ratePerSecond?: number;
  /** How long a send may take; default 5s. */
  readonly timeout?: string;
  readonly campaign?: string;
  /** Another server than the one of all tests. */
  readonly databaseUrl?: string;
};

/** Due ten seconds after its creation, which may lie in the past when it is told: tests say when. */
export const DUE_AFTER = 10_000;
const CAMPAIGN = `name: Fast
steps:
  - { id: nudge, at: { afterCreated: 10s }, channels: [sms, chat] }
minAge: 0s
minLead: 1s
limits: { max: 20, per: 24h, gap: 0s }
repeatAfter: 20h
`;

type Cleanup = Pick<TestContext, "onTestFinished">;

export async function rig(context: Cleanup, options: RigOptions): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-fault-"));
  const programs: Program[] = [];
  context.onTestFinished(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await rm(dir, { recursive: true, force: true });
  });
  const [provider, redis, database] = await Promise.all([
    forkFakeProvider({ secret: PROVIDER_SECRET }),
    options.queue === "redis" ? startRedis(context) : null,
    options.databaseUrl === undefined
      ? cloneDatabase(context)
      : { url: options.databaseUrl, ...connect(options.databaseUrl) },
  ]);
  context.onTestFinished(() => provider.close());
  if (options.databaseUrl !== undefined) context.onTestFinished(() => database.close(0));
  const write = async (name: string, text: string | Buffer) => {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  };
  const rate = options.ratePerSecond === undefined ? "" : `, ratePerSecond: ${options.ratePerSecond}`;
  const { timeout = "5s" } = options;
  await write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: UTC, locale: en, currency: CNY, closeAfter: 24h }
channels:
  sms:  { provider: webhook, url: "${provider.url("sms")}", secret: "${PROVIDER_SECRET}", timeout: ${timeout}${rate} }
  chat: { provider: webhook, url: "${provider.url("chat")}", secret: "${PROVIDER_SECRET}", timeout: ${timeout} }
`,
  );
  await write("templates/fast/campaign.yaml", options.campaign ?? CAMPAIGN);
  for (const step of ["nudge", "last-call"].filter((id) => (options.campaign ?? CAMPAIGN).includes(`id: ${id}`)))
    for (const channel of ["sms", "chat"])
      await write(`templates/fast/${step}.${channel}.en.hbs`, "Order {{order.id}} waits: {{total}}");
  const base = {
    PATH: process.env.PATH ?? "",
    HOME: dir,
    DATABASE_URL: database.url,
    ...(redis === null ? {} : { QUEUE_URL: redis.url }),
    DUNLIN_SECRET_KEY: SECRET_KEY,
    DUNLIN_API_KEY: API_KEY,
    PORT: "0",
  };
  const run: Rig["run"] = (args, env = {}) => {
    const program = launch(dir, args, { ...base, ...env });
    programs.push(program);
    return program;
  };
  return {
    dir,
    sql: database.sql,
    databaseUrl: database.url,
    redis,
    provider,
    run,
    up: async (args, env) => {
      const program = run(args, env);
      await program.ready;
      return program;
    },
    write,
  };
}

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Program = {
  readonly pid: number;
  /** Resolves when the service says that it is up; rejects when it ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ended>;
  /** Where the API listens. */
  readonly url: string;
  readonly out: () => string;
  readonly err: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGKILL, also of a stopped process; resolves when it is gone. */
  readonly kill: () => Promise<void>;
};

const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

function launch(cwd: string, args: readonly string[], env: Record<string, string>): Program {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  living.add(child);
  let out = "";
  let err = "";
  let markReady = () => {};
  const up = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    if (out.includes('"Dunlin is up"')) markReady();
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  const early = ended.then(({ code, signal }) => {
    throw new Error(`dunlin ${args.join(" ")} ended (${signal ?? code}) before it was up: ${err}${out}`);
  });
  const ready = Promise.race([up, early]);
  ready.catch(() => {});
  early.catch(() => {});
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    get url() {
      const url = /listens at (http:\S+)/.exec(out)?.[1];
      if (url === undefined) throw new Error(`no address in: ${out}`);
      return url;
    },
    out: () => out,
    err: () => err,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A database of its own, kept when the test fails. */
async function cloneDatabase(context: Cleanup) {
  const server = inject("serverUrl");
  const name = `dunlin_test_${randomBytes(6).toString("hex")}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name} template ${inject("templateName")}`);
  const url = withDatabase(server, name);
  const database = connect(url, { max: 3, applicationName: "dunlin fault test" });
  context.onTestFinished(async ({ task }) => {
    await database.close();
    if (task.result?.state === "fail") console.warn(`kept the database of the failed test: ${url}`);
    else await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  return { ...database, url };
}

export type PrivateRedis = {
  readonly url: string;
  /** Ends it with all it holds. */
  readonly stop: () => Promise<void>;
  /** Starts it again, empty, on the same port. */
  readonly start: () => Promise<void>;
};

/** A Redis of one test alone, which may be flushed and stopped. */
async function startRedis(context: Cleanup): Promise<PrivateRedis> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "dunlin-redis-"));
  let child: ChildProcess | null = null;
  let gone: Promise<unknown> = Promise.resolve();
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir];
    const server = spawn(redisServer ?? "redis-server", [...args, "--maxmemory-policy", "noeviction"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    living.add(server);
    child = server;
    gone = new Promise((resolve) => server.once("exit", resolve)).then(() => living.delete(server));
    await new Promise<void>((resolve, reject) => {
      server.stdout.on("data", (chunk) => /Ready to accept/.test(String(chunk)) && resolve());
      server.once("exit", (code) => reject(new Error(`redis-server ended (${code}) before it was ready`)));
    });
  };
  const stop = async () => {
    child?.kill("SIGKILL");
    await gone;
  };
  context.onTestFinished(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });
  await start();
  return { url: `redis://127.0.0.1:${port}`, stop, start };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Asks until the answer is true, at most so long; the error shows what was last found. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  isIt: (found: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (isIt(found)) return found;
    if (performance.now() > giveUpAt)
      throw new Error(`not within ${withinMs} ms: ${what}; last found ${JSON.stringify(found)}`);
    await pause(40);
  }
}

export type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly ms: number;
  readonly at: number;
};

/** Posts events as the shop's system would. A refused or cut connection is status 0. */
export async function post(url: string, events: unknown, type = "application/json"): Promise<Answer> {
  const begun = performance.now();
  const body = typeof events === "string" ? events : JSON.stringify(events);
  try {
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": type },
      body,
    });
    const text = await answer.text();
    const at = Date.now();
    return { status: answer.status, body: text === "" ? {} : JSON.parse(text), ms: performance.now() - begun, at };
  } catch (error) {
    return { status: 0, body: { error: String(error) }, ms: performance.now() - begun, at: Date.now() };
  }
}

/** Posts in arrays of `size`; every one must be taken in as new. */
export async function tell(url: string, events: readonly unknown[], size = 1_000): Promise<void> {
  for (let at = 0; at < events.length; at += size) {
    const part = events.slice(at, at + size);
    const { status, body } = await post(url, part);
    if (status !== 202 || body.accepted !== part.length)
      throw new Error(`told ${part.length} events: ${status} ${JSON.stringify(body)}`);
  }
}

export type OrderSpec = { readonly closesAt?: number; readonly chat?: boolean };

/** `order.created` of one buyer each, all due at `dueAt`. */
export function orders(count: number, prefix: string, dueAt: number, spec: OrderSpec = {}) {
  return Array.from({ length: count }, (_, n) => created(`${prefix}${n}`, dueAt - DUE_AFTER, spec));
}

const phones = new Map<string, string>();
/** A number of its own for each order, and the same for the same. */
const phoneOf = (order: string): string => {
  const known = phones.get(order) ?? `+86139${String(10_000_000 + phones.size)}`;
  phones.set(order, known);
  return known;
};

export function created(order: string, createdAt: number, { closesAt, chat = false }: OrderSpec = {}) {
  return {
    id: `c-${order}`,
    type: "order.created",
    occurredAt: new Date(createdAt).toISOString(),
    shop: "acme",
    order: {
      id: order,
      amount: "129.00",
      currency: "CNY",
      createdAt: new Date(createdAt).toISOString(),
      ...(closesAt === undefined ? {} : { closesAt: new Date(closesAt).toISOString() }),
      buyer: { id: `b-${order}`, phone: phoneOf(order), ...(chat ? { chat: { wechat: `w-${order}` } } : {}) },
    },
  };
}

export function paid(order: string, at: number) {
  return {
    id: `p-${order}`,
    type: "order.paid",
    occurredAt: new Date(at).toISOString(),
    shop: "acme",
    order: { id: order },
  };
}

/** What the tables say: reminders by state and reason, deliveries by state. */
export type Ledger = {
  readonly reminders: Readonly<Record<string, number>>;
  readonly deliveries: Readonly<Record<string, number>>;
  readonly total: number;
};

export async function ledger(sql: Sql): Promise<Ledger> {
  const [reminders, deliveries] = await Promise.all([
    sql<
      { key: string; n: number }[]
    >`select concat_ws(':', state, reason) as key, count(*)::int as n from reminders group by 1`,
    sql<{ key: string; n: number }[]>`select state as key, count(*)::int as n from deliveries group by 1`,
  ]);
  const counts = (rows: readonly { key: string; n: number }[]) =>
    Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  return {
    reminders: counts(reminders),
    deliveries: counts(deliveries),
    total: reminders.reduce((sum, { n }) => sum + n, 0),
  };
}

/** Nothing is planned or under way any more. */
export const isOver = ({ reminders, deliveries }: Ledger): boolean =>
  !Object.keys(reminders).some((key) => key.startsWith("planned") || key.startsWith("sending")) &&
  deliveries.claimed === undefined;

/** Sets the database's clock ahead: leases run out at once. Only when no living process holds a claim. */
export async function setClockAhead(sql: Sql, seconds: number): Promise<void> {
  await sql.unsafe(`create or replace function dunlin_now() returns timestamptz language sql volatile
    as 'select clock_timestamp() + interval ''${seconds} seconds'''`);
}

/**
 * Compares the provider's log with the ledger: how often something was taken twice, what was taken and is not in the ledger as
 * accepted or unknown, and what the ledger calls accepted and the provider never took.
 */
export async function audit(rig: Pick<Rig, "sql" | "provider">) {
  const [verdict, log, deliveries] = await Promise.all([
    rig.provider.judge(),
    rig.provider.log(),
    // All attempts on a channel carry the id of the first.
    rig.sql<{ key: string; state: string }[]>`
      select first_value(id::text) over (partition by shop_id, reminder_id, channel order by attempt) as key, state from deliveries`,
  ]);
  const taken = new Set(log.filter((entry) => entry.taken).map(({ id }) => id));
  const standing = new Set(deliveries.filter(({ state }) => /accepted|unknown/.test(state)).map(({ key }) => key));
  const unaccounted = [...taken].filter((key) => !standing.has(key));
  const imagined = deliveries.filter(({ key, state }) => state === "accepted" && !taken.has(key));
  return {
    taken: verdict.taken,
    faults: {
      duplicateIds: verdict.duplicateIds.length,
      duplicateSteps: verdict.duplicateSteps.length,
      duplicateOrderSteps: verdict.duplicateOrderSteps.length,
      badSignatures: verdict.badSignatures,
      badBodies: verdict.badBodies,
      unaccounted: unaccounted.length,
      imagined: imagined.length,
    },
  };
}

export const NO_FAULTS = {
  duplicateIds: 0,
  duplicateSteps: 0,
  duplicateOrderSteps: 0,
  badSignatures: 0,
  badBodies: 0,
  unaccounted: 0,
  imagined: 0,
};
