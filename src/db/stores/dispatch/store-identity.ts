/**
 * Which store this is, as `settings` has it: the one that Dunlin worked on last (`store`), when a process last saw it (`store_seen`), whether sends are
 * held since it came back as another one (`store_held`), and until when what was committed may be lost (`store_lost_until`).
 */
import type { Sql } from "../../client.ts";

/** `tables`: of the database and of a table in it. A dump that is restored has others. */
export type StoreIdentity = { readonly system: string; readonly tables: string; readonly timeline: number };

/** Epoch ms. */
export type StoreState = {
  readonly now: number;
  /** null: the server does not say, or nothing is stored yet. */
  readonly is: StoreIdentity | null;
  readonly was: StoreIdentity | null;
  readonly seenAt: number | null;
  /** null: sends are not held. */
  readonly held: StoreHold | null;
  readonly lostUntil: number | null;
};

/** `lostSince`: after that moment what was committed may be lost; null: it is not known. */
export type StoreHold = { readonly why: "restored" | "held"; readonly at: number; readonly lostSince: number | null };

/** Whether sends are held, and what the rules must know of a loss. */
export type SendGate = { readonly open: boolean; readonly lostUntil: number | null };

/** For the transaction of a claim. */
export async function readGate(tx: Sql): Promise<SendGate> {
  const [row] = await tx<SendGate[]>`
    select
      not exists (select from settings where key = 'store_held')
        and coalesce((select value from settings where key = 'store') = dunlin_store(), true) as open,
      (select (value #>> '{}')::float8 from settings where key = 'store_lost_until') as "lostUntil"`;
  return row ?? { open: true, lostUntil: null };
}

/** Notes that a process saw the store. false: it is not the one that Dunlin worked on last, sends are held, or none is stored yet. */
export async function noteSeen(sql: Sql): Promise<boolean> {
  const { count } = await sql`
    insert into settings (key, value)
    select 'store_seen', to_jsonb(extract(epoch from dunlin_now())::float8 * 1000)
    where not exists (select from settings where key = 'store_held')
      and (dunlin_store() is null or dunlin_store() = (select value from settings where key = 'store'))
    on conflict (key) do update set value = excluded.value`;
  return count > 0;
}

/** The state, with the lock on it until the end of the transaction. */
export async function lockState(tx: Sql): Promise<StoreState> {
  await tx`insert into settings (key, value) values ('store_lock', 'null') on conflict (key) do nothing`;
  await tx`select from settings where key = 'store_lock' for update`;
  return readState(tx);
}

export async function readState(sql: Sql): Promise<StoreState> {
  const [row] = await sql<StoreState[]>`
    select dunlin_now() as now, dunlin_store() as is,
      (select value from settings where key = 'store') as was,
      (select (value #>> '{}')::float8 from settings where key = 'store_seen') as "seenAt",
      (select value from settings where key = 'store_held') as held,
      (select (value #>> '{}')::float8 from settings where key = 'store_lost_until') as "lostUntil"`;
  return row ?? { now: 0, is: null, was: null, seenAt: null, held: null, lostUntil: null };
}

const write = (tx: Sql, key: string, value: unknown) =>
  tx`
    insert into settings (key, value) values (${key}, ${JSON.stringify(value)}::text::jsonb)
    on conflict (key) do update set value = excluded.value`;

export const holdSends = (tx: Sql, held: StoreHold) => write(tx, "store_held", held);

/** Dunlin works on this store from now on. `lostUntil` null: nothing more is lost than before. */
export async function takeStore(tx: Sql, { is, now }: StoreState, lostUntil: number | null): Promise<void> {
  await Promise.all([
    is === null ? null : write(tx, "store", is),
    write(tx, "store_seen", now),
    lostUntil === null ? null : write(tx, "store_lost_until", lostUntil),
    tx`delete from settings where key = 'store_held'`,
  ]);
}
