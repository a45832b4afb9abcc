import { expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { suppress, unsuppress } from "../../../src/followup/suppress.ts";
import { ALICE } from "../../support/campaigns.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { whereabouts } from "../../support/personal.ts";

const PHONE = "+8613812345678";

async function suppressing() {
  const setup = await dispatchSetup();
  const { database, vault, shopOf } = setup;
  const deps = { sql: database.sql, vault, shopOf };
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  const address = { shop: "acme", address: PHONE, kind: "phone" };
  return {
    ...setup,
    off: (change: object = {}) => suppress(deps, ALICE, { ...address, ...change }),
    on: (change: object = {}) => unsuppress(deps, ALICE, { ...address, ...change }),
  };
}

it("a lifted opt-out lets the next step be sent; what was skipped stays skipped", async () => {
  const { at, drain, sent, off, on, database } = await suppressing();
  expect(await on()).toEqual({ kind: "absent", masked: "+86138****5678" });
  expect(await off()).toMatchObject({ kind: "added" });
  await at(T0 + MINUTE);
  await drain();
  // Until a step would be stale, a lifted opt-out could still let it be sent.
  await at(T0 + 75 * MINUTE);
  await drain();
  expect(sent).toEqual([]);
  expect(await on()).toEqual({ kind: "lifted", masked: "+86138****5678" });
  expect(await on()).toMatchObject({ kind: "absent" });
  await at(T0 + 24 * 60 * MINUTE - 30 * MINUTE);
  await drain();
  expect(sent.map(({ step }) => step)).toEqual(["last-call"]);
  const rows = await database.sql`select step, state, reason from reminders order by due_at`;
  expect(rows.map(({ step, state, reason }) => `${step} ${reason ?? state}`)).toEqual([
    "nudge suppressed",
    "last-call sent",
  ]);
});

it("a lifted opt-out before the time of a step lets it be sent", async () => {
  const { at, drain, sent, off, on } = await suppressing();
  await off();
  await at(T0 + 5 * MINUTE);
  await drain();
  await on({ address: "138 1234 5678" });
  await drain();
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(sent.map(({ step }) => step)).toEqual(["nudge"]);
});

it("names a shop and an address that cannot be", async () => {
  const { on } = await suppressing();
  expect(await on({ shop: "beta" })).toEqual({ kind: "unknown_shop" });
  expect(await on({ address: "12" })).toMatchObject({ kind: "invalid_address" });
});

it("is in the audit trail by its id, and puts the address into no table", async () => {
  const { off, on, database } = await suppressing();
  await off();
  await off();
  await on();
  await on();
  const trail = await database.sql`select who, action, subject, note from audit order by id`;
  const [first] = trail;
  expect(first?.note).toMatch(/^suppression [0-9a-f-]{36}$/);
  expect(trail.map(({ who, action, subject, note }) => [who, action, subject, note])).toEqual([
    ["alice", "suppression.add", "acme", first?.note],
    ["alice", "suppression.lift", "acme", first?.note],
  ]);
  // Sealed, as the contact of the buyer; test/integration/privacy looks for it over HTTP, in the queue and in the log, too.
  expect(await whereabouts(database.sql, ["13812345678"])).toEqual(["contacts.cipher"]);
});
