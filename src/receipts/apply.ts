/** Applies a batch of receipts: most of them only note that a message arrived, in one transaction of three round trips. */
import { addReceipt, effectOf, type ReceiptFacts } from "../core/receipts/facts.ts";
import type { Receipt } from "../core/seams/receipt.ts";
import { MINUTE, SECOND } from "../core/values/duration.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { shopKey } from "../db/keys.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { dropReceipts, type KeptReceipt, keepReceipts } from "../db/stores/receipts/kept-store.ts";
import { type Matched, matchReceipts, type Named, writeFacts } from "../db/stores/receipts/match-store.ts";
import { inTransaction } from "../db/transaction.ts";
import type { ReceiptDeps } from "./deps.ts";
import { factsWrite } from "./facts-write.ts";
import { applyTurns, type Turn } from "./turns.ts";

export type Arrived = { readonly channel: string; readonly receipt: Receipt };

/** A receipt whose delivery is not known is kept this long: a send and its recording take less. */
const KEEP_UNMATCHED = 15 * MINUTE;
const FIRST_PAUSE = SECOND / 2;
const LONGEST_PAUSE = MINUTE;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_MESSAGE_ID = 200;

/** Returns for each receipt whether its delivery is known. After that, none is lost. */
export async function applyReceipts(deps: ReceiptDeps, arrived: readonly Arrived[]): Promise<readonly boolean[]> {
  if (arrived.length === 0) return [];
  const rows = arrived.map(({ channel, receipt }) => ({ id: newId(), channel, receipt, receivedAt: 0, tries: 0 }));
  const { known, turns } = await inTransaction(deps.sql, (tx) => applyRows(deps, tx, rows));
  await applyTurns(deps, turns);
  return known;
}

/** Tries receipts again that were kept. Returns how many. `take` locks them. */
export async function applyKept(
  deps: ReceiptDeps,
  take: (tx: Sql) => Promise<readonly KeptReceipt[]>,
): Promise<number> {
  const { count, turns } = await inTransaction(deps.sql, async (tx) => {
    const rows = await take(tx);
    if (rows.length === 0) return { count: 0, turns: [] };
    return { count: rows.length, ...(await applyRows(deps, tx, rows)) };
  });
  await applyTurns(deps, turns);
  return count;
}

type Group = { readonly match: Matched; readonly rows: KeptReceipt[]; facts: ReceiptFacts };

async function applyRows(
  deps: ReceiptDeps,
  tx: Sql,
  rows: readonly KeptReceipt[],
): Promise<{ readonly known: readonly boolean[]; readonly turns: readonly Turn[] }> {
  const [now, matched] = await Promise.all([databaseNow(tx), matchReceipts(tx, rows.map(nameOf))]);
  const matches = new Map(matched.map((match) => [match.index, match]));
  /** Those to be kept. */
  const again: KeptReceipt[] = [];
  const groups = new Map<string, Group>();
  for (const [index, row] of rows.entries()) {
    const match = matches.get(index);
    if (match === undefined || match.state === null) {
      if (match !== undefined || row.tries === 0 || now - row.receivedAt < KEEP_UNMATCHED) again.push(row);
      continue;
    }
    const key = shopKey(match.shop, match.id);
    const group = groups.get(key) ?? { match, rows: [], facts: match.facts ?? {} };
    groups.set(key, group);
    group.facts = addReceipt(group.facts, row.receipt, now);
    group.rows.push(row);
  }
  const turning: KeptReceipt[] = [];
  const turns: Turn[] = [];
  const notes = [...groups.values()].flatMap((group) => {
    const { match, facts } = group;
    const effect = effectOf(match.state ?? "claimed", facts);
    if (effect === "wait") again.push(...group.rows);
    else if (effect === "note")
      return [factsWrite(deps, match, { facts, channel: group.rows[0]?.channel ?? "" }, null)];
    else {
      turning.push(...group.rows);
      const receipts = group.rows.map(({ receipt }) => receipt);
      turns.push({ ...match, receipts, kept: group.rows.map(({ id }) => id) });
    }
    return [];
  });
  const keep = [...again, ...turning].map((row) => ({
    ...row,
    receivedAt: row.tries === 0 ? now : row.receivedAt,
    tries: row.tries + 1,
    inMs: pauseOf(row),
  }));
  const stays = new Set(keep.map(({ id }) => id));
  const done = rows.filter(({ id, tries }) => tries > 0 && !stays.has(id)).map(({ id }) => id);
  await Promise.all([
    notes.length === 0 ? null : writeFacts(tx, notes).execute(),
    keep.length === 0 ? null : keepReceipts(tx, keep).execute(),
    dropReceipts(tx, done),
  ]);
  return { known: rows.map((_, index) => matches.has(index)), turns };
}

const pauseOf = ({ tries }: KeptReceipt): number => Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE);

export function nameOf({ channel, receipt }: Arrived, index: number): Named {
  const { deliveryId, messageId } = receipt;
  return {
    index,
    channel,
    deliveryId: deliveryId !== null && UUID.test(deliveryId) ? deliveryId.toLowerCase() : null,
    messageId: messageId !== null && messageId.length <= MAX_MESSAGE_ID ? messageId : null,
  };
}
