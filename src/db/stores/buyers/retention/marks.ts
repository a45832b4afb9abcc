/** How far retention came with each kind, in `settings`: no index is there for this alone. */
import type { Sql } from "../../../client.ts";

/** The kinds whose data is found by the events that reported it. */
export const PASSED = { events: "events_reduced", contacts: "contacts_passed", orders: "orders_passed" } as const;

export async function readMark<T>(sql: Sql, key: string): Promise<T | null> {
  const [row] = await sql<{ value: T }[]>`select value from settings where key = ${key}`;
  return row?.value ?? null;
}

export async function writeMark(sql: Sql, key: string, value: object): Promise<void> {
  await sql`
    insert into settings (key, value) values (${key}, ${JSON.stringify(value)}::text::jsonb)
    on conflict (key) do update set value = excluded.value`;
}
