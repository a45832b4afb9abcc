/** Replays the events of some buyers and gives a row for each send and each skip. */

import { type AcceptedEvent, acceptEvent } from "../core/order/accept.ts";
import type { OrderEvent } from "../core/order/event.ts";
import type { Decision } from "../core/rules/buyer-state.ts";
import { byPriority } from "../core/rules/match.ts";
import { labelOf, type Person } from "../core/simulation/person.ts";
import { simulate } from "../core/simulation/simulate.ts";
import { findJsonFault, placeOf } from "../core/text/json-fault.ts";
import { excessOf, MAX_DEPTH, MAX_VALUES } from "../core/text/json-weight.ts";
import { formatInstant } from "../core/values/instant.ts";
import { memo } from "../core/values/memo.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { offsetMinutes } from "../core/values/zone.ts";
import { sendsSms } from "../providers/all.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import {
  addFault,
  addWarning,
  bump,
  choose,
  countFit,
  countHour,
  countMatches,
  countQuiet,
  countReason,
  countRow,
  countSend,
  countTexts,
  isSettled,
  keepSample,
  lifeOf,
  noteMoment,
  wantsSample,
} from "./result/figures.ts";
import type { Row } from "./rows/rows.ts";
import type { ShopOf } from "./shops.ts";
import { type ComposedText, composeText } from "./text.ts";
import type { Figures, Line, RehearsalEnv } from "./types.ts";

export type BucketRows = { readonly sends: Row[]; readonly skips: Row[] };
type Kept = { readonly decision: Decision; readonly person: Person; readonly composed: ComposedText | null };

export type BucketInput = {
  readonly env: RehearsalEnv;
  readonly catalog: Catalog;
  readonly shopOf: ShopOf;
  /** The figures of the bucket are added to these. */
  readonly figures: Figures;
};

/** Every zone of a shop is in the map. */
const startOf = (from: RehearsalEnv["from"]) =>
  from === null || typeof from === "number" ? from : ({ timeZone }: ShopPolicy) => from.get(timeZone) ?? 0;

/** The rows are not sorted. */
export function runBucket({ env, catalog, shopOf, figures }: BucketInput, lines: Iterable<Line>): BucketRows {
  const events = readEvents(lines, shopOf, figures);
  const contacts = new Map(env.channels.map(({ name, contact }) => [name, contact]));
  const channels = new Map(env.channels.map((channel) => [channel.name, channel]));
  const textEnv = { channels, contacts, findTemplate: catalog.findTemplate };
  const campaigns = byPriority(catalog.campaigns);
  const kept: Kept[] = [];
  const totals = simulate({
    events,
    from: startOf(env.from),
    shopOf: (id) => {
      const shop = shopOf(id);
      if (shop === null) throw new Error(`shop ${id} was known when its events were read`);
      return shop;
    },
    policy: { campaigns, channels: contacts },
    counted: (order, shop) => countMatches(figures, campaigns, shop.id, order),
    decided: (decision, person) => {
      const composed = decision.channel === null ? null : composeText(textEnv, decision, person);
      kept.push({ decision, person, composed });
      if (composed !== null) countText(figures, decision, person, composed);
      noteMoment(figures, { at: decision.at, zone: person.shop.timeZone });
    },
  });
  figures.orders += totals.orders;
  figures.cases += totals.cases;
  figures.events += events.length;
  figures.duplicates += totals.duplicates;
  const sends: Row[] = [];
  const skips: Row[] = [];
  for (const row of kept) {
    const buyer = labelOf(row.person);
    (row.decision.kind === "send" ? sends : skips).push(rowOf(row, buyer));
    countDecision(figures, row);
    if (row.decision.step !== null) countStep(figures, row);
    if (row.decision.reason !== null) {
      const { at, reason, orders } = row.decision;
      countReason(figures, reason, { at, shop: row.person.shop.id, order: orders[0] ?? "", buyer });
    }
  }
  return { sends, skips };
}

function readEvents(lines: Iterable<Line>, shopOf: ShopOf, figures: Figures): OrderEvent[] {
  const events: OrderEvent[] = [];
  for (const { number, text } of lines) {
    const read = readEvent(text, shopOf);
    if (typeof read === "string") addFault(figures, number, read);
    else {
      const { event, warnings } = read;
      for (const { code, message } of warnings) addWarning(figures, code, number, message);
      events.push(event);
      noteMoment(figures, { at: event.occurredAt, zone: shopOf(event.shop)?.timeZone ?? "UTC" });
    }
  }
  return events;
}

/** The event of the line, or the fault of the line. */
function readEvent(text: string, shopOf: ShopOf): Extract<AcceptedEvent, { ok: true }> | string {
  // As intake refuses it.
  const excess = text.length > MAX_DEPTH ? excessOf(Buffer.from(text), MAX_VALUES) : null;
  if (excess !== null) return excess.message;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return jsonFault(text);
  }
  const accepted = acceptEvent(value, shopOf);
  return accepted.ok ? accepted : accepted.rejection.message;
}

/** Gives the place, and no text of the line: it may contain phone numbers. */
function jsonFault(text: string): string {
  const fault = findJsonFault(text) ?? { offset: 0, message: "no JSON" };
  return fault.offset >= text.length
    ? `is cut off, no JSON: ${fault.message}`
    : `is no JSON: ${placeOf(text, fault.offset)}: ${fault.message}`;
}

function countText(figures: Figures, decision: Decision, person: Person, composed: ComposedText): void {
  const { channel, made, failures, missing, refused } = composed;
  figures.sends++;
  const { row, campaign, at } = decision;
  const latest = row?.latest ?? Number.POSITIVE_INFINITY;
  countHour(figures, person.shop.timeZone, person.shop.id, at);
  countSend(figures, channel.name, at, Math.min(latest - at, campaign?.staleAfter ?? 0));
  for (const failure of failures)
    bump(figures.textless, made === null ? failure : `${failure}; ${channel.name} takes over`, 1);
  if (made === null) return;
  const { text, segments, template, cost } = made;
  if (missing !== null) bump(figures.fallbacks, missing, 1);
  for (const warning of refused) bump(figures.refused, warning, 1);
  if (sendsSms(channel)) bump(figures.segments, channel.name, segments);
  const { micros = 0, currency = null } = cost ?? {};
  countTexts(figures, template, { channel: channel.name, sends: 1, segments, micros, currency });
  if (cost !== null) bump(figures.cost, cost.currency, cost.micros);
  if (wantsSample(figures, template, at))
    keepSample(figures, { at, shop: person.shop.id, buyer: labelOf(person), to: channel.name, text, template });
}

function countDecision(figures: Figures, { decision, person, composed }: Kept): void {
  const { campaign, step, variant, reason } = decision;
  if (campaign !== null) choose(figures, campaign.key);
  const settled = isSettled(reason);
  const made = composed?.made ?? null;
  countRow(figures, {
    campaign: campaign?.key ?? null,
    step,
    channel: composed?.channel.name ?? null,
    variant: composed === null ? null : variant,
    shop: person.shop.id,
    sends: reason === null ? 1 : 0,
    segments: made?.segments ?? 0,
    micros: made?.cost?.micros ?? 0,
    currency: made?.cost?.currency ?? null,
    settled: settled ? 1 : 0,
    skips: reason !== null && !settled ? 1 : 0,
  });
}

function countStep(figures: Figures, { decision, person }: Kept): void {
  const { campaign, step, reason, row } = decision;
  const key = `${campaign?.key}/${step}`;
  countQuiet(figures, key, reason === "quiet_hours" ? 1 : 0, 1);
  const order = person.state.orders.get(row?.owed[0]?.order ?? "")?.order;
  if (order === undefined || order.createdAt === null) return;
  const life = order.closesAt === null ? null : lifeOf(order.closesAt - order.createdAt);
  const superseded = reason === "superseded" ? 1 : 0;
  countFit(figures, key, life, { rows: 1, noTime: reason === "no_time" ? 1 : 0, superseded });
}

function rowOf({ decision, person, composed }: Kept, buyer: string): Row {
  const { at, orders, campaign, step, variant, reason } = decision;
  const shop = person.shop;
  const when = formatInstant(at, offsetMinutes(shop.timeZone, at));
  const ids = orders.length === 1 ? quoted(orders[0] ?? "") : orders.map(quoted).join(",");
  const base = `{"at":"${when}","shop":${nameOf(shop.id)},"buyer":${quoted(buyer)},"orders":[${ids}],"campaign":${nullable(campaign?.key)},"step":${nullable(step)}`;
  const json =
    reason === null
      ? `${base},"variant":${nullable(variant)},"channel":${nullable(composed?.channel.name)},"text":${quoted(composed?.made?.text ?? "")},"segments":${composed?.made?.segments ?? 0}}`
      : `${base},"reason":"${reason}"}`;
  return { at, buyer, step: step ?? "", json };
}

const quoted = (value: string): string => JSON.stringify(value);
const nullable = (value: string | null | undefined): string => (value == null ? "null" : nameOf(value));

/** Few names of shops, campaigns and steps stand in many rows. */
const nameOf = memo(1_000, quoted);
