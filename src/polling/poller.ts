/**
 * Polls shops: for shops without webhooks, and to find what webhooks missed. Among all processes one at a time reads a shop, under a lease by
 * the database's clock. A page is stored before the cursor moves past it, and its events have the same ids each time, so that a crash
 * costs a page that is read twice. A process that lost its lease stops at the next page.
 *
 * It waits for nothing: a platform that limits calls ends the poll, which goes on later from its cursor.
 */
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { addPolls, advancePoll, claimPolls, endPoll, type PollClaim } from "../db/stores/intake/poll-store.ts";
import { PlatformFault, type ShopClient } from "../sources/client.ts";
import { beginOf, cursorAfter, pauseAfter } from "./cursor.ts";

export type PollTarget = {
  readonly shop: string;
  readonly source: string;
  readonly everyMs: number;
  readonly client: Pick<ShopClient, "changedSince">;
};

/** The report of intake about a page. */
type Report = {
  readonly accepted: number;
  readonly rejected: readonly { readonly id: string | null; readonly code: string; readonly message: string }[];
};

export type PollDeps = {
  readonly sql: Sql;
  readonly targets: readonly PollTarget[];
  /** Resolves when the events are durable. */
  readonly submit: (events: readonly unknown[]) => Promise<Report>;
  readonly log: Record<"info" | "warn" | "error", (fields: object, message: string) => void>;
  /** Counts each poll. Absent in tests that do not look. */
  readonly seen?: (source: string, result: "done" | "cut" | "lost" | PlatformFault["code"] | "error") => void;
};

export type Poller = {
  /** Polls what is due and nobody else polls, as far as this process has room. Resolves with the number of polls when they end. */
  tick(): Promise<number>;
  /** Cuts the polls under way short; they give their leases back. */
  stop(): Promise<void>;
};

/** Longer than a call and the storing of its page can take. */
const LEASE_MS = 90_000;
const MAX_PARALLEL = 4;
/** A poll with more to read ends here, so that other shops have their turn, and goes on at once. */
const MAX_PAGES = 20;
const MAX_MS = 30_000;

export function createPoller(deps: PollDeps): Poller {
  const { sql, targets, log } = deps;
  const owner = newId();
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  let added = false;

  const poll = async (claim: PollClaim): Promise<void> => {
    const target = targets.find(({ shop, source }) => shop === claim.shop && source === claim.source);
    if (target === undefined) return;
    const fields = { shop: claim.shop, source: claim.source };
    try {
      const end = await pollOnce(deps, target, claim, { owner, signal: ending.signal });
      deps.seen?.(claim.source, end.kind);
      if (end.kind !== "lost")
        await endPoll(sql, claim, { owner, inMs: end.inMs, fault: end.kind === "cut" ? undefined : null });
    } catch (error) {
      if (ending.signal.aborted) return endPoll(sql, claim, { owner, inMs: 0, fault: undefined });
      const fault = error instanceof PlatformFault ? error : null;
      deps.seen?.(claim.source, fault?.code ?? "error");
      if (fault === null) log.error({ err: error, ...fields }, "a poll failed");
      else log.warn({ ...fields, code: fault.code, reason: fault.message }, "a shop could not be polled");
      const said = { code: fault?.code ?? "error", retryAfterMs: fault?.retryAfterMs ?? null };
      await endPoll(sql, claim, {
        owner,
        inMs: pauseAfter(said, target.everyMs, claim.failures),
        fault: fault?.message ?? "it failed in Dunlin itself: see the log",
      });
    }
  };

  return {
    async tick() {
      const room = MAX_PARALLEL - running.size;
      if (targets.length === 0 || room <= 0 || ending.signal.aborted) return 0;
      if (!added) await addPolls(sql, targets);
      added = true;
      const claims = await claimPolls(sql, targets, { owner, leaseMs: LEASE_MS, limit: room });
      const polls = claims.map((claim) => {
        const work: Promise<void> = poll(claim)
          // The database is away: the lease runs out, and the poll begins again from its cursor.
          .catch((error: unknown) =>
            log.error({ err: error, shop: claim.shop }, "the end of a poll could not be stored"),
          )
          .finally(() => running.delete(work));
        running.add(work);
        return work;
      });
      await Promise.all(polls);
      return polls.length;
    },
    async stop() {
      ending.abort(new Error("the process stops"));
      await Promise.all(running);
    },
  };
}

/** `cut`: there is more to read. `lost`: the lease is another's. */
type End = { readonly kind: "done" | "cut"; readonly inMs: number } | { readonly kind: "lost" };

async function pollOnce(
  { sql, submit, log }: PollDeps,
  { shop, source, everyMs, client }: PollTarget,
  claim: PollClaim,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<End> {
  if (client.changedSince === undefined) return { kind: "done", inMs: everyMs };
  const begunAt = performance.now();
  let pages = 0;
  for await (const page of client.changedSince(beginOf(claim), { shop, now: claim.now, signal })) {
    const { rejected } = page.events.length === 0 ? { rejected: [] } : await submit(page.events);
    for (const { id, code, message } of rejected)
      log.warn({ shop, source, event: id, code, reason: message }, "an order that was polled is rejected");
    const held = await advancePoll(sql, claim, { owner, leaseMs: LEASE_MS, cursor: cursorAfter(page, claim.now) });
    if (!held) return { kind: "lost" };
    signal.throwIfAborted();
    pages++;
    // Only where the cursor stands at what was read: otherwise the same pages would be read for ever.
    if (page.reached === null) continue;
    if (page.waitMs > 0) return { kind: "cut", inMs: page.waitMs };
    if (pages >= MAX_PAGES || performance.now() - begunAt > MAX_MS) return { kind: "cut", inMs: 0 };
  }
  return { kind: "done", inMs: everyMs };
}
