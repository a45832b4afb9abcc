/** A person who holds a case gets it whole: no message of it goes out, until the hold ends in whatever way. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { claim, LEASE, release } from "../../../src/followup/desk/claims.ts";
import { recordOutcome } from "../../../src/followup/desk/results.ts";
import { take } from "../../../src/followup/desk/take.ts";
import { ADA, deskSetup, VERA } from "../../support/desk.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";

describe("a case with reminders that a person claims", () => {
  it("gets no message meanwhile, and goes back when the hold lapses, also for another process", async () => {
    const { called, deps, at, another, rows, only, sql } = await deskSetup();
    const id = await called();
    expect(await rows()).toEqual(["10 planned nudge", "1410 planned last-call"]);
    await at(T0 + 5 * MINUTE);
    expect(await claim(deps, VERA, id)).toEqual({ kind: "changed" });
    await another().drain();
    expect(await rows()).toEqual(["10 planned manual", "1410 planned manual"]);
    await at(T0 + 10 * MINUTE);
    await another().drain();
    expect(await rows()).toEqual(["10 skipped manual", "1410 planned manual"]);
    expect(await sql`select wake_at from buyers`).toEqual([{ wake_at: T0 + 5 * MINUTE + LEASE }]);
    // The one who had it is gone.
    await at(T0 + 5 * MINUTE + LEASE);
    await another().drain();
    expect(await rows()).toEqual(["10 skipped manual", "1410 planned last-call"]);
    expect(await sql`select held_at, held_until from cases`).toEqual([
      { held_at: null, held_until: T0 + 5 * MINUTE + LEASE },
    ]);
    expect(await only()).toMatchObject({ id, kind: "call", state: "open", assignee: null });
  });

  it("goes back when it is let go, as often as somebody takes it", async () => {
    const { called, deps, at, drain, rows, sent, story } = await deskSetup();
    const id = await called();
    for (const minute of [5, 7]) {
      await at(T0 + minute * MINUTE);
      await claim(deps, VERA, id);
      await drain();
      expect(await rows()).toEqual(["10 planned manual", "1410 planned manual"]);
      expect(await story()).toMatch(/in a person's hands since .*; goes back to the reminders at /);
      await at(T0 + (minute + 1) * MINUTE);
      await release(deps, VERA, id);
      await drain();
      expect(await rows()).toEqual(["10 planned nudge", "1410 planned last-call"]);
    }
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
  });

  it("goes back once more after it had been handed back before", async () => {
    const { receive, deps, at, drain, rows, call, only, sql } = await deskSetup({
      manual: { amountAtLeast: "100", handBackAfter: 20 * MINUTE },
    });
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 20 * MINUTE);
    await drain();
    expect(await rows()).toEqual(["23 planned nudge", "1410 planned last-call"]);
    const id = await call();
    await claim(deps, VERA, id);
    await drain();
    await at(T0 + 23 * MINUTE);
    await drain();
    await at(T0 + 24 * MINUTE);
    await release(deps, VERA, id);
    await drain();
    expect(await rows()).toEqual(["23 skipped manual", "1410 planned last-call"]);
    expect(await sql`select manual, held_at from cases`).toEqual([{ manual: false, held_at: null }]);
    expect(await only()).toMatchObject({ kind: "call", state: "open" });
  });

  it("is over with a payment during the call", async () => {
    const { called, deps, at, receive, drain, list, rows, sent } = await deskSetup();
    const id = await called();
    await claim(deps, VERA, id);
    await drain();
    await receive(receivedEvent("e2", "order.paid", T0 + MINUTE, { paidAt: new Date(T0 + MINUTE).toISOString() }));
    expect(await list()).toEqual([]);
    expect(await list({ state: "done" })).toMatchObject([{ id, kind: "call", why: "paid", assignee: "vera" }]);
    await at(T0 + HOUR);
    await drain();
    expect(await rows()).toEqual(["0 skipped manual", "0 skipped manual"]);
    expect(sent).toEqual([]);
  });

  it.each(["closed", "erased"] as const)("has its task end with it when it is %s, held or not", async (why) => {
    const { called, at, drain, list, eraseBuyer } = await deskSetup();
    const id = await called();
    if (why === "erased") await eraseBuyer("b1");
    else await at(T0 + 24 * HOUR);
    await drain();
    expect(await list({ state: "done" })).toMatchObject([{ id, why }]);
  });

  it("stays the person's when the task is done", async () => {
    const { called, deps, at, drain, rows, sent } = await deskSetup();
    const id = await called();
    await claim(deps, VERA, id);
    const rest = { reason: null, note: null, promiseAt: null, againAt: null };
    expect(await recordOutcome(deps, VERA, id, { outcome: "refused", ...rest })).toEqual({ kind: "changed" });
    for (const minute of [10, 1410]) {
      await at(T0 + minute * MINUTE);
      await drain();
    }
    expect(await rows()).toEqual(["10 skipped manual", "1410 skipped manual"]);
    expect(sent).toEqual([]);
  });

  it("has a retry dropped that a receipt would start", async () => {
    const { called, deps, at, drain, rows, sql, sent } = await deskSetup();
    const id = await called();
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
    await claim(deps, VERA, id);
    await sql`update deliveries set state = 'failed-permanent'`;
    await sql`update reminders set state = 'sending', retry_at = dunlin_now(), retry_channel = 'sms' where state = 'sent'`;
    await drain();
    expect(await rows()).toContain("10 skipped manual");
    expect(sent).toHaveLength(1);
  });
});

describe("a case that is taken by hand", () => {
  const caseId = async (sql: Awaited<ReturnType<typeof deskSetup>>["sql"]) =>
    (await sql<{ id: string }[]>`select id from cases`)[0]?.id ?? "";

  it("becomes a call of the one who takes it, which the trail notes", async () => {
    const { receive, deps, at, drain, rows, only, sql } = await deskSetup();
    await receive(receivedEvent("e1", "order.created", T0));
    const id = await caseId(sql);
    const taken = await take(deps, VERA, { shop: "acme", id });
    expect(taken).toMatchObject({ kind: "changed" });
    expect(await only()).toMatchObject({ kind: "call", state: "claimed", assignee: "vera", case: id });
    expect(await sql`select who, action from audit`).toEqual([{ who: "vera", action: "case.take" }]);
    expect(await take(deps, VERA, { shop: "acme", id })).toEqual(taken);
    expect(await take(deps, ADA, { shop: "acme", id })).toEqual({ kind: "taken", by: "vera" });
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(await rows()).toEqual(["10 skipped manual", "1410 planned manual"]);
  });

  it("is claimed with the task that it has, whatever its kind", async () => {
    const { receive, deps, only, sql } = await deskSetup({ manual: { amountAtLeast: "100", handBackAfter: HOUR } });
    await receive(receivedEvent("e1", "order.created", T0));
    const { id } = await only();
    expect(await take(deps, ADA, { shop: "acme", id: await caseId(sql) })).toEqual({ kind: "changed", task: id });
    expect(await only()).toMatchObject({ id, kind: "high_value", assignee: "ada" });
  });

  it("must be open, known and without a message under way", async () => {
    const { receive, deps, at, dispatcher, list, sql } = await deskSetup({ hang: true });
    await receive(receivedEvent("e1", "order.created", T0));
    const of = { shop: "acme", id: await caseId(sql) };
    await at(T0 + 10 * MINUTE);
    await dispatcher.drain();
    expect(await take(deps, VERA, of)).toEqual({ kind: "under_way" });
    expect(await list()).toEqual([]);
    expect(await take(deps, VERA, { ...of, shop: "other" })).toEqual({ kind: "unknown_case" });
    expect(await take(deps, VERA, { ...of, id: "o1" })).toEqual({ kind: "unknown_case" });
    await receive(receivedEvent("e2", "order.closed", T0 + 10 * MINUTE));
    expect(await take(deps, VERA, of)).toEqual({ kind: "ended" });
  });

  it("is one person's: of 50 at once one wins", async () => {
    const { receive, deps, only, sql } = await deskSetup();
    await receive(receivedEvent("e1", "order.created", T0));
    const id = await caseId(sql);
    const people = Array.from({ length: 50 }, (_, n) => ({ who: `p${n}`, via: "http" as const }));
    const results = await Promise.all(people.map((who) => take(deps, who, { shop: "acme", id })));
    expect(results.filter(({ kind }) => kind === "changed")).toHaveLength(1);
    const { assignee } = await only();
    expect(results.filter((result) => result.kind === "taken" && result.by === assignee)).toHaveLength(49);
  });
});

it("merges the cases of two buyers whose tasks two people have into one that neither loses", async () => {
  const { receive, call, deps, at, drain, list, rows, sql } = await deskSetup();
  for (const n of [1, 2]) {
    const buyer = { id: `b${n}`, phone: `+861381234567${n}` };
    await receive(receivedEvent(`e${n}`, "order.created", T0 + n, { id: `o${n}`, buyer }));
  }
  const [first = "", second = ""] = [await call("o1"), await call("o2")];
  await claim(deps, VERA, first);
  await at(T0 + 2 * MINUTE);
  await claim(deps, ADA, second);
  const proof = { id: "o1", buyer: { id: "b1", phone: "+8613812345672" } };
  await receive(receivedEvent("e3", "order.updated", T0 + 2 * MINUTE, proof));
  await drain();
  expect(await list()).toMatchObject([{ id: second, state: "claimed", assignee: "ada", orders: ["o1", "o2"] }]);
  expect(await list({ state: "done" })).toMatchObject([{ id: first, why: "moved" }]);
  // Until the later of both ends.
  expect(await sql`select held_at, held_until from cases where ended_at is null`).toEqual([
    { held_at: T0, held_until: T0 + 2 * MINUTE + LEASE },
  ]);
  await at(T0 + 2 * MINUTE + LEASE - SECOND);
  await drain();
  expect((await rows()).map((row) => row.replace(/^\S+ /, ""))).toEqual(["skipped manual", "planned manual"]);
  await at(T0 + 2 * MINUTE + LEASE);
  await drain();
  expect((await rows()).at(-1)).toMatch(/planned last-call$/);
});

it("makes a message of unknown outcome a task where its campaign says so, which holds nothing back", async () => {
  const manual = { amountAtLeast: null, unknown: true, handBackAfter: null };
  const answer = () => ({ kind: "unknown", code: "timeout", message: "no answer" }) as const;
  const { receive, at, drain, only, rows, list } = await deskSetup({ manual, answer });
  await receive(receivedEvent("e1", "order.created", T0));
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(await only()).toMatchObject({ kind: "unknown", state: "open", orders: ["o1"] });
  expect(await rows()).toEqual(["10 skipped unknown_outcome", "1410 planned last-call"]);
  await receive(receivedEvent("e2", "order.paid", T0 + 10 * MINUTE));
  expect(await list({ state: "done" })).toMatchObject([{ kind: "unknown", why: "paid" }]);

  const silent = await deskSetup({ answer });
  await silent.receive(receivedEvent("e1", "order.created", T0));
  await silent.at(T0 + 10 * MINUTE);
  await silent.drain();
  expect(await silent.list()).toEqual([]);
});

it("makes a task of a claim whose worker was killed", async () => {
  const manual = { amountAtLeast: null, unknown: true, handBackAfter: null };
  const { receive, at, dispatcher, another, only } = await deskSetup({ manual, hang: true });
  await receive(receivedEvent("e1", "order.created", T0));
  await at(T0 + 10 * MINUTE);
  await dispatcher.drain();
  await at(T0 + 20 * MINUTE);
  expect(await another().rescue()).toBe(1);
  expect(await only()).toMatchObject({ kind: "unknown", state: "open" });
});
