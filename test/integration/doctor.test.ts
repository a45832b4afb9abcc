/** `dunlin doctor`: its lines, its JSON and its exit agree. */
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { createPauseAdmin } from "../../src/campaigns/pauses/administer.ts";
import { doctorCommand } from "../../src/cli/commands/service/doctor.ts";
import { configuredFindings } from "../../src/cli/commands/service/doctor-channels.ts";
import { CommandError } from "../../src/cli/context.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { countUnlisted } from "../../src/db/stores/dispatch/code-store.ts";
import { noteOutages } from "../../src/db/stores/dispatch/outage-store.ts";
import { claimNotice, raiseNotices, recordFailed } from "../../src/db/stores/notices/notice-store.ts";
import { answeringServer } from "../support/answering-server.ts";
import { ALICE, campaignDir } from "../support/campaigns.ts";
import { testDatabase } from "../support/database.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { MISCHIEF } from "../support/platforms/server.ts";
import { shopify, woocommerce } from "../support/platforms/stock.ts";

type Findings = { ok: boolean; findings: { check: string; ok: boolean; message: string }[] };

async function setup(env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const { url, sql } = await testDatabase();
  const loaded = loadConfig(
    {
      DATABASE_URL: url,
      DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      DUNLIN_API_KEY: "test-api-key-0123456789",
      DUNLIN_TEMPLATES: fileURLToPath(new URL("../../templates", import.meta.url)),
      ...env,
    },
    campaignDir(files).dir,
  );
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const { config } = loaded;
  const doctor = async (json: boolean) => {
    const out: string[] = [];
    const context = { config, log: pino({ level: "silent" }), out: (text: string) => void out.push(text), note() {} };
    const failed = await doctorCommand(context, json).then(
      () => null,
      (error: unknown) => {
        if (error instanceof CommandError) return error.message;
        throw error;
      },
    );
    return { out: out.join("\n"), failed };
  };
  return {
    config,
    sql,
    lines: () => doctor(false),
    json: async () => {
      const { out, failed } = await doctor(true);
      return { ...(JSON.parse(out) as Findings), failed };
    },
  };
}

it("names the shops whose country it cannot know", async () => {
  const yaml =
    "shops: { acme: { timeZone: Asia/Shanghai }, beta: { timeZone: UTC, country: us }, gamma: { timeZone: UTC } }\n";
  const { out } = await (await setup({}, { "dunlin.yaml": yaml })).lines();
  expect(out.match(/set shops\.\w+\.country/g)).toEqual(["set shops.gamma.country"]);
});

it("passes without any configuration", async () => {
  const { lines, json } = await setup();
  const { out, failed } = await lines();
  expect(failed).toBeNull();
  expect(out).not.toContain("FAIL");
  expect(out).toContain(
    "ok    shops: advice: none configured, so events of every shop are accepted, in UTC, with quiet hours from 22:00 to 08:00",
  );
  expect(await json()).toMatchObject({ ok: true, failed: null });
});

it.each([
  ["redis://:hunter2@127.0.0.1:1", "127.0.0.1:1"],
  ["redis+cluster://bob:hunter2@127.0.0.1:1,127.0.0.1:2", "127.0.0.1:1, 127.0.0.1:2"],
])("names the address of an unreachable Redis: %s", async (QUEUE_URL, place) => {
  const { json } = await setup({ QUEUE_URL });
  const { ok, failed, findings } = await json();
  expect([ok, failed]).toEqual([false, expect.stringMatching(/^1 of \d+ checks failed$/)]);
  const [queue] = findings.filter(({ check }) => check === "queue");
  expect(queue?.message).toMatch(/^Redis does not answer at .* \(.+\): start it, or correct QUEUE_URL$/);
  expect(queue?.message).toContain(`at ${place} (`);
  expect(JSON.stringify(findings)).not.toContain("hunter2");
});

it("goes on after a database that fails: the queue and the files are checked", async () => {
  const { json } = await setup({
    DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    QUEUE_URL: "redis://127.0.0.1:1",
  });
  const { failed, findings } = await json();
  expect(failed).toMatch(/^2 of \d+ checks failed$/);
  const of = (name: string) => findings.filter(({ check }) => check === name);
  expect(of("database")).toEqual([{ check: "database", ok: false, message: expect.stringContaining("127.0.0.1:1") }]);
  expect(of("queue")[0]?.message).toMatch(/^Redis does not answer/);
  expect(of("campaigns")[0]?.message).toMatch(
    /those in the database are not checked; the files are sound: .*templates/,
  );
});

it("says that a queue in the database is not checked without it", async () => {
  const { json } = await setup({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  const { failed, findings } = await json();
  expect(failed).toMatch(/^1 of \d+ checks failed$/);
  expect(findings.find(({ check }) => check === "queue")).toMatchObject({
    ok: true,
    message: expect.stringContaining("in the database"),
  });
});

it("names channels whose provider does not answer", async () => {
  const { lines, sql } = await setup({}, { "dunlin.yaml": "shops: { acme: { timeZone: Asia/Shanghai } }\n" });
  await noteOutages(sql, [{ channel: "sms", ms: 60_000, code: "connection_refused" }]);
  expect((await lines()).out).toMatch(
    /^ok {4}channel sms: warning: its provider has not answered since \S+ \(connection_refused\): only probes are sent$/m,
  );
});

it("lists the codes that no table knows, for 30 days", async () => {
  const { lines, sql } = await setup();
  await countUnlisted(sql, [
    { channel: "sms", code: "isv.NEWS", count: 3 },
    { channel: "sms", code: "isv.OLD", count: 9 },
  ]);
  await sql`update unlisted_codes set last_at = last_at - interval '31 days' where code = 'isv.OLD'`;
  const { out, failed } = await lines();
  expect(failed).toBeNull();
  expect(out.match(/^.*isv\..*$/gm)).toEqual([
    "ok    channel sms: warning: its provider answered 3 time(s) with the code isv.NEWS, which Dunlin does not know; look it up there, and report it to Dunlin",
  ]);
});

it("names everything that is paused", async () => {
  const { lines, config, sql } = await setup({}, { "dunlin.yaml": "shops: { acme: { timeZone: Asia/Shanghai } }\n" });
  expect((await lines()).out).not.toContain("paused:");
  const pauses = createPauseAdmin({ sql, ...config });
  await pauses.setShop(ALICE, "acme", { paused: true, forMs: null, note: null });
  await pauses.setChannel(ALICE, "sms", { paused: true, forMs: 60_000, note: null });
  expect((await lines()).out).toMatch(
    /^ok {4}paused: warning: channel sms, since \S+ until \S+\nok {4}paused: warning: shop acme, since \S+$/m,
  );
});

it("names the receivers of notices, posts nothing to them, and says which one fails", async () => {
  const staff = await startFakeProvider();
  onTestFinished(() => staff.close());
  const yaml = `channels: { sms: { provider: webhook, url: "${staff.url("sms")}", secret: s } }\nnotices: { ops: { provider: slack, url: "${staff.url("k3y")}" } }\n`;
  const { lines, sql } = await setup({}, { "dunlin.yaml": yaml });
  await raiseNotices(sql, ["ops"], [{ matter: "nothing_sent", occurrence: "1", text: "nothing was sent" }]);
  const claimed = await claimNotice(sql, "ops");
  if (claimed === null) throw new Error("nothing was due");
  await recordFailed(sql, claimed, "no_service", null);
  const { out, failed } = await lines();
  expect(failed).toBeNull();
  expect(out).toContain("ok    notices ops: slack; `dunlin notices test ops` posts one");
  expect(out).toContain("ok    notices ops: warning: 1 notice(s) wait, because the last post failed (no_service)");
  expect(out).not.toContain("k3y");
  expect(staff.log).toEqual([]);
});

it("advises a receiver of notices where channels deliver", async () => {
  const yaml = 'channels: { sms: { provider: webhook, url: "http://127.0.0.1:9/sms", secret: s } }\n';
  expect((await (await setup({}, { "dunlin.yaml": yaml })).lines()).out).toContain(
    "ok    notices: advice: nobody learns",
  );
});

it("warns of a token for receipts that is guessed soon", () => {
  const channel = (token: string) =>
    `{ provider: aliyun-sms, accessKeyId: a, accessKeySecret: b, signName: c, receiptToken: ${token} }`;
  const yaml = `channels: { short: ${channel("t0ken-of-15-lon")}, long: ${channel("t0ken-of-16-long")} }\n`;
  const loaded = loadConfig({}, campaignDir({ "dunlin.yaml": yaml }).dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const warned = configuredFindings(loaded.config).filter(({ message }) => message.startsWith("warning"));
  expect(warned).toEqual([
    { check: "channel short", ok: true, message: expect.stringMatching(/receiptToken has fewer than 16 characters/) },
  ]);
  expect(JSON.stringify(warned)).not.toContain("t0ken");
});

it("asks the providers about credentials and names, and fails on what is refused", async () => {
  const provider = await answeringServer(({ headers }) => {
    const answers: Record<string, object> = {
      QuerySmsSignList: { Code: "OK", SmsSignList: [{ SignName: "晴雨", AuditStatus: "AUDIT_STATE_NOT_PASS" }] },
    };
    return answers[String(headers["x-acs-action"])] ?? { Code: "isp.RAM_PERMISSION_DENY" };
  });
  const yaml = `channels: { sms: { provider: aliyun-sms, url: "${provider.url}", accessKeyId: ak, accessKeySecret: s3cret, signName: 晴雨 } }\n`;
  const { lines } = await setup({}, { "dunlin.yaml": yaml });
  const { out, failed } = await lines();
  expect(failed).toMatch(/^1 of \d+ checks failed$/);
  expect(out).toContain("ok    channel sms: the provider takes the credentials");
  expect(out).toContain("FAIL  channel sms: signature 晴雨: not approved");
  expect(out).not.toContain("s3cret");
});

it("says how far shops were polled, and whether their webhooks are enabled", async () => {
  const { platform } = await woocommerce();
  const access = `url: "${platform.url}", key: ck_1, secret: cs_2`;
  const yaml = `shops:
  acme: { country: CN, webhooks: { woocommerce: { secret: s3 } }, poll: { woocommerce: { ${access} } } }
  beta: { country: CN, poll: { woocommerce: { ${access} } } }
`;
  const { sql, json } = await setup({}, { "dunlin.yaml": yaml });
  const of = async (shop: string) =>
    (await json()).findings
      .filter(({ check }) => check.endsWith(` of ${shop}`))
      .map(({ ok, message }) => [ok, message]);
  expect(await of("beta")).toEqual([[true, expect.stringContaining("not polled yet")]]);
  await sql`insert into polls (shop_id, source, cursor, polled_at, next_at, failures, fault) values
    ('acme', 'woocommerce', now() - interval '90 s', now() - interval '20 s', now(), 0, null),
    ('beta', 'woocommerce', null, null, now(), 3, 'shop.example answered 502')`;
  expect(await of("beta")).toEqual([
    [false, "the last 3 poll(s) failed: shop.example answered 502; nothing was read yet"],
  ]);
  expect(await of("acme")).toEqual([
    [true, expect.stringMatching(/^polled 2\ds ago; all changes up to 1m3\ds ago are read$/)],
    [true, "the webhook order.created is active"],
    [false, "the webhook order.updated is disabled: set it to active again in WooCommerce"],
  ]);
  await sql`update polls set polled_at = now() - interval '10 m'`;
  expect((await of("acme"))[0]).toEqual([false, expect.stringMatching(/^last polled 10m.* ago; .*role intake$/)]);
  platform.mischief = MISCHIEF.unauthorized ?? null;
  expect((await of("acme"))[1]).toEqual([false, expect.stringContaining("answered 401")]);
});

it("advises to poll shops with webhooks, and says which platforms cannot be asked about them", async () => {
  const secret = "{ secret: s3, clientId: c1 }";
  const yaml = `shops:
  acme: { country: CN, webhooks: { woocommerce: { secret: s3 }, shopify: { secret: s3 }, taobao: { secret: s3 }, standard: { secret: s3 } } }
  beta: { country: CN, webhooks: { youzan: ${secret} } }
  gamma: { country: CN, webhooks: { youzan: ${secret} }, poll: { youzan: { clientId: c1, clientSecret: s3, kdtId: 88 } } }
`;
  const { out, failed } = await (await setup({}, { "dunlin.yaml": yaml })).lines();
  expect(failed).toBeNull();
  expect(out.split("\n").filter((line) => line.includes("source "))).toEqual([
    "ok    source shopify of acme: advice: Shopify removes webhooks that fail for some time, and only with poll can it be asked about them: set shops.acme.poll.shopify",
    "ok    source woocommerce of acme: advice: WooCommerce does not repeat a webhook that failed: set shops.acme.poll.woocommerce",
    "ok    source taobao of acme: advice: Taobao cannot be asked whether its messages are still passed on: watch dunlin_webhooks_total",
    "ok    source taobao of acme: advice: Taobao's messages hold no phone number and no goods: set shops.acme.poll.taobao",
    "ok    source youzan of beta: advice: Youzan cannot be asked whether its messages are still pushed: watch dunlin_webhooks_total",
    "ok    source youzan of beta: advice: Youzan gives a message up after five attempts, and its closes do not say whether money went back: set shops.beta.poll.youzan",
    "ok    source youzan of gamma: advice: Youzan cannot be asked whether its messages are still pushed: watch dunlin_webhooks_total",
    "ok    source youzan of gamma: advice: not polled yet; a process with the role intake does it",
  ]);
});

it("names the webhooks of Shopify that are missing, and how old its cursor is", async () => {
  const { platform } = await shopify();
  const access = `webhooks: { shopify: { secret: s3 } }, poll: { shopify: { url: "${platform.url}", token: shpat_1 } }`;
  const { sql, json } = await setup({}, { "dunlin.yaml": `shops: { acme: { country: CN, ${access} } }\n` });
  await sql`insert into polls (shop_id, source, cursor, polled_at, next_at, failures, fault) values
    ('acme', 'shopify', now() - interval '3 h', now() - interval '20 s', now(), 0, null)`;
  const found = async () =>
    (await json()).findings
      .filter(({ check }) => check === "source shopify of acme")
      .map(({ ok, message }) => [ok, message]);
  const missing = (topic: string) => [false, `the webhook ${topic} is missing: register it again`];
  expect(await found()).toEqual([
    [true, expect.stringMatching(/^polled 2\ds ago; all changes up to 3h\S* ago are read$/)],
    [true, "the webhook ORDERS_CREATE is there"],
    missing("ORDERS_UPDATED"),
    [true, "the webhook ORDERS_PAID is there"],
    missing("ORDERS_CANCELLED"),
    missing("ORDERS_DELETE"),
  ]);
  for (const version of ["2026-10", "2027-01"]) {
    platform.mischief = (response, good) =>
      void response.writeHead(200, { "x-shopify-api-version": version }).end(good);
    expect((await found()).slice(6)).toEqual(
      version === "2026-10"
        ? []
        : [[false, "Shopify answers as version 2027-01 of its API, and Dunlin was written for 2026-10: update Dunlin"]],
    );
  }
  platform.mischief = (response) =>
    void response.end(JSON.stringify({ errors: [{ message: "no", extensions: { code: "ACCESS_DENIED" } }] }));
  expect((await found())[1]).toEqual([
    false,
    expect.stringMatching(/^its webhooks cannot be checked: .*may not read orders$/),
  ]);
});

it("says when old data stays longer than it should", async () => {
  const { sql, lines } = await setup({}, { "dunlin.yaml": "retention: { contacts: 100d }\n" });
  const until = Date.now() - 130 * 86_400_000;
  await sql`insert into settings (key, value) values ('contacts_passed', ${JSON.stringify({ until })}::text::jsonb)`;
  expect((await lines()).out).toContain(
    "retention: warning: contacts are kept 30 day(s) longer than retention.contacts says",
  );
});
