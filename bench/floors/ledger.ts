/**
 * Floor L: what sending costs at the least when each message stands in a ledger before it leaves and its outcome after: due rows claimed a
 * hundred at a time (`skip locked`, compare and set, a delivery each, committed), the same bodies posted by undici's lowest call over as
 * many connections, the outcomes recorded by the hundred. No buyer, no payment, no rule, no text, no retry; one narrow table of due rows
 * with one index, deliveries like Dunlin's.
 */
import { randomUUID } from "node:crypto";
import { connect, type Sql } from "../../src/db/client.ts";
import { plain } from "../../src/db/columns.ts";
import { serve } from "../harness/child.ts";
import { readBodies } from "../harness/orders.ts";
import { openPost } from "../harness/post.ts";
import { settleDisk } from "../harness/servers.ts";

const BATCH = 100;
/** Claims in hand, as Dunlin holds: 400 messages. */
const LANES = 4;
let sql: Sql | null = null;
let bodies: Buffer[] = [];
let post: ((body: Buffer) => Promise<void>) | null = null;

function opened(): { sql: Sql; post: (body: Buffer) => Promise<void> } {
  if (sql === null || post === null) throw new Error("not opened");
  return { sql, post };
}

serve({
  async open(input) {
    const { databaseUrl, origin } = input as { databaseUrl: string; origin: string };
    ({ sql } = connect(databaseUrl, { max: 8, applicationName: "bench ledger" }));
    post = openPost(origin);
    await sql.unsafe(`
      create schema if not exists ledger;
      create table ledger.deliveries (like public.deliveries including all);
      create table ledger.due (id uuid primary key, due_at timestamptz, state text not null);
      create index on ledger.due (due_at) where state = 'planned'`);
  },
  /** The bodies to be posted, and a due row for each. */
  async load(input) {
    bodies = await readBodies(String(input));
    const db = opened().sql;
    const ids = bodies.map(() => randomUUID());
    await db`insert into ledger.due select id, now(), 'planned' from unnest(${plain(ids)}::uuid[]) as n(id)`;
    await db`analyze ledger.due`;
    await settleDisk(db);
    return bodies.length;
  },
  async post() {
    const { post: one } = opened();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (;;) {
        const claims = await claim();
        if (claims.length === 0) return;
        await Promise.all(claims.map(() => one(bodies[next++] ?? Buffer.alloc(0))));
        await record(claims);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  },
});

function claim(): Promise<string[]> {
  return opened().sql.begin(async (tx) => {
    const rows = await tx<{ id: string }[]>`
      update ledger.due set state = 'sending' where id in (
        select id from ledger.due where state = 'planned' and due_at <= now() order by due_at limit ${BATCH} for update skip locked)
        and state = 'planned' returning id`;
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0)
      await tx`
        insert into ledger.deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until)
        select 'shop', id, id, 'sms', 1, 'claimed', now(), now() + interval '36 s' from unnest(${plain(ids)}::uuid[]) as n(id)`;
    return ids;
  }) as Promise<string[]>;
}

async function record(ids: readonly string[]): Promise<void> {
  await opened().sql`
    update ledger.deliveries d set state = 'accepted', finished_at = now(), segments = 1
    from unnest(${plain(ids)}::uuid[]) as n(id) where d.shop_id = 'shop' and d.id = n.id and d.state = 'claimed'`;
}
