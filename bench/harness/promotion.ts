/**
 * The order events of a promotion's day as NDJSON: seven in ten are new orders, of six buyers to seven orders; of the rest most are
 * payments, some are price changes, the others closes. In the order of their times, as a shop exports them. The same count, the same bytes.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createRandom, type Random } from "../../src/demo/shop/random.ts";
import { MINUTE_MS as MINUTE } from "./measure.ts";

const HOUR = 60 * MINUTE;
/** 20:00 in Shanghai, the evening on which it begins. */
const BEGIN = Date.parse("2026-11-10T12:00:00Z");
const LENGTH = 26 * HOUR;
const SHOPS = ["acme", "plum", "north"] as const;
const NAMES = ["李雷", "韩梅梅", "王芳", "张伟", "Kate Brown", "María López", "陈静"] as const;
const GOODS = ["羽绒服 轻薄款", "Bamboo night light", "Linen shirt, wide", "保温杯 500ml", "Lámpara de mesa"] as const;
const PIECE = 1 << 20;

type Kind = "created" | "updated" | "paid" | "closed";
const KINDS = ["created", "updated", "paid", "closed"] as const;

export async function writePromotion(file: string, count: number): Promise<void> {
  const orders = Math.round(count * 0.7);
  const times = new Float64Array(count);
  const what = new Float64Array(count);
  let size = 0;
  const add = (at: number, kind: Kind, order: number): void => {
    if (size === count) return;
    times[size] = at;
    what[size++] = order * KINDS.length + KINDS.indexOf(kind);
  };
  for (let n = 0; n < orders; n++) add(createdAt(n), "created", n);
  for (let n = 0; size < count; n = (n + 1) % orders) {
    const random = createRandom(n * 7 + 3);
    const soon = createdAt(n) + random.between(10_000, random.chance(0.6) ? 6 * MINUTE : 5 * HOUR);
    if (random.chance(0.03)) add(createdAt(n) + random.between(60_000, HOUR), "updated", n);
    if (random.chance(0.36)) add(soon, "paid", n);
    else if (random.chance(0.05)) add(soon, "closed", n);
  }
  const sorted = Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (times[a] ?? 0) - (times[b] ?? 0) || (what[a] ?? 0) - (what[b] ?? 0),
  );
  const out = createWriteStream(file);
  let lines: string[] = [];
  let held = 0;
  for (const index of sorted) {
    const code = what[index] ?? 0;
    const kind = KINDS[code % KINDS.length] ?? "created";
    const text = JSON.stringify(eventOf(Math.floor(code / KINDS.length), kind, times[index] ?? 0, buyersOf(orders)));
    lines.push(text, "\n");
    held += text.length;
    if (held < PIECE) continue;
    if (!out.write(lines.join(""))) await once(out, "drain");
    lines = [];
    held = 0;
  }
  out.end(lines.join(""));
  await once(out, "finish");
}

const buyersOf = (orders: number): number => Math.max(1, Math.round((orders * 6) / 7));

/** A third in the first hour, the rest over the day and a second evening. */
function createdAt(n: number): number {
  const random = createRandom(n * 7 + 1);
  return Math.floor(BEGIN + (random.chance(0.33) ? random.between(0, 1) ** 2 * HOUR : random.between(0, LENGTH)));
}

function eventOf(n: number, kind: Kind, at: number, buyers: number) {
  const random = createRandom(n * 7 + 5);
  const buyer = random.whole(0, buyers - 1);
  const event = {
    id: `evt-${n}-${kind}`,
    type: `order.${kind}`,
    occurredAt: shanghai(at),
    shop: SHOPS[buyer % SHOPS.length],
  };
  const id = `20261110${String(n).padStart(10, "0")}`;
  if (kind === "paid") return { ...event, paidAt: shanghai(at), order: { id } };
  if (kind === "closed") return { ...event, closedAt: shanghai(at), reason: "buyer", order: { id } };
  const items = Array.from({ length: random.whole(1, 3) }, () => itemOf(random));
  const amount = (items.reduce((sum, { cents, quantity }) => sum + cents * quantity, 0) / 100).toFixed(2);
  const listed = items.map(({ cents, ...item }) => ({ ...item, price: (cents / 100).toFixed(2) }));
  if (kind === "updated") return { ...event, order: { id, amount, currency: "CNY", items: listed } };
  const from = createdAt(n);
  const life = random.chance(0.15) ? 30 * MINUTE : 24 * HOUR;
  const order = {
    id,
    amount,
    currency: "CNY",
    createdAt: shanghai(from),
    ...(random.chance(0.8) ? { closesAt: shanghai(from + life) } : {}),
    buyer: buyerOf(buyer),
    items: listed,
    paymentMethod: random.chance(0.02) ? "cod" : "alipay",
    payUrl: `https://pay.example/o/${id}`,
    tags: ["d11"],
  };
  return { ...event, order };
}

function itemOf(random: Random) {
  const sku = random.whole(1, 5_000);
  return {
    sku: `S${sku}`,
    title: GOODS[sku % GOODS.length],
    quantity: random.whole(1, 2),
    cents: 990 + (sku % 400) * 100,
    tags: ["d11"],
  };
}

/** Most have a phone, a third a chat handle, some both; a few live elsewhere. */
function buyerOf(n: number) {
  const random = createRandom(n * 7 + 6);
  const away = random.chance(0.04);
  const chat = random.chance(0.35);
  const phone = away ? `+1415555${String(1_000 + (n % 9_000))}` : `+86138${String(n).padStart(8, "0")}`;
  return {
    id: `b-${n}`,
    ...(chat && random.chance(0.7) ? {} : { phone: random.chance(0.1) && !away ? phone.slice(3) : phone }),
    ...(chat ? { chat: { wechat: `wx${n}` } } : {}),
    name: random.pick(NAMES),
    locale: away ? "en-US" : random.chance(0.9) ? "zh-CN" : random.pick(["en", "es", "zh-TW"]),
    ...(away ? { timeZone: "America/Los_Angeles" } : {}),
  };
}

const shanghai = (at: number): string => `${new Date(at + 8 * HOUR).toISOString().slice(0, 19)}+08:00`;
