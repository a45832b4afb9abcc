/** A provider that answers that an address opted out, or does not exist: nothing more goes to it. */
import { describe, expect, it } from "vitest";
import type { Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { eventually } from "../../support/eventually.ts";
import { receiptSetup } from "../../support/receipts.ts";

const PHONE = "+8613812345678";
const refused = (wish: "out" | "invalid"): SendOutcome => ({
  kind: "failed-permanent",
  code: "21610",
  message: "the number opted out at the provider",
  wish,
});

type Setup = {
  readonly answer: (message: Message) => SendOutcome | undefined;
  readonly channels?: readonly string[];
  readonly buyers?: readonly object[];
};

async function sent({ answer, channels = ["sms"], buyers = [{ id: "b1", phone: PHONE }] }: Setup) {
  const setup = await receiptSetup({
    channels,
    campaign: { quietHours: "off", limits: { max: 9, per: DAY, gap: 0 }, staleAfter: 5 * MINUTE },
    answer: (message) => answer(message) ?? { kind: "accepted", messageId: null, segments: 1 },
  });
  await setup.at(T0);
  for (const [index, buyer] of buyers.entries())
    await setup.receive(receivedEvent(`e${index}`, "order.created", T0, { id: `o${index}`, buyer }));
  const { sql } = setup.database;
  const until = async (minutes: number) => {
    await setup.at(T0 + minutes * MINUTE);
    await setup.drain();
  };
  return {
    ...setup,
    sql,
    until,
    suppressions: () => sql<{ kind: string; reason: string; source: string }[]>`
      select kind, reason, source from suppressions order by kind`,
    to: () => setup.sent.map(({ channel, to }) => `${channel} ${to}`),
  };
}

describe("an address that opted out at the provider", () => {
  it("is suppressed with the outcome, and what is planned stops", async () => {
    const { until, suppressions, reminders, deliveries, to, sql } = await sent({ answer: () => refused("out") });
    await until(10);
    expect(await suppressions()).toEqual([{ kind: "phone", reason: "opt_out", source: "test" }]);
    expect(await deliveries()).toMatchObject([{ state: "failed-permanent", code: "21610" }]);
    await until(24 * 60 - 30);
    await until(24 * 60 - 20);
    expect(to()).toEqual([`sms ${PHONE}`]);
    expect((await reminders()).map(({ reason }) => reason)).toEqual(["rejected_by_provider", "suppressed"]);
    expect(await sql`select action from audit where action = 'suppression.add'`).toHaveLength(1);
  });

  it("gets the message over no other channel; another address of the buyer does", async () => {
    const { until, to } = await sent({
      answer: ({ to: address }) => (address === PHONE ? refused("out") : undefined),
      channels: ["sms", "whatsapp", "chat"],
      buyers: [{ id: "b1", phone: PHONE, chat: { wechat: "w1" } }],
    });
    await until(10);
    await until(11);
    expect(to()).toEqual([`sms ${PHONE}`, "chat w1"]);
  });

  it("is opted out in every form in which the channel takes it", async () => {
    const { until, suppressions } = await sent({
      answer: () => refused("out"),
      channels: ["whatsapp"],
      buyers: [{ id: "b1", phone: PHONE, chat: { whatsapp: PHONE.slice(1) } }],
    });
    await until(10);
    expect(await suppressions()).toMatchObject([{ kind: "chat.whatsapp" }, { kind: "phone" }]);
  });

  it("is opted out in no other form: a handle with the same number is an address of its own", async () => {
    const { until, suppressions, to } = await sent({
      answer: ({ channel }) => (channel === "sms" ? refused("out") : undefined),
      channels: ["sms", "whatsapp"],
      buyers: [{ id: "b1", phone: PHONE, chat: { whatsapp: PHONE.slice(1) } }],
    });
    await until(10);
    await until(11);
    expect(await suppressions()).toMatchObject([{ kind: "phone" }]);
    expect(to()).toEqual([`sms ${PHONE}`, `whatsapp ${PHONE}`]);
  });

  it("opts in again by a later reply, not by an earlier one", async () => {
    const { until, suppressions, post } = await sent({ answer: () => refused("out") });
    await until(10);
    const start = (minutes: number) =>
      post("sms", { type: "reply", from: PHONE, text: "START", at: new Date(T0 + minutes * MINUTE).toISOString() });
    await start(9);
    expect(await suppressions()).toHaveLength(1);
    await until(12);
    await start(11);
    expect(await suppressions()).toEqual([]);
  });

  it("is suppressed in the transaction of the outcome: both, or none", async () => {
    const { until, suppressions, deliveries, sql, at, dispatcher } = await sent({ answer: () => refused("out") });
    await sql.unsafe(`
      create sequence tried;
      create function refuse() returns trigger language plpgsql as $$ begin perform nextval('tried'); raise exception 'not now'; end $$;
      create trigger refuse before insert on suppressions for each row execute function refuse()`);
    await at(T0 + 10 * MINUTE);
    await dispatcher.drain();
    const tries = async () =>
      (await sql<{ n: number }[]>`select last_value::int as n from tried where is_called`).length;
    await eventually("a try to record it", tries, (count) => count > 0);
    expect(await deliveries()).toMatchObject([{ state: "claimed" }]);
    await sql`drop trigger refuse on suppressions`;
    await until(10);
    expect(await suppressions()).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ state: "failed-permanent" }]);
  });
});

describe("an address that does not exist", () => {
  it("is recorded as a bounce, which no reply lifts", async () => {
    const { until, suppressions, post } = await sent({ answer: () => refused("invalid") });
    await until(10);
    expect(await suppressions()).toEqual([{ kind: "phone", reason: "bounce", source: "test" }]);
    await post("sms", { type: "reply", from: PHONE, text: "START", at: new Date(T0 + HOUR).toISOString() });
    expect(await suppressions()).toHaveLength(1);
  });

  it("stops the e-mails to every buyer that has it", async () => {
    const email = "gone@acme.cn";
    const { until, receive, suppressions, to, sql } = await sent({
      answer: () => refused("invalid"),
      channels: ["email"],
      buyers: [{ id: "b1", email }],
    });
    await until(5);
    await receive(receivedEvent("later", "order.created", T0 + 5 * MINUTE, { id: "o9", buyer: { id: "b2", email } }));
    await until(10);
    await until(15);
    await until(21);
    expect(await suppressions()).toEqual([{ kind: "email", reason: "bounce", source: "test" }]);
    expect(to()).toEqual([`email ${email}`]);
    expect(await sql`select reason from reminders where step = 'nudge' and orders = '{o9}'`).toEqual([
      { reason: "suppressed" },
    ]);
  });
});
