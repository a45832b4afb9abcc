/** The tasks of the staff as pages show them: the buyer masked, instants with the offset of the shop, money as decimal strings. */

import type { BuyerReason, TaskEnd, TaskKind, TaskOutcome, TaskState } from "../../core/desk/words.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { findTasks, type TaskAfter, type TaskFilter, type TaskRow } from "../../db/stores/reads/task-list-store.ts";
import type { Vault } from "../../db/vault.ts";
import type { DeskDeps } from "./deps.ts";
import { type Money, maskedOf, moneyOf, openOf } from "./shown.ts";

export type TaskQuery = Omit<TaskFilter, "id"> & {
  readonly limit: number;
  readonly cursor: string | null;
  /** Whether phone numbers are shown, masked. */
  readonly phones: boolean;
};

export type Task = {
  readonly id: string;
  readonly kind: TaskKind;
  readonly shop: string;
  readonly timeZone: string;
  readonly case: string;
  readonly campaign: string | null;
  /** The phone number, masked; null: the buyer has no number, or it cannot be read. */
  readonly buyer: string | null;
  readonly orders: readonly string[];
  readonly amount: readonly Money[];
  readonly closesAt: string | null;
  readonly createdAt: string;
  readonly dueAt: string | null;
  readonly assignee: string | null;
  readonly leaseUntil: string | null;
  readonly assignedUntil: string | null;
  readonly state: TaskState;
  readonly why: TaskEnd | null;
  readonly outcome: TaskOutcome | null;
  readonly reason: BuyerReason | null;
  /** The words of the call; null: it has none, or they cannot be read. */
  readonly script: string | null;
  readonly touches: number;
  readonly version: number;
};

type ListDeps = Pick<DeskDeps, "sql" | "zoneOf"> & { readonly vault: Pick<Vault, "open"> };

/** null: the cursor is not one of this list. */
export async function listTasks(
  deps: ListDeps,
  query: TaskQuery,
): Promise<{ readonly items: readonly Task[]; readonly next: string | null } | null> {
  const { limit, cursor, phones, ...filter } = query;
  const after = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && after === null) return null;
  const found = await findTasks(deps.sql, filter, { after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  const next = last === undefined ? null : Buffer.from(`${last.by} ${last.id}`).toString("base64url");
  return { items: rows.map((row) => taskOf(deps, phones ? row : { ...row, cipher: null, script: null })), next };
}

/** null: there is no such task. */
export async function findTask(deps: ListDeps, id: string): Promise<Task | null> {
  const filter = { id, shop: null, state: null, kind: null, assignee: null, sort: "closes" } as const;
  const [row] = await findTasks(deps.sql, filter, { after: null, limit: 1 });
  return row === undefined ? null : taskOf(deps, row);
}

function taskOf({ vault, zoneOf }: ListDeps, row: TaskRow): Task {
  const zone = zoneOf(row.shop);
  const at = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  const maybeAt = (ms: number | null) => (ms === null ? null : at(ms));
  const { id, kind, shop, campaign, orders, assignee, state, why, outcome, reason, touches, version } = row;
  return {
    ...{ id, kind, shop, timeZone: zone, case: row.case, campaign, orders },
    buyer: maskedOf(vault, row.cipher),
    amount: moneyOf(row.amounts),
    closesAt: maybeAt(row.closes_at),
    createdAt: at(row.created_at),
    dueAt: maybeAt(row.due_at),
    leaseUntil: maybeAt(row.lease_until),
    assignedUntil: maybeAt(row.assigned_until),
    script: openOf(vault, row.script),
    ...{ assignee, state, why, outcome, reason, touches, version },
  };
}

function readCursor(cursor: string): TaskAfter | null {
  const [, by, id] =
    /^(\d{1,16}(?:\.\d{1,6})?|Infinity) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  return by === undefined || id === undefined ? null : { by, id };
}
