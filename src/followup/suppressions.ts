/** The suppressions of a shop or of all, a page at a time, newest first. No address is shown whole. */
import { formatInstant } from "../core/values/instant.ts";
import { offsetMinutes } from "../core/values/zone.ts";
import type { Sql } from "../db/client.ts";
import {
  listSuppressions,
  type SuppressionReason,
  type SuppressionRow,
} from "../db/stores/buyers/suppression-store.ts";
import { type Vault, VaultError } from "../db/vault.ts";

export type Suppression = {
  readonly id: string;
  readonly shop: string;
  readonly kind: string | null;
  readonly masked: string | null;
  readonly reason: SuppressionReason;
  readonly source: string;
  readonly at: string;
};

export type SuppressionsDeps = {
  readonly sql: Sql;
  readonly vault: Pick<Vault, "open">;
  readonly zoneOf: (shop: string) => string;
};

export type SuppressionsQuery = {
  readonly shop: string | null;
  readonly limit: number;
  readonly cursor: string | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** null: the cursor is not valid. */
export async function pageOfSuppressions(
  deps: SuppressionsDeps,
  { shop, limit, cursor }: SuppressionsQuery,
): Promise<{ readonly items: Suppression[]; readonly next: string | null } | null> {
  if (cursor !== null && !UUID.test(cursor)) return null;
  const rows = await listSuppressions(deps.sql, shop, { before: cursor, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { items: shown.map((row) => suppressionOf(deps, row)), next };
}

export function suppressionOf({ vault, zoneOf }: Omit<SuppressionsDeps, "sql">, row: SuppressionRow): Suppression {
  const { id, shop, kind, reason, source, at } = row;
  const masked = row.masked === null ? null : opened(vault, row.masked);
  return { id, shop, kind, masked, reason, source, at: formatInstant(at, offsetMinutes(zoneOf(shop), at)) };
}

/** null if it was sealed with another key. */
function opened(vault: Pick<Vault, "open">, sealed: Buffer): string | null {
  try {
    return vault.open(sealed);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
