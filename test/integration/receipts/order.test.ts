/** Receipts of one message in any order, doubled and in any batches, leave the same rows. */
import { expect, it } from "vitest";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { receiptSetup } from "../../support/receipts.ts";

const MESSAGES = 24;

function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

const outcome = (order: string): SendOutcome => {
  const unknown = Number(order.slice(1)) % 3 === 0;
  if (unknown) return { kind: "unknown", code: "timeout", message: "no answer" };
  return { kind: "accepted", messageId: `m-${order}`, segments: 1 };
};

/** The end of all messages, after receipts that `seed` gives for each, in the order and the batches that `way` gives. */
async function end(seed: number, way: number | null) {
  const setup = await receiptSetup({ answer: ({ orders }) => outcome(orders[0] ?? "") });
  await setup.at(T0);
  const events = Array.from({ length: MESSAGES }, (_, n) =>
    receivedEvent(`e${n}`, "order.created", T0, { id: `o${n}`, buyer: { id: `b${n}`, chat: { wechat: `w${n}` } } }),
  );
  await setup.receive(...events);
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  await setup.at(T0 + 30 * MINUTE);
  const next = dice(seed);
  const receipts = setup.sent
    .toSorted((a, b) => Number(a.orders[0]?.slice(1)) - Number(b.orders[0]?.slice(1)))
    .flatMap(({ idempotencyKey: id }) =>
      Array.from({ length: 1 + next(4) }, () => ({
        id,
        type: ["sent", "delivered", "failed"][next(3)],
        definite: next(2) === 0,
        at: new Date(T0 + (11 + next(5)) * MINUTE).toISOString(),
        code: `c${next(3)}`,
        ...(next(2) === 0 ? { segments: 1 + next(3) } : {}),
        ...(next(3) === 0 ? { cost: { amount: `0.0${1 + next(9)}`, currency: "CNY" } } : {}),
      })),
    );
  if (way === null) for (const receipt of receipts) await setup.post("chat", receipt);
  else {
    const shuffle = dice(way);
    const all = [...receipts, ...receipts].map((receipt) => ({ receipt, place: shuffle(1_000_000) }));
    const mixed = all.sort((a, b) => a.place - b.place).map(({ receipt }) => receipt);
    const batches: object[][] = [];
    while (mixed.length > 0) batches.push(mixed.splice(0, 1 + shuffle(20)));
    await Promise.all(batches.map((batch) => setup.post("chat", batch)));
  }
  for (let minute = 31; minute < 36; minute++) {
    await setup.at(T0 + minute * MINUTE);
    await setup.sweep();
  }
  expect(await setup.database.sql`select from kept_receipts`).toHaveLength(0);
  return setup.database.sql`
    select r.orders, r.state as reminder, r.reason, d.state, d.code, d.delivered_at, d.segments, d.cost_micros, d.receipt
    from deliveries d join reminders r on r.id = d.reminder_id order by r.orders`;
}

it.each([1, 2, 3])("receipts in any order, doubled, give the same end (%i)", { timeout: 60_000 }, async (seed) => {
  const inOrder = await end(seed, null);
  expect(new Set(inOrder.map(({ state }) => state)).size).toBeGreaterThan(1);
  expect(await end(seed, seed + 100)).toEqual(inOrder);
});
