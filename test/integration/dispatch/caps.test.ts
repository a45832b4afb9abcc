/** Caps of a channel: what one address gets from all shops that share the channel. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { inProcessChannel } from "../../support/in-process-channel.ts";

const CAPS = { perAddress: 2, per: 24 * HOUR };
const SHOPS = ["s1", "s2", "s3"];
const PHONE = "+8613812345678";

async function setup(channels: readonly string[], fails = false) {
  const state = { fails };
  const base = await dispatchSetup({
    otherShops: SHOPS,
    campaign: { steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels }] },
  });
  base.use(
    inProcessChannel({ name: "sms", contacts: ["phone"], caps: CAPS }, (message) => {
      if (state.fails) return { kind: "failed-transient", code: "busy", message: "no", retryAfterMs: null };
      base.sent.push(message);
      return undefined;
    }),
  );
  await base.at(T0);
  const { sql } = base.database;
  return {
    ...base,
    state,
    sql,
    order: (shop: string, at: number, phone = PHONE) =>
      base.receive({
        ...receivedEvent(`${shop}-${at}`, "order.created", at, {
          id: `${shop}-${at}`,
          createdAt: new Date(at).toISOString(),
          buyer: { id: `${shop}-b${phone}`, phone, chat: { qq: `${shop}-qq` } },
        }),
        shop,
      }),
    drainAt: async (at: number) => {
      await base.at(at);
      await base.drain();
    },
    ends: async () =>
      (
        await sql<{ line: string }[]>`
          select r.shop_id || ' ' || coalesce(r.reason, d.channel) as line from reminders r
          left join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing
          where r.decided_at is not null order by r.decided_at, 1`
      ).map(({ line }) => line),
  };
}

it("skips the third message to an address within the time, whichever shop sends it, and sends again after it", async () => {
  const { order, drainAt, ends, at } = await setup(["sms"]);
  for (const [n, shop] of SHOPS.entries()) {
    await at(T0 + n * MINUTE);
    await order(shop, T0 + n * MINUTE);
    await drainAt(T0 + (n + 10) * MINUTE);
  }
  await order("s3", T0 + 12 * MINUTE, "+8613900000000");
  await drainAt(T0 + 30 * MINUTE);
  expect(await ends()).toEqual(["s1 sms", "s2 sms", "s3 cap", "s3 sms"]);
  // The first of them was sent a day and a minute ago.
  const later = T0 + 24 * HOUR + MINUTE;
  await at(later);
  await order("s3", later);
  await drainAt(later + 10 * MINUTE);
  expect((await ends()).at(-1)).toBe("s3 sms");
});

it("takes the next channel instead", async () => {
  const { order, drainAt, ends } = await setup(["sms", "chat"]);
  for (const shop of SHOPS) await order(shop, T0);
  await drainAt(T0 + 10 * MINUTE);
  // All three are decided in one claim.
  expect((await ends()).map((line) => line.split(" ")[1]).sort()).toEqual(["chat", "sms", "sms"]);
});

it("counts no attempt that failed, and holds for retries as well", async () => {
  const { order, drainAt, ends, state, sql } = await setup(["sms"], true);
  await order("s1", T0);
  await drainAt(T0 + 10 * MINUTE);
  await drainAt(T0 + 11 * MINUTE);
  state.fails = false;
  for (const shop of ["s2", "s3"]) await order(shop, T0);
  await drainAt(T0 + 12 * MINUTE);
  await drainAt(T0 + 20 * MINUTE);
  const sms = (await ends()).filter((line) => line.endsWith(" sms"));
  expect(sms).toHaveLength(2);
  expect((await ends()).filter((line) => line.endsWith(" cap"))).toHaveLength(1);
  expect((await sql`select 1 from deliveries where state = 'failed-transient'`).length).toBeGreaterThanOrEqual(2);
});
