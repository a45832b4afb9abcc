/** The staff and their shifts. Each list is replaced as a whole, and has a version that counts the changes. */
import type { StaffMember } from "../../../core/desk/roster.ts";
import type { Shift, Weekday } from "../../../core/desk/shifts.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { bool, int4, list, rowSet, text, word } from "../../rows.ts";

type Placed<Row> = Row & { readonly place: number };
const placed = <Row>(rows: readonly Row[]) => rows.map((row, place) => ({ ...row, place }));

const staffRows = rowSet<Placed<StaffMember>>({
  name: text(({ name }) => name),
  place: int4(({ place }) => place),
  shops: list(({ shops }) => shops ?? []),
  languages: list(({ languages }) => languages ?? []),
  teams: list(({ teams }) => teams),
  max_open: int4(({ maxOpen }) => maxOpen),
  cost_per_hour: { ...word<Placed<StaffMember>>(({ costPerHour }) => costPerHour?.amount ?? null), cast: "::numeric" },
  cost_currency: word(({ costPerHour }) => costPerHour?.currency ?? null),
  active: bool(({ active }) => active),
});

const shiftRows = rowSet<Placed<Shift>>({
  person: text(({ person }) => person),
  place: int4(({ place }) => place),
  weekdays: list(({ weekdays }) => weekdays),
  starts: text(({ from }) => from),
  ends: text(({ to }) => to),
  zone: text(({ zone }) => zone),
});

export type RosterList = "staff" | "shifts";

/** The version of a list; 0: it was never written. */
export async function rosterVersion(sql: Sql, what: RosterList): Promise<number> {
  const [row] = await sql<{ version: number }[]>`
    select (value #>> '{}')::int as version from settings where key = ${`${what}_version`}`;
  return row?.version ?? 0;
}

/** Holds both lists until the end of the transaction: each is checked against the other. */
export async function lockRoster(tx: Sql): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('dunlin roster'))`;
}

type StaffRow = Omit<StaffMember, "shops" | "languages" | "costPerHour"> & {
  readonly shops: readonly string[];
  readonly languages: readonly string[];
  readonly cost: string | null;
  readonly currency: string | null;
};

export async function readStaff(sql: Sql): Promise<StaffMember[]> {
  const rows = await sql<StaffRow[]>`
    select name, shops, languages, teams, max_open as "maxOpen", cost_per_hour::text as cost, cost_currency as currency, active
    from staff order by place`;
  return rows.map(({ shops, languages, cost, currency, ...row }) => ({
    ...row,
    shops: shops.length === 0 ? null : shops,
    languages: languages.length === 0 ? null : languages,
    costPerHour: cost === null || currency === null ? null : { amount: cost, currency },
  }));
}

export async function readShifts(sql: Sql): Promise<Shift[]> {
  const rows = await sql<(Omit<Shift, "weekdays"> & { readonly weekdays: readonly Weekday[] })[]>`
    select person, weekdays, starts as "from", ends as "to", zone from shifts order by place`;
  return [...rows];
}

/** The shifts of one person. */
export async function shiftsOf(sql: Sql, person: string): Promise<Shift[]> {
  const rows = await sql<Shift[]>`
    select person, weekdays, starts as "from", ends as "to", zone from shifts where person = ${person}`;
  return [...rows];
}

/** Returns the new version. The caller holds the lock. */
export async function replaceStaff(tx: Sql, members: readonly StaffMember[]): Promise<number> {
  await tx`delete from staff`;
  const rows = placed(members);
  await tx`insert into staff (${staffRows.names(tx)}) select ${staffRows.values(tx)} from ${staffRows.rows(tx, rows)}`;
  return countUp(tx, "staff");
}

/** Likewise. */
export async function replaceShifts(tx: Sql, shifts: readonly Shift[]): Promise<number> {
  await tx`delete from shifts`;
  const rows = placed(shifts);
  await tx`insert into shifts (${shiftRows.names(tx)}) select ${shiftRows.values(tx)} from ${shiftRows.rows(tx, rows)}`;
  return countUp(tx, "shifts");
}

async function countUp(tx: Sql, what: RosterList): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    insert into settings (key, value) values (${`${what}_version`}, '1')
    on conflict (key) do update set value = to_jsonb((settings.value #>> '{}')::int + 1) returning (value #>> '{}')::int as version`;
  return row?.version ?? 0;
}

/** Those of the names that may act on tasks: people who can sign in, and valid keys, as operators or admins. */
export async function workersAmong(sql: Sql, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql<{ name: string }[]>`
    select name from users where disabled_at is null and role <> 'viewer' and name = any(${texts(names)}::text[])
    union all
    select name from api_keys where revoked_at is null and role <> 'viewer' and name = any(${texts(names)}::text[])`;
  return new Set(rows.map(({ name }) => name));
}

/** How many tasks each has: those that they have claimed, and those that are assigned to them and still theirs alone. */
export async function openTasks(sql: Sql, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ assignee: string; open: number }[]>`
    select assignee, count(*)::int as open from tasks
    where ended_at is null and assignee = any(${texts(names)}::text[])
      and coalesce(coalesce(lease_until, assigned_until) > dunlin_now(), true)
    group by assignee`;
  return new Map(rows.map(({ assignee, open }) => [assignee, open]));
}
