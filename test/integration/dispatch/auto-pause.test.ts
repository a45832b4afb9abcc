/** Channels and campaigns of which too much fails pause themselves; a resume starts the count from zero. */
import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../../src/app.ts";
import { pauseOverThresholds } from "../../../src/campaigns/pauses/auto-pause.ts";
import { listPaused } from "../../../src/campaigns/pauses/list.ts";
import { setPaused } from "../../../src/campaigns/pauses/pause.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { NO_RECEIPT, type Receipt } from "../../../src/core/seams/receipt.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { PauseWhen } from "../../../src/core/values/policy.ts";
import { addTallies } from "../../../src/db/stores/buyers/write/tallies.ts";
import { createReceiver } from "../../../src/receipts/receiver.ts";
import { campaignDir, campaignSetup, campaignYaml, keptLog } from "../../support/campaigns.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { eventually } from "../../support/eventually.ts";

const ALICE = { who: "alice", via: "http" } as const;
const WHEN: PauseWhen = { rejected: 0.2, optOut: 0.02, invalid: 0.2, atLeast: 20, within: HOUR };
const REFUSED: SendOutcome = { kind: "failed-permanent", code: "refused", message: "no" };

async function setup() {
  const state: { outcome: SendOutcome | null } = { outcome: null };
  const base = await dispatchSetup({
    campaign: { steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["sms"] }] },
    answer: () => state.outcome ?? { kind: "accepted", messageId: null, segments: null },
  });
  const { sql } = base.database;
  let number = 0;
  let now = T0;
  await base.at(T0);
  const receiver = createReceiver({
    ...{ sql, vault: base.vault, shopOf: base.shopOf, shopIds: ["acme"], policy: () => base.policy },
    channels: base.dispatch.channels,
  });
  return {
    ...base,
    sql,
    pass: async (ms: number) => {
      now += ms;
      await base.at(now);
    },
    /** So many sends that end like this. */
    send: async (count: number, outcome: SendOutcome | null = null) => {
      state.outcome = outcome;
      const from = now;
      await base.receive(
        ...Array.from({ length: count }, () => {
          const id = `o${number++}`;
          const phone = `+86138${10_000_000 + number}`;
          return receivedEvent(id, "order.created", from, {
            id,
            createdAt: new Date(from).toISOString(),
            buyer: { id: `b-${id}`, phone },
          });
        }),
      );
      now += 10 * MINUTE;
      await base.at(now);
      await base.drain();
    },
    report: (receipts: readonly Receipt[]) => receiver.submit("sms", receipts),
    deliveries: () => sql<{ id: string }[]>`select id from deliveries where state = 'accepted' order by id`,
    look: () =>
      pauseOverThresholds(sql, [
        { kind: "channel", name: "sms", pauseWhen: WHEN },
        { kind: "campaign", name: "default", pauseWhen: null },
      ]),
  };
}

it("pauses the channel with the figures, once, and counts from zero when somebody resumes it", async () => {
  const { send, look, sql, pass } = await setup();
  await send(30);
  expect(await look()).toEqual([]);
  await send(10, REFUSED);
  const message = "10 of 40 messages within 1h were refused or not delivered: 25%, and pauseWhen.rejected is 20%";
  expect(await look()).toEqual([{ kind: "channel", name: "sms", code: "rejected", message }]);
  expect(await look(), "it is paused").toEqual([]);
  expect(await listPaused(sql)).toMatchObject([
    { kind: "channel", name: "sms", source: "threshold", reason: `rejected: ${message}`, pausedUntil: null },
  ]);
  expect(await sql`select who, action, note from audit where action like 'channel%'`).toEqual([
    { who: "dunlin", action: "channel.pause", note: `rejected: ${message}` },
  ]);
  await pass(MINUTE);
  await setPaused(sql, ALICE, { kind: "channel", name: "sms", paused: false, forMs: null, note: null });
  expect(await look(), "what was before is forgotten").toEqual([]);
  await pass(MINUTE);
  await send(19, REFUSED);
  expect(await look(), "too few").toEqual([]);
  await send(1, REFUSED);
  expect(await look()).toMatchObject([{ message: expect.stringContaining("20 of 20") }]);
});

it("forgets what is older than its time", async () => {
  const { send, look, pass } = await setup();
  await send(30, REFUSED);
  await pass(HOUR);
  expect(await look()).toEqual([]);
});

it("counts failures that are reported later, and opt-outs, in the time of their sends and for their campaign", async () => {
  const { send, look, sql, report, deliveries, pass } = await setup();
  await send(30);
  await pass(30 * MINUTE);
  const sent = await deliveries();
  const failed = sent
    .slice(0, 7)
    .map(({ id }): Receipt => ({ ...NO_RECEIPT, kind: "failed", deliveryId: id, definite: true, wish: "invalid" }));
  await report(failed);
  await report(failed);
  const reply = sent
    .slice(10, 12)
    .map(({ id }): Receipt => ({ ...NO_RECEIPT, kind: "reply", deliveryId: id, text: "STOP" }));
  await report(reply);
  const counts = await sql`
    select kind, name, sum(sends)::int as sends, sum(rejected)::int as rejected, sum(invalid)::int as invalid,
      sum(opt_outs)::int as opt_outs, count(distinct at)::int as pieces from tallies group by 1, 2 order by 1`;
  const sums = { sends: 30, rejected: 7, invalid: 7, opt_outs: 2, pieces: 1 };
  expect(counts).toEqual([
    { kind: "campaign", name: "default", ...sums },
    { kind: "channel", name: "sms", ...sums },
  ]);
  expect(await look()).toMatchObject([{ code: "opt_out" }]);
});

it("pauses a campaign, whose reminders wait", async () => {
  const { send, sql } = await setup();
  await sql`insert into campaign_versions (campaign, number, digest, files, created_at, created_by, source)
    values ('default', 1, 'd', '{}', now(), 'alice', 'file')`;
  await sql`insert into campaigns (key, current) values ('default', 1)`;
  await send(25, REFUSED);
  expect(await pauseOverThresholds(sql, [{ kind: "campaign", name: "default", pauseWhen: WHEN }])).toMatchObject([
    { kind: "campaign", name: "default", code: "rejected" },
  ]);
  expect(await listPaused(sql)).toMatchObject([{ kind: "campaign", name: "default", source: "threshold" }]);
  expect(await sql`select action, subject from audit where action = 'campaign.pause'`).toHaveLength(1);
});

it("the running role upkeep takes each channel's thresholds from dunlin.yaml, and each campaign's from the set that runs", async () => {
  const { database, sql, apply } = await campaignSetup(
    campaignYaml("10m", "pauseWhen: { invalid: 30%, atLeast: 10 }\n"),
  );
  await apply();
  const { dir } = campaignDir({
    "dunlin.yaml": `channels:
  usual: { provider: console }
  few: { provider: console }
  own: { provider: console, pauseWhen: { optOut: 50%, atLeast: 5 } }
  never: { provider: console, pauseWhen: off }
`,
  });
  const loaded = loadConfig(
    { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") },
    dir,
  );
  if (!loaded.ok) throw new Error(loaded.faults.join());
  const at = Date.now() - MINUTE;
  const tally = (kind: "channel" | "campaign", name: string, sends: number, change: object) => ({
    ...{ kind, name, at, sends, rejected: 0, invalid: 0, optOuts: 0 },
    ...change,
  });
  await addTallies(sql, [
    tally("channel", "usual", 200, { rejected: 41 }),
    tally("channel", "few", 199, { rejected: 199 }),
    tally("channel", "own", 5, { optOuts: 3 }),
    tally("channel", "never", 500, { rejected: 500 }),
    tally("campaign", "default", 10, { invalid: 4 }),
  ]);
  const { log, lines } = keptLog();
  const app = await startApp(loaded.config, { roles: ["upkeep"], log, print: () => {}, migrateEmpty: false });
  onTestFinished(() => app.stop());
  const paused = await eventually(
    "they are paused",
    () => listPaused(sql),
    ({ length }) => length >= 3,
    40_000,
  );
  const names = paused.map(({ kind, name, reason }) => `${kind} ${name} ${reason?.split(":")[0]}`);
  expect(names.sort()).toEqual(["campaign default invalid", "channel own opt_out", "channel usual rejected"]);
  expect(lines.flatMap(({ msg }) => (/^paused: \d/.test(String(msg)) ? [msg] : [])).sort()).toEqual([
    "paused: 3 of 5 messages within 1h made a buyer opt out: 60%, and pauseWhen.optOut is 50%",
    "paused: 4 of 10 messages within 1h went to addresses that do not exist: 40%, and pauseWhen.invalid is 30%",
    "paused: 41 of 200 messages within 1h were refused or not delivered: 20.5%, and pauseWhen.rejected is 20%",
  ]);
});
