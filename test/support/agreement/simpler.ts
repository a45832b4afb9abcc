/** Gives smaller variants of a failing scenario. All are tried at once, which the shrinker of fast-check cannot do. */
import type { Shape } from "./scenarios.ts";

type Event = Shape["events"][number];
type Campaign = Shape["campaigns"][number];

export const PLAIN_EVENT = {
  again: false,
  buyer: null,
  age: 0,
  amount: "10.00",
  part: null,
  open: null,
  tags: [],
  pending: null,
  method: null,
  presale: null,
} satisfies Partial<Event>;
const PLAIN_BUYER: Partial<NonNullable<Event["buyer"]>> = { of: null, foreign: null, timeZone: null };
export const PLAIN_CAMPAIGN = {
  priority: 0,
  active: [null, null],
  match: { shops: null, tags: null, amount: null },
  exclude: null,
  variants: false,
  holdout: 0,
  quiet: null,
  max: 3,
  gap: 0,
  repeatAfter: 0,
  paidSilence: null,
  minAge: 0,
  minLead: 0,
  staleAfter: 3_600_000,
  whenTight: "pull",
  manual: null,
} satisfies Partial<Campaign>;
export const PLAIN_SHOP = {
  timeZone: "UTC",
  closeAfter: null,
  quiet: null,
  cashOnDelivery: ["cod"],
  joinAtMost: 5,
} satisfies Partial<Shape["shop"]>;

/** One thing less each: an event, a step, a campaign, or a value that need not be there. */
export function simpler(shape: Shape): Shape[] {
  const found: Shape[] = [];
  for (const events of without(shape.events)) found.push({ ...shape, events });
  for (const campaigns of without(shape.campaigns)) if (campaigns.length > 0) found.push({ ...shape, campaigns });
  for (const shop of plainer(shape.shop, PLAIN_SHOP)) found.push({ ...shape, shop });
  for (const [index, campaign] of shape.campaigns.entries()) {
    const put = (change: Campaign) => found.push({ ...shape, campaigns: shape.campaigns.with(index, change) });
    for (const steps of without(campaign.steps)) if (steps.length > 0) put({ ...campaign, steps });
    for (const change of plainer(campaign, PLAIN_CAMPAIGN)) put(change);
  }
  for (const [index, event] of shape.events.entries()) {
    const put = (change: Event) => found.push({ ...shape, events: shape.events.with(index, change) });
    for (const change of plainer(event, PLAIN_EVENT)) put(change);
    if (event.buyer === null) continue;
    for (const fields of without(event.buyer.fields))
      if (fields.length > 0) put({ ...event, buyer: { ...event.buyer, fields } });
    for (const buyer of plainer(event.buyer, PLAIN_BUYER)) put({ ...event, buyer });
  }
  return found;
}

const without = <T>(list: readonly T[]): T[][] => list.map((_, index) => list.toSpliced(index, 1));

function* plainer<T extends object>(value: T, plain: Partial<T>): Generator<T> {
  for (const key of Object.keys(plain) as (keyof T)[])
    if (JSON.stringify(value[key]) !== JSON.stringify(plain[key])) yield { ...value, [key]: plain[key] };
}
