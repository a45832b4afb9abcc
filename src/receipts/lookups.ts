/**
 * Asks providers about messages whose outcome is unknown, as far as they can be asked. `core/receipts/lookup.ts` decides what an answer means.
 * A question is taken under a lease, so that one process asks at a time; if it dies, another asks when the lease is over. Asking twice does no
 * harm, and an answer counts only while the lease holds.
 */
import { type AfterAnswer, type Asked, afterAnswer } from "../core/receipts/lookup.ts";
import { MINUTE } from "../core/values/duration.ts";
import { newId } from "../db/ids.ts";
import { askAgain, endLookups, type LookupRow, takeLookups } from "../db/stores/receipts/lookup-store.ts";
import type { LookupDeps, LookupResult } from "./deps.ts";
import { isFailure, writeEnds } from "./lookup-ends.ts";
import { questionOf } from "./lookup-question.ts";
import { createReceiver } from "./receiver.ts";

const BATCH = 40;
/** Questions under way at a time in one process. */
const AT_A_TIME = 4;
/** A question that is not begun in half of it is left to the next run. One takes less than the other half. */
const LEASE_MS = 10 * MINUTE;
/** In one run of the chore. */
const MAX_BATCHES = 25;
/** A provider that leaves so many questions in a row without an answer is not asked again in this run. */
const MAX_UNANSWERED = 3;
/** The other questions to that provider wait this long. */
const DOWN_PAUSE = MINUTE;

/** Asks what is due. Returns how many deliveries got an outcome. `halted`: leaves the rest to others. */
export async function runLookups(deps: LookupDeps, halted: () => boolean = () => false): Promise<number> {
  const down = new Set<string>();
  let settled = 0;
  for (let batch = 0; batch < MAX_BATCHES && !halted(); batch++) {
    const token = newId();
    const takenAt = performance.now();
    const rows = await takeLookups(deps.sql, { token, ms: LEASE_MS }, BATCH, down);
    if (rows.length === 0) break;
    settled += await runBatch(deps, { token, rows, down, takenAt, halted });
    if (rows.length < BATCH) break;
  }
  return settled;
}

type Batch = {
  readonly token: string;
  readonly rows: readonly LookupRow[];
  /** Channels whose providers do not answer. */
  readonly down: Set<string>;
  /** performance.now() */
  readonly takenAt: number;
  readonly halted: () => boolean;
};

async function runBatch(deps: LookupDeps, batch: Batch): Promise<number> {
  const { token, rows, down } = batch;
  const over = rows.filter(({ state }) => state !== "unknown");
  await endLookups(deps.sql, token, over);
  const queue = rows.filter(({ state }) => state === "unknown");
  const left: LookupRow[] = [];
  const ask = asker(deps, batch);
  const counts: number[] = [];
  const worker = async (): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      const isLeft = down.has(row.channel) || batch.halted() || performance.now() > batch.takenAt + LEASE_MS / 2;
      if (isLeft) left.push(row);
      else counts.push(await ask(row));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (left.length > 0)
    await askAgain(
      deps.sql,
      token,
      left.map((row) => ({
        ...{ shop: row.shop, id: row.id, asked: row.asked, absentAt: row.absent_at, unanswered: row.unanswered },
        at: nowOf(row, batch) + (down.has(row.channel) ? DOWN_PAUSE : 0),
      })),
    );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The database's time now, or up to a round trip later. */
const nowOf = (row: LookupRow, { takenAt }: Batch): number => row.now + (performance.now() - takenAt);

/** Asks one question and records the answer. Resolves with how many deliveries got an outcome. */
function asker(deps: LookupDeps, batch: Batch): (row: LookupRow) => Promise<number> {
  const { submit } = createReceiver(deps);
  /** Questions in a row without an answer, by channel. */
  const silent = new Map<string, number>();
  return async (row) => {
    const { channel } = row;
    const lookup = deps.channels.get(channel)?.lookup;
    const question = questionOf(deps, row);
    const answer = lookup === undefined || typeof question === "string" ? null : await lookup.ask(question);
    const now = nowOf(row, batch);
    if (answer?.kind === "unanswered") {
      const times = (silent.get(channel) ?? 0) + 1;
      silent.set(channel, times);
      if ((times >= MAX_UNANSWERED || answer.retryAfterMs !== null) && !batch.down.has(channel)) {
        batch.down.add(channel);
        const { code, message } = answer;
        deps.log.warn({ channel, code }, `messages of unknown outcome cannot be looked up: ${message}`);
      }
    } else silent.set(channel, 0);
    const after: AfterAnswer =
      typeof question === "string"
        ? { kind: "unknown", why: question }
        : lookup === undefined || answer === null
          ? { kind: "unknown", why: "channel_gone" }
          : afterAnswer(askedOf(row), answer, now, lookup.reachMs);
    if (after.kind !== "again") {
      const settled = await writeEnds({ ...deps, submit }, batch.token, { row: { ...row, now }, after });
      if (settled > 0 || after.kind === "unknown") deps.ended?.(channel, resultOf(after));
      return settled;
    }
    const { asked, absentAt, unanswered } = after.asked;
    await askAgain(deps.sql, batch.token, [{ shop: row.shop, id: row.id, at: after.at, asked, absentAt, unanswered }]);
    return 0;
  };
}

const askedOf = ({ sent_by, asked, absent_at, unanswered }: LookupRow): Asked => ({
  sentBy: sent_by,
  asked,
  absentAt: absent_at,
  unanswered,
});

const resultOf = (after: Exclude<AfterAnswer, { kind: "again" }>): LookupResult => {
  if (after.kind !== "found") return after.kind;
  return isFailure(after.receipt) ? "failed" : "accepted";
};
