/** The orders that are taken in: made by rule from a number, so that every contestant gets the same ones. */
import { readFile } from "node:fs/promises";
import { Pool } from "undici";
import { API_KEY } from "./servers.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export type OrderSpec = {
  readonly shop: string;
  readonly n: number;
  readonly createdAt: number;
  /** A buyer that the shop has already, by the platform's id and nothing else. */
  readonly returning?: string | undefined;
};

type Buyer = { id: string; phone?: string; name?: string; locale?: string; timeZone?: string; tier?: string };

/** One in ten is a further order of a buyer of the same batch; each has a phone, an item or two, 24 h to pay. */
export function createdEvent({ shop, n, createdAt, returning }: OrderSpec) {
  const number = n % 10 === 9 ? n - 5 : n;
  const buyer: Buyer =
    returning === undefined
      ? {
          id: `b-${shop}-${number}`,
          phone: `+86138${String(number % 100_000_000).padStart(8, "0")}`,
          name: "李雷",
          locale: "zh-CN",
          timeZone: "Asia/Shanghai",
          tier: "gold",
        }
      : { id: returning };
  const item = (index: number) => ({
    sku: `SKU-${(n * 7 + index) % 5_000}`,
    title: "羽绒服 轻薄款 / Down jacket, light",
    quantity: 1 + (n % 2),
    price: "129.00",
    tags: ["winter"],
  });
  return {
    id: `evt-${shop}-${String(n).padStart(9, "0")}-c`,
    type: "order.created",
    occurredAt: new Date(createdAt).toISOString(),
    shop,
    order: {
      id: orderId(shop, n),
      amount: n % 3 === 0 ? "258.00" : "129.00",
      currency: "CNY",
      createdAt: new Date(createdAt).toISOString(),
      closesAt: new Date(createdAt + DAY).toISOString(),
      buyer,
      items: n % 3 === 0 ? [item(0), item(1)] : [item(0)],
      paymentMethod: "alipay",
      payUrl: `https://shop.example/pay/${shop}/${n}`,
      tags: ["app", "winter"],
    },
  };
}

export function paidEvent({ shop, n, createdAt }: OrderSpec, paidAt: number) {
  return {
    id: `evt-${shop}-${String(n).padStart(9, "0")}-p`,
    type: "order.paid",
    occurredAt: new Date(paidAt).toISOString(),
    shop,
    order: {
      id: orderId(shop, n),
      paidAt: new Date(paidAt).toISOString(),
      createdAt: new Date(createdAt).toISOString(),
    },
  };
}

export function closedEvent({ shop, n }: Omit<OrderSpec, "createdAt">, closedAt: number) {
  const at = new Date(closedAt).toISOString();
  return {
    id: `evt-${shop}-${String(n).padStart(9, "0")}-x`,
    type: "order.closed",
    occurredAt: at,
    shop,
    order: { id: orderId(shop, n), closedAt: at },
  };
}

export type BenchEvent = CreatedEvent | ReturnType<typeof paidEvent> | ReturnType<typeof closedEvent>;

export const orderId = (shop: string, n: number): string => `${shop}-${String(n).padStart(10, "0")}`;

export type CreatedEvent = ReturnType<typeof createdEvent>;

/** Orders with the numbers from `first` on. */
export function createdEvents(count: number, spec: (n: number) => Omit<OrderSpec, "n">, first = 0): CreatedEvent[] {
  return Array.from({ length: count }, (_, i) => createdEvent({ ...spec(first + i), n: first + i }));
}

/** The same orders, each of a buyer of its own, known by a phone and nothing else. */
export function eachItsOwnBuyer(events: readonly CreatedEvent[]): CreatedEvent[] {
  return events.map((event, n) => {
    const buyer = { id: `b-${n}`, phone: `+86139${String(n).padStart(8, "0")}`, name: "李雷", locale: "zh-CN" };
    return { ...event, order: { ...event.order, buyer } };
  });
}

/** One event in four is the payment of an order that was created a while before. */
export function mixedEvents(count: number, shop: string, createdAt: number): BenchEvent[] {
  const events: BenchEvent[] = [];
  const behind = Math.min(1_000, Math.floor(count / 4));
  let created = 0;
  let paid = 0;
  for (let i = 0; i < count; i++) {
    const pays = i % 4 === 3 && paid * 3 < created - behind;
    if (pays) events.push(paidEvent({ shop, n: paid++ * 3, createdAt }, createdAt + 5_000));
    else events.push(createdEvent({ shop, n: created++, createdAt }));
  }
  return events;
}

/** Bodies of `POST /v1/events`: JSON arrays, ready to be sent. */
export function bodiesOf(events: readonly BenchEvent[], perBody = 1_000): Buffer[] {
  const bodies: Buffer[] = [];
  for (let at = 0; at < events.length; at += perBody)
    bodies.push(Buffer.from(JSON.stringify(events.slice(at, at + perBody))));
  return bodies;
}

/** Messages as lines of a file, each as it was posted. */
export async function readBodies(file: string): Promise<Buffer[]> {
  const lines = (await readFile(file)).toString().split("\n");
  return lines.filter(Boolean).map((line) => Buffer.from(line));
}

/** Orders a ms: what `postAll` reached last, at first a low guess. */
let lastSpeed = 0.3;

/** How long to allow for taking in so many orders, ms: far more than it should last. */
export const allowFor = (count: number): number => 1_500 + (2 * count) / lastSpeed;

/** Posts them, so many at a time, until each is answered with 202. Returns ms from the first request to the last answer. */
export async function postAll(url: string, bodies: readonly Buffer[], count: number, atATime = 4): Promise<number> {
  const pool = new Pool(url, { connections: atATime, pipelining: 1 });
  const headers = { "content-type": "application/json", authorization: `Bearer ${API_KEY}` };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const answer = await pool.request({ path: "/v1/events", method: "POST", headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 202 || !text.includes('"rejected":[]'))
        throw new Error(`POST /v1/events answered ${answer.statusCode}: ${text.slice(0, 500)}`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: atATime }, lane));
  const ms = performance.now() - begun;
  await pool.close();
  lastSpeed = count / ms;
  return ms;
}
