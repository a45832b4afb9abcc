/** The hourly check against what is planned: money that will run out, and files whose template is not approved. */
import { expect, onTestFinished, test } from "vitest";
import { createPauseAdmin } from "../../../src/campaigns/pauses/administer.ts";
import { openChannels } from "../../../src/channels/registry.ts";
import { buildChannels } from "../../../src/config/channels.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { readStates } from "../../../src/db/stores/notices/fact-store.ts";
import { checkAndStore, checkChannels } from "../../../src/notices/check-channels.ts";
import { plansOfDay } from "../../../src/reporting/upcoming/plans.ts";
import { type Answer, answeringServer } from "../../support/answering-server.ts";
import { campaignSetup, campaignYaml } from "../../support/campaigns.ts";
import { closingShop, receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const SECRET = "s3cret-of-the-account";
const FRONT = '---\ntencent: { templateId: 77, params: ["{{total}}"] }\n---\n';

/** The provider repeats the secret wherever it says something. */
const SAID = { ReviewReply: `no: ${SECRET}`, Message: SECRET, Reason: SECRET };

async function setup(bought: () => { amount: number; used: number }, cost?: { amount: string; currency: string }) {
  const made = await campaignSetup(campaignYaml("10m"), {
    "default/nudge.sms.en.hbs": `${FRONT}Order {{order.id}}: {{total}} STOP to opt out`,
  });
  await made.apply();
  await made.at(T0);
  const { live, receive } = await made.process();
  const provider = await answeringServer(({ headers }): Answer => {
    const { amount, used } = bought();
    const package_ = { PackageAmount: amount, CurrentUsage: used, PackageExpiredTime: T0 / 1_000 + 86_400, ...SAID };
    const answers: Record<string, object> = {
      SmsPackagesStatistics: { SmsPackagesStatisticsSet: [package_] },
      DescribeSmsSignList: { DescribeSignListStatusSet: [{ SignName: "晴雨", StatusCode: 0, ...SAID }] },
      DescribeSmsTemplateList: { DescribeTemplateStatusSet: [{ TemplateId: 77, StatusCode: -1, ...SAID }] },
    };
    return { Response: answers[String(headers["x-tc-action"])] ?? {} };
  });
  const configs = buildChannels({
    sms: {
      ...{ provider: "tencent-sms", url: provider.url, secretId: "id", secretKey: SECRET },
      ...{ sdkAppId: "1400", signName: "晴雨", ...(cost === undefined ? {} : { cost }) },
    },
  });
  const channels = openChannels(configs, { log: { warn() {} }, now: () => T0 });
  for (const channel of channels.values()) onTestFinished(() => channel.close());
  const deps = async () => {
    await live.refresh();
    const shopOf = (id: string) => (id === "acme" ? closingShop() : null);
    const plans = await plansOfDay({ sql: made.sql, ...live.current(), channels: configs, shopOf, zone: "UTC" });
    const written = (at: number) => new Date(at).toISOString().slice(0, 16);
    return { channels, catalog: live.current().catalog, plans, written };
  };
  return {
    ...made,
    order: (n: number, minute: number) =>
      receive(
        receivedEvent(`e${n}`, "order.created", T0 + minute * MINUTE, {
          id: `o${n}`,
          buyer: { id: `b${n}`, phone: `+861381234${5000 + n}` },
        }),
      ),
    lines: async () => {
      const found = await checkChannels(await deps());
      expect(JSON.stringify(found)).not.toContain(SECRET);
      return found.lines.map(({ level, text }) => `${level}: ${text}`);
    },
    check: async (now = T0) => checkAndStore({ ...(await deps()), sql: made.sql, receivers: ["ops"], now }),
  };
}

test("a template that is not approved is named with the file that uses it", async () => {
  const { lines } = await setup(() => ({ amount: 1_000, used: 0 }));
  expect(await lines()).toEqual([
    "ok: the provider takes the credentials",
    "ok: 1000 of 1000 bought segments are left; 0 segments are planned for the next 24 hours",
    "fault: template 77: rejected; used by default/nudge.sms.en.hbs",
    "ok: approved: signature 晴雨",
  ]);
});

test("it warns before the package is used up by what is planned, and says when", async () => {
  let used = 0;
  const { lines, order, at } = await setup(() => ({ amount: 1_000, used }));
  for (const n of [1, 2, 3]) await order(n, 0);
  await at(T0 + 5 * MINUTE);
  await order(4, 5);
  used = 997;
  expect((await lines())[1]).toBe(
    "fault: 3 of 1000 bought segments are left; 4 segments are planned for the next 24 hours: it runs out at about 2026-11-10T12:15, top up before",
  );
  used = 996;
  expect((await lines())[1]).toMatch(/^warning: 4 of 1000 .*: it is nearly used up$/);
  used = 100;
  expect((await lines())[1]).toMatch(/^ok: 900 of 1000 /);
});

test("the chore stores the answers and tells staff, once until something changes", async () => {
  let used = 0;
  const { check, sql } = await setup(() => ({ amount: 1_000, used }));
  expect(await check()).toBe(1);
  expect(await check()).toBe(0);
  used = 1_000;
  expect(await check()).toBe(1);
  expect(await check(T0 + MINUTE)).toBe(0);
  expect(await check(T0 + 86_400_000)).toBe(1);
  const texts = await sql<{ matter: string; text: string; count: number }[]>`
    select matter, text, count from notices order by matter`;
  expect(texts).toEqual([
    {
      matter: "balance_low:sms",
      text: "channel sms: 0 of 1000 bought segments are left: top up now; 0 segments are planned for the next 24 hours",
      count: 2,
    },
    { matter: "setup:sms", text: "channel sms: template 77: rejected; used by default/nudge.sms.en.hbs", count: 1 },
  ]);
  const pauses = createPauseAdmin({
    ...{ sql, shopIds: [], shop: () => null },
    channels: [{ name: "sms", provider: "tencent-sms", ratePerSecond: null }],
  });
  const { items } = await pauses.channels();
  expect(items).toMatchObject([
    {
      ...{ name: "sms", health: "failing", down: null, recent: { attempts: 0, failed: 0 }, lastFailure: null },
      setup: { askedAt: "2026-11-10T12:00:00+00:00", balance: null, segments: { left: 0, bought: 1_000 } },
    },
  ]);
  expect(items[0]?.setup?.lines.map(({ level, text }) => `${level}: ${text}`)).toContain(
    "fault: 0 of 1000 bought segments are left: top up now; 0 segments are planned for the next 24 hours",
  );
  const [state] = await readStates(sql);
  expect(state).toMatchObject({
    channel: "sms",
    findings: expect.arrayContaining([expect.objectContaining({ left: 0 })]),
  });
  const stored = await sql`select to_jsonb(n) as row from notices n union all select to_jsonb(s) from channel_states s`;
  expect(JSON.stringify([stored, items])).not.toContain(SECRET);
});
