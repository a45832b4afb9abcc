/** Retries of a reminder, while other things happen to its buyer. */
import { describe, expect, it } from "vitest";
import type { Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { suppressContact } from "../../support/suppress.ts";

const accepted: SendOutcome = { kind: "accepted", messageId: "m", segments: null };
const down: SendOutcome = { kind: "failed-transient", code: "http_503", message: "no", retryAfterMs: null };

type Options = NonNullable<Parameters<typeof dispatchSetup>[0]>;

const STEP = 5 * SECOND;

/** An order with a nudge after 10 minutes and a last call after 20, and a clock that goes on by five seconds. */
async function retrying(options: {
  isDown: (message: Message, now: number) => boolean;
  campaign?: Options["campaign"];
  channels?: string[];
}) {
  const taken: string[] = [];
  let now = T0;
  const setup = await dispatchSetup({
    // The database's clock leaps here, and that of the circuit breakers does not: every send is a probe.
    breakerTimes: { firstPauseMs: 0, longestPauseMs: 0, downAfterMs: HOUR, rampMs: 1 },
    answer: (message) => {
      if (options.isDown(message, now - T0)) return down;
      taken.push(`${message.step} ${(now - T0) / SECOND}`);
      return accepted;
    },
    campaign: {
      steps: [
        { id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: [options.channels?.[0] ?? "sms"] },
        { id: "last-call", at: { kind: "afterCreated", ms: 20 * MINUTE }, channels: ["sms"] },
      ],
      ...options.campaign,
    },
  });
  await setup.at(T0);
  const buyer = { id: "b1", phone: "+8613812345678", chat: { wechat: "w" } };
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer }));
  return {
    ...setup,
    /** The accepted sends, as `step seconds`. */
    taken,
    ended: async () => {
      const rows = await setup.database.sql<{ step: string; ended: string }[]>`
        select step, coalesce(reason, state) as ended from reminders order by due_at, step`;
      return rows.map(({ step, ended }) => `${step} ${ended}`);
    },
    /** Steps at which nothing is due are passed over, but for the last: what follows happens at its time. */
    async until(end: number) {
      const last = now + Math.floor((T0 + end - now) / STEP) * STEP;
      for (; now <= last; now += STEP) {
        const [row] = await setup.database.sql<{ due: number | null }[]>`
          select extract(epoch from least((select min(wake_at) from buyers), (select min(retry_at) from reminders)))::float8 * 1000 as due`;
        const steps = Math.ceil(((row?.due ?? last) - now) / STEP);
        now = Math.min(last, now + Math.max(0, steps) * STEP);
        await setup.at(now);
        await setup.drain();
      }
    },
  };
}

describe("after an outage", () => {
  it("leaves the gap between two reminders that both failed", async () => {
    const { until, taken, ended } = await retrying({ isDown: (_, at) => at < 26 * MINUTE });
    await until(45 * MINUTE);
    const times = taken.map((line) => Number(line.split(" ")[1]));
    expect(taken.length).toBeGreaterThan(0);
    expect(Math.min(...times)).toBeLessThan((28 * MINUTE) / SECOND);
    expect(times.filter((at, n) => n > 0 && at - (times[n - 1] ?? 0) < 600)).toEqual([]);
    expect(taken.map((line) => line.split(" ")[0])).toEqual(
      (await ended()).filter((line) => line.endsWith(" sent")).map((line) => line.split(" ")[0]),
    );
  });

  it("replans the other sends, since the retry came later than planned", async () => {
    const { until, taken } = await retrying({ isDown: (_, at) => at < 18 * MINUTE });
    await until(35 * MINUTE);
    const [nudge = "", lastCall = ""] = taken;
    expect(taken.map((line) => line.split(" ")[0])).toEqual(["nudge", "last-call"]);
    expect(Number(lastCall.split(" ")[1]) - Number(nudge.split(" ")[1])).toBeGreaterThanOrEqual(600);
  });

  it("sends the later reminder at its time while the earlier one fails, which then is superseded", async () => {
    const { until, taken, ended } = await retrying({ channels: ["chat"], isDown: ({ channel }) => channel === "chat" });
    await until(30 * MINUTE);
    expect(taken).toEqual(["last-call 1200"]);
    expect(await ended()).toEqual(["nudge superseded", "last-call sent"]);
  });

  it("counts a reminder once in the cap, however often it was tried", async () => {
    const limits = { max: 1, per: 24 * 60 * MINUTE, gap: MINUTE };
    const { until, taken, ended } = await retrying({ campaign: { limits }, isDown: (_, at) => at < 15 * MINUTE });
    await until(30 * MINUTE);
    expect(taken.map((line) => line.split(" ")[0])).toEqual(["nudge"]);
    expect(await ended()).toEqual(["nudge sent", "last-call cap"]);
  });
});

describe("between two attempts", () => {
  const nudge = (channels: string[]) => ({
    steps: [{ id: "nudge", at: { kind: "afterCreated" as const, ms: 10 * MINUTE }, channels }],
  });
  const failsUntil = (minutes: number) => ({ isDown: (_: Message, at: number) => at < minutes * MINUTE });
  const promise = { shop: "acme", order: "o1", reason: null, by: null };

  it("an opt-out ends it as suppressed, without another attempt", async () => {
    const { until, taken, ended, database, vault } = await retrying({ ...failsUntil(11), campaign: nudge(["sms"]) });
    await until(10 * MINUTE);
    await suppressContact(database.sql, "acme", vault.hash("phone", "+8613812345678"));
    await until(15 * MINUTE);
    expect(taken).toEqual([]);
    expect(await ended()).toEqual(["nudge suppressed"]);
    expect(await database.sql`select state, attempt from deliveries`).toEqual([
      { state: "failed-transient", attempt: 1 },
    ]);
  });

  it("an opt-out of one channel leaves the next one", async () => {
    const { until, sent, ended, database, vault } = await retrying({
      ...failsUntil(10.05),
      campaign: nudge(["chat", "sms"]),
    });
    await until(10 * MINUTE);
    await suppressContact(database.sql, "acme", vault.hash("chat.wechat", "w"));
    await until(15 * MINUTE);
    expect(sent.map(({ channel }) => channel)).toEqual(["chat", "sms"]);
    expect(await ended()).toEqual(["nudge sent"]);
    expect(await database.sql`select channel, state, attempt from deliveries order by claimed_at`).toEqual([
      { channel: "chat", state: "failed-transient", attempt: 1 },
      { channel: "sms", state: "accepted", attempt: 1 },
    ]);
  });

  it("a promise moves it to its time", async () => {
    const { until, taken, database } = await retrying({ ...failsUntil(11), campaign: nudge(["sms"]) });
    await until(10 * MINUTE);
    await recordPromise(database.sql, { ...promise, at: T0 + 40 * MINUTE });
    await until(45 * MINUTE);
    expect(taken).toEqual(["nudge 2400"]);
  });

  it("a promise ends it whose time is after its last useful moment", async () => {
    const { until, taken, ended, database } = await retrying({ ...failsUntil(11), campaign: nudge(["sms"]) });
    await until(10 * MINUTE);
    await recordPromise(database.sql, { ...promise, at: T0 + 5 * HOUR });
    await until(15 * MINUTE);
    expect(taken).toEqual([]);
    expect(await ended()).toEqual(["nudge promised"]);
  });
});
