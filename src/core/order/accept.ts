/** Accepts or refuses one event. Intake and the rehearsal both ask here, so they accept the same events and refuse in the same words. */
import type { ShopPolicy } from "../values/policy.ts";
import { readZone } from "../values/zone-name.ts";
import { firstIdentity, type Identities, identitiesOf } from "./contact.ts";
import { type BuyerPayload, type OrderEvent, parseEvent, type Rejection } from "./event.ts";
import type { Warning } from "./warnings.ts";

export type AcceptedEvent =
  | {
      readonly ok: true;
      readonly event: OrderEvent;
      readonly identities: Identities;
      /** The text whose hash decides holdout and variant; null: the event has no buyer. */
      readonly identity: string | null;
      /** Parts of the event that could not be used. */
      readonly warnings: readonly Warning[];
    }
  | { readonly ok: false; readonly id: string | null; readonly rejection: Rejection };

/** Checks one event of any origin. Never throws. `shopOf` returns null for a shop that is not configured. */
export function acceptEvent(input: unknown, shopOf: (shop: string) => ShopPolicy | null): AcceptedEvent {
  const parsed = parseEvent(input);
  if (!parsed.ok) return { ok: false, id: idOf(input), rejection: parsed.rejection };
  const { event } = parsed;
  const shop = shopOf(event.shop);
  if (shop === null) {
    const name = JSON.stringify(event.shop);
    return refuse(
      event,
      "unknown_shop",
      `shop: ${name} is not configured: list it under shops in dunlin.yaml, or add "*"`,
    );
  }
  const { warnings: unread, ...identities } = identitiesOf(event.order.buyer, shop);
  const zone = zoneOf(event.order.buyer?.timeZone);
  const warnings = zone.warning === null ? unread : [...unread, zone.warning];
  const identity = firstIdentity(identities);
  if (event.type === "order.created" && identity === null)
    return refuse(event, "invalid_event", `${whyNobody(unread, event)}; nothing else says who the buyer is`);
  return {
    ok: true,
    event: zone.name === event.order.buyer?.timeZone ? event : inZone(event, zone.name),
    identities,
    identity,
    warnings,
  };
}

/** Says why none of the fields by which a buyer is known can be used. */
function whyNobody(warnings: readonly Warning[], { order }: OrderEvent): string {
  const why = warnings.find(({ message }) => /^order\.buyer\.(id|phone|chat):/.test(message));
  if (why !== undefined) return why.message;
  if ([order.buyer?.phone ?? []].flat().some((phone) => phone.trim() !== ""))
    return "order.buyer.phone: has no digits: write it like +8613812345678";
  return "order.buyer: needs at least one of id, phone, chat in order.created";
}

type BuyerZone = { readonly name: string | null | undefined; readonly warning: Warning | null };

/** A zone that cannot be read counts as not given: the shop's is used. */
function zoneOf(timeZone: string | null | undefined): BuyerZone {
  if (timeZone == null || timeZone === "") return { name: timeZone, warning: null };
  const read = readZone(timeZone);
  if (read.ok) return { name: read.zone, warning: null };
  const message = `order.buyer.timeZone: ${read.fault}; the shop's time zone is used`;
  return { name: null, warning: { code: "time_zone_unknown", message } };
}

const inZone = (event: OrderEvent, timeZone: string | null | undefined): OrderEvent => ({
  ...event,
  order: { ...event.order, buyer: { ...event.order.buyer, timeZone } as BuyerPayload },
});

function refuse(event: OrderEvent, code: string, message: string): AcceptedEvent {
  return { ok: false, id: event.id, rejection: { code, message } };
}

function idOf(input: unknown): string | null {
  if (typeof input !== "object" || input === null) return null;
  const id: unknown = Reflect.get(input, "id");
  return typeof id === "string" ? id.slice(0, 200) : null;
}
