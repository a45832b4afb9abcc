/** Shows a few of the messages as they are sent: one of each kind, with some time in between. */
import { maskContact } from "../../core/order/contact.ts";
import { isTaken, type Posted } from "../shop/provider.ts";
import type { BookedOrder } from "../shop/shop.ts";
import { clock, type Style, wrap } from "./text.ts";

export type Sampler = { show(message: Posted): readonly string[] | null };

const MAX_SHOWN = 7;
const MIN_GAP_MS = 2_500;

export function createSampler(
  orders: ReadonlyMap<string, BookedOrder>,
  startedAt: number,
  look: { readonly style: Style; width(): number },
): Sampler {
  const kinds = new Set<string>();
  let shown = 0;
  let lastAt = 0;
  return {
    show(message) {
      const order = orders.get(message.orders[0] ?? "");
      if (order === undefined || !isTaken(message) || shown >= MAX_SHOWN || message.at - lastAt < MIN_GAP_MS)
        return null;
      const many = message.orders.length > 1;
      const kind = many ? "many" : `${message.step} ${message.channel} ${order.buyer.locale}`;
      if (kinds.has(kind)) return null;
      kinds.add(kind);
      shown += 1;
      lastAt = message.at;
      const { style } = look;
      const about = many
        ? `${message.orders.length} orders at once: ${message.orders.join(", ")}`
        : `order ${order.id}`;
      const head = `${message.step} by ${message.channel} to ${maskContact(message.to)}, ${about}`;
      return [
        `${clock(message.at - startedAt).padStart(5)}  ${style.cyan(head)}`,
        ...wrap(message.text, Math.min(100, look.width() - 8)).map((line) => `       ${line}`),
      ];
    },
  };
}
