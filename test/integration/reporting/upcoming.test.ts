/** The sends of the next time, counted in the database. */
import { expect, it } from "vitest";
import { createPauseAdmin } from "../../../src/campaigns/pauses/administer.ts";
import { setPaused } from "../../../src/campaigns/pauses/pause.ts";
import { buildChannels } from "../../../src/config/channels.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { upcoming } from "../../../src/reporting/upcoming/upcoming.ts";
import { ALICE, campaignSetup, campaignYaml } from "../../support/campaigns.ts";
import { closingShop, receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const channels = buildChannels({
  sms: { provider: "console", ratePerSecond: 0.05, cost: { amount: "0.05", currency: "CNY" } },
  chat: { provider: "console" },
});
const buyer = (n: number) => ({ id: `b${n}`, phone: `+861381234${5000 + n}` });
const PAUSE = { paused: true, forMs: null, note: null };

async function setup(yaml = campaignYaml("10m")) {
  const made = await campaignSetup(yaml);
  await made.apply();
  const process = await made.process();
  await made.at(T0);
  const next = async (forMs = HOUR) => {
    await process.live.refresh();
    const shopOf = (id: string) => (id === "acme" ? closingShop() : null);
    return upcoming({ sql: made.sql, ...process.live.current(), channels, shopOf, zone: "Asia/Shanghai" }, forMs);
  };
  const order = (n: number, minute: number, more: object = {}) =>
    receivedEvent(`e${n}`, "order.created", T0 + minute * MINUTE, { id: `o${n}`, buyer: buyer(n), ...more });
  return { ...made, ...process, next, order };
}

it("counts by minute and channel, against the rate limit, with the cost", async () => {
  const { receive, order, next, at } = await setup();
  expect(await next()).toMatchObject({ minutes: [], channels: [{ due: 0, cost: { amount: "0.00" } }, { due: 0 }] });
  await receive(...[1, 2, 3, 4].map((n) => order(n, 0)), order(5, 0, { buyer: { id: "b5" } }));
  await at(T0 + 5 * MINUTE);
  await receive(order(6, 5));
  expect(await next()).toEqual({
    from: "2026-11-10T20:05:00+08:00",
    to: "2026-11-10T21:05:00+08:00",
    minutes: [
      { at: "2026-11-10T20:10:00+08:00", channel: "sms", due: 4, sends: 3, waiting: 1 },
      { at: "2026-11-10T20:11:00+08:00", channel: "sms", due: 0, sends: 1, waiting: 0 },
      { at: "2026-11-10T20:15:00+08:00", channel: "sms", due: 1, sends: 1, waiting: 0 },
    ],
    channels: [
      {
        channel: "sms",
        perMinute: 3,
        due: 5,
        waitingAtEnd: 0,
        paused: 0,
        segments: 5,
        cost: { amount: "0.25", currency: "CNY" },
      },
      { channel: "chat", perMinute: null, due: 0, waitingAtEnd: 0, paused: 0, segments: 0, cost: null },
    ],
    // Its row is planned as a skip.
    noContact: 0,
    holdout: 0,
  });
  expect((await next(6 * MINUTE)).channels[0]).toMatchObject({ due: 4, waitingAtEnd: 1 });
  expect((await next(5 * MINUTE)).channels[0]).toMatchObject({ due: 0 });
});

it("counts what is overdue now, and what is paused apart", async () => {
  const { receive, order, next, at, drain, sql } = await setup();
  await receive(order(1, 0, { paymentMethod: "alipay" }));
  const first = { at: "2026-11-10T20:20:00+08:00", channel: "sms", due: 1, sends: 1, waiting: 0 };
  await at(T0 + 20 * MINUTE);
  expect((await next()).minutes).toEqual([first]);
  const pauses = createPauseAdmin({ sql, channels, shopIds: ["acme"], shop: () => ({}) });
  const paused = { due: 0, paused: 1, segments: 0 };
  await pauses.setChannel(ALICE, "sms", PAUSE);
  expect((await next()).channels[0]).toMatchObject(paused);
  // It waits in the queue of the channel then.
  await drain();
  expect((await next(MINUTE)).channels[0]).toMatchObject(paused);
  await pauses.setChannel(ALICE, "sms", { ...PAUSE, paused: false });
  expect((await next()).minutes).toEqual([first]);
  await pauses.setShop(ALICE, "acme", PAUSE);
  expect((await next()).channels[0]).toMatchObject(paused);
  await pauses.setShop(ALICE, "acme", { ...PAUSE, paused: false });
  await pauses.setMethod(ALICE, { shop: "acme", method: "card" }, PAUSE);
  expect((await next()).minutes, "of an order with another method").toEqual([first]);
  await pauses.setMethod(ALICE, { shop: "acme", method: "alipay" }, PAUSE);
  expect((await next()).channels[0]).toMatchObject(paused);
  await pauses.setMethod(ALICE, { shop: "acme", method: "alipay" }, { ...PAUSE, paused: false });
  expect((await next()).minutes).toEqual([first]);
  await setPaused(sql, ALICE, { kind: "campaign", name: "default", ...PAUSE });
  expect((await next()).channels[0]).toMatchObject(paused);
});

it("counts retries on their channel, and the control group apart", async () => {
  const { receive, order, next, at, drain, sql } = await setup(campaignYaml("10m", "holdout: 50%\n"));
  await receive(...Array.from({ length: 20 }, (_, n) => order(n, 0)));
  const before = await next();
  const due = before.channels[0]?.due ?? 0;
  expect([due > 0, before.holdout > 0, due + before.holdout]).toEqual([true, true, 20]);
  await at(T0 + 10 * MINUTE);
  await drain();
  expect((await sql`select from reminders where state = 'sent'`).length).toBe(due);
  await sql`update reminders set state = 'sending', retry_at = dunlin_now() + interval '2 min', retry_channel = 'chat' where state = 'sent'`;
  const { channels: after, holdout } = await next();
  expect([after.map((each) => each.due), holdout]).toEqual([[0, due], 0]);
});
