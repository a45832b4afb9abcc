/** Verification before a send: what the platform says is stored, cancels the send or lets it go, and holds nothing up. */
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDispatcher } from "../../../src/dispatch/dispatcher.ts";
import { createVerifier, type VerifyTerms } from "../../../src/dispatch/verify/verifier.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import type { ShopClient } from "../../../src/sources/client.ts";
import { openHttpVerify } from "../../../src/sources/http-verify.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { eventually } from "../../support/eventually.ts";
import { MISCHIEF, platformServer } from "../../support/platforms/server.ts";
import { STOCKS } from "../../support/platforms/stock.ts";

const MINUTE = 60_000;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async function setUp(client: Pick<ShopClient, "ordersNow" | "ordersPerCall">, change: Partial<VerifyTerms> = {}) {
  const base = await dispatchSetup();
  const intake = createIntake(base.deps);
  let clock = T0;
  const results: string[] = [];
  const lines: string[] = [];
  const terms = { client, timeoutMs: 2_000, onError: "send" as const, ...change };
  const verify = createVerifier({
    termsOf: (shop) => (shop === "acme" ? terms : null),
    submit: intake.submit,
    now: () => clock,
    log: { warn: (fields, message) => void lines.push(JSON.stringify({ ...fields, message })) },
    seen: (result) => void results.push(result),
  });
  const dispatcher = createDispatcher({ ...base.dispatch, verify });
  onTestFinished(() => dispatcher.stop());
  const at = async (ms: number) => {
    clock = ms;
    await base.at(ms);
  };
  await at(T0);
  return {
    ...{ ...base, at, results, lines },
    drain: async () => {
      await dispatcher.drain();
      await dispatcher.settled();
    },
    rows: async () =>
      (
        await base.database.sql<{ step: string; state: string; reason: string | null }[]>`
          select step, state, reason from reminders order by step desc`
      ).map(({ step, state, reason }) => `${step} ${state}${reason === null ? "" : ` ${reason}`}`),
    deliveries: async () =>
      (await base.database.sql`select state, code from deliveries order by claimed_at, id`).map(
        ({ state, code }) => `${state}${code === null ? "" : ` ${code}`}`,
      ),
  };
}

/** The platform of the contract: `{"orders": {"<id>": state}}`. */
async function askedService(states: Record<string, string>) {
  const platform = await platformServer(({ body, headers }) => {
    const names = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
    const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    // The clock of the signature is the database's, which stands still in these tests.
    const at = new Date(Number(signed["webhook-timestamp"]) * 1_000);
    const wanted = new Webhook(SECRET).sign(signed["webhook-id"] ?? "", at, body);
    if (signed["webhook-signature"] !== wanted) return { status: 401, body: {} };
    const { orders } = JSON.parse(body) as { orders: string[] };
    return { body: { orders: Object.fromEntries(orders.flatMap((id) => (states[id] ? [[id, states[id]]] : []))) } };
  });
  const client = openHttpVerify(`${platform.url}/orders?x=1`, SECRET);
  onTestFinished(() => client.close());
  return { platform, client };
}
const order = (n: number, change: object = {}) =>
  receivedEvent(`e${n}`, "order.created", T0, {
    id: `o${n}`,
    buyer: { id: `b${n}`, phone: `+861380000${1000 + n}` },
    ...change,
  });

describe("a service of the shop's own", () => {
  it("is asked before a send, in one call for sends at the same time", async () => {
    const states: Record<string, string> = {};
    for (let n = 1; n <= 30; n++) states[`o${n}`] = "unpaid";
    const { platform, client } = await askedService(states);
    const { receive, at, drain, sent, results } = await setUp(client);
    await receive(...Array.from({ length: 30 }, (_, index) => order(index + 1)));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(30);
    expect(results).toEqual(Array.from({ length: 30 }, () => "owed"));
    expect(platform.requests.length).toBeLessThanOrEqual(5);
    const asked = platform.requests.flatMap(({ body }) => (JSON.parse(body) as { orders: string[] }).orders);
    expect(asked.toSorted()).toEqual(Object.keys(states).toSorted());
    expect(platform.requests[0]).toMatchObject({ path: "/orders" });
    expect(JSON.parse(platform.requests[0]?.body ?? "")).toMatchObject({ shop: "acme" });
  });

  it.each(["paid", "closed"])("that says %s cancels the send, and the order is so", async (state) => {
    const { client } = await askedService({ o1: state });
    const { receive, at, drain, sent, rows, deliveries, database } = await setUp(client);
    await receive(order(1));
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent).toEqual([]);
    expect(await rows()).toEqual(
      [`nudge skipped ${state}`, `last-call cancelled ${state}`].map((row) =>
        expect.stringMatching(row.replace("cancelled", "(cancelled|skipped)")),
      ),
    );
    expect(await deliveries()).toEqual(["failed-transient not_owed"]);
    const [stored] =
      await database.sql`select paid_at is not null as paid, closed_at is not null as closed from orders`;
    expect(stored).toEqual({ paid: state === "paid", closed: state === "closed" });
    expect(await database.sql`select 1 from recoveries`).toEqual([]);
  });

  it("that says one of two orders is closed: the message names the other", async () => {
    const { client } = await askedService({ o1: "closed", o2: "unpaid" });
    const { receive, at, drain, sent } = await setUp(client);
    const buyer = { id: "b1", phone: "+8613800001001" };
    await receive(order(1, { buyer }), order(2, { buyer }));
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent.map(({ orders }) => orders)).toEqual([["o2"]]);
  });

  it("that pays one of two silences the buyer", async () => {
    const { client } = await askedService({ o1: "paid", o2: "unpaid" });
    const { receive, at, drain, sent, rows } = await setUp(client);
    const buyer = { id: "b1", phone: "+8613800001001" };
    await receive(order(1, { buyer }), order(2, { buyer }));
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent).toEqual([]);
    expect((await rows())[0]).toBe("nudge skipped paid_other_order");
  });

  it.each(["html", "limited", "unauthorized", "broken", "half", "cut", "hangs"])(
    "that fails (%s): onError decides, within the time limit",
    async (name) => {
      const { platform, client } = await askedService({ o1: "unpaid" });
      platform.mischief = name === "hangs" ? () => {} : (MISCHIEF[name] ?? null);
      const terms = { timeoutMs: name === "hangs" ? 100 : 2_000 };
      const lenient = await setUp(client, { ...terms, onError: "send" });
      await lenient.receive(order(1));
      await lenient.at(T0 + 10 * MINUTE);
      await lenient.drain();
      expect([lenient.sent.length, lenient.results]).toEqual([1, ["sent_unverified"]]);
      expect(lenient.lines).toHaveLength(1);

      const strict = await setUp(client, { ...terms, onError: "skip" });
      await strict.receive(order(1));
      for (let second = 0; second <= 15; second++) {
        await strict.at(T0 + 10 * MINUTE + second * 1_000);
        await strict.drain();
      }
      expect(strict.sent).toEqual([]);
      expect((await strict.rows())[0]).toBe("nudge skipped channel_down");
      expect(await strict.deliveries()).toEqual(Array.from({ length: 5 }, () => "failed-transient not_verified"));
    },
  );

  it("that does not know the order: onError decides", async () => {
    const { client } = await askedService({});
    const { receive, at, drain, sent, results } = await setUp(client, { onError: "skip" });
    await receive(order(1));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect([sent, results]).toEqual([[], ["unverified"]]);
  });

  it("that recovers in time lets the send go", async () => {
    const { platform, client } = await askedService({ o1: "unpaid" });
    platform.mischief = MISCHIEF.broken ?? null;
    const { receive, at, drain, sent } = await setUp(client, { onError: "skip" });
    await receive(order(1));
    await at(T0 + 10 * MINUTE);
    await drain();
    platform.mischief = null;
    await at(T0 + 10 * MINUTE + 1_000);
    await drain();
    expect(sent).toHaveLength(1);
  });
});

it("holds no lock and no transaction while it asks: the buyer's payment goes in meanwhile", async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let ask = () => {};
  const isAsked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const client: Pick<ShopClient, "ordersNow" | "ordersPerCall"> = {
    ordersPerCall: 100,
    ordersNow: async (ids) => {
      ask();
      await asked;
      return ids.map((id) => ({ id, state: "unpaid" as const, events: [] }));
    },
  };
  const { receive, at, drain, sent, database } = await setUp(client, { timeoutMs: 10_000 });
  await receive(order(1));
  await at(T0 + 10 * MINUTE);
  const draining = drain();
  await isAsked;
  await receive(receivedEvent("p1", "order.paid", T0 + 10 * MINUTE, { id: "o1", buyer: { id: "b1" } }));
  // Other statements come and go; the question is still open.
  await eventually(
    "no transaction is open",
    () => database.sql`
      select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    (rows) => rows.length === 0,
  );
  answer();
  await draining;
  // The platform itself said that it was unpaid: the claim was before the payment.
  expect(sent).toHaveLength(1);
});

it("does not ask for shops without it, nor for sends of the holdout", async () => {
  const { platform, client } = await askedService({ o1: "unpaid" });
  const base = await dispatchSetup({ campaign: { holdout: 100 } });
  const verify = createVerifier({
    termsOf: () => ({ client, timeoutMs: 1_000, onError: "send" }),
    submit: createIntake(base.deps).submit,
    now: () => T0,
    log: { warn() {} },
  });
  const dispatcher = createDispatcher({ ...base.dispatch, verify });
  onTestFinished(() => dispatcher.stop());
  await base.at(T0);
  await base.receive(order(1));
  await base.at(T0 + 10 * MINUTE);
  await dispatcher.drain();
  await dispatcher.settled();
  expect([base.sent, platform.requests]).toEqual([[], []]);
});

it.each(Object.entries(STOCKS))(
  "%s is asked, and a payment or close that it reports is stored and cancels the send",
  async (_name, make) => {
    const stock = await make();
    onTestFinished(() => stock.client.close());
    const { receive, at, drain, sent, rows, deliveries, results, database } = await setUp(stock.client);
    stock.platform.date = new Date(T0 + 10 * MINUTE);
    const [unpaid, paid, closed] = ["9007199254740993", "9007199254740995", "9007199254740997"];
    const known = { created: T0, modified: T0 + 9 * MINUTE, amount: "129.00" };
    stock.orders.push(
      { id: unpaid, state: "unpaid", ...known },
      { id: paid, state: "paid", ...known },
      { id: closed, state: "closed", ...known },
    );
    await receive(order(1, { id: unpaid }), order(2, { id: paid }), order(3, { id: closed }));
    await at(T0 + 10 * MINUTE);
    await drain();
    await drain();
    expect(sent.map(({ orders }) => orders)).toEqual([[unpaid]]);
    expect(results.toSorted()).toEqual(["over", "over", "owed"]);
    expect((await deliveries()).toSorted()).toEqual([
      "accepted",
      "failed-transient not_owed",
      "failed-transient not_owed",
    ]);
    const stored = await database.sql`
      select id, paid_at is not null as paid, closed_at is not null as closed from orders order by id`;
    expect(stored).toEqual([
      { id: unpaid, paid: false, closed: false },
      { id: paid, paid: true, closed: false },
      { id: closed, paid: false, closed: true },
    ]);
    const nudges = (await rows()).filter((row) => row.startsWith("nudge")).toSorted();
    expect(nudges).toEqual(["nudge sent", "nudge skipped closed", "nudge skipped paid"]);
    expect(await database.sql`select 1 from recoveries`).toEqual([]);
  },
);
