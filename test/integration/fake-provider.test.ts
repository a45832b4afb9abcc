/** The judge of the fault tests finds what was taken twice, and the provider obeys its rules. */
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type FakeProvider, startFakeProvider } from "../support/fake-provider.ts";
import { faults } from "../support/provider-faults.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
let provider: FakeProvider;

beforeAll(async () => {
  provider = await startFakeProvider({ secret: SECRET });
});
afterAll(() => provider.close());
beforeEach(() => provider.reset());

/** Status, or null when the connection was cut. */
async function send(id: string, over: object = {}, secret = SECRET): Promise<number | null> {
  const body = JSON.stringify({
    id,
    channel: "sms",
    shop: "acme",
    to: "+1",
    campaign: "c",
    step: "s",
    orders: ["o1"],
    ...over,
  });
  const at = new Date();
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
  try {
    return (await fetch(provider.url("sms"), { method: "POST", headers, body })).status;
  } catch {
    return null;
  }
}

test("the same id taken twice is found, a refused one is not taken", async () => {
  provider.rules([{ when: { id: "a", attempt: 1 }, fault: faults.status(503) }]);
  expect([await send("a"), await send("a"), await send("b", { to: "+2", orders: ["o2"] })]).toEqual([503, 200, 200]);
  expect(provider.judge()).toMatchObject({
    requests: 3,
    taken: 2,
    duplicateIds: [],
    duplicateSteps: [],
    badSignatures: 0,
  });
  await send("a");
  expect(provider.judge()).toMatchObject({
    taken: 3,
    duplicateIds: [{ id: "a", times: 2 }],
    takenByStep: { s: 3 },
  });
});

test("a message that was taken and then cut off counts when it comes again", async () => {
  provider.rules([{ fault: [faults.resetAfter, faults.resetBefore] }]);
  expect([await send("a"), await send("a"), await send("a")]).toEqual([null, null, 200]);
  expect(provider.log.map((entry) => entry.taken)).toEqual([true, false, true]);
  expect(provider.judge()).toMatchObject({ duplicateIds: [{ id: "a", times: 2 }] });
});

test("two ids for one buyer and step, or one order and step over two channels, are found", async () => {
  await send("a");
  await send("b", { channel: "chat", to: "openid" });
  await send("c", { orders: ["o9"] });
  expect(provider.judge()).toMatchObject({
    duplicateIds: [],
    duplicateSteps: [{ key: "acme | +1 | c | s", ids: ["a", "c"] }],
    duplicateOrderSteps: [{ key: "acme | o1 | c | s", ids: ["a", "b"] }],
    takenByChannel: { sms: 2, chat: 1 },
  });
});

test("a wrong signature, and an id that differs from the body's, are found", async () => {
  await send("a", {}, "whsec_AAAAAAAAAAAAAAAAAAAAAAAA");
  await send("b", { id: "other" });
  expect(provider.judge()).toMatchObject({ requests: 2, badSignatures: 2 });
});

test("fractions hit about their share, and `times` ends a rule", async () => {
  provider.rules([
    { when: { step: "s" }, times: 1, fault: faults.status(429) },
    { fraction: 0.5, fault: faults.status(500) },
  ]);
  const answers: (number | null)[] = [];
  for (let i = 0; i < 101; i++) answers.push(await send(`k${i}`));
  expect(answers.filter((status) => status === 429)).toHaveLength(1);
  const failed = answers.filter((status) => status === 500).length;
  expect(failed).toBeGreaterThan(35);
  expect(failed).toBeLessThan(65);
});
