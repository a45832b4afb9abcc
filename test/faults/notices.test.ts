/** Staff notices while processes are killed and the queue is away. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/core/values/duration.ts";
import { answeringServer } from "../support/answering-server.ts";
import { eventually } from "../support/eventually.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { setClockAhead } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { PROVIDER_SECRET, rig } from "../support/service/rig.ts";

const UPKEEP = ["worker", "--roles", "upkeep"];

describe.concurrent.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)("kill -9 in the middle of a post: the notice comes, twice at most, under one id", async (context) => {
    const service = await rig(context, { queue });
    const staff = await startFakeProvider({ secret: PROVIDER_SECRET });
    context.onTestFinished(() => staff.close());
    staff.rules([{ fault: { do: "hang" } }]);
    const notices = `notices: { ops: { provider: webhook, url: "${staff.url("ops")}", secret: "${PROVIDER_SECRET}" } }\n`;
    await service.write("dunlin.yaml", `${await readFile(join(service.dir, "dunlin.yaml"), "utf8")}${notices}`);
    const workers = [await service.up(UPKEEP), await service.up(UPKEEP)];
    const pause = (channel: string) => service.sql`
      insert into pauses (kind, name, paused_at, source, code, reason)
      values ('channel', ${channel}, dunlin_now(), 'fault', 'isv.AMOUNT_NOT_ENOUGH', 'the account has no money left')`;
    await pause("sms");
    await staff.received(1, 60_000);
    await Promise.all(workers.map((worker) => worker.kill()));
    if (service.redis !== null) await service.redis.stop();
    staff.rules([]);
    await service.up(UPKEEP);
    await service.up(UPKEEP);
    await setClockAhead(service.sql, 61);
    await staff.received(2, 60_000);
    await eventually(
      "the post is recorded",
      () => service.sql<{ count: number; due: Date | null }[]>`select count, due_at as due from notices`,
      ([row]) => row?.count === 0 && row.due === null,
    );
    // Hours later only another incident is posted.
    await setClockAhead(service.sql, 3 * 3_600);
    await pause("chat");
    await staff.received(3, 60_000);
    expect(staff.log.map(({ body }) => body?.matter)).toEqual([
      "channel_paused:sms",
      "channel_paused:sms",
      "channel_paused:chat",
    ]);
    expect(staff.log[1]?.id).toBe(staff.log[0]?.id);
    expect(staff.log.map(({ signatureOk }) => signatureOk)).toEqual([true, true, true]);
    expect(staff.log[1]?.body).toMatchObject({
      matter: "channel_paused:sms",
      text: expect.stringContaining("the account has no money left (isv.AMOUNT_NOT_ENOUGH)"),
    });
  });
});

// Two at a time: each has two processes, and a server has 100 connections.
describe("over the queue in the database", () => {
  it.concurrent("kill -9 of both processes: the result of the day comes once, or a second time under the same id", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const staff = await startFakeProvider({ secret: PROVIDER_SECRET });
    context.onTestFinished(() => staff.close());
    staff.rules([{ fault: { do: "hang" } }]);
    const notices = `notices: { ops: { provider: webhook, url: "${staff.url("ops")}", secret: "${PROVIDER_SECRET}" } }\n`;
    const yaml = await readFile(join(service.dir, "dunlin.yaml"), "utf8");
    // Due all day; the zone in which the day has just begun, so that it does not end during the test.
    const hour = new Date().getUTCHours();
    const zone = hour === 0 ? "UTC" : hour <= 12 ? `Etc/GMT+${hour}` : `Etc/GMT-${24 - hour}`;
    const shops = yaml.replace("timeZone: UTC", `timeZone: ${zone}, resultAt: "00:00"`);
    expect(shops).not.toBe(yaml);
    await service.write("dunlin.yaml", shops + notices);
    const workers = [await service.up(UPKEEP), await service.up(UPKEEP)];
    await staff.received(1, 60_000);
    await Promise.all(workers.map((worker) => worker.kill()));
    staff.rules([]);
    await service.up(UPKEEP);
    await service.up(UPKEEP);
    // The lease of the post that died.
    await setClockAhead(service.sql, 61);
    await staff.received(2, 60_000);
    await eventually(
      "the post is recorded",
      () => service.sql<{ count: number; due: Date | null }[]>`select count, due_at as due from notices`,
      ([row]) => row?.count === 0 && row.due === null,
    );
    // Both look again.
    await setClockAhead(service.sql, 1_200);
    const [chore] = await service.sql<{ at: Date }[]>`select next_at as at from chores where name = 'daily-results'`;
    await eventually(
      "another look",
      () => service.sql<{ at: Date }[]>`select next_at as at from chores where name = 'daily-results'`,
      ([row]) => Number(row?.at) > Number(chore?.at),
    );
    expect(staff.log.map(({ id }) => id)).toEqual([staff.log[0]?.id, staff.log[0]?.id]);
    expect(staff.log[0]?.body?.matter).toMatch(/^daily_result:acme:\d{4}-\d\d-\d\d$/);
    expect(staff.log[0]?.body?.text).toContain("acme, the last 12 weeks: no data. No reminder was due");
  });

  it.concurrent("two processes announce the leaders once an hour, also when one starts in the middle of it", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const staff = await startFakeProvider({ secret: PROVIDER_SECRET });
    context.onTestFinished(() => staff.close());
    const chats = ["desk", "ops"].map(
      (name) =>
        `${name}: { provider: webhook, url: "${staff.url(name)}", secret: "${PROVIDER_SECRET}"${name === "desk" ? ", leaders: true" : ""} }`,
    );
    const yaml = await readFile(join(service.dir, "dunlin.yaml"), "utf8");
    const chinese = yaml.replace("timeZone: UTC, locale: en", "timeZone: Asia/Shanghai, locale: zh-CN");
    await service.write("dunlin.yaml", `${chinese}notices: { ${chats.join(", ")} }\n`);
    // The day must not end during the test: it is noon in Shanghai.
    const now = Date.now();
    const noon = Math.ceil(now / DAY) * DAY + 4 * HOUR;
    await setClockAhead(service.sql, (noon - now) / 1_000 - 60);
    await service.sql`insert into buyers (shop_id, id, bucket, created_at) values ('acme', gen_random_uuid(), 0, dunlin_now())`;
    const won = (order: string, paidAt: number) => service.sql`
      insert into recoveries (shop_id, order_id, amount, currency, reminded_at, paid_at, staff)
      values ('acme', ${order}, 12900, 'CNY', ${new Date(paidAt - MINUTE)}, ${new Date(paidAt)}, 'vera')`;
    await won("o1", noon - 30 * MINUTE);
    const workers = [await service.up(UPKEEP), await service.up(UPKEEP)];
    await setClockAhead(service.sql, (noon - now) / 1_000 + 2);
    await staff.received(1, 60_000);
    expect(staff.log[0]?.body).toMatchObject({
      matter: `desk_leaders:${new Date(noon).toISOString().slice(0, 16)}Z`,
      text: "Dunlin: 今日挽回榜，截至 12:00\n1. vera：挽回订单 1 笔，129.00 CNY",
    });
    await Promise.all(workers.map((worker) => worker.kill()));
    await service.up(UPKEEP);
    await service.up(UPKEEP);
    const [chore] = await service.sql<{ at: Date }[]>`select next_at as at from chores where name = 'leaders'`;
    await eventually(
      "another look",
      () => service.sql<{ at: Date }[]>`select next_at as at from chores where name = 'leaders'`,
      ([row]) => Number(row?.at) > Number(chore?.at),
    );
    expect(staff.log).toHaveLength(1);
    await won("o2", noon + 30 * MINUTE);
    await setClockAhead(service.sql, (noon + HOUR - now) / 1_000 + 2);
    await staff.received(2, 60_000);
    expect(staff.log.map(({ body }) => String(body?.text).split("\n")[0])).toEqual([
      "Dunlin: 今日挽回榜，截至 12:00",
      "Dunlin: 今日挽回榜，截至 13:00",
    ]);
    // The other chat does not want it.
    expect(await service.sql`select distinct receiver from notices where matter like 'desk_leaders:%'`).toEqual([
      { receiver: "desk" },
    ]);
  });

  it.concurrent("the hourly check is made by one process, and what it finds comes to staff", async (context) => {
    const service = await rig(context, { queue: "postgres" });
    const staff = await startFakeProvider({ secret: PROVIDER_SECRET });
    context.onTestFinished(() => staff.close());
    const provider = await answeringServer(
      () => ({ Code: "OK", SmsSignList: [{ SignName: "晴雨", AuditStatus: "AUDIT_STATE_NOT_PASS" }] }),
      context,
    );
    await service.write(
      "dunlin.yaml",
      `shops: { acme: { timeZone: UTC, locale: en, currency: CNY } }
channels:
  sms:  { provider: aliyun-sms, url: "${provider.url}", accessKeyId: ak, accessKeySecret: s3cret, signName: 晴雨 }
  chat: { provider: console }
notices: { ops: { provider: webhook, url: "${staff.url("ops/k3y")}", secret: "${PROVIDER_SECRET}" } }
`,
    );
    await service.write(
      "templates/fast/nudge.sms.en.hbs",
      "---\naliyun: { templateCode: SMS_1 }\n---\nOrder {{order.id}} waits",
    );
    const workers = [await service.up(UPKEEP), await service.up(UPKEEP)];
    await staff.received(1, 60_000);
    expect(staff.log[0]?.body).toMatchObject({
      matter: "setup:sms",
      text: "Dunlin: channel sms: signature 晴雨: not approved; used by fast/nudge.sms.en.hbs. template SMS_1: the account has none of this name; used by fast/nudge.sms.en.hbs",
    });
    const [state] = await service.sql<{ findings: unknown }[]>`select findings from channel_states`;
    expect(state?.findings).toContainEqual({ about: "sign", name: "晴雨", state: "refused", message: "not approved" });
    const questions = provider.asked.map(({ headers }) => headers["x-acs-action"]);
    expect(questions).toEqual(["QuerySmsSignList", "QuerySmsTemplateList"]);
    for (const { out, err } of workers) expect(out() + err()).not.toMatch(/s3cret|k3y/);
  });
});
