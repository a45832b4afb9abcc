/** The audit trail, a page at a time, newest first. */
import { formatInstant } from "../core/values/instant.ts";
import type { Sql } from "../db/client.ts";
import { type AuditFilter, findAudit } from "../db/stores/campaigns/audit-store.ts";
import { type Page, readCursor, writeCursor } from "./listings.ts";
import { type Asked, readPeriod } from "./report/period.ts";

export type AuditQuery = Omit<AuditFilter, "from" | "to"> &
  Asked & { readonly limit: number; readonly cursor: string | null };

/** `zone`: in which a day begins; the trail belongs to no shop. null: the cursor is not valid. Throws PeriodError. */
export async function listAudit(
  { sql, zone }: { readonly sql: Sql; readonly zone: string },
  { limit, cursor, from, to, ...asked }: AuditQuery,
) {
  const before = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && before === null) return null;
  const period = await readPeriod(sql, { from, to }, () => zone, "");
  const filter = { ...asked, from: period.from, to: period.to };
  const rows = await findAudit(sql, filter, { before, limit: limit + 1 });
  const items = rows.slice(0, limit).map(({ at, from_version, to_version, ...row }) => ({
    ...row,
    at: formatInstant(Math.floor(at), 0),
    fromVersion: from_version,
    toVersion: to_version,
  }));
  const last = rows.length > limit ? items.at(-1) : undefined;
  const page: Page<(typeof items)[number]> = { items, next: last === undefined ? null : writeCursor(last.id) };
  return page;
}
