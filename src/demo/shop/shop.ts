/**
 * The simulated shop system: posts each order event to `POST /v1/events` until the answer is 202, some of them twice, as shop systems do. It
 * keeps its own books, against which Dunlin is checked at the end.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { formatInstant } from "../../core/values/instant.ts";
import { SHOP } from "../files.ts";
import type { CastBuyer, CastOrder } from "./cast.ts";
import type { Random } from "./random.ts";

export type BookedOrder = {
  readonly id: string;
  /** The real person, also for a guest order. */
  readonly buyer: CastBuyer;
  /** fen. */
  readonly amount: number;
  readonly createdAt: number;
  readonly closesAt: number;
  /** When the buyer paid, and when Dunlin acknowledged it; epoch ms. */
  paidAt: number | null;
  paidKnownAt: number | null;
  /** The same for a close by the buyer. */
  closedAt: number | null;
  closedKnownAt: number | null;
};

export type Shop = {
  readonly orders: ReadonlyMap<string, BookedOrder>;
  readonly sent: { events: number; twice: number };
  place(buyer: CastBuyer, order: CastOrder): Promise<void>;
  /** No effect on a paid or closed order. */
  pay(id: string): Promise<void>;
  close(id: string): Promise<void>;
  /** Waits until Dunlin has answered every event. */
  settled(limitMs: number): Promise<void>;
  stop(): Promise<void>;
};

export type ShopOptions = {
  readonly url: string;
  readonly apiKey: string;
  /** ms */
  readonly closeAfter: number;
  readonly random: Random;
  /** Called when Dunlin refuses an event, which makes the run worthless. */
  readonly onFault: (error: Error) => void;
};

const OFFSET_MINUTES = 480;
const SENT_TWICE = 0.03;
const RETRY_MS = 250;

export function openShop(options: ShopOptions): Shop {
  const { url, apiKey, closeAfter, random, onFault } = options;
  const pool = new Pool(url, { connections: 32 });
  const orders = new Map<string, BookedOrder>();
  const sent = { events: 0, twice: 0 };
  let stopping = false;
  let events = 0;
  let unanswered = 0;

  /** Resolves when the answer is 202. */
  async function post(event: object): Promise<void> {
    const body = JSON.stringify(event);
    const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };
    while (!stopping) {
      try {
        const answer = await pool.request({
          method: "POST",
          path: "/v1/events",
          headers,
          body,
        });
        const text = await answer.body.text();
        if (answer.statusCode === 202 && !text.includes('"code"')) return;
        // A refused request is refused again.
        if (answer.statusCode < 500 && answer.statusCode !== 429) throw new Refused(text.slice(0, 300));
      } catch (error) {
        if (stopping) return;
        if (error instanceof Refused) throw error;
      }
      await pause(RETRY_MS);
    }
  }

  async function send(type: string, at: number, order: object): Promise<boolean> {
    const event = { id: `evt-${++events}`, type, occurredAt: formatInstant(at, OFFSET_MINUTES), shop: SHOP, order };
    const twice = random.chance(SENT_TWICE);
    unanswered += 1;
    try {
      await post(event);
      if (stopping) return false;
      sent.events += 1;
      if (!twice) return true;
      await post(event);
      sent.twice += 1;
    } catch (error) {
      onFault(error instanceof Error ? error : new Error(String(error)));
      return false;
    } finally {
      unanswered -= 1;
    }
    return true;
  }

  return {
    orders,
    sent,
    async place(buyer, { id, amount, items, asGuest }) {
      const now = Date.now();
      orders.set(id, {
        id,
        buyer,
        amount,
        createdAt: now,
        closesAt: now + closeAfter,
        paidAt: null,
        paidKnownAt: null,
        closedAt: null,
        closedKnownAt: null,
      });
      await send("order.created", now, {
        id,
        amount: (amount / 100).toFixed(2),
        currency: "CNY",
        createdAt: formatInstant(now, OFFSET_MINUTES),
        buyer: {
          ...(asGuest ? {} : { id: buyer.id }),
          ...(buyer.phone === null ? {} : { phone: buyer.phone }),
          ...(buyer.wechat === null || asGuest ? {} : { chat: { wechat: buyer.wechat } }),
          name: buyer.name,
          locale: buyer.locale,
        },
        items,
        paymentMethod: buyer.habit === "cash" ? "cod" : "alipay",
        payUrl: `https://plum.example/p/${id.toLowerCase()}`,
      });
    },
    async pay(id) {
      const order = orders.get(id);
      const now = Date.now();
      if (order === undefined || order.paidAt !== null || order.closedAt !== null || now >= order.closesAt) return;
      order.paidAt = now;
      if (await send("order.paid", now, { id, paidAt: formatInstant(now, OFFSET_MINUTES) }))
        order.paidKnownAt = Date.now();
    },
    async close(id) {
      const order = orders.get(id);
      const now = Date.now();
      if (order === undefined || order.paidAt !== null || order.closedAt !== null || now >= order.closesAt) return;
      order.closedAt = now;
      const closed = { id, closedAt: formatInstant(now, OFFSET_MINUTES), reason: "the buyer changed their mind" };
      if (await send("order.closed", now, closed)) order.closedKnownAt = Date.now();
    },
    async settled(limitMs) {
      const until = Date.now() + limitMs;
      while (unanswered > 0 && Date.now() < until) await pause(20);
    },
    async stop() {
      stopping = true;
      await pool.destroy();
    },
  };
}

class Refused extends Error {}
