/** Everything that retention deletes, a few steps of each kind in one run. */
import { DAY } from "../core/values/duration.ts";
import type { Sql } from "../db/client.ts";
import { dropOldAttempts } from "../db/stores/access/attempt-store.ts";
import { dropEndedSessions } from "../db/stores/access/session-store.ts";
import { purgeAudit, purgeContacts, reduceEvents, reduceOrders } from "../db/stores/buyers/retention-store.ts";
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
/** Steps of each kind in one run. Other chores of the process wait meanwhile. */
const MAX_STEPS = 10;
/** Most hours of events hold few or none. */
const MAX_EVENT_STEPS = 100;
/** Much longer than a name is ever blocked. */
const ATTEMPTS_KEPT = DAY;

export async function purge(sql: Sql, kept: Kept, limit = CHUNK): Promise<void> {
  await purgeTexts(sql, kept.deliveries);
  await steps(MAX_EVENT_STEPS, () => reduceEvents(sql, { keepMs: kept.events, limit }));
  await steps(MAX_STEPS, () => purgeContacts(sql, { keepMs: kept.contacts, limit }));
  await steps(MAX_STEPS, () => reduceOrders(sql, { keepMs: kept.orders, limit }));
  await steps(MAX_STEPS, () => purgeAudit(sql, { keepMs: kept.audit, limit }));
  await steps(MAX_STEPS, () => dropOldAttempts(sql, { keepMs: ATTEMPTS_KEPT, limit }));
  await steps(MAX_STEPS, () => dropEndedSessions(sql, limit));
}

async function steps(max: number, step: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < max; count++) if (!(await step())) return;
}
