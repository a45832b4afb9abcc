/** Messages of unknown outcome: the provider is asked, and what it says becomes the outcome. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import type { Channel, Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import type { LookupAnswer, LookupQuestion } from "../../../src/core/seams/lookup.ts";
import { NO_RECEIPT, type Receipt } from "../../../src/core/seams/receipt.ts";
import { DAY, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import type { LookupDeps } from "../../../src/receipts/deps.ts";
import { runLookups } from "../../../src/receipts/lookups.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { answeringServer } from "../../support/answering-server.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { inProcessChannel } from "../../support/in-process-channel.ts";
import { receiptSetup } from "../../support/receipts.ts";
import { afterCreated } from "../../support/rules.ts";

const PHONE = "+8613812345678";
const BUYER = { id: "b1", phone: PHONE, chat: { wechat: "w1" } };
const UNKNOWN: SendOutcome = { kind: "unknown", code: "timeout", message: "no answer" };
const ABSENT: LookupAnswer = { kind: "absent" };
const found = (change: Partial<Receipt> = {}): LookupAnswer => ({
  kind: "found",
  receipt: { ...NO_RECEIPT, messageId: "SM1", ...change },
});
const silent = (retryAfterMs: number | null = null): LookupAnswer => ({
  ...{ kind: "unanswered", code: "timeout", message: "the provider did not answer in time", retryAfterMs },
});

type Options = {
  /** The outcomes of the sends, in turn; then each is accepted. */
  readonly sends?: readonly SendOutcome[];
  readonly answer?: (question: LookupQuestion) => LookupAnswer | Promise<LookupAnswer>;
  readonly buyers?: number;
  readonly hang?: boolean;
};

/** Reminders by SMS alone, at T0 + 10 m. */
async function setupOf({ sends = [UNKNOWN], answer = () => ABSENT, buyers = 1, hang = false }: Options = {}) {
  const setup = await receiptSetup({
    hang,
    campaign: { steps: [afterCreated("nudge", 10 * MINUTE, ["sms", "chat"])] },
  });
  const sent: Message[] = [];
  const asked: LookupQuestion[] = [];
  const outcomes = [...sends];
  const sms: Channel = {
    ...inProcessChannel({ name: "sms", contacts: ["phone"], cost: { micros: 50_000, currency: "CNY" } }, (message) => {
      sent.push(message);
      return hang ? new Promise(() => {}) : outcomes.shift();
    }),
    provider: "twilio-sms",
    lookup: {
      reachMs: 3 * DAY,
      ask: async (question) => {
        asked.push(question);
        return answer(question);
      },
    },
  };
  setup.use(sms);
  const log = { warn: vi.fn() };
  const ended: string[] = [];
  const deps: LookupDeps = {
    ...setup.deps,
    channels: setup.dispatch.channels,
    catalog: setup.dispatch.catalog,
    log,
    ended: (_channel, result) => void ended.push(result),
  };
  await setup.at(T0);
  for (let index = 1; index <= buyers; index++) {
    const buyer = { ...BUYER, id: `b${index}`, phone: `+861381234${5677 + index}`, chat: { wechat: `w${index}` } };
    await setup.receive(receivedEvent(`e${index}`, "order.created", T0, { id: `o${index}`, buyer }));
  }
  await setup.at(T0 + 10 * MINUTE);
  if (hang) void setup.drain();
  else await setup.drain();
  const { sql } = setup.database;
  return {
    ...setup,
    smsSent: sent,
    asked,
    log,
    ended,
    lookUp: () => runLookups(deps),
    lookups: () =>
      sql<{ next_at: number; lease: string | null }[]>`select next_at, lease from lookups order by next_at`,
    explained: async () => {
      const story = await explainOrder({ sql }, { shop: "acme", order: "o1" });
      return story === null ? "" : storyText(story);
    },
    outcomes: () =>
      sql<{ state: string; code: string | null; lookup: object | null; message_id: string | null }[]>`
        select channel, attempt, state, code, lookup, message_id, segments, cost_micros from deliveries order by id`,
  };
}

const sentBy = T0 + 10 * MINUTE;
/** 8 minutes, and some time that the first question took. */
const SECOND_QUESTION = 9 * MINUTE;
/** A claim that nobody recorded is given up after this. */
const CLAIM = 37 * SECOND;

describe("a message without an answer", () => {
  it("is asked about after 3 minutes, and recorded as sent if the provider has it", async () => {
    const { at, lookUp, asked, outcomes, reminders, lookups, ended } = await setupOf({ answer: () => found() });
    expect(await reminders()).toMatchObject([{ state: "skipped", reason: "unknown_outcome" }]);
    await at(sentBy + 3 * MINUTE - 1);
    expect(await lookUp()).toBe(0);
    expect(asked).toEqual([]);
    await at(sentBy + 3 * MINUTE);
    expect(await lookUp()).toBe(1);
    expect(asked).toEqual([
      {
        idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
        to: PHONE,
        sentFrom: sentBy,
        sentBy,
        text: "Order o1: CN¥129.00",
        templates: [{}],
      },
    ]);
    // The provider reported no segments: those of the text have the price of the channel.
    expect(await outcomes()).toMatchObject([
      {
        state: "accepted",
        code: null,
        message_id: "SM1",
        segments: 1,
        cost_micros: 50_000,
        lookup: { end: "accepted", asked: 1 },
      },
    ]);
    expect(await reminders()).toMatchObject([{ state: "sent", reason: null }]);
    expect(await lookups()).toEqual([]);
    expect(ended).toEqual(["accepted"]);
    expect(await lookUp()).toBe(0);
  });

  it("is tried again on the same channel under the same key, once the provider has twice not had it", async () => {
    const { at, lookUp, asked, outcomes, reminders, drain, smsSent, explained, ended } = await setupOf();
    await at(sentBy + 3 * MINUTE);
    expect(await lookUp()).toBe(0);
    expect(await explained()).toContain("the provider will be asked whether it has the message");
    await at(sentBy + 8 * MINUTE - 1);
    await lookUp();
    expect(asked).toHaveLength(1);
    expect(await drain()).toBe(0);
    await at(sentBy + SECOND_QUESTION);
    expect(await lookUp()).toBe(1);
    expect(await reminders()).toMatchObject([{ state: "sending", reason: null }]);
    await drain();
    await lookUp();
    expect(await outcomes()).toMatchObject([
      { channel: "sms", state: "failed-transient", code: "not_found", lookup: { end: "absent", asked: 2 } },
      { channel: "sms", state: "accepted", code: null, lookup: null },
    ]);
    expect(await reminders()).toMatchObject([{ state: "sent" }]);
    expect(smsSent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(Array(2).fill(asked[0]?.idempotencyKey));
    expect(await explained()).toContain("asked the provider 2 times: it never got the message");
    expect(ended).toEqual(["absent"]);
  });

  it("ends with its reason if it is of no use any more by then", async () => {
    const { at, lookUp, reminders, drain, smsSent } = await setupOf();
    await at(sentBy + 50 * MINUTE);
    await lookUp();
    await at(sentBy + 61 * MINUTE);
    expect(await lookUp()).toBe(1);
    expect(await reminders()).toMatchObject([{ state: "skipped", reason: "stale" }]);
    await drain();
    expect(smsSent).toHaveLength(1);
  });

  it("goes to the next channel if the provider had it and it did not arrive", async () => {
    const failed = found({ kind: "failed", definite: true, code: "30006" });
    const { at, lookUp, outcomes, drain, sent } = await setupOf({ answer: () => failed });
    await at(sentBy + 3 * MINUTE);
    expect(await lookUp()).toBe(1);
    await drain();
    expect(await outcomes()).toMatchObject([
      { channel: "sms", state: "failed-permanent", code: "30006", lookup: { end: "failed" } },
      { channel: "chat", state: "accepted" },
    ]);
    expect(sent).toHaveLength(1);
  });

  it.each(["several", "indistinct"] as const)(
    "stays unknown if the answer is %s, and is never sent again",
    async (kind) => {
      const { at, lookUp, outcomes, drain, smsSent, sent, lookups, ended, explained } = await setupOf({
        answer: () => ({ kind }),
      });
      await at(sentBy + 3 * MINUTE);
      expect(await lookUp()).toBe(0);
      expect(await outcomes()).toMatchObject([{ state: "unknown", lookup: { end: "unknown", why: kind } }]);
      expect(await lookups()).toEqual([]);
      expect(ended).toEqual(["unknown"]);
      expect(await explained()).toMatch(/asked the provider: .*, so the outcome stays unknown/);
      await at(sentBy + DAY);
      await drain();
      await lookUp();
      expect([smsSent.length, sent.length]).toEqual([1, 0]);
    },
  );

  it("is asked about at the address that it went to, under the campaign that it had", async () => {
    const { at, lookUp, asked, receive, outcomes } = await setupOf();
    const buyer = { ...BUYER, phone: "+8613900000000" };
    await at(sentBy + MINUTE);
    await receive(receivedEvent("e9", "order.updated", sentBy + MINUTE, { buyer }));
    await at(sentBy + 3 * MINUTE);
    await lookUp();
    expect(asked.map(({ to }) => to)).toEqual([PHONE]);
    expect(await outcomes()).toMatchObject([{ state: "unknown" }]);
  });

  it("stays unknown if its buyer was erased", async () => {
    const { at, lookUp, asked, database, outcomes } = await setupOf();
    await database.sql`delete from contacts`;
    await at(sentBy + 3 * MINUTE);
    await lookUp();
    expect(asked).toEqual([]);
    expect(await outcomes()).toMatchObject([{ state: "unknown", lookup: { end: "unknown", why: "no_address" } }]);
  });

  it("credits a payment that came meanwhile to the reminder that was sent", async () => {
    const { at, lookUp, receive, database } = await setupOf({ answer: () => found() });
    await receive(
      receivedEvent("e9", "order.paid", sentBy + MINUTE, { paidAt: new Date(sentBy + MINUTE).toISOString() }),
    );
    expect(await database.sql`select from recoveries`).toHaveLength(0);
    await at(sentBy + 3 * MINUTE);
    await lookUp();
    expect(await database.sql`select from recoveries`).toHaveLength(1);
  });

  it("is not sent again after a payment, although the provider never got it", async () => {
    const { at, lookUp, receive, drain, smsSent, reminders } = await setupOf();
    await at(sentBy + 3 * MINUTE);
    await lookUp();
    await receive(
      receivedEvent("e9", "order.paid", sentBy + MINUTE, { paidAt: new Date(sentBy + MINUTE).toISOString() }),
    );
    await at(sentBy + SECOND_QUESTION);
    expect(await lookUp()).toBe(1);
    await drain();
    expect(smsSent).toHaveLength(1);
    expect(await reminders()).toMatchObject([{ state: "skipped", reason: "paid" }]);
  });
});

describe("a claim whose process died", () => {
  it("is asked about, and recorded as sent if the provider has it", async () => {
    const { at, another, lookUp, asked, outcomes, reminders } = await setupOf({ hang: true, answer: () => found() });
    await vi.waitFor(async () => expect(await outcomes()).toMatchObject([{ state: "claimed" }]));
    await at(sentBy + CLAIM + SECOND);
    expect(await another().rescue()).toBe(1);
    await at(sentBy + CLAIM + 3 * MINUTE - 1);
    await lookUp();
    expect(asked).toEqual([]);
    await at(sentBy + CLAIM + 3 * MINUTE);
    expect(await lookUp()).toBe(1);
    // It may have left until its lease ran out. Nobody knows its text.
    expect(asked).toMatchObject([{ to: PHONE, sentFrom: sentBy, sentBy: sentBy + CLAIM, text: null }]);
    expect(await outcomes()).toMatchObject([{ state: "accepted", lookup: { end: "accepted" } }]);
    expect(await reminders()).toMatchObject([{ state: "sent" }]);
  });

  it("is sent by another process once the provider has twice not had it", async () => {
    const { at, another, lookUp, outcomes, smsSent } = await setupOf({ hang: true });
    await vi.waitFor(() => expect(smsSent).toHaveLength(1));
    await at(sentBy + CLAIM + SECOND);
    const second = another();
    await second.rescue();
    for (const after of [3 * MINUTE, SECOND_QUESTION]) {
      await at(sentBy + CLAIM + after);
      await lookUp();
    }
    void second.drain();
    await vi.waitFor(() => expect(smsSent).toHaveLength(2));
    expect(await outcomes()).toMatchObject([{ state: "failed-transient", code: "not_found" }, { state: "claimed" }]);
  });
});

describe("a receipt that comes meanwhile", () => {
  it("wins: the provider is not asked", async () => {
    const { at, lookUp, post, asked, outcomes, lookups, smsSent } = await setupOf();
    await at(sentBy + 3 * MINUTE);
    await post("sms", { type: "delivered", id: smsSent[0]?.idempotencyKey, at: new Date(sentBy).toISOString() });
    expect(await lookUp()).toBe(0);
    expect(asked).toEqual([]);
    expect(await outcomes()).toMatchObject([{ state: "accepted", lookup: null }]);
    expect(await lookups()).toEqual([]);
  });

  it.each<[string, LookupAnswer]>([
    ["absent", ABSENT],
    ["found, and failed", found({ kind: "failed", definite: true })],
    ["several", { kind: "several" }],
  ])("wins against the answer: %s", async (_name, answer) => {
    let asked = 0;
    const setup = await setupOf({
      answer: async () => {
        asked++;
        if (answer.kind !== "absent" || asked === 2)
          await setup.post("sms", { type: "delivered", id: setup.smsSent[0]?.idempotencyKey });
        return answer;
      },
    });
    for (const after of [3 * MINUTE, SECOND_QUESTION]) {
      await setup.at(sentBy + after);
      await setup.lookUp();
    }
    expect(await setup.outcomes()).toMatchObject([{ state: "accepted" }]);
    expect(await setup.reminders()).toMatchObject([{ state: "sent", reason: null }]);
    await setup.drain();
    expect(setup.smsSent).toHaveLength(1);
    expect(await setup.lookups()).toEqual([]);
    expect(setup.ended).toEqual(answer.kind === "several" ? ["unknown"] : []);
  });
});

describe("several processes", () => {
  it("ask each question once", async () => {
    const { at, lookUp, asked, outcomes } = await setupOf({
      sends: Array(30).fill(UNKNOWN),
      buyers: 30,
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return found({ messageId: null });
      },
    });
    await at(sentBy + 3 * MINUTE);
    const settled = await Promise.all([lookUp(), lookUp(), lookUp()]);
    expect(settled.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(new Set(asked.map(({ to }) => to)).size).toBe(30);
    expect(asked).toHaveLength(30);
    for (const { state } of await outcomes()) expect(state).toBe("accepted");
  });

  it("ask again once the lease of one that died is over, and its late answer changes nothing", async () => {
    let late: (answer: LookupAnswer) => void = () => {};
    let times = 0;
    const setup = await setupOf({
      answer: () =>
        ++times === 1
          ? new Promise((resolve) => {
              late = resolve;
            })
          : ABSENT,
    });
    const { at, lookUp, asked, outcomes, lookups } = setup;
    await at(sentBy + 3 * MINUTE);
    const dead = lookUp();
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(await lookUp()).toBe(0);
    await at(sentBy + 13 * MINUTE - 1);
    expect(await lookUp()).toBe(0);
    expect(asked).toHaveLength(1);
    await at(sentBy + 13 * MINUTE);
    await lookUp();
    await at(sentBy + 19 * MINUTE);
    expect(await lookUp()).toBe(1);
    expect(asked).toHaveLength(3);
    late(found());
    expect(await dead).toBe(0);
    expect(await outcomes()).toMatchObject([{ state: "failed-transient", code: "not_found", message_id: null }]);
    expect(await lookups()).toEqual([]);
  });
});

describe("a provider that does not answer", () => {
  it("is asked three times in a run, and one line of the log says so", async () => {
    let answer: LookupAnswer = silent();
    const { at, lookUp, asked, log, lookups, outcomes } = await setupOf({
      sends: Array(20).fill(UNKNOWN),
      buyers: 20,
      answer: () => answer,
    });
    await at(sentBy + 3 * MINUTE);
    expect(await lookUp()).toBe(0);
    // Those that were under way when it was found to be down.
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(asked.length).toBeLessThanOrEqual(7);
    expect(log.warn.mock.calls).toEqual([
      [
        { channel: "sms", code: "timeout" },
        "messages of unknown outcome cannot be looked up: the provider did not answer in time",
      ],
    ]);
    for (const { next_at, lease } of await lookups()) {
      expect(lease).toBeNull();
      expect(next_at).toBeGreaterThanOrEqual(sentBy + 4 * MINUTE);
      expect(next_at).toBeLessThan(sentBy + 5 * MINUTE);
    }
    answer = found({ messageId: null });
    await at(sentBy + 6 * MINUTE);
    expect(await lookUp()).toBe(20);
    for (const { state } of await outcomes()) expect(state).toBe("accepted");
  });

  it("and throttles is not asked again in that run", async () => {
    const { at, lookUp, asked } = await setupOf({
      sends: Array(20).fill(UNKNOWN),
      buyers: 20,
      answer: () => silent(30_000),
    });
    await at(sentBy + 3 * MINUTE);
    await lookUp();
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it("leaves the outcome unknown when it no longer shows messages of that age", async () => {
    const { at, lookUp, outcomes, smsSent, drain } = await setupOf({ answer: () => silent() });
    await at(sentBy + 3 * DAY + MINUTE);
    await lookUp();
    expect(await outcomes()).toMatchObject([{ state: "unknown", lookup: { end: "unknown", why: "unanswered" } }]);
    await drain();
    expect(smsSent).toHaveLength(1);
  });
});

it("a message to Aliyun that got no answer is found there by its OutId", async () => {
  const setup = await receiptSetup({ campaign: { steps: [afterCreated("nudge", 10 * MINUTE, ["sms"])] } });
  const outIds: string[] = [];
  const { url } = await answeringServer(({ url, headers }) => {
    const query = new URLSearchParams(url.split("?")[1]);
    if (headers["x-acs-action"] === "SendSms") {
      outIds.push(query.get("OutId") ?? "");
      return "reset";
    }
    const rows = outIds.map((OutId) => ({ OutId, SendStatus: 3, ReceiveDate: "2026-11-10 20:10:04" }));
    return { body: { Code: "OK", TotalCount: 1, SmsSendDetailDTOs: { SmsSendDetailDTO: rows } } };
  });
  const config = {
    ...{ name: "sms", ratePerSecond: null, timeoutMs: 2_000, connections: 4, cost: null, fallback: null },
    contacts: ["phone"],
    provider: "aliyun-sms",
    settings: { url, accessKeyId: "key", accessKeySecret: "secret", signName: "晴雨" },
  } as const;
  const aliyun = openChannels([config], { log: { warn() {} } }).get("sms");
  if (aliyun === undefined) throw new Error("not opened");
  onTestFinished(() => aliyun.close());
  const approved = { provider: "aliyun", fields: { templateCode: "SMS_1" } };
  setup.use({ ...aliyun, send: (message, ...rest) => aliyun.send({ ...message, approved }, ...rest) });
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  await setup.at(sentBy);
  await setup.drain();
  expect(await setup.deliveries()).toMatchObject([{ state: "unknown", code: "connection_lost" }]);
  await setup.at(sentBy + 3 * MINUTE);
  const deps = {
    ...setup.deps,
    channels: setup.dispatch.channels,
    catalog: setup.dispatch.catalog,
    log: { warn() {} },
  };
  expect(await runLookups(deps)).toBe(1);
  expect(outIds).toHaveLength(1);
  expect(await setup.deliveries()).toMatchObject([{ state: "accepted", code: null }]);
  expect((await setup.deliveries())[0]?.delivered_at).not.toBeNull();
});
