/**
 * Finds the contacts of a batch that strangers share (core/order/sharing.ts), and takes them out of its events: they join nobody and get no
 * message. A contact that has an owner loses it in the same transaction.
 */
import {
  addReporter,
  isSettled,
  isShared,
  packReporters,
  type Reporters,
  unpackReporters,
} from "../core/order/sharing.ts";
import type { Sql } from "../db/client.ts";
import { compareTexts, type Key } from "../db/keys.ts";
import { insertContacts } from "../db/stores/intake/contact-writer.ts";
import { lockBuyers } from "../db/stores/intake/intake-store.ts";
import {
  disownContacts,
  dropOwnerless,
  type SharedContact,
  touchOwners,
  updateReporters,
} from "../db/stores/intake/sharing-store.ts";
import { splitBuyer } from "../db/stores/intake/split-store.ts";
import type { Vault } from "../db/vault.ts";
import type { IntakeDeps } from "./deps.ts";
import type { Known } from "./known.ts";
import { Moved } from "./locks.ts";
import type { Prepared, PreparedContact } from "./prepare.ts";

export type Sharing = {
  /** Without the contacts that strangers share. */
  readonly events: readonly Prepared[];
  /** The reporters of the contacts that are left, by key: packed, with those of this batch. */
  readonly reporters: ReadonlyMap<string, string | null>;
  /** The shared contacts that this batch reports. */
  readonly shared: readonly SharedContact[];
  /** Contacts that were shared, and are not any more. */
  readonly freed: readonly SharedContact[];
};

/** A contact with the latest event of the batch that reported it. */
type Report = {
  readonly contact: PreparedContact;
  readonly shop: string;
  readonly dummy: boolean;
  readonly reporters: Reporters;
  reportedAt: number;
  reportedId: string;
};

export function judgeSharing(events: readonly Prepared[], known: Known, shopOf: IntakeDeps["shopOf"]): Sharing {
  const reports = new Map<string, Report>();
  for (const event of events) {
    for (const contact of event.contacts) addReport(reports, known, event, contact, false);
    for (const contact of event.dummies) addReport(reports, known, event, contact, true);
  }
  const packed = new Map<string, string | null>();
  const shared: SharedContact[] = [];
  const freed: SharedContact[] = [];
  const gone = new Set<string>();
  for (const [key, report] of reports) {
    const { contact, shop, dummy, reporters, reportedAt, reportedId } = report;
    const now = packReporters(reporters);
    const { kind, value, hash } = contact;
    const was = known.reporters.get(key) ?? null;
    const owner = known.contacts.get(key) ?? null;
    const stored = owner !== null || known.ownerless.has(key);
    const row = { shop, hash, kind, value, reportedAt, reportedId, reporters: now, was, owner, stored };
    if (dummy || isShared(reporters, shopOf(shop)?.joinAtMost ?? Number.POSITIVE_INFINITY)) {
      shared.push(row);
      gone.add(key);
    } else {
      packed.set(key, now);
      if (known.ownerless.has(key)) freed.push(row);
    }
  }
  const left = gone.size === 0 ? events : events.map((event) => without(event, gone));
  return { events: left, reporters: packed, shared, freed };
}

function addReport(
  reports: Map<string, Report>,
  known: Known,
  { shop, occurredAt, id, platformId }: Prepared,
  contact: PreparedContact,
  dummy: boolean,
): void {
  let report = reports.get(contact.key);
  if (report === undefined) {
    const reporters = unpackReporters(known.reporters.get(contact.key) ?? null);
    report = { contact, shop, dummy, reporters, reportedAt: occurredAt, reportedId: id };
    reports.set(contact.key, report);
  }
  if ((occurredAt - report.reportedAt || compareTexts(id, report.reportedId)) > 0)
    Object.assign(report, { reportedAt: occurredAt, reportedId: id });
  if (platformId !== null) addReporter(report.reporters, platformId, occurredAt);
}

function without(event: Prepared, gone: ReadonlySet<string>): Prepared {
  if (!event.contacts.some(({ key }) => gone.has(key))) return event;
  return { ...event, contacts: event.contacts.filter(({ key }) => !gone.has(key)) };
}

/**
 * Writes what became of shared contacts, and separates the buyers that they had joined, before any buyer of the batch is locked. Most batches have none. Throws Moved if another
 * transaction changed one of them meanwhile.
 */
export async function writeShared(
  tx: Sql,
  vault: Vault,
  { shared, freed, reporters }: Sharing,
): Promise<{ separated: boolean }> {
  if (shared.length === 0 && freed.length === 0) return { separated: false };
  const owned = shared.filter(({ owner }) => owner !== null);
  const owners = new Map<string, Key>();
  for (const { shop, owner } of owned) if (owner !== null) owners.set(`${shop}\n${owner}`, { shop, id: owner });
  if (owners.size > 0) {
    const locked = await lockBuyers(tx, [...owners.values()]);
    if (locked.some(({ merged_into }) => merged_into !== null)) throw new Moved();
  }
  const added = shared.flatMap((each) =>
    each.stored ? [] : [{ ...each, buyerId: null, address: null, cipher: vault.seal(each.value) }],
  );
  const known = shared.filter(
    ({ stored, owner, was, reportedAt, ...now }) =>
      stored && owner === null && now.reporters !== was && !isSettled(was, reportedAt),
  );
  const [disowned] = await Promise.all([
    owned.length === 0 ? [] : disownContacts(tx, owned),
    insertContacts(tx, added, vault.keyId)?.execute(),
    updateReporters(tx, known)?.execute(),
    freed.length === 0 ? null : dropOwnerless(tx, freed).execute(),
    owners.size === 0 ? null : touchOwners(tx, [...owners.values()]).execute(),
  ]);
  if (disowned.length < owned.length) throw new Moved();
  for (const owner of owners.values()) await splitBuyer(tx, owner, reporters);
  return { separated: owners.size > 0 };
}
