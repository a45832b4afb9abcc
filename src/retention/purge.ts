/** Everything that retention deletes, some steps of each kind in one run. */
import { DAY } from "../core/values/duration.ts";
import type { Sql } from "../db/client.ts";
import { dropOldAttempts } from "../db/stores/access/attempt-store.ts";
import { dropEndedSessions } from "../db/stores/access/session-store.ts";
import {
  purgeAudit,
  purgeContacts,
  reduceEvents,
  reduceOrders,
  walkContacts,
  walkOrders,
} from "../db/stores/buyers/retention/retention-store.ts";
import { purgeNotes, purgePromiseReasons } from "../db/stores/buyers/retention/written-store.ts";
import { purgeTexts } from "./purge-texts.ts";

/** How long each kind is kept, ms. */
export type Kept = {
  readonly events: number;
  readonly orders: number;
  readonly contacts: number;
  readonly audit: number;
  readonly deliveries: number;
};

const CHUNK = 1_000;
/** Steps of each kind in one run, which is made every 15 s. */
const MAX_STEPS = 3;
/** Time for each kind that grows with the orders. A process that ends waits for a run. */
const MAX_MS = 1_500;
/** Much longer than a name is ever blocked. */
const ATTEMPTS_KEPT = DAY;

export async function purge(sql: Sql, kept: Kept, limit = CHUNK): Promise<void> {
  await purgeTexts(sql, kept.deliveries, MAX_MS);
  await timed(() => reduceEvents(sql, { keepMs: kept.events, limit }));
  await timed(() => purgeContacts(sql, { keepMs: kept.contacts, limit }));
  await timed(() => reduceOrders(sql, { keepMs: kept.orders, limit }));
  await timed(() => purgeNotes(sql, { keepMs: kept.orders, limit }));
  await timed(() => purgePromiseReasons(sql, { keepMs: kept.orders, limit }));
  await steps(() => walkContacts(sql, { keepMs: kept.contacts, limit }));
  await steps(() => walkOrders(sql, { keepMs: kept.orders, limit }));
  await steps(() => purgeAudit(sql, { keepMs: kept.audit, limit }));
  await steps(() => dropOldAttempts(sql, { keepMs: ATTEMPTS_KEPT, limit }));
  await steps(() => dropEndedSessions(sql, limit));
}

async function steps(step: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < MAX_STEPS; count++) if (!(await step())) return;
}

async function timed(step: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + MAX_MS;
  while ((await step()) && performance.now() < end);
}
