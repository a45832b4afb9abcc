/** Finds when the first good event of each zone happens. It checks whole events, so that a bad line cannot shift all others. */
import { acceptEvent } from "../../core/order/accept.ts";
import type { ShopOf } from "../shops.ts";

export type FirstTimes = {
  see(line: string): void;
  /** Zone → epoch ms. */
  readonly firsts: ReadonlyMap<string, number>;
};

export function firstTimes(shopOf: ShopOf): FirstTimes {
  const firsts = new Map<string, number>();
  return {
    firsts,
    see(line) {
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        // The fault is reported where the line is rehearsed.
        return;
      }
      const accepted = acceptEvent(value, shopOf);
      if (!accepted.ok) return;
      const { occurredAt, shop } = accepted.event;
      const zone = shopOf(shop)?.timeZone ?? "UTC";
      firsts.set(zone, Math.min(occurredAt, firsts.get(zone) ?? occurredAt));
    },
  };
}
