/** One day of two shops, for tests that look at all statements of intake, dispatch, receipts, the desk and reads of an order. */
import { expect } from "vitest";
import { HOUR, MINUTE } from "../../src/core/values/duration.ts";
import { rescueExpired } from "../../src/dispatch/record.ts";
import { taskCard } from "../../src/followup/desk/card.ts";
import { recordOutcome, recordTouch } from "../../src/followup/desk/results.ts";
import { take } from "../../src/followup/desk/take.ts";
import { erase } from "../../src/followup/erase.ts";
import { recordPromise } from "../../src/followup/promise.ts";
import { suppress } from "../../src/followup/suppress.ts";
import { explainOrder } from "../../src/reporting/explain.ts";
import { listOrders } from "../../src/reporting/orders/list-orders.ts";
import { receivedEvent, T0 } from "./dispatch.ts";
import type { receiptSetup } from "./receipts.ts";

export const SHOPS = ["acme", "other"];
const VERA = { who: "vera", via: "http" } as const;

/** Orders, payments, reminders, receipts, replies, people. `day` makes the ids new. */
export async function liveDay(setup: Awaited<ReturnType<typeof receiptSetup>>, day: number): Promise<void> {
  const { sql } = setup.database;
  const { at, receive, drain, post, sweep, sent, vault, shopOf } = setup;
  const start = T0 + day * 24 * HOUR;
  const desk = { sql, vault, zoneOf: () => "UTC", campaignOf: () => ({ minLead: 2 * MINUTE }) };
  const id = (n: number) => `${day}-${n}`;
  const phone = (n: number) => `+86138123${day}0${String(n).padStart(3, "0")}`;
  const event = (shop: string, n: number, type: string, when: number, order: object = {}) => ({
    ...receivedEvent(`${type}-${id(n)}-${when}`, type, when, {
      ...{ id: `o${id(n)}`, buyer: { id: `b${id(n)}`, phone: phone(n), chat: { wechat: `w${id(n)}` } }, ...order },
    }),
    shop,
  });
  const paid = (shop: string, n: number, when: number) =>
    event(shop, n, "order.paid", when, { paidAt: new Date(when).toISOString() });
  await at(start);
  await receive(...SHOPS.flatMap((shop) => [1, 2, 3, 4, 5, 6, 7].map((n) => event(shop, n, "order.created", start))));
  await at(start + MINUTE);
  await receive(
    paid("acme", 4, start + MINUTE),
    event("other", 4, "order.closed", start + MINUTE, { closedAt: new Date(start).toISOString() }),
  );
  // Proves that two buyers are one.
  await receive(event("acme", 5, "order.updated", start + MINUTE, { buyer: { id: `b${id(6)}`, phone: phone(5) } }));
  await suppress({ sql, vault, shopOf }, VERA, { shop: "acme", address: phone(7) });
  expect(await erase({ sql, vault, shopOf }, VERA, { shop: "other", buyer: `b${id(7)}` })).toMatchObject({
    kind: "erased",
  });
  await at(start + 10 * MINUTE);
  sent.length = 0;
  expect(await drain()).toBeGreaterThan(5);
  await at(start + 12 * MINUTE);
  await drain();
  await at(start + 13 * MINUTE);
  for (const [n, { channel, idempotencyKey }] of sent.entries())
    await post(
      channel,
      n % 3 === 0 ? { type: "failed", id: idempotencyKey, code: "gone" } : { type: "delivered", id: idempotencyKey },
    );
  await post("sms", {
    type: "reply",
    id: null,
    from: phone(1),
    text: "STOP",
    at: new Date(start + 13 * MINUTE).toISOString(),
  });
  await sweep();
  await drain();
  await rescueExpired(setup.dispatch);
  await receive(paid("acme", 1, start + 14 * MINUTE), paid("other", 2, start + 14 * MINUTE));
  await receive(event("acme", 1, "order.refunded", start + 15 * MINUTE));
  for (const shop of SHOPS) {
    const order = `o${id(3)}`;
    expect(await explainOrder({ sql }, { shop, order })).not.toBeNull();
    const asked = { from: null, to: null };
    expect(
      await listOrders(
        { ...desk, shopOf },
        {
          ...asked,
          shop,
          state: null,
          campaign: null,
          recovered: null,
          q: order,
          limit: 10,
          cursor: null,
          phones: true,
        },
      ),
    ).toMatchObject({ kind: "page" });
    const [open] = await sql<
      { id: string }[]
    >`select case_id as id from orders where shop_id = ${shop} and id = ${order}`;
    const taken = await take({ sql }, VERA, { shop, id: open?.id ?? "" });
    if (taken.kind !== "changed") throw new Error(taken.kind);
    expect(await taskCard(desk, taken.task)).not.toBeNull();
    expect(
      await recordTouch(desk, VERA, taken.task, { how: "call", result: "reached", reason: null, note: null } as never),
    ).toEqual({ kind: "changed" });
    const promiseAt = start + 2 * HOUR;
    expect(
      await recordOutcome(desk, VERA, taken.task, {
        outcome: "will_pay",
        reason: null,
        note: null,
        promiseAt,
        againAt: null,
      } as never),
    ).toEqual({ kind: "changed" });
    expect(await recordPromise(sql, { shop, order, at: start + 3 * HOUR, reason: null, by: "vera" })).toMatchObject({
      kind: "recorded",
    });
  }
  await at(start + 23.5 * HOUR);
  await drain();
  await at(start + 23.9 * HOUR);
}
