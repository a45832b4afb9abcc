import { describe, expect, it } from "vitest";
import { createCampaignAdmin } from "../../../src/campaigns/administer.ts";
import { createPauseAdmin } from "../../../src/campaigns/pauses/administer.ts";
import { listPaused } from "../../../src/campaigns/pauses/list.ts";
import { endPauses } from "../../../src/campaigns/pauses/pause.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { countDue } from "../../../src/db/stores/dispatch/due-store.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { ALICE, campaignSetup, OPTIONS } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

type Change = { readonly paused: boolean; readonly forMs: number | null; readonly note: string | null };
const PAUSE: Change = { paused: true, forMs: null, note: null };
const RESUME: Change = { paused: false, forMs: null, note: null };

async function paused() {
  const setup = await campaignSetup();
  await setup.apply();
  await planAnewIfChanged(setup.sql);
  const admin = createCampaignAdmin({ sql: setup.sql, options: OPTIONS });
  const set = (paused: boolean, forMs: number | null = null) =>
    admin.setPaused(ALICE, { campaign: "default", paused, forMs, note: null });
  const pauses = createPauseAdmin({
    sql: setup.sql,
    channels: ["sms", "chat"].map((name) => ({ name, provider: "console", ratePerSecond: null })),
    shopIds: ["acme"],
    shop: (id) => (id === "acme" ? {} : null),
  });
  const process = await setup.process();
  await setup.at(T0);
  await process.receive(receivedEvent("e1", "order.created", T0));
  const reminder = async () => (await setup.sql`select state, reason from reminders`)[0];
  return { ...setup, ...process, set, pauses, admin, reminder, due: async () => (await countDue(setup.sql, 10)).due };
}

it("stops sending with its commit, keeps the due scan quiet, and goes on where it was", async () => {
  const { set, at, drain, sent, due, sql, reminder } = await paused();
  expect(await set(true)).toEqual({ kind: "done" });
  expect(await set(true)).toEqual({ kind: "same" });
  // Nothing is planned otherwise because of it.
  expect(await planAnewIfChanged(sql)).toBe(0);
  await at(T0 + 10 * MINUTE);
  expect([await due(), await drain()]).toEqual([1, 1]);
  for (const minute of [11, 30, 69]) {
    await at(T0 + minute * MINUTE);
    expect([await due(), await drain()], String(minute)).toEqual([0, 0]);
  }
  expect([sent, await reminder()]).toEqual([[], { state: "planned", reason: null }]);
  const story = await explainOrder({ sql }, { shop: "acme", order: "o1" });
  expect(story === null ? "" : storyText(story)).toContain("paused by an operator: it waits");
  expect(await set(false)).toEqual({ kind: "done" });
  expect(await planAnewIfChanged(sql)).toBe(1);
  await drain();
  expect([sent.length, await reminder()]).toEqual([1, { state: "sent", reason: null }]);
  expect(
    await sql`select action, from_version, to_version from audit where action like '%e' and action <> 'campaign.apply' order by id`,
  ).toEqual([
    { action: "campaign.pause", from_version: 1, to_version: 1 },
    { action: "campaign.resume", from_version: 1, to_version: 1 },
  ]);
});

it("ends waiting reminders as campaign_paused when their useful time is over", async () => {
  const { set, at, drain, sent, reminder } = await paused();
  await set(true);
  await at(T0 + 10 * MINUTE);
  await drain();
  await at(T0 + 70 * MINUTE + 1);
  expect(await drain()).toBe(1);
  expect([sent, await reminder()]).toEqual([[], { state: "skipped", reason: "campaign_paused" }]);
});

it("plans orders that come while it is paused, under the current version", async () => {
  const { set, at, receive, drain, sent, apply, write, sql } = await paused();
  await set(true);
  await at(T0 + 2 * MINUTE);
  write("default/nudge.sms.en.hbs", "New: {{order.id}}");
  await apply();
  expect(await sql`select current, paused_at is not null as paused from campaigns`).toEqual([
    { current: 2, paused: true },
  ]);
  await receive(
    receivedEvent("e2", "order.created", T0 + 2 * MINUTE, { id: "o2", buyer: { id: "b2", phone: "+8613812345679" } }),
  );
  await planAnewIfChanged(sql);
  await at(T0 + 12 * MINUTE);
  await drain();
  expect(sent).toEqual([]);
  await set(false);
  await planAnewIfChanged(sql);
  await drain();
  expect(sent.map(({ text }) => text).sort()).toEqual(["New: o1", "New: o2"]);
});

it("holds back a retry, and makes it when the campaign is resumed", async () => {
  const { set, at, drain, sent, sql } = await paused();
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(sent).toHaveLength(1);
  // As a transient failure leaves it.
  await sql`update deliveries set state = 'failed-transient'`;
  await sql`update reminders set state = 'sending', retry_at = dunlin_now(), retry_channel = 'sms'`;
  await set(true);
  await drain();
  expect(sent).toHaveLength(1);
  expect(await sql`select retry_at from reminders`).toEqual([{ retry_at: T0 + 70 * MINUTE + 1 }]);
  await set(false);
  await drain();
  expect(sent).toHaveLength(2);
});

it.each(["shop", "campaign"])("keeps the note of the person who paused a %s, until it is resumed", async (kind) => {
  const { pauses, admin, sql } = await paused();
  const notes = async () => (await listPaused(sql)).map(({ note }) => note);
  const put = async (change: Change) => {
    if (kind === "shop") await pauses.setShop(ALICE, "acme", change);
    else await admin.setPaused(ALICE, { campaign: "default", ...change });
    return (await sql`select from audit where action like '%.pause'`).count;
  };
  const set = (note: string | null, forMs: number | null = null) => put({ ...PAUSE, forMs, note });
  expect([await set("wrong prices"), await set("wrong prices"), await set(null)]).toEqual([1, 1, 1]);
  await set(null, 90 * MINUTE);
  expect(await notes()).toEqual(["wrong prices"]);
  await set("still wrong", 90 * MINUTE);
  expect(await notes()).toEqual(["still wrong"]);
  await put(RESUME);
  await set(null);
  expect(await notes()).toEqual([null]);
  await set("out of stock");
  expect(await notes()).toEqual(["out of stock"]);
});

describe("a paused channel", () => {
  it("takes nothing, plans as before, and goes on when it is resumed", async () => {
    const { pauses, at, drain, due, sent, sql, reminder } = await paused();
    expect(await pauses.setChannel(ALICE, "sms", { ...PAUSE, forMs: 90 * MINUTE })).toMatchObject({
      name: "sms",
      paused: true,
      pausedUntil: "2026-11-10T13:30:00+00:00",
    });
    expect(await planAnewIfChanged(sql)).toBe(0);
    await at(T0 + 10 * MINUTE);
    await drain();
    for (const minute of [11, 30, 69]) {
      await at(T0 + minute * MINUTE);
      expect(await drain(), String(minute)).toBe(0);
    }
    expect([sent, await reminder(), await due()]).toEqual([[], { state: "planned", reason: null }, 1]);
    const story = await explainOrder({ sql }, { shop: "acme", order: "o1" });
    expect(story === null ? "" : storyText(story)).toContain("paused by an operator: it waits");
    expect(await pauses.setChannel(ALICE, "sms", RESUME)).toMatchObject({ paused: false });
    // The first one finds that something changed.
    await drain();
    await drain();
    expect(sent).toHaveLength(1);
    expect(await reminder()).toEqual({ state: "sent", reason: null });
  });

  it("ends its reminders as channel_down when they are of no use any more", async () => {
    const { pauses, at, drain, sent, reminder } = await paused();
    await pauses.setChannel(ALICE, "sms", PAUSE);
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 70 * MINUTE + 1);
    await drain();
    expect([sent, await reminder()]).toEqual([[], { state: "skipped", reason: "channel_down" }]);
  });

  it("leaves the other channels alone, and names what is not configured", async () => {
    const { pauses, at, drain, sent } = await paused();
    await pauses.setChannel(ALICE, "chat", PAUSE);
    expect(await pauses.setChannel(ALICE, "pigeon", PAUSE)).toBeNull();
    expect(await pauses.setShop(ALICE, "other", PAUSE)).toBeNull();
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
  });

  it("holds back a retry, and makes it when it is resumed", async () => {
    const { pauses, at, drain, sent, sql } = await paused();
    await at(T0 + 10 * MINUTE);
    await drain();
    // As a transient failure leaves it.
    await sql`update deliveries set state = 'failed-transient'`;
    await sql`update reminders set state = 'sending', retry_at = dunlin_now(), retry_channel = 'sms'`;
    await pauses.setChannel(ALICE, "sms", PAUSE);
    await drain();
    expect(sent).toHaveLength(1);
    expect(await sql`select retry_at from reminders`).toEqual([{ retry_at: T0 + 70 * MINUTE + 1 }]);
    await pauses.setChannel(ALICE, "sms", RESUME);
    await drain();
    expect(sent).toHaveLength(2);
  });
});

describe("a paused shop", () => {
  it("waits as a paused campaign does, and goes on when it is resumed", async () => {
    const { pauses, at, drain, due, sent, sql } = await paused();
    await pauses.setShop(ALICE, "acme", { ...PAUSE, note: "the texts are wrong" });
    expect(await planAnewIfChanged(sql)).toBe(0);
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 30 * MINUTE);
    expect([await due(), await drain(), sent]).toEqual([0, 0, []]);
    await pauses.setShop(ALICE, "acme", RESUME);
    expect(await planAnewIfChanged(sql)).toBe(1);
    await drain();
    expect(sent).toHaveLength(1);
    expect(await sql`select who, action, subject, note from audit where action like 'shop.%' order by id`).toEqual([
      { who: "alice", action: "shop.pause", subject: "acme", note: "the texts are wrong" },
      { who: "alice", action: "shop.resume", subject: "acme", note: null },
    ]);
  });

  it("ends its reminders as campaign_paused", async () => {
    const { pauses, at, drain, sent, reminder } = await paused();
    await pauses.setShop(ALICE, "acme", PAUSE);
    await at(T0 + 10 * MINUTE);
    await drain();
    await at(T0 + 70 * MINUTE + 1);
    await drain();
    expect([sent, await reminder()]).toEqual([[], { state: "skipped", reason: "campaign_paused" }]);
  });
});

it("ends every pause whose time is over, and no other", async () => {
  const { pauses, set, at, drain, sent, sql } = await paused();
  await set(true, 30 * MINUTE);
  await pauses.setChannel(ALICE, "sms", { ...PAUSE, forMs: 30 * MINUTE });
  await pauses.setShop(ALICE, "acme", { ...PAUSE, forMs: 20 * MINUTE });
  // A later word holds: until somebody resumes, then for half an hour from now.
  await pauses.setShop(ALICE, "acme", PAUSE);
  await pauses.setChannel(ALICE, "chat", PAUSE);
  await at(T0 + 10 * MINUTE);
  await drain();
  await at(T0 + 30 * MINUTE - 1);
  expect(await endPauses(sql)).toEqual([]);
  await at(T0 + 30 * MINUTE);
  expect(await endPauses(sql)).toEqual([
    { kind: "campaign", name: "default" },
    { kind: "channel", name: "sms" },
  ]);
  expect((await listPaused(sql)).map(({ kind, name, pausedUntil }) => [kind, name, pausedUntil])).toEqual([
    ["channel", "chat", null],
    ["shop", "acme", null],
  ]);
  expect(await sql`select who, via, action, note from audit where via = 'timer' order by id`).toEqual([
    { who: "clock", via: "timer", action: "campaign.resume", note: "its time was over" },
    { who: "clock", via: "timer", action: "channel.resume", note: "its time was over" },
  ]);
  await pauses.setShop(ALICE, "acme", RESUME);
  await planAnewIfChanged(sql);
  await drain();
  expect(sent).toHaveLength(1);
});
