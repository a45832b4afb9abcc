/** The guard: a payment method whose orders stay unpaid has its reminders held, until an operator lets them go. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { createPauseAdmin } from "../../../src/campaigns/pauses/administer.ts";
import { holdBrokenMethods } from "../../../src/campaigns/pauses/guard.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { DEFAULT_GUARD } from "../../../src/core/values/policy.ts";
import { planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { watchForMatters } from "../../../src/notices/watch.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { ALICE, campaignSetup } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const GUARD = { ...DEFAULT_GUARD, atLeast: 20 };
const METHOD = { shop: "acme", method: "alipay" };
const RESUME = { paused: false, forMs: null, note: null };

async function guarded({ shop = {}, known = 100 }: { readonly shop?: object; readonly known?: number } = {}) {
  const setup = await campaignSetup();
  await setup.apply();
  await planAnewIfChanged(setup.sql);
  const process = await setup.process();
  const { sql, at } = setup;
  const guardOf = (id: string) => (id === "acme" ? { ...GUARD, ...shop } : null);
  let now = T0;
  let number = 0;
  const pass = async (ms: number) => {
    now += ms;
    await at(now);
  };
  /** So many orders now. Returns their ids. */
  const place = async (method: string | null, count: number, more: object = {}): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => `o${number++}`);
    const order = { createdAt: new Date(now).toISOString(), closesAt: new Date(now + 6 * HOUR).toISOString() };
    await process.receive(
      ...ids.map((id) => {
        const buyer = { id: `b-${id}`, phone: `+86138${10_000_000 + Number(id.slice(1))}` };
        return receivedEvent(`c-${id}`, "order.created", now, { id, ...order, buyer, paymentMethod: method, ...more });
      }),
    );
    return ids;
  };
  const pay = (...ids: readonly string[]) =>
    process.receive(...ids.map((id) => receivedEvent(`p-${id}`, "order.paid", now, { id })));
  const look = () => holdBrokenMethods(sql, guardOf);
  const pauses = createPauseAdmin({ sql, channels: [], shopIds: ["acme"], shop: (id) => ({ guard: guardOf(id) }) });
  await at(T0);
  await look();
  // Yesterday a tenth was unpaid.
  if (known > 0)
    await sql`insert into payment_counts (shop_id, method, span, at, orders, unpaid)
      values ('acme', 'alipay', 'hour', ${new Date(T0 - DAY)}, ${10 * known}, ${known})`;
  const reminderOf = async (order: string) =>
    (await sql`select state, reason from reminders where ${order} = any(orders)`)[0];
  const goOn = async () => {
    await planAnewIfChanged(sql);
    await process.drain();
    await process.drain();
  };
  const resume = async () => {
    await pauses.setMethod(ALICE, METHOD, RESUME);
    await goOn();
  };
  const sharesOf = async (method = "alipay") =>
    (await pauses.methods()).items.find((item) => item.method === method) ?? null;
  return { ...setup, ...process, pass, place, pay, look, pauses, reminderOf, goOn, resume, sharesOf };
}

it("holds the reminders of a method that jumps, tells staff once, and sends the others", async () => {
  const { place, look, pass, drain, sent, sql, pauses, reminderOf, goOn, database, dir, write } = await guarded();
  const [first = ""] = await place("alipay", 30);
  const others = await place("wechat", 2);
  await pass(4 * MINUTE);
  expect(await look(), "none is old enough").toEqual([]);
  await pass(2 * MINUTE);
  const message =
    "30 of 30 orders within 30m were unpaid 5m after they came: 100%. Usual are 10%, of 1000 orders before; guard.unpaidJump is 3x";
  expect(await look()).toEqual([{ ...METHOD, code: "unpaid", message }]);
  expect(await look(), "it is held").toEqual([]);
  expect((await pauses.methods()).items).toMatchObject([
    {
      ...METHOD,
      paused: true,
      pauseSource: "threshold",
      reason: `unpaid: ${message}`,
      recent: { orders: 30, unpaid: 30 },
      usual: { orders: 1000, unpaid: 100 },
    },
    { shop: "acme", method: "wechat", paused: false, recent: { orders: 2, unpaid: 2 } },
  ]);

  await pass(4 * MINUTE);
  await drain();
  expect(sent.flatMap(({ orders }) => orders).sort()).toEqual(others);
  expect(await reminderOf(first)).toEqual({ state: "planned", reason: null });
  const story = await explainOrder({ sql }, { shop: "acme", order: first });
  expect(story === null ? "" : storyText(story)).toContain(
    `the payment method alipay is paused because ${message}: it waits`,
  );

  const deps = { sql, receivers: ["ops"], channels: ["sms"], written: (at: number) => new Date(at).toISOString() };
  expect([await watchForMatters(deps), await watchForMatters(deps)]).toEqual([1, 0]);
  const [notice] = await sql<{ matter: string; text: string }[]>`select matter, text from notices`;
  expect(notice?.matter).toBe("payment_method_paused:acme/alipay");
  expect(notice?.text).toContain(`are held since 2026-11-10T12:06:00.000Z: ${message}.`);

  // The text ends with the command that lets the method go: as staff copy it.
  const [, command = ""] = /Then: dunlin (payment-methods resume alipay --shop acme)$/.exec(notice?.text ?? "") ?? [];
  write("../dunlin.yaml", "shops: { acme: { locale: en, guard: { atLeast: 20 } } }\n");
  const env = {
    DATABASE_URL: database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUNLIN_CONFIG: join(dir, "../dunlin.yaml"),
  };
  expect(await runHere(command.split(" "), { cwd: dir, env })).toMatchObject({ code: 0, err: "" });
  await goOn();
  expect(sent).toHaveLength(32);
  expect(await reminderOf(first)).toEqual({ state: "sent", reason: null });
  expect(await sql`select who, action, subject from audit where action like 'payment%' order by id`).toEqual([
    { who: "dunlin", action: "payment_method.pause", subject: "acme/alipay" },
    { who: expect.any(String), action: "payment_method.resume", subject: "acme/alipay" },
  ]);
});

it("says nothing to a buyer who pays meanwhile, and ends what waited too long", async () => {
  const { place, look, pass, drain, sent, pay, reminderOf, resume } = await guarded();
  const [first = "", second = ""] = await place("alipay", 30);
  await pass(6 * MINUTE);
  await look();
  await pass(4 * MINUTE);
  await drain();
  await pay(first);
  expect(await reminderOf(first)).toEqual({ state: "skipped", reason: "paid" });
  await pass(HOUR + 1);
  await drain();
  await resume();
  expect([sent, await reminderOf(second)]).toEqual([[], { state: "skipped", reason: "campaign_paused" }]);
});

it("starts the window when somebody lets it go, and holds it again if it goes on", async () => {
  const { place, look, pass, sql, resume } = await guarded();
  await place("alipay", 30);
  await pass(6 * MINUTE);
  expect(await look()).toHaveLength(1);
  await place("alipay", 30);
  await pass(MINUTE);
  await resume();
  await pass(5 * MINUTE);
  expect(await look(), "all of these came before").toEqual([]);
  await place("alipay", 19);
  await pass(6 * MINUTE);
  expect(await look(), "too few").toEqual([]);
  await place("alipay", 1);
  await pass(6 * MINUTE);
  expect(await look()).toMatchObject([{ message: expect.stringContaining("20 of 20 orders") }]);
  expect(await sql`select * from pauses where kind = 'payment_method'`).toHaveLength(1);
});

it("holds a reminder if the method of one of its orders is held, and sends it when that order is paid with another one", async () => {
  const { place, look, pass, drain, sent, receive } = await guarded();
  const [first = ""] = await place("alipay", 30);
  const buyer = { id: `b-${first}`, phone: "+8613810000000" };
  await place("card", 1, { buyer });
  await pass(6 * MINUTE);
  await look();
  await pass(4 * MINUTE);
  await drain();
  expect(sent).toEqual([]);
  await receive(receivedEvent("u1", "order.updated", T0 + 10 * MINUTE, { id: first, paymentMethod: "card" }));
  await drain();
  expect(sent.map(({ orders }) => orders)).toEqual([[first, "o30"]]);
});

it("holds back a retry, and makes it when the method is let go", async () => {
  const { place, look, pass, drain, sent, sql, pauses, resume } = await guarded();
  await place("alipay", 1);
  await pass(10 * MINUTE);
  await drain();
  expect(sent).toHaveLength(1);
  // As a transient failure leaves it.
  await sql`update deliveries set state = 'failed-transient'`;
  await sql`update reminders set state = 'sending', retry_at = dunlin_now(), retry_channel = 'sms'`;
  await pauses.setMethod(ALICE, METHOD, { paused: true, forMs: null, note: "maintenance" });
  await look();
  await drain();
  expect(sent).toHaveLength(1);
  expect(await sql`select retry_at from reminders`).toEqual([{ retry_at: T0 + 70 * MINUTE + 1 }]);
  await resume();
  expect(sent).toHaveLength(2);
});

it("counts each order once, by our clock, and only those that say something about the method", async () => {
  const { place, look, pass, pay, receive, sharesOf } = await guarded({ known: 0 });
  await place("alipay", 3);
  const at = (ms: number) => ({ createdAt: new Date(T0 + ms).toISOString() });
  await place("alipay", 2, at(HOUR));
  await place("alipay", 2, at(-HOUR));
  await place("alipay", 9, at(-3 * HOUR));
  await place("cod", 9);
  await place(null, 9);
  await place("alipay", 9, { presale: { depositPaid: true, balanceFrom: new Date(T0 - HOUR).toISOString() } });
  await place("alipay", 9, { pendingConfirmation: true });
  await pass(MINUTE);
  await pay("o0", "o1");
  await receive(receivedEvent("x2", "order.closed", T0 + MINUTE, { id: "o2" }));
  await pass(5 * MINUTE);
  await look();
  await pay("o3");
  await pass(10 * MINUTE);
  await look();
  expect(await sharesOf()).toMatchObject({ recent: { orders: 7, unpaid: 5 }, usual: { orders: 0, unpaid: 0 } });
  expect(await sharesOf("cod")).toBeNull();
  await pass(2 * HOUR);
  await look();
  expect(await sharesOf()).toMatchObject({ recent: { orders: 0, unpaid: 0 }, usual: { orders: 7, unpaid: 5 } });
});

it("does not hold a method without a past, or with few orders, and takes the past from stored orders", async () => {
  const { place, look, pass, pay, sql, sharesOf } = await guarded({ known: 0 });
  await place("alipay", 30);
  await pass(6 * MINUTE);
  expect(await look(), "no past").toEqual([]);

  await sql`delete from payment_counts`;
  await pay("o0", "o1", "o2");
  // Weeks of orders that came before the shop had a guard: 3 of 5 were paid at once. Those of the 29th day are too old.
  await sql`insert into orders (shop_id, id, status, created_at, paid_at, chase_from, details, seen_at)
    select 'acme', 'past' || n, 'paid', at, at + case when n % 5 < 3 then interval '1 minute' else interval '1 hour' end,
      'epoch', '{"paymentMethod": "alipay"}', at
    from generate_series(1, 1160) n cross join lateral (select ${new Date(T0)}::timestamptz - (n % 29 + 1) * interval '23 hours 59 minutes' as at) x`;
  await sql`insert into order_events (shop_id, id, order_id, type, occurred_at, received_at, told)
    select shop_id, 'e' || id, id, 'order.created', created_at, seen_at, '{}' from orders where id like 'past%'`;
  await place("alipay", 19);
  await pass(6 * MINUTE);
  expect(await look(), "too few").toEqual([]);
  expect(await sharesOf()).toMatchObject({ recent: { orders: 19 }, usual: { orders: 1120, unpaid: 448 } });
  await place("alipay", 21);
  await pass(6 * MINUTE);
  expect(await look()).toMatchObject([{ message: expect.stringContaining("40 of 40 orders") }]);
});

it("keeps what it counts while a method is held out of the usual share", async () => {
  const { place, look, pass, sql } = await guarded();
  await place("alipay", 30);
  await pass(6 * MINUTE);
  await look();
  await place("alipay", 30);
  await pass(6 * MINUTE);
  await look();
  expect(
    await sql`select span, sum(orders)::int as orders from payment_counts where at >= ${new Date(T0)} group by 1 order by 1`,
  ).toEqual([
    { span: "hour", orders: 30 },
    { span: "minute", orders: 60 },
  ]);
});

it("forgets counts that nothing looks at any more", async () => {
  const { place, look, pass, sql } = await guarded();
  for (const wait of [6 * MINUTE, 30 * DAY, 6 * MINUTE]) {
    await place("alipay", 1);
    await look();
    await pass(wait);
    await look();
  }
  expect(await sql`select span, at from payment_counts where at < ${new Date(T0 + DAY)}`).toEqual([]);
});

it("is off for a shop without a guard", async () => {
  const { sql, place, pass } = await guarded({ known: 0 });
  const off = () => holdBrokenMethods(sql, () => null);
  await place("alipay", 30);
  await pass(6 * MINUTE);
  expect([await off(), await sql`select * from payment_counts`]).toEqual([[], []]);
});
