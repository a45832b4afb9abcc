/**
 * Counts the sends that are planned for the next time, by minute and channel, against the channel's rate limit, and what they cost. It is the most
 * that can go out: a buyer who pays until then is not reminded, and the cap of a campaign is asked only when a send is decided.
 */

import { isHeldOut } from "../../core/rules/arms.ts";
import { type BuyerPolicy, usableChannel } from "../../core/rules/buyer-state.ts";
import { MINUTE, SECOND } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { decimalCost } from "../../core/values/money.ts";
import type { ShopPolicy } from "../../core/values/policy.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import { findUpcoming, type UpcomingRow } from "../../db/stores/reads/upcoming-store.ts";
import type { ChannelConfig } from "../../providers/all.ts";
import type { Catalog } from "../../render/catalog/catalog.ts";
import { makeExamples } from "../../render/catalog/text-advice.ts";

export type UpcomingDeps = {
  readonly sql: Sql;
  readonly catalog: Catalog;
  readonly policy: Pick<BuyerPolicy, "campaigns" | "channels" | "pausedChannels" | "faultyChannels">;
  readonly pausedShops: ReadonlySet<string>;
  readonly pausedMethods: ReadonlyMap<string, ReadonlySet<string>>;
  readonly channels: readonly ChannelConfig[];
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The zone of the instants in the answer. */
  readonly zone: string;
};

type Money = { readonly amount: string; readonly currency: string };

export type UpcomingMinute = {
  readonly at: string;
  readonly channel: string;
  /** Planned for this minute. */
  readonly due: number;
  /** How many the rate limit lets through of these and of those that wait. */
  readonly sends: number;
  /** How many wait for a later minute. */
  readonly waiting: number;
};
export type UpcomingChannel = {
  readonly channel: string;
  readonly perMinute: number | null;
  readonly due: number;
  readonly waitingAtEnd: number;
  /** Sends of a campaign, shop, channel or payment method that is paused. They are in no other figure. */
  readonly paused: number;
  readonly segments: number;
  readonly cost: Money | null;
};
export type Upcoming = {
  readonly from: string;
  readonly to: string;
  readonly minutes: readonly UpcomingMinute[];
  readonly channels: readonly UpcomingChannel[];
  /** Planned, and not sent: no channel is usable, or the buyer is held out. */
  readonly noContact: number;
  readonly holdout: number;
};

/** `forMs`: how far ahead, at most a day. */
export async function upcoming(deps: UpcomingDeps, forMs: number): Promise<Upcoming> {
  const { sql, policy, channels, zone } = deps;
  const held = policy.campaigns.filter(({ holdout }) => holdout > 0).map(({ key }) => key);
  const { now, rows } = await findUpcoming(sql, forMs, held, deps.pausedMethods.size > 0);
  const written = (at: number) => formatInstant(Math.floor(at / SECOND) * SECOND, offsetMinutes(zone, at));
  const tallies = new Map(channels.map(({ name }) => [name, newTally()]));
  const price = pricesOf(deps);
  let noContact = 0;
  let holdout = 0;
  for (const row of rows) {
    const campaign = policy.campaigns.find(({ key }) => key === row.campaign);
    if (campaign === undefined) continue;
    if (!row.retry && row.bucket !== null && isHeldOut(campaign, row.shop, row.bucket >>> 0)) {
      holdout += row.count;
      continue;
    }
    const name = channelOf(deps, row);
    const tally = name === null ? undefined : tallies.get(name);
    if (name === null || tally === undefined) {
      noContact += row.count;
      continue;
    }
    const isPaused =
      row.paused ||
      campaign.paused === true ||
      deps.pausedShops.has(row.shop) ||
      policy.pausedChannels?.has(name) === true;
    if (isPaused) {
      tally.paused += row.count;
      continue;
    }
    const { segments, micros } = price(row, name);
    tally.due.set(row.minute, (tally.due.get(row.minute) ?? 0) + row.count);
    tally.segments += segments * row.count;
    tally.micros += micros * row.count;
  }
  const minutes: UpcomingMinute[] = [];
  const totals: UpcomingChannel[] = [];
  for (const { name: channel, ratePerSecond, cost } of channels) {
    const tally = tallies.get(channel) ?? newTally();
    const perMinute = ratePerSecond === null ? null : ratePerSecond * 60;
    const flow = flowOf(tally.due, perMinute, now, now + forMs);
    minutes.push(...flow.map(({ at, ...figures }) => ({ at: written(at), channel, ...figures })));
    totals.push({
      channel,
      perMinute,
      due: [...tally.due.values()].reduce((sum, count) => sum + count, 0),
      waitingAtEnd: flow.at(-1)?.waiting ?? 0,
      paused: tally.paused,
      segments: tally.segments,
      cost: cost === null ? null : decimalCost({ micros: tally.micros, currency: cost.currency }),
    });
  }
  return { from: written(now), to: written(now + forMs), minutes, channels: totals, noContact, holdout };
}

type Tally = { readonly due: Map<number, number>; paused: number; segments: number; micros: number };
const newTally = (): Tally => ({ due: new Map(), paused: 0, segments: 0, micros: 0 });

function channelOf({ policy }: UpcomingDeps, { campaign, step, channel, kinds }: UpcomingRow): string | null {
  if (channel !== null) return channel;
  const steps = policy.campaigns.find(({ key }) => key === campaign)?.steps;
  const found = steps?.find(({ id }) => id === step);
  const contacts = new Map(
    kinds.map((kind) => [
      kind.replace("!", ""),
      { suppressed: kind.endsWith("!"), reportedAt: 0, reportedId: kind.endsWith("!") ? "" : kind },
    ]),
  );
  return found === undefined ? null : usableChannel(found, { contacts }, policy).channel;
}

/** Segments and price of the usual message of a step, in the shop's locale. */
function pricesOf({ catalog, policy, channels, shopOf }: UpcomingDeps) {
  const known = new Map<string, { segments: number; micros: number }>();
  return ({ shop, campaign, step }: UpcomingRow, channel: string) => {
    const key = JSON.stringify([shop, campaign, step, channel]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const own = shopOf(shop);
    const variant = policy.campaigns.find((each) => each.key === campaign)?.variants[0]?.key ?? null;
    const shopLocale = own?.locale ?? "en";
    const template = catalog.findTemplate({ campaign, step, variant, channel, locale: null, shopLocale });
    const facts = channels.find(({ name }) => name === channel);
    const made = template === null || facts === undefined ? null : makeExamples(template, facts, { shop: own }).usual;
    const price = made?.ok === true ? { segments: made.segments, micros: made.cost?.micros ?? 0 } : NOTHING;
    known.set(key, price);
    return price;
  };
}
const NOTHING = { segments: 0, micros: 0 };

type Flow = { readonly at: number; readonly due: number; readonly sends: number; readonly waiting: number };

/** The minutes in which something is due, sent or waiting. */
export function flowOf(due: ReadonlyMap<number, number>, perMinute: number | null, from: number, to: number): Flow[] {
  const flow: Flow[] = [];
  let waiting = 0;
  let owed = 0;
  for (let at = Math.floor(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
    const own = due.get(at) ?? 0;
    // A limit below one a minute lets one through now and then.
    owed = perMinute === null ? Number.POSITIVE_INFINITY : (waiting === 0 ? 0 : owed % 1) + perMinute;
    const sends = Math.min(waiting + own, Math.floor(owed));
    waiting += own - sends;
    if (own + sends + waiting > 0) flow.push({ at, due: own, sends, waiting });
  }
  return flow;
}
