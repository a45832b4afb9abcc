/** One order that cannot be worked on holds up nobody else, on no way. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { dispatchSetup } from "../../support/dispatch.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const LAST = "9999-12-31T23:59:59.999Z";
const good = (n: number) =>
  receivedEvent(`g${n}`, "order.created", T0, { id: `g${n}`, buyer: { id: `gb${n}`, phone: `+861381240000${n}` } });

describe("an extreme value", () => {
  it("is rejected if no database could hold it: instants outside 1970 to 9999, amounts beyond any currency", async () => {
    const { deps } = await dispatchSetup();
    const intake = createIntake(deps);
    const bad = [
      receivedEvent("b1", "order.created", T0, { closesAt: "9999-12-31T23:59:59-08:00" }),
      receivedEvent("b2", "order.paid", T0, { paidAt: "0001-01-01T00:00:00Z" }),
      receivedEvent("b3", "order.paid", T0, { paidAt: "1969-12-31T23:59:59Z" }),
      receivedEvent("b4", "order.updated", T0, { amount: "999999999999999" }),
      receivedEvent("b5", "order.updated", T0, { amount: "900719925475.00" }),
    ];
    const { accepted, rejected } = await intake.submit([good(1), ...bad, good(2)]);
    expect(accepted).toBe(2);
    expect(rejected.map(({ index, code, message }) => `${index} ${code} ${message}`)).toEqual([
      expect.stringMatching(/^1 invalid_event order\.closesAt: must be .* from 1970 to 9999/),
      expect.stringMatching(/^2 invalid_event order\.paidAt: must be/),
      expect.stringMatching(/^3 invalid_event order\.paidAt: must be/),
      "4 invalid_event order.amount: 999999999999999 has too many digits for an amount of any currency",
      "5 invalid_event order.amount: 900719925475.00 has too many digits for an amount of any currency",
    ]);
  });

  it("may be the last instant, and later instants computed from it are stored as that one", async () => {
    const { deps, database, at, drain, sent } = await dispatchSetup({ shop: { closeAfter: 24 * HOUR } });
    await at(T0);
    const intake = createIntake(deps);
    const never = receivedEvent("n", "order.created", T0, { id: "n", closesAt: LAST });
    const far = receivedEvent("f", "order.created", T0, { id: "f", createdAt: LAST, buyer: { id: "fb" } });
    const amount = receivedEvent("a", "order.updated", T0 + 1, { id: "n", amount: "900719925474.0991" });
    expect(await intake.submit([never, far, amount])).toMatchObject({ accepted: 3, rejected: [] });
    expect(await database.sql`select id, closes_at from orders order by id`).toEqual([
      { id: "f", closes_at: Date.parse(LAST) },
      { id: "n", closes_at: Date.parse(LAST) },
    ]);
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
  });
});

/** As a column that somebody changed by hand, or a bug, would be: what PostgreSQL holds, and we cannot read. */
const spoil = "update orders set amount = 9223372036854775807 where id = 'bad'";

describe("an order that cannot be read", () => {
  const bad = receivedEvent("bad", "order.created", T0 - MINUTE, {
    id: "bad",
    buyer: { id: "bad", phone: "+8613812400099" },
  });

  it("does not block the reminders of others, and is tried again later", async () => {
    const { database, receive, at, drain, sent } = await dispatchSetup();
    await at(T0);
    await receive(bad, ...[1, 2, 3, 4, 5].map(good));
    await database.sql.unsafe(spoil);
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(5);
    const [buyer] = await database.sql`select wake_at from buyers where platform_id = 'bad'`;
    expect(buyer).toEqual({ wake_at: T0 + 15 * MINUTE });
    await database.sql`update orders set amount = 100 where id = 'bad'`;
    await at(T0 + 15 * MINUTE);
    await drain();
    expect(sent).toHaveLength(6);
  });

  it("does not block the retries of others", async () => {
    let down = true;
    const { database, receive, at, drain, sent } = await dispatchSetup({
      answer: () =>
        down
          ? { kind: "failed-transient", code: "http_503", message: "", retryAfterMs: null }
          : { kind: "accepted", messageId: null, segments: null },
    });
    await at(T0);
    await receive(bad, ...[1, 2, 3].map(good));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(4);
    await database.sql.unsafe(spoil);
    down = false;
    await at(T0 + 11 * MINUTE);
    await drain();
    expect(sent).toHaveLength(7);
    const waiting = await database.sql`select orders, retry_at from reminders where state = 'sending'`;
    expect(waiting).toEqual([{ orders: ["bad"], retry_at: T0 + 16 * MINUTE }]);
  });

  it("does not block the other events of its list, nor those of other lists", async () => {
    const { deps, database, receive, at } = await dispatchSetup();
    await at(T0);
    await receive(bad);
    await database.sql.unsafe(spoil);
    const broken: unknown[] = [];
    const intake = createIntake({ ...deps, broken: (_error, which) => broken.push(which) });
    const paid = receivedEvent("bad-paid", "order.paid", T0, { id: "bad", buyer: undefined });
    const answers = await Promise.allSettled([
      intake.submit([good(1)]),
      intake.submit([good(2), paid, good(3)]),
      intake.submit([good(4)]),
    ]);
    // The fault is ours, not the sender's: the sender repeats it, and the events that went in with it count as duplicates then.
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(broken).toEqual([{ shop: "acme", event: "bad-paid" }]);
    const ids = (await database.sql`select id from orders where id like 'g%' order by id`).map(({ id }) => id);
    expect(ids).toEqual(["g1", "g2", "g4"]);
    await database.sql`update orders set amount = 100 where id = 'bad'`;
    expect(await intake.submit([good(2), paid, good(3)])).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [],
      warnings: [],
    });
  });

  it("is rejected by its index when the database does not accept a value", async () => {
    const { deps, database } = await dispatchSetup();
    await database.sql`alter table orders add constraint no_watches check (details->>'note' is distinct from 'watch')`;
    const intake = createIntake(deps);
    const watch = receivedEvent("w", "order.created", T0, { id: "w", note: "watch", buyer: { id: "w" } });
    const [first, second] = await Promise.all([intake.submit([good(1)]), intake.submit([good(2), watch, good(3)])]);
    expect(first).toMatchObject({ accepted: 1 });
    expect(second).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [{ index: 1, id: "w", code: "invalid_event", message: expect.stringContaining("does not take") }],
      warnings: [],
    });
  });
});

it("a promise until the last instant blocks no other buyer", async () => {
  const { database, receive, at, drain, sent } = await dispatchSetup({ shop: { closeAfter: null } });
  await at(T0);
  await receive(receivedEvent("e1", "order.created", T0), good(1));
  const promise = { shop: "acme", order: "o1", at: Date.parse(LAST), reason: null, by: null };
  expect(await recordPromise(database.sql, promise)).toMatchObject({ kind: "recorded" });
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(sent).toHaveLength(1);
});
