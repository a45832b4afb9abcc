/**
 * The peer: what a competent shop developer writes in an afternoon. One BullMQ job per order event, one SQL statement per step over
 * a normal pool, one delayed job per reminder, removed on payment. It joins no buyers, keeps no event log, encrypts nothing and has
 * no rules; its concurrency is the one at which it is fastest here.
 */
import postgres from "postgres";
import { serve } from "../harness/child.ts";
import type { BenchEvent } from "../harness/orders.ts";
import { settleDisk } from "../harness/servers.ts";
import { type Bull, openBull, type PeerQueue, type PeerWorker } from "./bull.ts";

const STEPS = [
  { step: "nudge", afterMs: 10 * 60_000 },
  { step: "last-call", afterMs: 23.5 * 3_600_000 },
] as const;
const INTAKE_CONCURRENCY = 50;
const SEND_CONCURRENCY = 100;
const CHUNK = 1_000;

type ReminderJob = { readonly reminderId: number };
type Peer = {
  readonly sql: postgres.Sql;
  readonly bull: Bull;
  readonly orders: PeerQueue<BenchEvent>;
  readonly reminders: PeerQueue<ReminderJob>;
  readonly workers: PeerWorker[];
};

let peer: Peer | null = null;
let providerUrl = "";
let done = 0;
let onDone = () => {};

const opened = (): Peer => {
  if (peer === null) throw new Error("not opened");
  return peer;
};

const SCHEMA = `
  create schema if not exists peer_shop;
  set search_path = peer_shop;
  create table if not exists customers (id bigserial primary key, shop text not null, platform_id text not null, phone text, name text,
    unique (shop, platform_id));
  create table if not exists orders (id text primary key, customer_id bigint not null, status text not null, amount numeric, currency text,
    created_at timestamptz, closes_at timestamptz, paid_at timestamptz, pay_url text, items jsonb);
  create index if not exists orders_customer on orders (customer_id);
  create table if not exists reminders (id bigserial primary key, order_id text not null, step text not null, due_at timestamptz not null,
    state text not null default 'planned', sent_at timestamptz);
  create index if not exists reminders_order on reminders (order_id);`;

serve({
  async open(input) {
    const { databaseUrl, queueUrl, url } = input as { databaseUrl: string; queueUrl: string; url: string };
    providerUrl = url;
    const setup = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    await setup.unsafe(SCHEMA);
    await setup.end();
    const sql = postgres(databaseUrl, { max: 10, onnotice: () => {}, connection: { search_path: "peer_shop" } });
    const bull = openBull(queueUrl);
    peer = { sql, bull, orders: bull.queue("orders"), reminders: bull.queue("reminders"), workers: [] };
  },

  /** Adds a job per event and works them off; ms from the first add to the last commit. */
  async takeIn(input) {
    const { events } = input as { events: BenchEvent[] };
    const { sql, bull, orders, reminders, workers } = opened();
    if (workers.length === 0) workers.push(bull.worker("orders", INTAKE_CONCURRENCY, takeIn));
    await settleDisk(sql as never);
    done = 0;
    const all = new Promise<void>((resolve) => {
      onDone = () => done === events.length && resolve();
    });
    const begun = performance.now();
    for (let at = 0; at < events.length; at += CHUNK)
      await orders.addBulk(events.slice(at, at + CHUNK).map((data) => ({ name: "event", data })));
    await all;
    const ms = performance.now() - begun;
    await reminders.obliterate({ force: true });
    return ms;
  },

  /** Reminders due at one moment, each a delayed job; their orders are there. The sending is measured at the provider. */
  async planDue(input) {
    const { round, count, dueAt } = input as { round: string; count: number; dueAt: number };
    const { sql, bull, reminders, workers } = opened();
    if (workers.length === 0) workers.push(bull.worker("reminders", SEND_CONCURRENCY, remind));
    await sql`insert into customers (shop, platform_id, phone, name)
      select ${round}, 'b-' || n, '+86138' || lpad(n::text, 8, '0'), '李雷' from generate_series(1, ${count}::int4) n`;
    await sql`insert into orders (id, customer_id, status, amount, currency, created_at, closes_at, pay_url, items)
      select ${round} || '-' || c.id, c.id, 'unpaid', 129, 'CNY', now(), now() + interval '1 day', 'https://shop.example/pay/' || c.id,
        '[{"title": "羽绒服 轻薄款 / Down jacket, light", "quantity": 1}]' from customers c where shop = ${round}`;
    const rows = await sql<{ id: string }[]>`
      insert into reminders (order_id, step, due_at) select ${round} || '-' || c.id, 'nudge', ${new Date(dueAt)}
      from customers c where shop = ${round} returning id`;
    await sql`analyze customers, orders, reminders`;
    for (let at = 0; at < rows.length; at += CHUNK)
      await reminders.addBulk(
        rows.slice(at, at + CHUNK).map(({ id }) => ({
          name: "remind",
          data: { reminderId: Number(id) },
          opts: { jobId: `r-${id}`, delay: Math.max(0, dueAt - Date.now()) },
        })),
      );
    await settleDisk(sql as never);
  },
});

async function takeIn(event: BenchEvent): Promise<void> {
  if (event.type === "order.created" && "buyer" in event.order) await create(event.shop, event.order);
  else if (event.type === "order.paid" && "paidAt" in event.order) await pay(event.order.id, event.order.paidAt);
  done++;
  onDone();
}

type Created = Extract<BenchEvent["order"], { buyer: unknown }>;

async function create(shop: string, order: Created): Promise<void> {
  const { sql, reminders } = opened();
  const { id, phone = null, name = null } = order.buyer;
  const [customer] = await sql<{ id: string }[]>`
    insert into customers (shop, platform_id, phone, name) values (${shop}, ${id}, ${phone}, ${name})
    on conflict (shop, platform_id) do update set phone = excluded.phone, name = excluded.name returning id`;
  const [inserted] = await sql`
    insert into orders (id, customer_id, status, amount, currency, created_at, closes_at, pay_url, items)
    values (${order.id}, ${customer?.id ?? null}, 'unpaid', ${order.amount}, ${order.currency}, ${order.createdAt}, ${order.closesAt},
      ${order.payUrl}, ${sql.json(order.items)}) on conflict (id) do nothing returning id`;
  if (inserted === undefined) return;
  const created = Date.parse(order.createdAt);
  const rows = await sql<{ id: string; due_at: Date }[]>`
    insert into reminders ${sql(STEPS.map(({ step, afterMs }) => ({ order_id: order.id, step, due_at: new Date(created + afterMs) })))}
    returning id, due_at`;
  await reminders.addBulk(
    rows.map((row) => ({
      name: "remind",
      data: { reminderId: Number(row.id) },
      opts: { jobId: `r-${row.id}`, delay: Math.max(0, row.due_at.getTime() - Date.now()) },
    })),
  );
}

async function pay(orderId: string, paidAt: string): Promise<void> {
  const { sql, reminders } = opened();
  await sql`update orders set status = 'paid', paid_at = ${paidAt} where id = ${orderId}`;
  const rows = await sql<{ id: string }[]>`
    update reminders set state = 'cancelled' where order_id = ${orderId} and state = 'planned' returning id`;
  await Promise.all(rows.map(({ id }) => reminders.remove(`r-${id}`)));
}

async function remind({ reminderId }: ReminderJob): Promise<void> {
  const { sql } = opened();
  const [row] = await sql<
    { order_id: string; status: string; phone: string; name: string; amount: string; pay_url: string }[]
  >`
    select r.order_id, o.status, c.phone, c.name, o.amount, o.pay_url from reminders r join orders o on o.id = r.order_id
    join customers c on c.id = o.customer_id where r.id = ${reminderId}`;
  if (row === undefined || row.status !== "unpaid") return;
  const claimed = await sql`
    update reminders set state = 'sending' where id = ${reminderId} and state = 'planned' returning id`;
  if (claimed.length === 0) return;
  const text = `${row.name}，您的订单 ${row.order_id}（¥${row.amount}）尚未付款：${row.pay_url}`;
  const answer = await fetch(providerUrl, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": String(reminderId) },
    body: JSON.stringify({ id: String(reminderId), channel: "sms", to: row.phone, text, orders: [row.order_id] }),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`provider answered ${answer.status}`);
  await sql`update reminders set state = 'sent', sent_at = now() where id = ${reminderId}`;
}
