/**
 * Asks a shop's platform, right before a send, whether its orders are still unpaid. It runs after the claim was committed and before the
 * provider is called: outside of every transaction, and without a lock. Orders that are paid or closed are taken in as events, and the send
 * goes back to be judged again, under the lock of its buyer: it is skipped as `paid` or `closed`, or names the orders that are left.
 */
import { groupCommit } from "../../db/group-commit.ts";
import type { OrderNow, ShopClient } from "../../sources/client.ts";

export type VerifyTerms = {
  readonly client: Pick<ShopClient, "ordersNow" | "ordersPerCall">;
  readonly timeoutMs: number;
  /** Decides on a send when the platform gives no answer. */
  readonly onError: "send" | "skip";
};

/** `over`: some orders are not owed any more, and that is stored. `unverified`: no answer in time, and the shop wants no such send. */
export type Verification =
  | { readonly kind: "owed" }
  | { readonly kind: "over"; readonly reason: "paid" | "closed" }
  | { readonly kind: "unverified" };

export type Verifier = (shop: string, orders: readonly string[]) => Promise<Verification>;

export type VerifyDeps = {
  /** null: nothing is verified in this shop. */
  readonly termsOf: (shop: string) => VerifyTerms | null;
  /** Resolves when the events are durable. */
  readonly submit: (events: readonly unknown[]) => Promise<unknown>;
  /** The database's clock, epoch ms. */
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
  /** Counts each send that was verified. Absent in tests that do not look. */
  readonly seen?: (result: "owed" | "over" | "sent_unverified" | "unverified") => void;
};

/** Calls at a time for a shop: of platforms that answer for many orders at once, and of those that answer for each alone. */
const LANES = 4;
const SINGLE_LANES = 8;
/** Orders that wait, for a second call to begin beside another. */
const ENOUGH = 20;

export const OWED: Verification = { kind: "owed" };

/** `limit`: when the send stops waiting. */
type Question = { readonly id: string; readonly limit: AbortSignal };
type Ask = (question: Question) => Promise<OrderNow | null>;

export function createVerifier({ termsOf, submit, now, log, seen = () => {} }: VerifyDeps): Verifier {
  const asks = new Map<string, Ask>();

  /** Sends that ask at the same time share a call, as far as the platform answers for many orders at once. */
  const askerOf = (shop: string, { client, timeoutMs }: VerifyTerms): Ask => {
    const known = asks.get(shop);
    if (known !== undefined) return known;
    const single = client.ordersPerCall === 1;
    const group = groupCommit<Question, OrderNow | null>({
      max: client.ordersPerCall,
      lanes: single ? SINGLE_LANES : LANES,
      enough: single ? 1 : ENOUGH,
      run: async (questions) => {
        const ids = new Set(questions.flatMap(({ id, limit }) => (limit.aborted ? [] : [id])));
        const asked = { shop, now: now(), signal: AbortSignal.timeout(timeoutMs) };
        const found = ids.size === 0 ? [] : await client.ordersNow([...ids], asked);
        const byId = new Map(found.map((order) => [order.id, order]));
        // Stored before any of the sends goes on.
        const events = found.flatMap((order) => (order.state === "unpaid" ? [] : order.events));
        if (events.length > 0) await submit(events);
        return questions.map(({ id }) => byId.get(id) ?? null);
      },
    });
    const ask: Ask = (question) => group.submit(question);
    asks.set(shop, ask);
    return ask;
  };

  return async (shop, orders) => {
    const terms = termsOf(shop);
    if (terms === null) return OWED;
    const { timeoutMs, onError } = terms;
    const ask = askerOf(shop, terms);
    const answers = await withinTime(timeoutMs, (limit) => orders.map((id) => ask({ id, limit })));
    const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? (answer.value ?? []) : []));
    const over = found.find(({ state }) => state !== "unpaid");
    if (over !== undefined) {
      seen("over");
      return { kind: "over", reason: over.state === "paid" ? "paid" : "closed" };
    }
    if (found.length === orders.length) {
      seen("owed");
      return OWED;
    }
    const failed = answers.find((answer) => answer.status === "rejected")?.reason;
    if (failed === undefined)
      log.warn(
        { shop, orders: orders.length - found.length },
        "the platform does not know orders that are to be verified",
      );
    // A message of ours, without anything that the platform wrote.
    else
      log.warn(
        { shop, reason: failed instanceof Error ? failed.message : String(failed) },
        "orders could not be verified",
      );
    seen(onError === "send" ? "sent_unverified" : "unverified");
    return onError === "send" ? OWED : { kind: "unverified" };
  };
}

/** Each answer counts that comes in time. The wait for other calls counts, too. A later answer still stores what it says. */
async function withinTime<T>(
  limitMs: number,
  work: (limit: AbortSignal) => readonly Promise<T>[],
): Promise<readonly PromiseSettledResult<T>[]> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      stop.abort();
      reject(new Error(`no answer within ${limitMs} ms`));
    }, limitMs);
  });
  try {
    return await Promise.allSettled(work(stop.signal).map((one) => Promise.race([one, limit])));
  } finally {
    clearTimeout(timer);
  }
}
