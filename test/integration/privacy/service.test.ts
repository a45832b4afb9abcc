/**
 * The whole service with a person in it, who came over HTTP or the queue: opting out, erasing over HTTP and by command, and retention. After each, the
 * person is looked for in every table, in all that the queue holds, and in each line of the log.
 */
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { DAY, MINUTE } from "../../../src/core/values/duration.ts";
import { openQueueBackend } from "../../../src/queue/connection.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { testDatabase } from "../../support/database.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { eventually } from "../../support/eventually.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import { whereabouts, whereaboutsInRedis } from "../../support/personal.ts";
import { QUEUES, startRedis } from "../../support/service/redis.ts";

const KEY = "dk_privacy-test-key";
const person = (n: number) => ({
  words: [`1381234567${n}`, `person-9${n}`, `handle-9${n}`, `Zhang Number${n}`, `zhang${n}@`, `coat of ${n}`],
  order: {
    id: `o${n}`,
    buyer: {
      ...{ id: `person-9${n}`, phone: `+861381234567${n}`, name: `Zhang Number${n}`, email: `zhang${n}@acme.cn` },
      chat: { wechat: `handle-9${n}` },
    },
    items: [{ sku: "S1", title: `Winter coat of ${n}`, quantity: 1 }],
    note: `ring at Zhang Number${n}, 1381234567${n}`,
    payUrl: `https://pay.example/person-9${n}`,
  },
});
/** By HTTP, by command, and by retention they are deleted. */
const [BY_HTTP, BY_COMMAND, BY_RETENTION] = [person(1), person(2), person(3)];
/** No order named it. */
const STRANGER = "+8613712349999";

const STORED = [
  "buyers.platform_id",
  "buyers.profile",
  "contacts.cipher",
  "deliveries.sealed_text",
  "order_events.told",
  "orders.details",
];

const configFile = (url: string, retention = "") => `
shops:
  acme: { timeZone: Asia/Shanghai, locale: en, currency: CNY, closeAfter: 24h }
channels:
  sms: { provider: webhook, url: "${url}" }
${retention}`;

async function service(redisUrl: string | null) {
  const database = await testDatabase();
  const provider = await startFakeProvider();
  onTestFinished(() => provider.close());
  const { dir, write } = campaignDir({
    "dunlin.yaml": configFile(provider.url("sms")),
    "templates/default/campaign.yaml":
      "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\nquietHours: off\n",
    "templates/default/nudge.sms.en.hbs": "{{buyer.name}}, order {{order.id}} is open: {{total}}. STOP to opt out",
  });
  const env = {
    ...{ DATABASE_URL: database.url, DUNLIN_API_KEY: KEY, PORT: "0", DUNLIN_DATA_DIR: join(dir, ".dunlin") },
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    ...(redisUrl === null ? {} : { QUEUE_URL: redisUrl }),
  };
  const lines: string[] = [];
  const log = pino(
    { level: "trace" },
    new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk)) as undefined) }),
  );
  const start = async (roles: readonly string[]) => {
    const loaded = loadConfig(env, dir);
    if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
    const print = (line: string) => void lines.push(line);
    const app = await startApp(loaded.config, { roles, log, print, migrateEmpty: false });
    onTestFinished(() => app.stop());
    return app;
  };
  return {
    ...{ database, sql: database.sql, provider, lines, start },
    run: (...args: string[]) => runHere(args, { cwd: dir, env }),
    configure: (retention: string) => write("dunlin.yaml", configFile(provider.url("sms"), retention)),
    /** Adds a job as the shop does. */
    enqueue: async (event: object) => {
      const backend = openQueueBackend(redisUrl ?? database.url, { log });
      await (await backend.queue("orders")).add("event", event);
      await backend.close();
    },
    find: async (words: readonly string[]) => [
      ...(await whereabouts(database.sql, words)),
      ...(redisUrl === null ? [] : await whereaboutsInRedis(redisUrl, words)),
      ...lines.filter((line) => words.some((word) => line.includes(word))),
    ],
  };
}

it.each(QUEUES.filter(({ runs }) => runs))(
  "opting out, erasing and retention leave nobody in tables, queue and log (queue on $queue)",
  async ({ queue }) => {
    const redis = queue === "redis" ? await startRedis({ onTestFinished }) : null;
    const { database, sql, provider, lines, start, run, configure, enqueue, find } = await service(redis?.url ?? null);
    await database.setNow(T0);
    // Without upkeep, which deletes once a minute: it starts when there is something to delete.
    const app = await start(["api", "intake", "dispatch"]);
    const call = async (method: string, path: string, body?: object) => {
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const headers = { authorization: `Bearer ${KEY}`, ...type };
      const answer = await fetch(`${app.url}${path}`, { method, headers, body: body ? JSON.stringify(body) : null });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
    };
    const created = ({ order }: ReturnType<typeof person>) =>
      receivedEvent(`e-${order.id}`, "order.created", T0, order);
    expect(await call("POST", "/v1/events", [created(BY_HTTP), created(BY_RETENTION)])).toMatchObject({ status: 202 });
    await enqueue(created(BY_COMMAND));
    const count = async (table: string) => (await sql`select from ${sql(table)}`).length;
    await eventually(
      "all are in",
      () => count("orders"),
      (n) => n === 3,
    );
    await database.setNow(T0 + 10 * MINUTE);
    await eventually(
      "all are reminded",
      () => sql`select from deliveries where state = 'accepted'`,
      ({ length }) => length === 3,
    );
    expect(provider.taken()).toBe(3);
    for (const { words } of [BY_HTTP, BY_COMMAND, BY_RETENTION]) expect(await find(words)).toEqual(STORED);

    const [{ phone }] = [BY_HTTP.order.buyer];
    const suppress = (address: string) => call("POST", "/v1/suppressions", { shop: "acme", address });
    expect(await suppress(phone)).toMatchObject({ status: 201, body: { masked: "+86138****5671" } });
    const added = await suppress(STRANGER);
    expect(added).toMatchObject({ status: 201, body: { masked: "+86137****9999" } });
    expect((await call("GET", "/v1/suppressions?shop=acme")).body.items).toHaveLength(2);
    expect((await run("suppress", BY_COMMAND.order.buyer.phone, "--shop", "acme")).code).toBe(0);
    for (const { words } of [BY_HTTP, BY_COMMAND]) expect(await find(words)).toEqual(STORED);
    expect(await find(["13712349999"])).toEqual([]);
    expect((await call("DELETE", `/v1/suppressions/${added.body.id}`)).status).toBe(204);
    expect(await find(["13712349999"])).toEqual([]);

    const erased = { shop: "acme", orders: 1, events: 1, contacts: 3, reminders: 0 };
    const asked = { shop: "acme", buyer: "person-91" };
    expect(await call("POST", "/v1/erasures", asked)).toEqual({ status: 200, body: erased });
    expect(await find(BY_HTTP.words)).toEqual([]);
    expect(await find(BY_COMMAND.words)).toEqual(STORED);
    const ended = await run("erase", "--buyer", "person-92", "--shop", "acme");
    expect(ended).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^Erased: 3 contacts/) });
    expect(await find(BY_COMMAND.words)).toEqual([]);
    expect(`${ended.out}${ended.err}`).not.toMatch(/Zhang|1381234/);
    expect(await find(BY_RETENTION.words)).toEqual(STORED);

    await database.setNow(T0 + 3 * DAY);
    await eventually(
      "the case is over",
      () => sql`select from orders where in_case`,
      ({ length }) => length === 0,
    );
    await app.stop();
    configure("retention: { events: 1h, orders: 1h, contacts: 1h, deliveries: 1h }\n");
    await start(["upkeep"]);
    // The platform's own id is no contact: later events find the buyer by it.
    const kept = ["buyers.platform_id"];
    await eventually(
      "retention deletes what is personal",
      () => find(BY_RETENTION.words),
      (found) => found.join() === kept.join(),
      20_000,
    );
    // The log was at work, or it would prove nothing.
    expect(lines.filter((line) => line.includes("/v1/erasures"))).not.toEqual([]);
  },
);
