/** Pages of cases, reminders and deliveries, as JSON shows them: instants with the shop's offset, money as decimal strings. */

import { withoutAddress } from "../core/text/without-address.ts";
import { decimalCost } from "../core/values/money.ts";
import type { Sql } from "../db/client.ts";
import {
  type CaseRow,
  type DeliveryRow,
  findCases,
  findDeliveries,
  findReminders,
  type ListFilter,
  type ListPage,
  type ReminderRow,
} from "../db/stores/reads/listing-store.ts";
import { instantWriter, type WriteInstant } from "./instants.ts";
import { type Asked, readWindows } from "./report/period.ts";
import { lookupText } from "./words.ts";

/** `zoneOf`: the IANA zone of a shop (UTC). */
export type ListDeps = { readonly sql: Sql; readonly zoneOf?: (shop: string) => string };

/** `cursor`: the `next` of an earlier page. `limit` is clamped to 1 to 500. */
export type ListQuery = Omit<ListFilter, "windows"> &
  Asked & { readonly limit: number; readonly cursor?: string | null };

/** `next` is null on the last page. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };

const MAX_LIMIT = 500;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Opaque: clients must not build one. */
export const writeCursor = (id: string): string => Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");

/** The id; null: writeCursor did not make this cursor. */
export function readCursor(cursor: string): string | null {
  const hex = Buffer.from(cursor, "base64url").toString("hex");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return UUID.test(id) && writeCursor(id) === cursor ? id : null;
}

type Find<Found> = (sql: Sql, filter: ListFilter, page: ListPage) => PromiseLike<readonly Found[]>;

/** Reads one row more than asked for, to know whether there is another page. */
async function pageOf<Found extends { readonly shop: string; readonly id: string }, Item>(
  { sql, zoneOf }: ListDeps,
  { cursor, limit, from, to, ...asked }: ListQuery,
  find: Find<Found>,
  write: (row: Found, at: WriteInstant) => Item,
): Promise<Page<Item> | null> {
  const before = cursor == null ? null : readCursor(cursor);
  if (cursor != null && before === null) return null;
  const windows = await readWindows(sql, { from, to }, zoneOf ?? (() => "UTC"), asked.shop ?? null);
  const filter: ListFilter = { ...asked, windows };
  const size = Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);
  const found = await find(sql, filter, { before, limit: size + 1 });
  const rows = found.slice(0, size);
  const last = found.length > size ? rows.at(-1) : undefined;
  const items = rows.map((row) => write(row, instantWriter(zoneOf?.(row.shop) ?? "UTC")));
  return { items, next: last === undefined ? null : writeCursor(last.id) };
}

/** null: the cursor is not valid. */
export const listCases = (deps: ListDeps, query: ListQuery) => pageOf(deps, query, findCases, writeCase);
/** null: the cursor is not valid. */
export const listReminders = (deps: ListDeps, query: ListQuery) => pageOf(deps, query, findReminders, writeReminder);
/** null: the cursor is not valid. */
export const listDeliveries = (deps: ListDeps, query: ListQuery) => pageOf(deps, query, findDeliveries, writeDelivery);

const writeCase = ({ opened_at, ended_at, manual_at, back_at, ...row }: CaseRow, at: WriteInstant) => ({
  ...row,
  openedAt: at(opened_at),
  endedAt: at(ended_at),
  manualSince: at(manual_at),
  handBackAt: at(back_at),
});

const writeReminder = ({ case_id, campaign_version, due_at, decided_at, ...row }: ReminderRow, at: WriteInstant) => ({
  ...row,
  case: case_id,
  campaignVersion: campaign_version,
  dueAt: at(due_at),
  decidedAt: at(decided_at),
});

const writeDelivery = (found: DeliveryRow, at: WriteInstant) => {
  const { reminder_id, claimed_at, finished_at, delivered_at, message_id, cost_micros, cost_currency, ...rest } = found;
  const { campaign_version, template_version, lookup, asks, ...row } = rest;
  return {
    ...row,
    reminder: reminder_id,
    claimedAt: at(claimed_at),
    finishedAt: at(finished_at),
    deliveredAt: at(delivered_at),
    campaignVersion: campaign_version,
    templateVersion: template_version,
    messageId: message_id,
    cost:
      cost_micros === null || cost_currency === null
        ? null
        : decimalCost({ micros: cost_micros, currency: cost_currency }),
    message: row.message === null ? null : withoutAddress(row.message),
    lookup: lookupText({ lookup, asks }),
  };
};
