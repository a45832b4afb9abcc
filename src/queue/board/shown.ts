/**
 * The part of a job that a page may show. A job of `orders` that still waits holds the events of a shop, with names and phone numbers, and
 * its producer chose everything in it. So a job is copied field by field, and its data is reduced to ids, types and counts. The exception is the id of the
 * job itself, which is shown as it is: the page asks for the job by it.
 */
import { z } from "zod";
import { EVENT_TYPES } from "../../core/order/event.ts";
import { withoutAddress } from "../../core/text/without-address.ts";

const MAX_LISTED = 20;
const TYPES: ReadonlySet<unknown> = new Set(EVENT_TYPES);

/** An id: no spaces, no address, and no number in the form of a phone number. */
const ID = /^(?!\+?(?:86)?1[3-9]\d{9}$)[\w.:#-]{1,80}$/;
/** Ids of orders are long numbers, which `withoutAddress` would hide: they are shown or hidden as a whole. */
export const shownId = (value: unknown): string => (typeof value === "string" && ID.test(value) ? value : "…");

/** Reasons and names hold no person; a number or an address that got in is hidden. */
export const shownText = (text: unknown): string =>
  typeof text === "string" ? withoutAddress(text).slice(0, 500) : "";

const refusedJob = z.object({
  events: z.int(),
  refused: z.array(z.object({ index: z.int(), id: z.unknown(), code: z.unknown() })),
  sealed: z.string().optional(),
});
const orderEvent = z.object({
  type: z.unknown(),
  shop: z.unknown(),
  order: z.object({ id: z.unknown() }).optional().catch(undefined),
});

export function shownData(data: unknown): object {
  const before = refusedJob.safeParse(data).data;
  if (before !== undefined) {
    const { events, refused, sealed } = before;
    const listed = refused
      .slice(0, MAX_LISTED)
      .map(({ index, id, code }) => ({ index, id: shownId(id), code: shownId(code) }));
    return { events, refused: refused.length, listed, waitsForShop: sealed !== undefined };
  }
  if (typeof data !== "object" || data === null) return { events: 0 };
  if (Object.keys(data).length === 0) return {};
  const all: readonly unknown[] = Array.isArray(data) ? data : [data];
  const types: Record<string, number> = {};
  const shops = new Set<string>();
  const orders = new Set<string>();
  for (const each of all) {
    const event = orderEvent.safeParse(each).data;
    const type = typeof event?.type === "string" && TYPES.has(event.type) ? event.type : "other";
    types[type] = (types[type] ?? 0) + 1;
    if (event === undefined) continue;
    if (shops.size < MAX_LISTED) shops.add(shownId(event.shop));
    if (orders.size < MAX_LISTED) orders.add(shownId(event.order?.id));
  }
  return { events: all.length, types, shops: [...shops], orders: [...orders] };
}

const NUMBERS = ["timestamp", "processedOn", "finishedOn", "attempts", "delay", "priority", "attemptsStarted"] as const;
const OPTIONS = ["attempts", "delay", "priority", "timestamp"] as const;

const numbersOf = (from: object, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value: unknown = Reflect.get(from, name);
      return typeof value === "number" ? [[name, value]] : [];
    }),
  );

/** `job`: as bull-board formats it. */
export function shownJob(job: object) {
  const of = (name: string): unknown => Reflect.get(job, name);
  const opts = of("opts");
  const reason = shownText(of("failedReason"));
  return {
    id: of("id"),
    name: shownText(of("name")),
    ...numbersOf(job, NUMBERS),
    progress: 0,
    opts: typeof opts === "object" && opts !== null ? numbersOf(opts, OPTIONS) : {},
    data: shownData(of("data")),
    returnValue: null,
    failedReason: reason,
    stacktrace: reason === "" ? [] : [reason],
    isFailed: of("isFailed") === true,
  };
}
