/**
 * A store of orders as months of use leave it, by plain SQL: 60 % paid at once, 10 % paid after a reminder, 25 % closed unpaid, 5 % still
 * open with a reminder planned. Indexes are made when the rows lie there, exactly as the migrations define them.
 */
import type { Sql } from "../../src/db/client.ts";
import { createVault } from "../../src/db/vault.ts";
import { SECRET_KEY } from "./servers.ts";

export const SHOPS = Array.from({ length: 10 }, (_, n) => `shop${n}`);

/** Four buyers for five orders. Buyer k is `b-k` of the shop k mod 10. */
export const storedBuyers = (orders: number): number => Math.floor((orders * 4) / 5);

const FUNCTIONS = `
  create function bench_id(kind text, at timestamptz, n bigint) returns uuid immutable language sql as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8' || substr(md5(kind || n), 4, 15))::uuid $$`;

/** One row for each order, of which all others are made. */
const FACTS = (orders: number, days: number) => `
  create unlogged table bench_facts as
  select i, k, 'shop' || k % 10 as shop, 'shop' || k % 10 || '-' || lpad(i::text, 10, '0') as order_id, made, kind,
    bench_id('buyer', made_buyer, k) as buyer, bench_id('case', made, i) as case_id, bench_id('nudge', made, i) as nudge, bench_id('call', made, i) as call,
    made + interval '10 minutes' as nudge_at, made_buyer, closes - interval '30 minutes' as call_at, closes
  from (select i, i % ${storedBuyers(orders)} as k, made, now() - interval '${days + 1} days' + (i % ${storedBuyers(orders)}) * interval '${days} days' / ${orders} as made_buyer,
      case when open then 'open' when i % 20 < 12 then 'paid' when i % 20 < 14 then 'recovered' else 'closed' end as kind,
      case when open then now() + interval '2 days' + i * interval '1 day' / ${orders} else made + interval '1 day' end as closes
    from (select i, now() - interval '${days} days' + i * interval '${days - 1} days' / ${orders} as made,
        i % 20 = 19 and i < ${storedBuyers(orders)} as open from generate_series(0, ${orders - 1}) i) a) b`;

const DETAILS = `jsonb_build_object('tags', '["app", "winter"]'::jsonb, 'items', jsonb_build_array(jsonb_build_object('sku', 'SKU-' || i % 5000,
  'title', '羽绒服 轻薄款 / Down jacket, light', 'quantity', 1, 'price', 12900, 'tags', '["winter"]'::jsonb)),
  'payUrl', 'https://shop.example/pay/' || i, 'note', null, 'paymentMethod', 'alipay', 'closeReason', null)`;

/** Two lanes, since the machine has a core or two; each table once. */
const LANES: readonly (readonly string[])[] = [
  [
    `insert into order_events (shop_id, id, order_id, type, occurred_at, received_at, told)
     select shop, 'evt-' || shop || '-' || lpad(i::text, 9, '0') || '-c', order_id, 'order.created', made, made,
       jsonb_build_object('id', order_id, 'amount', 12900, 'currency', 'CNY', 'createdAt', (extract(epoch from made) * 1000)::bigint,
         'closesAt', (extract(epoch from closes) * 1000)::bigint, 'paymentMethod', 'alipay', 'payUrl', 'https://shop.example/pay/' || i, 'tags', '["app", "winter"]'::jsonb,
         'items', '[{"sku": "SKU-1", "title": "羽绒服 轻薄款 / Down jacket, light", "quantity": 1, "price": 12900, "tags": ["winter"]}]'::jsonb) from bench_facts
     union all
     select shop, 'evt-' || shop || '-' || lpad(i::text, 9, '0') || '-p', order_id, case when kind = 'closed' then 'order.closed' else 'order.paid' end, made, made,
       jsonb_build_object('id', order_id, 'paidAt', (extract(epoch from made) * 1000)::bigint) from bench_facts where kind <> 'open'`,
    `insert into contacts (shop_id, hash, buyer_id, kind, cipher, key_id, told_at, told_id)
     select shop, decode(md5('phone' || k), 'hex'), buyer, 'phone', decode(md5('a' || k) || md5('b' || k) || 'aabbccddeeff00112233', 'hex'), '${createVault(SECRET_KEY).keyId}', made, 'evt-' || i
     from bench_facts where i = k`,
    `insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, finished_at, template, segments)
     select shop, bench_id('delivery', nudge_at, i), nudge, 'sms', 1, 'accepted', nudge_at, nudge_at + interval '40 seconds', nudge_at + interval '1 second', 'default/nudge.sms.zh-CN', 2
     from bench_facts where kind <> 'paid'
     union all
     select shop, bench_id('second', call_at, i), call, 'sms', 1, 'accepted', call_at, call_at + interval '40 seconds', call_at + interval '1 second', 'default/last-call.sms.zh-CN', 2
     from bench_facts where kind = 'closed'`,
  ],
  [
    `insert into orders (shop_id, id, buyer_id, case_id, status, in_case, amount, currency, created_at, closes_at, chase_from, paid_at, closed_at, told_at, details, settled, seen_at, counted_for)
     select shop, order_id, buyer, case_id, case kind when 'open' then 'unpaid' when 'closed' then 'closed' else 'paid' end, kind = 'open', 12900, 'CNY', made, closes, made,
       case kind when 'paid' then made + interval '5 minutes' when 'recovered' then made + interval '30 minutes' end,
       case kind when 'closed' then closes end, made, ${DETAILS}, case when kind = 'paid' then '{}' else jsonb_build_object('default/nudge', (extract(epoch from nudge_at) * 1000)::bigint) end, made, 'default'
     from bench_facts`,
    `insert into reminders (shop_id, id, case_id, buyer_id, campaign, campaign_version, step, kind, state, reason, due_at, decided_at, orders, plan, attributed_until)
     select shop, nudge, case_id, buyer, 'default', '0123456789ab', 'nudge', case when kind = 'paid' then 'skip' else 'send' end, case when kind = 'paid' then 'skipped' else 'sent' end,
       case when kind = 'paid' then 'paid' end, nudge_at, least(nudge_at, case when kind = 'paid' then made + interval '5 minutes' end), array[order_id],
       jsonb_build_object('index', 0, 'anchor', (extract(epoch from nudge_at) * 1000)::bigint, 'latest', (extract(epoch from closes) * 1000)::bigint - 120000, 'owed', jsonb_build_array(order_id), 'moves', '[]'::jsonb),
       nudge_at + interval '1 day' from bench_facts
     union all
     select shop, call, case_id, buyer, 'default', '0123456789ab', 'last-call', case when kind in ('paid', 'recovered') then 'skip' else 'send' end, case kind when 'open' then 'planned' when 'closed' then 'sent' else 'skipped' end,
       case when kind in ('paid', 'recovered') then 'paid' end, call_at, case when kind = 'open' then null else least(call_at, made + interval '5 minutes') end, array[order_id],
       jsonb_build_object('index', 1, 'anchor', (extract(epoch from call_at) * 1000)::bigint, 'latest', (extract(epoch from closes) * 1000)::bigint - 120000, 'owed', jsonb_build_array(order_id), 'moves', '[]'::jsonb),
       call_at + interval '1 day' from bench_facts`,
    `insert into cases (shop_id, id, buyer_id, opened_at, ended_at, campaign, had_plan, counted_at)
     select shop, case_id, buyer, made, case when kind = 'open' then null else closes end, 'default', true, made from bench_facts`,
    `insert into buyers (shop_id, id, platform_id, bucket, profile, wake_at, created_at)
     select shop, buyer, 'b-' || k, ('x' || substr(md5(k::text), 1, 8))::bit(32)::int4,
       jsonb_build_object('locale', jsonb_build_array('zh-CN', (extract(epoch from made) * 1000)::bigint, 'evt-' || i)), case when kind = 'open' then call_at end, made
     from bench_facts where i = k`,
    `insert into recoveries (shop_id, order_id, reminder_id, amount, currency, reminded_at, paid_at, campaign, campaign_version, step)
     select shop, order_id, nudge, 12900, 'CNY', nudge_at, made + interval '30 minutes', 'default', '0123456789ab', 'nudge' from bench_facts where kind = 'recovered'`,
    // One buyer in twenty is held out.
    `insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, at, previous_at, window_ms, orders, amounts, currencies, paid)
     select shop, case_id, 'default', buyer, '0123456789ab', 0.05, k % 20 = 7, nudge_at, case when i > k then made_buyer end, 86400000, array[order_id], array[12900],
       array['CNY'], case when kind = 'recovered' then array[1200000] end from bench_facts where kind <> 'paid'`,
  ],
];

const TABLES = [
  "order_events",
  "contacts",
  "deliveries",
  "orders",
  "reminders",
  "cases",
  "buyers",
  "recoveries",
  "exposures",
];

/** `days`: until now, over which they were placed. The sums of reports are not made. */
export async function storeOrders(sql: Sql, orders: number, days = 60): Promise<void> {
  await sql.unsafe(FUNCTIONS);
  await sql.unsafe(FACTS(orders, days));
  await setTriggers(sql, false);
  const indexes = await dropIndexes(sql);
  await lanes(sql, LANES);
  await lanes(sql, [indexes.filter((_, n) => n % 2 === 0), indexes.filter((_, n) => n % 2 === 1)]);
  await setTriggers(sql, true);
  await sql.unsafe("drop table bench_facts");
  await sql.unsafe("drop function bench_id");
  await sql.unsafe(`vacuum (analyze) ${TABLES.join(", ")}`);
  await sql`checkpoint`.catch(() => undefined);
}

/** Whether the sums of the reports are kept. */
export async function setTriggers(sql: Sql, on: boolean): Promise<void> {
  for (const table of ["orders", "cases", "reminders", "deliveries", "exposures"])
    await sql.unsafe(`alter table ${table} ${on ? "enable" : "disable"} trigger user`);
}

async function lanes(sql: Sql, work: readonly (readonly string[])[]): Promise<void> {
  // The driver reserves only what is open already.
  await Promise.all(work.map(() => sql`select pg_sleep(0.2)`));
  await Promise.all(
    work.map(async (statements) => {
      const own = await sql.reserve();
      await own.unsafe("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB'");
      for (const statement of statements) await own.unsafe(statement);
      await own.unsafe("reset synchronous_commit; reset maintenance_work_mem; reset work_mem");
      own.release();
    }),
  );
}

/** Drops all indexes and keys; returns the statements that make them again. */
async function dropIndexes(sql: Sql): Promise<string[]> {
  const rows = await sql<{ drop: string; make: string }[]>`
    select case when c.conname is null then 'drop index ' || i.indexrelid::regclass
        else 'alter table ' || i.indrelid::regclass || ' drop constraint ' || quote_ident(c.conname) end as drop,
      case when c.conname is null then pg_get_indexdef(i.indexrelid)
        else 'alter table ' || i.indrelid::regclass || ' add constraint ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid) end as make
    from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p'
    where i.indrelid = any (${TABLES}::text[]::regclass[])
    order by pg_relation_size(i.indrelid) desc, i.indexrelid`;
  for (const { drop } of rows) await sql.unsafe(drop);
  return rows.map(({ make }) => make);
}
