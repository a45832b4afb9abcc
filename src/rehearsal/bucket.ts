import { cappedOf } from "../core/limits/caps.ts";
import type { OrderEvent } from "../core/order/event.ts";
import type { Decision } from "../core/rules/buyer-state.ts";
import { byPriority } from "../core/rules/match.ts";
import { labelOf, type Person } from "../core/simulation/person.ts";
import { simulate } from "../core/simulation/simulate.ts";
import { formatInstant } from "../core/values/instant.ts";
import { memo } from "../core/values/memo.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { offsetMinutes } from "../core/values/zone.ts";
import { sendsSms } from "../providers/all.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { type Knowns, readEvents } from "./file/read-events.ts";
import {
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
import type { Figures, Line, RehearsalEnv, ReplayEnv } from "./types.ts";

export type BucketRows = { readonly sends: Row[]; readonly skips: Row[] };
type Kept = { readonly decision: Decision; readonly person: Person; readonly composed: ComposedText | null };

export type BucketInput = {
  readonly env: ReplayEnv;
  readonly catalog: Catalog;
  readonly shopOf: ShopOf;
  /** The figures of the bucket are added to these. */
  readonly figures: Figures;
};

/** Every zone of a shop is in the map. */
const startOf = (from: RehearsalEnv["from"]) =>
  from === null || typeof from === "number" ? from : ({ timeZone }: ShopPolicy) => from.get(timeZone) ?? 0;

/** The rows are not sorted. */
export function runBucket(input: BucketInput, lines: Iterable<Line>): BucketRows {
  const { changes } = input.env;
  const knowns: Knowns = new Map();
  const events = readEvents(lines, input.shopOf, input.env, input.figures, input.env.stored ? knowns : null);
  const rows: BucketRows = { sends: [], skips: [] };
  replay(input, { events, knowns, suffix: "" }, rows);
  // A copy has its own persons, so it is a simulation of its own.
  for (let copy = 2; copy <= changes.scale; copy++) {
    const suffix = `~${copy}`;
    replay(input, { events: copyOf(events, suffix), knowns, suffix }, rows);
  }
  return rows;
}

const copyOf = (events: readonly OrderEvent[], suffix: string): OrderEvent[] =>
  events.map((event) => ({ ...event, order: { ...event.order, id: event.order.id + suffix } }));

type Replayed = {
  readonly events: readonly OrderEvent[];
  readonly knowns: Knowns;
  /** Behind the names of the buyers. */
  readonly suffix: string;
};

function replay(
  { env, catalog, shopOf, figures }: BucketInput,
  { events, knowns, suffix }: Replayed,
  rows: BucketRows,
): void {
  const contacts = new Map(env.channels.map(({ name, contacts: kinds }) => [name, kinds]));
  const channels = new Map(env.channels.map((channel) => [channel.name, channel]));
  const textEnv = { channels, contacts, findTemplate: catalog.findTemplate };
  const campaigns = byPriority(catalog.campaigns);
  const kept: Kept[] = [];
  const totals = simulate({
    events,
    tags: env.changes.tags,
    suffix,
    ...(env.stored ? { knownOf: ({ order }) => (order.buyer == null ? null : (knowns.get(order.buyer) ?? null)) } : {}),
    from: startOf(env.from),
    shopOf: (id) => {
      const shop = shopOf(id);
      if (shop === null) throw new Error(`shop ${id} was known when its events were read`);
      return shop;
    },
    policy: { campaigns, channels: contacts },
    capped: cappedOf(env.channels),
    counted: (order, shop) => countMatches(figures, campaigns, shop.id, order),
    decided: (decision, person) => {
      const composed = decision.channel === null ? null : composeText(textEnv, decision, person);
      kept.push({ decision, person, composed });
      if (composed !== null) countText(figures, decision, person, composed, suffix);
      noteMoment(figures, { at: decision.at, zone: person.shop.timeZone });
    },
  });
  figures.orders += totals.orders;
  figures.cases += totals.cases;
  figures.events += events.length;
  if (suffix === "") figures.duplicates += totals.duplicates;
  for (const row of kept) {
    const buyer = labelOf(row.person) + suffix;
    if (env.rows) (row.decision.kind === "send" ? rows.sends : rows.skips).push(rowOf(row, buyer));
    countDecision(figures, row);
    if (row.decision.step !== null) countStep(figures, row);
    if (row.decision.reason !== null) {
      const { at, reason, orders } = row.decision;
      countReason(figures, reason, { at, shop: row.person.shop.id, order: orders[0] ?? "", buyer });
    }
  }
}

function countText(figures: Figures, decision: Decision, person: Person, composed: ComposedText, suffix: string): void {
  const { channel, made, failures, missing, refused } = composed;
  figures.sends++;
  const { row, campaign, at } = decision;
  const latest = row?.latest ?? Number.POSITIVE_INFINITY;
  countHour(figures, person.shop.timeZone, person.shop.id, at);
  countSend(figures, channel.name, at, Math.min(latest - at, campaign?.staleAfter ?? 0));
  for (const failure of failures) bump(figures.textless, failure, 1);
  if (made === null) return;
  const { text, segments, template, cost } = made;
  if (missing !== null) bump(figures.fallbacks, missing, 1);
  for (const warning of refused) bump(figures.refused, warning, 1);
  if (sendsSms(channel)) bump(figures.segments, channel.name, segments);
  const { micros = 0, currency = null } = cost ?? {};
  countTexts(figures, template, { channel: channel.name, sends: 1, segments, micros, currency });
  if (cost !== null) bump(figures.cost, cost.currency, cost.micros);
  if (wantsSample(figures, template, at))
    keepSample(figures, {
      at,
      shop: person.shop.id,
      buyer: labelOf(person) + suffix,
      to: channel.name,
      text,
      template,
    });
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
