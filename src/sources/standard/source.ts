/**
 * A system of the shop's own that posts order events in the public shape, signed as Standard Webhooks. The body is one event or an array.
 * Intake refuses an element that is no event, and takes the others. The shop of the address counts. An event without an id takes it from
 * `webhook-id`, which stays the same when a webhook is repeated.
 */
import { isSignedStandard, signingKey, verifyStandard } from "../../standard-webhooks.ts";
import { jsonOf, textOf, unknownTopic } from "../json.ts";
import { headerOf, type Source } from "../source.ts";

const MAX_EVENTS = 1_000;

export const standard: Source = {
  name: "standard",

  isSigned: ({ headers }) => isSignedStandard(headers),

  verify: ({ headers, rawBody, secret, receivedAt: now }) =>
    verifyStandard({ headers, rawBody, key: signingKey(secret), now, whose: "this shop's" }),

  toEvents({ headers, body, shop }) {
    const list: readonly unknown[] = Array.isArray(body) ? body : [body];
    if (list.length === 0 || list.length > MAX_EVENTS)
      return { ok: false, message: `the body must hold 1 to ${MAX_EVENTS} order events, it holds ${list.length}` };
    const webhook = headerOf(headers, "webhook-id") ?? "";
    const events: unknown[] = [];
    const places: number[] = [];
    let other: string | null = null;
    let isReport = false;
    for (const [index, given] of list.entries()) {
      const event = jsonOf(given);
      const type = textOf(event?.type, 80);
      if (event === null || type === null) {
        events.push(given);
        places.push(index);
        continue;
      }
      isReport = true;
      if (event.shop !== undefined && event.shop !== shop)
        return { ok: false, message: `shop: is another one than that of the address, ${shop}` };
      if (!type.startsWith("order.")) {
        other = type;
        continue;
      }
      events.push({ ...event, shop, id: event.id ?? (Array.isArray(body) ? `${webhook}-${index}` : webhook) });
      places.push(index);
    }
    if (!isReport) return { ok: false, message: "the body is not an order event or an array of them: type is missing" };
    if (other === null) return { ok: true, events };
    return events.length === 0 ? unknownTopic(other) : { ...unknownTopic(other), events, places };
  },
};
