/** A channel that drops repetitions (`idempotent: true`): a message of unknown outcome is sent again, the very same one under the same id. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { createDispatcher } from "../../../src/dispatch/dispatcher.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import { type Fault, faults, type Rule } from "../../support/provider-faults.ts";
import { receiptSetup } from "../../support/receipts.ts";
import { afterCreated } from "../../support/rules.ts";
import { suppressContact } from "../../support/suppress.ts";

const DUE = T0 + 10 * MINUTE;
const BUYER = { id: "b1", phone: "+8613812345678", name: "李雷", chat: { wechat: "w1" } };
/** A claim that nobody recorded is given up after this. */
const CLAIM = 37 * SECOND;

type Options = {
  readonly faults?: readonly Fault[];
  readonly rules?: readonly Rule[];
  readonly idempotent?: boolean;
  readonly steps?: readonly number[];
};

async function repeating({ faults: list = [faults.resetAfter], rules, idempotent = true, steps = [10] }: Options = {}) {
  const setup = await receiptSetup({
    campaign: {
      steps: steps.map((minutes, index) =>
        afterCreated(["nudge", "last-call"][index] ?? "nudge", minutes * MINUTE, ["sms", "chat"]),
      ),
    },
    text: () => "{{buyer.name}}: {{order.id}}: {{total}} {{timeLeft}}",
  });
  const provider = await startFakeProvider({ rules: rules ?? [{ fault: list }] });
  onTestFinished(() => provider.close());
  const sms = openChannels(
    [
      {
        ...{ name: "sms", ratePerSecond: null, timeoutMs: 5_000, connections: 4, cost: null, fallback: null },
        contacts: ["phone"],
        provider: "webhook",
        settings: { url: provider.url("sms"), ...(idempotent ? { idempotent } : {}) },
      },
    ],
    { log: { warn() {} } },
  ).get("sms");
  if (sms === undefined) throw new Error("not opened");
  onTestFinished(() => sms.close());
  setup.use(sms);
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer: BUYER }));
  await setup.at(DUE);
  const { sql } = setup.database;
  return {
    ...setup,
    provider,
    /** The clock goes on by `stepMs`, and what is due is done. */
    async run(from: number, to: number, stepMs = SECOND) {
      for (let now = from; now <= to; now += stepMs) {
        await setup.at(now);
        await setup.drain();
      }
    },
    ledger: () =>
      sql<{ channel: string; attempt: number; state: string; code: string | null; kept: boolean }[]>`
        select channel, attempt, state, code, sealed_message is not null as kept from deliveries order by id`,
    ended: () =>
      sql<{ state: string; reason: string | null }[]>`select state, reason from reminders order by due_at, step`,
  };
}

const bodies = (log: readonly { readonly body: unknown }[]) => new Set(log.map(({ body }) => JSON.stringify(body)));

describe("a message of unknown outcome", () => {
  it("is sent again as it was, although the order has changed", async () => {
    const { drain, receive, run, provider, ledger, ended, database } = await repeating({
      faults: [faults.resetAfter, faults.resetAfter],
    });
    await drain();
    expect(await ledger()).toMatchObject([{ attempt: 1, state: "unknown", code: "connection_lost", kept: true }]);
    expect(await ended()).toMatchObject([{ state: "sending", reason: null }]);
    // It holds an address and a text, which are nowhere to be read.
    const [stored] = await database.sql<{ sealed_message: Buffer }[]>`select sealed_message from deliveries`;
    expect(stored?.sealed_message.includes("13812345678")).toBe(false);
    await receive(receivedEvent("e2", "order.updated", DUE, { amount: "150.00", currency: "CNY" }));
    await run(DUE, DUE + 10 * SECOND);
    expect(provider.log).toHaveLength(3);
    expect(new Set(provider.log.map(({ id }) => id)).size).toBe(1);
    expect(bodies(provider.log).size).toBe(1);
    expect(provider.log[0]?.text).toContain("李雷: o1: CN¥129.00");
    expect(await ledger()).toMatchObject([{ attempt: 3, state: "accepted", code: null, kept: false }]);
    expect(await ended()).toMatchObject([{ state: "sent", reason: null }]);
    await run(DUE + MINUTE, DUE + 20 * MINUTE, MINUTE);
    expect(provider.log).toHaveLength(3);
  });

  it("is never sent again without that promise", async () => {
    const { run, provider, ledger, ended } = await repeating({ idempotent: false });
    await run(DUE, DUE + 3 * MINUTE, 10 * SECOND);
    expect(provider.log).toHaveLength(1);
    expect(await ledger()).toMatchObject([{ state: "unknown", kept: false }]);
    expect(await ended()).toMatchObject([{ state: "skipped", reason: "unknown_outcome" }]);
  });

  it("is sent again with growing pauses while it is of use, then stays unknown", async () => {
    const { run, provider, ledger, ended } = await repeating({ rules: [{ fault: faults.resetAfter }] });
    await run(DUE, DUE + MINUTE, SECOND);
    // After 1, 2, 4, 8, 16 and 32 s, counted from the answer.
    expect(provider.log.length).toBeGreaterThanOrEqual(5);
    expect(provider.log.length).toBeLessThanOrEqual(7);
    await run(DUE + MINUTE, DUE + 70 * MINUTE, MINUTE);
    const { length } = provider.log;
    expect(length).toBeLessThan(45);
    expect(await ledger()).toMatchObject([{ state: "unknown", kept: false }]);
    expect(await ended()).toMatchObject([{ state: "skipped", reason: "unknown_outcome" }]);
    await run(DUE + 71 * MINUTE, DUE + 75 * MINUTE, MINUTE);
    expect(provider.log).toHaveLength(length);
    expect(provider.log.every(({ channel }) => channel === "sms")).toBe(true);
  });

  it.each<[string, Fault, string]>([
    ["throttled", faults.retryAfter(429, "1"), "accepted"],
    ["failed for now", faults.status(503), "accepted"],
    ["refused", faults.status(400), "unknown"],
  ])(
    "that is %s when it is sent again may still have arrived: no other message follows",
    async (_name, fault, state) => {
      const { run, provider, ledger, sent } = await repeating({ faults: [faults.resetAfter, fault] });
      await run(DUE, DUE + 20 * SECOND);
      expect(await ledger()).toMatchObject([{ channel: "sms", state, kept: false }]);
      expect(provider.log).toHaveLength(state === "accepted" ? 3 : 2);
      expect(sent).toEqual([]);
    },
  );

  it.each<[string, (setup: Awaited<ReturnType<typeof repeating>>) => Promise<unknown>]>([
    [
      "its order was paid",
      ({ receive }) =>
        receive(receivedEvent("e2", "order.paid", DUE, { paidAt: new Date(DUE).toISOString(), buyer: BUYER })),
    ],
    ["its order was closed", ({ receive }) => receive(receivedEvent("e2", "order.closed", DUE, { buyer: BUYER }))],
    [
      "the buyer has another number by now",
      ({ receive }) =>
        receive(receivedEvent("e2", "order.updated", DUE, { buyer: { ...BUYER, phone: "+8613900000000" } })),
    ],
    [
      "the number is blocked",
      ({ database, vault }) => suppressContact(database.sql, "acme", vault.hash("phone", BUYER.phone)),
    ],
  ])("is not sent again once %s, and stays unknown", async (_name, change) => {
    const setup = await repeating();
    await setup.drain();
    await change(setup);
    await setup.run(DUE + SECOND, DUE + 10 * SECOND);
    expect(setup.provider.log).toHaveLength(1);
    expect(setup.sent).toEqual([]);
    expect(await setup.ledger()).toMatchObject([{ state: "unknown", kept: false }]);
    expect((await setup.ended())[0]).toMatchObject({ state: "skipped", reason: "unknown_outcome" });
  });

  it("waits while its channel is paused", async () => {
    const setup = await repeating();
    await setup.drain();
    Object.assign(setup.policy, { pausedChannels: new Set(["sms"]) });
    await setup.run(DUE + SECOND, DUE + 5 * SECOND);
    expect(setup.provider.log).toHaveLength(1);
    expect(await setup.ledger()).toMatchObject([{ state: "unknown", kept: true }]);
  });

  it("keeps others at a distance, and not itself", async () => {
    const { run, provider, ended } = await repeating({
      rules: [{ when: { step: "nudge" }, fault: faults.resetAfter, times: 4 }],
      steps: [10, 12],
    });
    await run(DUE, DUE + 30 * SECOND);
    expect(provider.log.map(({ step }) => step)).toEqual(Array(5).fill("nudge"));
    // Its gap is 10 minutes from the last attempt.
    await run(DUE + MINUTE, DUE + 9 * MINUTE, 10 * SECOND);
    expect(provider.log).toHaveLength(5);
    await run(DUE + 9 * MINUTE, DUE + 12 * MINUTE, 10 * SECOND);
    expect(provider.log.map(({ step }) => step)).toEqual([...Array(5).fill("nudge"), "last-call"]);
    expect(await ended()).toMatchObject([{ state: "sent" }, { state: "sent" }]);
  });
});

describe("a receipt", () => {
  it("that comes meanwhile ends it", async () => {
    const { drain, run, post, provider, ledger, ended } = await repeating();
    await drain();
    await post("sms", { type: "delivered", id: provider.log[0]?.id, at: new Date(DUE).toISOString() });
    await run(DUE + SECOND, DUE + 10 * SECOND);
    expect(provider.log).toHaveLength(1);
    expect(await ledger()).toMatchObject([{ state: "accepted", kept: false }]);
    expect(await ended()).toMatchObject([{ state: "sent" }]);
  });

  it("of a failure sends it over the next channel", async () => {
    const { drain, run, post, provider, ledger, sent } = await repeating();
    await drain();
    await post("sms", { type: "failed", id: provider.log[0]?.id, at: new Date(DUE).toISOString(), code: "1" });
    await run(DUE + SECOND, DUE + 10 * SECOND);
    expect(provider.log).toHaveLength(1);
    expect(sent.map(({ channel }) => channel)).toEqual(["chat"]);
    expect(await ledger()).toMatchObject([{ state: "failed-permanent", kept: false }, { state: "accepted" }]);
  });
});

describe("after a crash", () => {
  it("another process sends the same message", async () => {
    const { dispatch, at, another, run, provider, ledger, ended, receive } = await repeating({ faults: [faults.hang] });
    const dying = createDispatcher(dispatch);
    void dying.drain();
    await provider.received(1);
    await receive(receivedEvent("e2", "order.updated", DUE, { amount: "150.00", currency: "CNY" }));
    await at(DUE + CLAIM + SECOND);
    expect(await another().rescue()).toBe(1);
    expect(await ledger()).toMatchObject([{ state: "unknown", code: "lease_expired", kept: true }]);
    await run(DUE + CLAIM + 2 * SECOND, DUE + CLAIM + 12 * SECOND);
    expect(provider.log.length).toBe(2);
    expect(new Set(provider.log.map(({ id }) => id)).size).toBe(1);
    expect(bodies(provider.log).size).toBe(1);
    expect(await ledger()).toMatchObject([{ attempt: 2, state: "accepted", kept: false }]);
    expect(await ended()).toMatchObject([{ state: "sent" }]);
  });

  it("while it was sent again, it is sent again once more", async () => {
    const { drain, dispatch, at, another, run, provider, ledger } = await repeating({
      faults: [faults.resetAfter, faults.hang],
    });
    await drain();
    await at(DUE + 5 * SECOND);
    const dying = createDispatcher(dispatch);
    void dying.drain();
    await provider.received(2);
    expect(await ledger()).toMatchObject([{ attempt: 2, state: "claimed", kept: true }]);
    await at(DUE + 5 * SECOND + CLAIM + SECOND);
    expect(await another().rescue()).toBe(1);
    await run(DUE + MINUTE, DUE + MINUTE + SECOND);
    expect(provider.log).toHaveLength(3);
    expect(bodies(provider.log).size).toBe(1);
    expect(await ledger()).toMatchObject([{ attempt: 3, state: "accepted" }]);
  });

  it("a claim whose message was not stored yet was not sent, and is retried as it is now", async () => {
    const { dispatch, at, another, run, provider, ledger, database, ended, receive } = await repeating({
      faults: [faults.hang],
    });
    void createDispatcher(dispatch).drain();
    await provider.received(1);
    // As after a crash between the claim and the message.
    await database.sql`update deliveries set sealed_message = ''`;
    await receive(receivedEvent("e2", "order.updated", DUE, { amount: "150.00", currency: "CNY" }));
    await at(DUE + CLAIM + SECOND);
    expect(await another().rescue()).toBe(1);
    expect(await ledger()).toMatchObject([{ state: "failed-transient", code: "lease_expired", kept: false }]);
    await run(DUE + CLAIM + 2 * SECOND, DUE + CLAIM + 12 * SECOND);
    expect(provider.log[1]?.text).toContain("150.00");
    expect(await ledger()).toMatchObject([{ state: "failed-transient" }, { state: "accepted", kept: false }]);
    expect(await ended()).toMatchObject([{ state: "sent" }]);
  });

  it("a message that was not stored was not sent, and is not sent again", async () => {
    const { dispatch, at, another, run, provider, ledger, database, ended } = await repeating({ faults: [] });
    await database.sql.unsafe(`
      create function fail() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
      create trigger t before update of sealed_message on deliveries for each row
        when (new.sealed_message is not null) execute function fail();`);
    const log = { ...dispatch.log, warn: vi.fn() };
    const dispatcher = createDispatcher({ ...dispatch, log });
    await dispatcher.drain();
    await dispatcher.settled();
    expect(provider.log).toHaveLength(0);
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(await ledger()).toMatchObject([{ state: "failed-transient", code: "not_stored" }]);
    await database.sql.unsafe("drop trigger t on deliveries");
    await at(DUE + 2 * SECOND);
    await run(DUE + 2 * SECOND, DUE + 3 * SECOND);
    expect(provider.log).toHaveLength(1);
    expect(await ended()).toMatchObject([{ state: "sent" }]);
    await another().rescue();
  });
});

it("a message that was accepted at once is kept no longer", async () => {
  const { drain, ledger, provider } = await repeating({ faults: [] });
  await drain();
  expect(provider.log).toHaveLength(1);
  expect(await ledger()).toMatchObject([{ state: "accepted", kept: false }]);
});
