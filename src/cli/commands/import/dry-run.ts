/** `import --dry-run`: what a file would give, without a database. It shows no name and no whole address. */
import { acceptEvent } from "../../../core/order/accept.ts";
import { identitiesOf, maskContact } from "../../../core/order/contact.ts";
import type { OrderPayload } from "../../../core/order/event.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import type { ShopPolicy } from "../../../core/values/policy.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import { FIELDS } from "../../../sources/csv/profiles/profile.ts";
import type { CsvOrder, OpenedCsv } from "../../../sources/csv/read-csv.ts";
import type { ImportPiece } from "./import-stream.ts";
import { placeText, type Rejected } from "./rejects.ts";

type ShopOf = (shop: string) => ShopPolicy | null;
type OpenedTable = Extract<OpenedCsv, { ok: true }>;

const FIRST_ORDERS = 5;
const FIRST_FAULTS = 10;
const MAX_STATUSES = 40;
/** A status column has few words that are not known. */
const MAX_UNKNOWN = 10;
const HIDDEN = "(a text that is not shown)";

type Fault = { readonly place: string; readonly code: string; readonly message: string };

function collectFaults() {
  const first: Fault[] = [];
  let count = 0;
  return {
    add({ place, code, message }: Pick<Rejected, "place" | "code" | "message">): void {
      if (count++ < FIRST_FAULTS) first.push({ place: placeText(place), code, message });
    },
    result: () => ({ rejected: count, faults: first }),
  };
}

export type EventsDryRun = {
  readonly lines: number;
  readonly events: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly faults: readonly Fault[];
};

export async function dryRunEvents(pieces: AsyncIterable<ImportPiece>, shopOf: ShopOf): Promise<EventsDryRun> {
  const faults = collectFaults();
  const types = new Map<string, number>();
  let lines = 0;
  for await (const { entries, rejected } of pieces) {
    lines += entries.length;
    for (const each of rejected) faults.add(each);
    for (const { place, events } of entries)
      for (const event of events) {
        const accepted = acceptEvent(event, shopOf);
        if (accepted.ok) types.set(accepted.event.type, (types.get(accepted.event.type) ?? 0) + 1);
        else {
          const { code, message } = accepted.rejection;
          faults.add({ place, code, message: `${placeText(place)}: ${message}` });
        }
      }
  }
  return { lines, events: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))), ...faults.result() };
}

type ShownOrder = {
  readonly row: number;
  readonly order: string;
  readonly state: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly createdAt: string | null;
  readonly buyer: string;
  readonly items: number;
  readonly events: readonly string[];
};

type ShownStatus = { readonly status: string; readonly state: string; readonly orders: number };

export type TableDryRun = {
  readonly profile: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly unused: readonly string[];
  readonly statuses: readonly ShownStatus[];
  readonly orders: number;
  readonly events: number;
  readonly rejected: number;
  readonly first: readonly ShownOrder[];
  readonly faults: readonly Fault[];
};

export async function dryRunTable({ about, pieces }: OpenedTable, shopOf: ShopOf): Promise<TableDryRun> {
  const faults = collectFaults();
  const statuses = new Map<string, { state: string; orders: number }>();
  const first: ShownOrder[] = [];
  let [orders, events] = [0, 0];
  const note = (status: string | null, state: string): void => {
    const word = status === null ? "(none)" : shownWord(status);
    const known = statuses.get(`${word}\n${state}`);
    if (known !== undefined) known.orders++;
    else if (statuses.size < MAX_STATUSES) statuses.set(`${word}\n${state}`, { state, orders: 1 });
  };
  for await (const piece of pieces) {
    for (const { row, code, message, status } of piece.rejected) {
      faults.add({ place: { row }, code, message: `row ${row}: ${message}` });
      if (code === "unknown_status") note(status, "unknown");
    }
    for (const order of piece.orders) {
      orders++;
      events += order.events.length;
      note(order.status, order.state);
      if (first.length < FIRST_ORDERS && order.events.length > 0) first.push(shownOrder(order, shopOf));
    }
  }
  const { header, columns, profile, unused, delimiter } = about;
  return {
    profile: profile.name,
    encoding: about.encoding() ?? "ascii",
    delimiter,
    columns: Object.fromEntries(
      FIELDS.filter((field) => columns[field].length > 0).map((field) => [
        field,
        columns[field].map((place) => header.names[place] ?? ""),
      ]),
    ),
    unused,
    statuses: shownStatuses(
      [...statuses].map(([key, counted]) => ({ status: key.slice(0, key.indexOf("\n")), ...counted })),
    ),
    orders,
    events,
    first,
    ...faults.result(),
  };
}

/** If the wrong column was named or a row is shifted, a status may be a phone number, an address or a name. */
const shownWord = (status: string): string => (status.length <= 30 && !/\d{3}|@/.test(status) ? status : HIDDEN);

/** The most frequent first. A name looks like a word: one that is not known is shown if others do not crowd the column, and it is there twice. */
function shownStatuses(statuses: readonly ShownStatus[]): ShownStatus[] {
  const unknown = statuses.filter(({ state }) => state === "unknown");
  const shown = unknown.filter(({ orders }) => unknown.length <= MAX_UNKNOWN && orders > 1);
  const orders = unknown.reduce((sum, each) => sum + (shown.includes(each) ? 0 : each.orders), 0);
  const hidden = orders === 0 ? [] : [{ status: HIDDEN, state: "unknown", orders }];
  const known = statuses.filter(({ state }) => state !== "unknown");
  return [...known, ...shown, ...hidden].sort((a, b) => b.orders - a.orders);
}

function shownOrder({ row, state, events }: CsvOrder, shopOf: ShopOf): ShownOrder {
  const accepted = acceptEvent(events[0], shopOf);
  if (!accepted.ok) throw new Error("an order was read and then refused");
  const { order, shop } = accepted.event;
  const zone = shopOf(shop)?.timeZone ?? "UTC";
  const createdAt = order.createdAt ?? null;
  return {
    row,
    order: order.id,
    state,
    amount: order.amount ?? null,
    currency: order.currency ?? null,
    createdAt: createdAt === null ? null : formatInstant(createdAt, offsetMinutes(zone, createdAt)),
    buyer: shownBuyer(order, shopOf(shop)),
    items: order.items?.length ?? 0,
    events: events.map((event) => String(Reflect.get(event, "type"))),
  };
}

function shownBuyer({ id, buyer }: OrderPayload, shop: ShopPolicy | null): string {
  if (shop === null || buyer?.id === `order-${id}`) return "unknown";
  const { contacts, platformId } = identitiesOf(buyer, shop);
  const contact = contacts[0]?.value ?? platformId;
  return contact === null ? "unknown" : maskContact(contact);
}

const NAMED: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "\t": "tabs" };

export function formatTable(name: string, run: TableDryRun): string {
  const { first, faults, statuses, unused } = run;
  const more = run.rejected - faults.length;
  return [
    `${name}: a table in ${run.encoding}, separated by ${NAMED[run.delimiter] ?? run.delimiter}, profile ${run.profile}`,
    "",
    ...first.map(
      (each) =>
        `row ${each.row}: order ${each.order}, ${each.state}, ${each.amount} ${each.currency}, created ${each.createdAt}, buyer ${each.buyer}, ${each.items} items: ${each.events.join(", ")}`,
    ),
    "",
    ...Object.entries(run.columns).map(([field, columns]) => `${field} is read from ${columns.join(", ")}`),
    `columns not used: ${unused.length === 0 ? "none" : unused.join(", ")}`,
    "",
    ...statuses.map(
      ({ status, state, orders }) =>
        `status ${status}: ${orders} orders, ${state === "unknown" ? "unknown: say what it means with --status WORD=STATE" : state}`,
    ),
    ...(faults.length === 0 ? [] : ["", ...faults.map(({ message }) => message)]),
    ...(more > 0 ? [`${more} more rows would be rejected`] : []),
    "",
    `${run.orders} orders would give ${run.events} events, ${run.rejected} rows would be rejected; nothing was imported`,
  ].join("\n");
}

export function formatEvents(name: string, run: EventsDryRun): string {
  const more = run.rejected - run.faults.length;
  return [
    `${name}: one event a line`,
    ...Object.entries(run.events).map(([type, count]) => `${type}: ${count} events`),
    ...run.faults.map(({ message }) => message),
    ...(more > 0 ? [`${more} more lines would be rejected`] : []),
    `${run.lines} lines were read, ${run.rejected} would be rejected; nothing was imported`,
  ].join("\n");
}
