/** Notices as rows: one a matter and hour, whatever dies and however many processes look. */
import { expect, test } from "vitest";
import { setPaused } from "../../../src/campaigns/pauses/pause.ts";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import type { Notice, Notifier } from "../../../src/core/seams/notifier.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import type { Sql } from "../../../src/db/client.ts";
import { claimChore, finishChore } from "../../../src/db/stores/notices/chore-store.ts";
import { claimNotice, findFailing, raiseNotices } from "../../../src/db/stores/notices/notice-store.ts";
import { deliverNotices } from "../../../src/notices/deliver.ts";
import { watchForMatters } from "../../../src/notices/watch.ts";
import { testDatabase } from "../../support/database.ts";

const T0 = Date.parse("2026-11-10T12:00:00Z");
const written = (at: number) => new Date(at).toISOString().slice(0, 16);
const SHOWN: SendOutcome = { kind: "accepted", messageId: null, segments: null };
const LOST: SendOutcome = { kind: "unknown", code: "timeout", message: "no answer" };

async function setup(names: readonly string[] = ["ops"]) {
  const database = await testDatabase();
  const { sql, setNow } = database;
  await setNow(T0);
  const posted: (Notice & { receiver: string })[] = [];
  const warned: string[] = [];
  let answer: (notice: Notice) => SendOutcome | Promise<SendOutcome> = () => SHOWN;
  const notifier = (name: string): Notifier => ({
    name,
    provider: "webhook",
    post: async (notice) => {
      posted.push({ ...notice, receiver: name });
      return answer(notice);
    },
    close: async () => {},
  });
  const deps = {
    sql,
    notifiers: new Map(names.map((name) => [name, notifier(name)])),
    written,
    log: { warn: (_: object, message: string) => void warned.push(message) },
  };
  return {
    sql,
    posted,
    warned,
    texts: () => posted.map(({ text }) => text),
    answer: (next: typeof answer) => {
      answer = next;
    },
    at: (minutes: number) => setNow(T0 + minutes * MINUTE),
    raise: (occurrence: string, matter = "channel_paused:sms") =>
      raiseNotices(sql, names, [{ matter, occurrence, text: `${matter} ${occurrence}` }]),
    deliver: () => deliverNotices(deps),
    watch: () => watchForMatters({ sql, receivers: names, channels: ["sms", "chat"], written }),
  };
}

test("one incident is one notice, and later ones of the matter wait for the hour and come as one with their number", async () => {
  const { raise, deliver, at, texts } = await setup();
  expect(await raise("1")).toBe(1);
  expect(await raise("1")).toBe(0);
  await deliver();
  await raise("2");
  await at(10);
  await raise("3");
  await deliver();
  expect(texts()).toEqual(["Dunlin: channel_paused:sms 1"]);
  await at(59);
  expect(await deliver()).toBe(0);
  await at(60);
  await deliver();
  await at(200);
  await deliver();
  expect(texts()).toEqual([
    "Dunlin: channel_paused:sms 1",
    "Dunlin: channel_paused:sms 3\n2 times since 2026-11-10T12:00",
  ]);
});

test("ten processes post one notice", async () => {
  const { raise, deliver, texts } = await setup();
  await Promise.all(Array.from({ length: 10 }, () => raise("1")));
  await Promise.all(Array.from({ length: 10 }, deliver));
  expect(texts()).toHaveLength(1);
});

test("every receiver gets it, and one that fails costs the others nothing", async () => {
  const { raise, deliver, answer, posted, sql } = await setup(["ops", "boss"]);
  let first = true;
  answer(() => {
    const outcome: SendOutcome = first ? { kind: "failed-permanent", code: "310000", message: "refused" } : SHOWN;
    first = false;
    return outcome;
  });
  await raise("1");
  expect(await deliver()).toBe(1);
  expect(new Set(posted.map(({ receiver }) => receiver))).toEqual(new Set(["ops", "boss"]));
  expect(await findFailing(sql)).toEqual([{ receiver: posted[0]?.receiver, code: "310000", waiting: 1 }]);
});

test("a process that dies before the post loses nothing", async () => {
  const { raise, deliver, at, sql, texts } = await setup();
  await raise("1");
  expect(await claimNotice(sql, "ops")).not.toBeNull();
  expect(await deliver()).toBe(0);
  await at(1);
  expect(await deliver()).toBe(1);
  await at(600);
  await deliver();
  expect(texts()).toHaveLength(1);
});

test("processes that die again and again post a notice twice at most, under one id", async () => {
  const { raise, deliver, answer, at, posted } = await setup();
  answer(() => LOST);
  await raise("1");
  for (let minute = 0; minute < 300; minute += 2) {
    await at(minute);
    await deliver();
  }
  expect(posted.map(({ id }) => id)).toEqual([posted[0]?.id, posted[0]?.id]);
  answer(() => SHOWN);
  await raise("2");
  await deliver();
  expect(posted).toHaveLength(3);
  expect(posted[2]?.id).not.toBe(posted[0]?.id);
});

test("a second process that dies in the middle counts as one that posted", async () => {
  const { raise, deliver, at, sql, posted } = await setup();
  await raise("1");
  await claimNotice(sql, "ops");
  await at(2);
  expect(await claimNotice(sql, "ops")).not.toBeNull();
  await at(4);
  expect(await claimNotice(sql, "ops")).toBeNull();
  expect(await deliver()).toBe(0);
  await raise("2");
  expect(await deliver()).toBe(0);
  await at(64);
  expect(await deliver()).toBe(1);
  expect(posted).toHaveLength(1);
});

test("a failed post is tried again, later and later; the receiver's throttling holds for all its notices", async () => {
  const { raise, deliver, answer, at, posted, sql } = await setup();
  answer(() => ({ kind: "failed-transient", code: "130101", message: "blocked", retryAfterMs: 10 * MINUTE }));
  await raise("1");
  await raise("1", "nothing_sent");
  await deliver();
  expect(posted).toHaveLength(1);
  await at(9);
  await deliver();
  expect(posted).toHaveLength(1);
  answer(() => SHOWN);
  await at(10);
  await deliver();
  await sql`update test_clock set at = at + interval '3 seconds'`;
  await deliver();
  expect(posted.map(({ matter }) => matter).toSorted()).toEqual(
    ["channel_paused:sms", "channel_paused:sms", "nothing_sent"].toSorted(),
  );
});

test("two notices to one receiver are three seconds apart", async () => {
  const { raise, deliver, posted, sql } = await setup();
  await raise("1");
  await raise("1", "nothing_sent");
  await Promise.all(Array.from({ length: 8 }, deliver));
  await deliver();
  expect(posted).toHaveLength(1);
  await sql`update test_clock set at = ${new Date(T0 + 3 * SECOND)}`;
  await deliver();
  expect(posted).toHaveLength(2);
});

test("a notice that could not be posted for a day is dropped, with a line in the log", async () => {
  const { raise, deliver, answer, at, posted, warned } = await setup();
  answer(() => ({ kind: "failed-transient", code: "connection_refused", message: "refused", retryAfterMs: null }));
  await raise("1");
  for (let hour = 0; hour <= 26; hour++) {
    await at(hour * 60);
    await deliver();
  }
  expect(posted.length).toBeGreaterThan(15);
  expect(warned).toContain("notices to staff were dropped: they could not be posted in time");
  answer(() => SHOWN);
  const before = posted.length;
  await deliver();
  expect(posted).toHaveLength(before);
});

test("a channel that pauses itself is a notice with the reason; one that a person pauses is none", async () => {
  const { sql, watch, deliver, texts } = await setup();
  const pause = { kind: "channel" as const, paused: true, forMs: null, note: null };
  await setPaused(sql, { who: "ann", via: "cli" }, { ...pause, name: "chat" });
  await setPaused(
    sql,
    { who: "dunlin", via: "timer" },
    {
      ...pause,
      name: "sms",
      cause: { source: "fault", code: "isv.AMOUNT_NOT_ENOUGH", message: "the account has no money left" },
    },
  );
  expect(await watch()).toBe(1);
  expect(await watch()).toBe(0);
  await deliver();
  expect(texts()).toEqual([
    "Dunlin: channel sms paused itself at 2026-11-10T12:00: the account has no money left (isv.AMOUNT_NOT_ENOUGH). After the repair: dunlin channels resume sms",
  ]);
});

test("a campaign that pauses itself by threshold is a notice", async () => {
  const { sql, watch, deliver, texts } = await setup();
  await sql`
    with version as (
      insert into campaign_versions (campaign, number, digest, files, created_at, created_by, source)
      values ('d11', 1, '', '{}', dunlin_now(), '', 'file'))
    insert into campaigns (key, current, paused_at, pause_source, pause_code, pause_reason)
    values ('d11', 1, dunlin_now(), 'threshold', 'opt_out', '3% of the last 400 buyers opted out')`;
  expect(await watch()).toBe(1);
  await deliver();
  expect(texts()[0]).toMatch(
    /^Dunlin: campaign d11 paused itself at .*: 3% of the last 400 buyers opted out \(opt_out\)/,
  );
});

test("a provider that has not answered for a minute is a notice once, and a new one after an hour if it is down again", async () => {
  const { sql, watch, at, deliver, texts } = await setup();
  const down = () => sql`
    insert into channel_outages (channel, since, seen_at, code) values ('sms', dunlin_now(), dunlin_now(), 'timeout')
    on conflict (channel) do update set since = dunlin_now(), seen_at = dunlin_now()`;
  const seen = () => sql`update channel_outages set seen_at = dunlin_now()`;
  await down();
  expect(await watch()).toBe(0);
  await at(1);
  await seen();
  expect(await watch()).toBe(1);
  await deliver();
  expect(texts()[0]).toMatch(
    /^Dunlin: the provider of channel sms has not answered since 2026-11-10T12:00 \(timeout\)/,
  );
  await at(30);
  await seen();
  expect(await watch()).toBe(0);
  await at(40);
  // The process that saw it has ended.
  expect(await watch()).toBe(0);
  await down();
  await at(45);
  await seen();
  expect(await watch()).toBe(1);
  expect(await deliver()).toBe(0);
  await at(61);
  expect(await deliver()).toBe(1);
});

test("an unlisted code is a notice once", async () => {
  const { sql, watch, at } = await setup();
  await sql`insert into unlisted_codes values ('sms', 'isv.NEW', 3, dunlin_now(), dunlin_now())`;
  expect(await watch()).toBe(1);
  await at(30);
  await sql`update unlisted_codes set count = 90, last_at = dunlin_now()`;
  expect(await watch()).toBe(0);
});

test("nothing sent for an hour, though much is due, is a notice each hour until something is sent", async () => {
  const { sql, watch, at, deliver, texts } = await setup();
  const buyers = (count: number) => sql`
    insert into buyers (shop_id, id, bucket, profile, wake_at, created_at)
    select 'acme', gen_random_uuid(), 0, '{}', dunlin_now(), dunlin_now() from generate_series(1, ${count})`;
  await buyers(19);
  await at(61);
  expect(await watch()).toBe(0);
  await buyers(1);
  expect(await watch()).toBe(1);
  await deliver();
  expect(texts()[0]).toMatch(
    /^Dunlin: nothing was sent for an hour, though much was due\. 20 reminders and retries are due, the first for 61 minutes/,
  );
  await at(100);
  expect(await watch()).toBe(0);
  await at(130);
  expect(await watch()).toBe(1);
  await at(190);
  await attempts(sql, 185, "accepted", 1);
  await attempts(sql, 189, "failed-transient", 1_500);
  expect(await watch()).toBe(0);
});

test("an hour in which every attempt fails is a notice with the usual code", async () => {
  const { sql, watch, at, deliver, texts } = await setup();
  await at(60);
  await attempts(sql, 10, "failed-transient", 25, "http_503");
  await attempts(sql, 20, "unknown", 5, "timeout");
  expect(await watch()).toBe(1);
  await deliver();
  expect(texts()[0]).toContain("30 attempts failed, most with the code http_503");
});

/** Attempts that were claimed so many minutes after T0. */
const attempts = (sql: Sql, minute: number, state: string, count: number, code = "http_500") => {
  const hex = (T0 + minute * MINUTE).toString(16).padStart(12, "0");
  return sql`
    insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, code)
    select 'acme', (${`${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-`} || lpad(to_hex(n + ${minute * 10_000}::int), 12, '0'))::uuid,
      gen_random_uuid(), 'sms', 1, ${state}, dunlin_now(), dunlin_now(), ${code} from generate_series(1, ${count}::int) n`;
};

test("a chore is done by one process at a time, and again after its time or after the process died", async () => {
  const { sql, at } = await setup();
  const claim = () => claimChore(sql, "check", 5 * MINUTE);
  const claims = await Promise.all([claim(), claim(), claim()]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  await at(4);
  expect(await claim()).toBe(false);
  await at(5);
  expect(await claim()).toBe(true);
  await finishChore(sql, "check", HOUR);
  await at(64);
  expect(await claim()).toBe(false);
  await at(65);
  expect(await claim()).toBe(true);
});
