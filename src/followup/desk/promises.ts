/** The promises of buyers as pages show them: the buyer masked, instants with the offset of the shop. */
import type { PromiseEnd, PromiseState } from "../../core/desk/words.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { findPromises, type PromiseAfter, type PromiseFilter } from "../../db/stores/reads/desk/promise-list-store.ts";
import type { Vault } from "../../db/vault.ts";
import type { DeskDeps } from "./deps.ts";
import { type Money, maskedOf, moneyOf } from "./shown.ts";

export type PromiseQuery = PromiseFilter & {
  readonly limit: number;
  readonly cursor: string | null;
  /** Whether phone numbers are shown, masked. */
  readonly phones: boolean;
};

export type PromiseItem = {
  readonly id: string;
  readonly shop: string;
  readonly case: string;
  /** null: it was recorded without a task. */
  readonly task: string | null;
  readonly campaign: string | null;
  /** The phone number, masked; null: none is shown. */
  readonly buyer: string | null;
  readonly orders: readonly string[];
  readonly amount: readonly Money[];
  readonly closesAt: string | null;
  readonly at: string;
  readonly recordedAt: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly state: PromiseState;
  readonly why: PromiseEnd | null;
  readonly endedAt: string | null;
};

type ListDeps = Pick<DeskDeps, "sql" | "zoneOf"> & { readonly vault: Pick<Vault, "open"> };

/** null: the cursor is not one of this list. */
export async function listPromises(
  { sql, vault, zoneOf }: ListDeps,
  { limit, cursor, phones, ...filter }: PromiseQuery,
): Promise<{ readonly items: readonly PromiseItem[]; readonly next: string | null } | null> {
  const after = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && after === null) return null;
  const found = await findPromises(sql, filter, { after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(({ closes_at, recorded_at, ended_at, amounts, cipher, at, ...row }) => {
      const zone = zoneOf(row.shop);
      const written = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
      const { id, shop, task, campaign, orders, by, reason, state, why } = row;
      return {
        ...{ id, shop, case: row.case, task, campaign, buyer: phones ? maskedOf(vault, cipher) : null, orders },
        amount: moneyOf(amounts),
        closesAt: closes_at === null ? null : written(closes_at),
        ...{ at: written(at), recordedAt: written(recorded_at), by, reason, state, why },
        endedAt: ended_at === null ? null : written(ended_at),
      };
    }),
    next: last === undefined ? null : Buffer.from(`${last.at} ${last.id}`).toString("base64url"),
  };
}

function readCursor(cursor: string): PromiseAfter | null {
  const [, at, id] =
    /^(-?\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(Buffer.from(cursor, "base64url").toString()) ??
    [];
  return at === undefined || id === undefined ? null : { at: Number(at), id };
}
