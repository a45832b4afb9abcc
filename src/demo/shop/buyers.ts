/** The simulated buyers: each places its orders and pays, or not, according to its habit. They are timers; `stop` ends all of them. */
import type { CastBuyer } from "./cast.ts";
import { isTaken, type Posted, type Provider } from "./provider.ts";
import type { Shop } from "./shop.ts";

export type Buyers = { stop(): void };

export function startBuyers(cast: readonly CastBuyer[], shop: Shop, provider: Provider): Buyers {
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const payAll = (buyer: CastBuyer): void => {
    for (const { id } of buyer.orders) void shop.pay(id);
  };

  for (const buyer of cast) {
    for (const order of buyer.orders) after(order.at, () => void shop.place(buyer, order));
    const [first] = buyer.orders;
    const last = buyer.orders.at(-1);
    if (first === undefined || last === undefined) continue;
    const { habit, pause } = buyer;
    if (habit === "prompt" || habit === "late") after(first.at + pause, () => payAll(buyer));
    if (habit === "one-of-several") after(last.at + pause, () => void shop.pay(last.id));
    if (habit === "changes-mind") after(first.at + pause, () => void shop.close(first.id));
  }

  const reminded = new Set<CastBuyer>();
  provider.onTaken((message: Posted) => {
    const buyer = shop.orders.get(message.orders[0] ?? "")?.buyer;
    if (buyer === undefined || !isTaken(message) || reminded.has(buyer) || !reactsTo(buyer, message)) return;
    reminded.add(buyer);
    after(buyer.pause, () => payAll(buyer));
  });

  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function reactsTo({ habit }: CastBuyer, { step }: Posted): boolean {
  if (habit === "last-minute") return step === "last-call";
  return habit === "when-reminded" || habit === "several";
}
