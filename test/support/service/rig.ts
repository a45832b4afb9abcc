/**
 * The whole service as real processes: `node dist/main.js …` with a configuration directory, a database and a queue for one test, and the
 * fake provider in the test's process, whose log is the judge. Works in concurrent tests, so it takes their context.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "vitest";
import { connect, type Sql } from "../../../src/db/client.ts";
import { testDatabase } from "../database.ts";
import { type FakeProvider, startFakeProvider } from "../fake-provider.ts";
import { launch, type Program } from "./program.ts";
import { type PrivateRedis, type Queue, startRedis } from "./redis.ts";

export const API_KEY = "test-api-key-0123456789";
export const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
export const PROVIDER_SECRET = "whsec_ZmFrZSBwcm92aWRlcidzIHNlY3JldCBvZiAzMiBieXRlcw==";

export type Rig = {
  readonly dir: string;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly redis: PrivateRedis | null;
  readonly provider: FakeProvider;
  /** Runs a command to its end, or until it is ready; see `Program`. `main`: the program of another version. */
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>, main?: string) => Program;
  /** Runs a service and waits until it is up. */
  readonly up: (args: readonly string[], env?: Readonly<Record<string, string>>, main?: string) => Promise<Program>;
  /** Puts a file below the configuration directory. */
  readonly write: (name: string, text: string | Buffer) => Promise<void>;
};

export type RigOptions = {
  readonly queue: Queue;
  /** Rate limit of the channel sms; absent: none. */
  readonly ratePerSecond?: number;
  /** How long a send may take; default 5s. */
  readonly timeout?: string;
  readonly campaign?: string;
  /** Channel sms drops repetitions. */
  readonly idempotent?: true;
  /** Another server than the one of all tests. */
  readonly databaseUrl?: string;
};

/** A reminder is due ten seconds after the order's creation. Tests may post an order that was created before. */
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
    startFakeProvider({ secret: PROVIDER_SECRET }),
    options.queue === "redis" ? startRedis(context) : null,
    options.databaseUrl === undefined
      ? testDatabase(context)
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
  const more = `${rate}${options.idempotent === true ? ", idempotent: true" : ""}`;
  await write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: UTC, locale: en, currency: CNY, closeAfter: 24h, quietHours: off }
channels:
  sms:  { provider: webhook, url: "${provider.url("sms")}", secret: "${PROVIDER_SECRET}", timeout: ${timeout}${more} }
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
    // Several tests start processes side by side, and a server has 100 connections.
    DATABASE_CONNECTIONS: "6",
  };
  const run: Rig["run"] = (args, env = {}, main) => {
    const program = launch(dir, args, { ...base, ...env }, main);
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
    up: async (args, env, main) => {
      const program = run(args, env, main);
      await program.ready;
      return program;
    },
    write,
  };
}
