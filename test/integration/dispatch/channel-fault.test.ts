import { expect, it, onTestFinished } from "vitest";
import { createPauseAdmin } from "../../../src/campaigns/pauses/administer.ts";
import { listPaused, pauseText } from "../../../src/campaigns/pauses/list.ts";
import { endPauses, pauseForFault } from "../../../src/campaigns/pauses/pause.ts";
import { openChannels } from "../../../src/channels/registry.ts";
import { buildChannels } from "../../../src/config/channels.ts";
import type { Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { answeringServer } from "../../support/answering-server.ts";
import { ALICE, campaignSetup, campaignYaml } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";
import { acs3Fault, tc3Fault } from "../../support/signatures.ts";

const SECRET = "s3cret-of-the-account";

const NO_BALANCE = { kind: "channel-fault", code: "AMOUNT_NOT_ENOUGH", message: "no money is left" } as const;
const CHAT = { "default/nudge.chat.en.hbs": "Order {{order.id}}" };

async function faulty(options: {
  resumeInMs?: number | null;
  fallback?: string;
  answer?: (message: Message) => SendOutcome | undefined;
}) {
  const setup = await campaignSetup(campaignYaml("10m"), CHAT);
  await setup.apply();
  await planAnewIfChanged(setup.sql);
  const state = { faulty: true };
  const codes: string[] = [];
  const { resumeInMs = null, fallback = null } = options;
  const process = await setup.process({
    fallback,
    answer: (message) => {
      if (options.answer !== undefined) return options.answer(message);
      return state.faulty && message.channel === "sms" ? { ...NO_BALANCE, resumeInMs } : undefined;
    },
    meter: {
      claimed() {},
      finished() {},
      skipped() {},
      unlisted: (channel, code) => void codes.push(`${channel} ${code}`),
    },
  });
  const { sql } = setup;
  await setup.at(T0);
  const order = (n: number, at = T0) =>
    process.receive(
      receivedEvent(`e${n}`, "order.created", at, {
        id: `o${n}`,
        buyer: { id: `b${n}`, phone: `+861381234567${n}`, chat: { wechat: `open${n}` } },
      }),
    );
  const pauses = createPauseAdmin({
    sql,
    channels: [{ name: "sms", provider: "aliyun-sms", ratePerSecond: null }],
    shopIds: [],
    shop: () => null,
  });
  const reminders = async () =>
    (await sql`select state, reason, count(*)::int as count from reminders group by 1, 2 order by 1, 2`).map(
      (row) => `${row.count} ${row.state}${row.reason === null ? "" : ` ${row.reason}`}`,
    );
  return {
    ...setup,
    ...process,
    state,
    codes,
    order,
    reminders,
    resume: () => pauses.setChannel(ALICE, "sms", { paused: false, forMs: null, note: null }),
    channels: () => pauses.channels(),
    by: (channel: string) => setup.sent.filter((message) => message.channel === channel).length,
  };
}

it("pauses the channel with its reason, keeps what waits, and sends it when an operator resumes", async () => {
  const { order, at, drain, sent, sql, reminders, resume, state, channels, logged } = await faulty({});
  for (const n of [1, 2, 3, 4, 5]) await order(n);
  await at(T0 + 10 * MINUTE);
  await drain();
  const asked = sent.length;
  expect(asked).toBeGreaterThanOrEqual(1);
  const [pause] = await listPaused(sql);
  expect(pause === undefined ? "" : pauseText(pause)).toBe(
    "channel sms, since 2026-11-10T12:10:00+00:00 (AMOUNT_NOT_ENOUGH: no money is left)",
  );
  expect((await channels()).items).toMatchObject([
    {
      ...{ name: "sms", paused: true, pauseSource: "fault", reason: "AMOUNT_NOT_ENOUGH: no money is left" },
      ...{ health: "paused", down: null, setup: null, recent: { attempts: asked, failed: asked } },
      lastFailure: { at: "2026-11-10T12:10:00+00:00", code: "AMOUNT_NOT_ENOUGH", meaning: "no money is left" },
    },
  ]);
  expect(await sql`select who, action, subject, note from audit where action like 'channel%'`).toEqual([
    { who: "dunlin", action: "channel.pause", subject: "sms", note: "AMOUNT_NOT_ENOUGH: no money is left" },
  ]);
  expect(logged.filter(({ code }) => code === "AMOUNT_NOT_ENOUGH")).toHaveLength(1);
  await order(6, T0);
  for (const minute of [11, 20, 40]) {
    await at(T0 + minute * MINUTE);
    await drain();
    expect(await drain(), String(minute)).toBe(0);
  }
  expect(sent).toHaveLength(asked);
  state.faulty = false;
  await resume();
  await drain();
  await drain();
  expect(await reminders()).toEqual(["6 sent"]);
  // The failures are 40 minutes old; later they are not of the hour, and then not of the day.
  const healthOf = async () => {
    const [item] = (await channels()).items;
    return [item?.health, item?.recent, item?.lastFailure?.code ?? null];
  };
  expect(await healthOf()).toEqual(["healthy", { attempts: asked + 6, failed: asked }, "AMOUNT_NOT_ENOUGH"]);
  await at(T0 + 2 * HOUR);
  expect(await healthOf()).toEqual(["healthy", { attempts: 0, failed: 0 }, "AMOUNT_NOT_ENOUGH"]);
  await at(T0 + 25 * HOUR);
  expect(await healthOf()).toEqual(["healthy", { attempts: 0, failed: 0 }, null]);
  expect(new Set(sent.slice(asked).map(({ orders }) => orders[0])).size).toBe(6);
});

it.each([
  {
    ...{ provider: "aliyun-sms", code: "InvalidTimeStamp.Expired", front: "aliyun: { templateCode: SMS_1 }" },
    settings: { accessKeyId: "key", accessKeySecret: SECRET, signName: "晴雨" },
    fault: acs3Fault,
    says: (Code: string) => ({ status: 400, body: JSON.stringify({ Code, Message: "expired", RequestId: "r" }) }),
  },
  {
    ...{ provider: "tencent-sms", code: "AuthFailure.SignatureExpire", front: 'tencent: { templateId: "77" }' },
    settings: { secretId: "id", secretKey: SECRET, sdkAppId: "1400", signName: "晴雨" },
    fault: tc3Fault,
    says: (Code: string) => ({ Response: { Error: { Code, Message: "expired" }, RequestId: "r" } }),
  },
])("$provider: a clock that is 20 minutes off pauses the channel with that reason", async (sample) => {
  const setup = await campaignSetup(campaignYaml("10m", "quietHours: off\n"), {
    "default/nudge.sms.en.hbs": `---\n${sample.front}\n---\nOrder {{order.id}}`,
  });
  await setup.apply();
  const process = await setup.process();
  const complaints: (string | null)[] = [];
  const server = await answeringServer((request) => {
    complaints.push(sample.fault(request, SECRET, T0));
    return sample.says(sample.code);
  });
  const configs = buildChannels({ sms: { provider: sample.provider, url: server.url, ...sample.settings } });
  const opened = openChannels(configs, { log: { warn() {} }, now: () => T0 + 20 * MINUTE }).get("sms");
  if (opened === undefined) throw new Error("not opened");
  onTestFinished(() => opened.close());
  process.use(opened);
  await setup.at(T0);
  for (const n of [1, 2])
    await process.receive(
      receivedEvent(`e${n}`, "order.created", T0, { id: `o${n}`, buyer: { id: `b${n}`, phone: `+861381234567${n}` } }),
    );
  await setup.at(T0 + 10 * MINUTE);
  await process.drain();
  const asked = complaints.length;
  // The time of the request is all that is wrong with it.
  expect(new Set(complaints)).toEqual(new Set([sample.provider === "aliyun-sms" ? "date" : "timestamp"]));
  const reason = `${sample.code}: the clock of this machine is wrong`;
  expect(await listPaused(setup.sql)).toMatchObject([
    { kind: "channel", name: "sms", source: "fault", reason, pausedUntil: null },
  ]);
  // Later than a retry would come.
  await setup.at(T0 + 11 * MINUTE);
  await process.drain();
  expect(complaints, "nothing more is sent").toHaveLength(asked);
  expect(await setup.sql`select from reminders where state = 'skipped'`).toEqual([]);
});

it("ends what waits as channel_down when it is of no use any more", async () => {
  const { order, at, drain, reminders } = await faulty({});
  for (const n of [1, 2]) await order(n);
  await at(T0 + 10 * MINUTE);
  await drain();
  await at(T0 + 10 * MINUTE + HOUR + 1);
  await drain();
  expect(await reminders()).toEqual(["2 skipped channel_down"]);
});

it("goes to the fallback, at once and without asking the channel again", async () => {
  const { order, at, drain, by, reminders } = await faulty({ fallback: "chat" });
  for (const n of [1, 2, 3]) await order(n);
  await at(T0 + 10 * MINUTE);
  await drain();
  await drain();
  const asked = by("sms");
  expect([by("chat"), await reminders()]).toEqual([3, ["3 sent"]]);
  await order(4, T0 + 10 * MINUTE);
  await at(T0 + 20 * MINUTE);
  await drain();
  expect([by("sms"), by("chat"), await reminders()]).toEqual([asked, 4, ["4 sent"]]);
});

it("goes to the fallback after a refusal, which the step itself does not name, once", async () => {
  const refused = { kind: "failed-permanent", code: "isv.MOBILE_NUMBER_ILLEGAL", message: "no such number" } as const;
  const { order, at, drain, sent, reminders, sql } = await faulty({
    fallback: "chat",
    answer: ({ channel }) => (channel === "sms" ? refused : undefined),
  });
  await order(1);
  await at(T0 + 10 * MINUTE);
  for (let n = 0; n < 3; n++) await drain();
  expect(sent.map(({ channel }) => channel)).toEqual(["sms", "chat"]);
  expect(await reminders()).toEqual(["1 sent"]);
  expect(await listPaused(sql)).toEqual([]);
  // Refused there too: that is the end.
  const both = await faulty({ fallback: "chat", answer: () => refused });
  await both.order(1);
  await both.at(T0 + 10 * MINUTE);
  for (let n = 0; n < 3; n++) await both.drain();
  expect(both.sent.map(({ channel }) => channel)).toEqual(["sms", "chat"]);
  expect(await both.reminders()).toEqual(["1 skipped rejected_by_provider"]);
});

it("frees the queue of the channel for the fallback", async () => {
  const { order, at, drain, by, sql, reminders } = await faulty({ fallback: "chat" });
  for (const n of [1, 2]) await order(n);
  // As if they had waited behind a rate limit.
  await sql`update buyers set waits_for = 'sms', waits_since = wake_at, wake_at = ${new Date(T0 + HOUR)}`;
  await order(3);
  await at(T0 + 10 * MINUTE);
  await drain();
  await drain();
  expect([by("chat"), await reminders()]).toEqual([3, ["3 sent"]]);
});

it("is resumed by the clock where the provider says how long it lasts", async () => {
  const { order, at, drain, sql, state, reminders } = await faulty({ resumeInMs: 30 * MINUTE });
  await order(1);
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(await listPaused(sql)).toMatchObject([{ name: "sms", pausedUntil: "2026-11-10T12:40:00+00:00" }]);
  state.faulty = false;
  await at(T0 + 40 * MINUTE);
  expect(await endPauses(sql)).toEqual([{ kind: "channel", name: "sms" }]);
  await drain();
  expect(await reminders()).toEqual(["1 sent"]);
});

it("leaves an operator's pause as it is, and pauses longer if the fault lasts longer", async () => {
  const { order, at, drain, sql } = await faulty({ resumeInMs: HOUR });
  await order(1);
  await at(T0 + 10 * MINUTE);
  await drain();
  const until = async () => (await listPaused(sql))[0]?.pausedUntil;
  expect(await until()).toBe("2026-11-10T13:10:00+00:00");
  expect(await pauseForFault(sql, "sms", { ...NO_BALANCE, resumeInMs: MINUTE })).toEqual({ kind: "same" });
  expect(await pauseForFault(sql, "sms", { ...NO_BALANCE, resumeInMs: null })).toEqual({ kind: "done" });
  expect(await until()).toBe(null);
  expect(await pauseForFault(sql, "sms", { ...NO_BALANCE, resumeInMs: HOUR })).toEqual({ kind: "same" });
});

it("counts, logs and keeps codes that nobody knows, by the code alone", async () => {
  const answer = () => ({ kind: "failed-permanent", code: "isv.NEWS", message: "not listed", unlisted: true }) as const;
  const { order, at, drain, sql, codes } = await faulty({ answer });
  for (const n of [1, 2]) await order(n);
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(codes).toEqual(["sms isv.NEWS", "sms isv.NEWS"]);
  expect(await sql`select channel, code, count::int from unlisted_codes`).toEqual([
    { channel: "sms", code: "isv.NEWS", count: 2 },
  ]);
});
