/** The input and the totals of a simulation. */
import type { CappedChannel } from "../limits/caps.ts";
import type { OrderEvent } from "../order/event.ts";
import type { Order } from "../order/order.ts";
import type { BuyerPolicy, Decision } from "../rules/buyer-state.ts";
import type { ShopPolicy } from "../values/policy.ts";
import type { Person } from "./person.ts";

export type SimulationInput = {
  readonly events: readonly OrderEvent[];
  /** Knows every shop in the events. */
  readonly shopOf: (shop: string) => ShopPolicy;
  readonly policy: Pick<BuyerPolicy, "campaigns" | "channels">;
  /** The channels that cap their messages to an address. Absent: none. */
  readonly capped?: readonly CappedChannel[];
  /** When decisions begin, epoch ms. Orders reported before are known, but nothing was sent for them; null: with the first event. */
  readonly from: number | null | ((shop: ShopPolicy) => number);
  /** Called for each decided row, with the state as it is then. The whole-case rows of cases that are still open come last. */
  readonly decided: (decision: Decision, person: Person) => void;
  /** The facts known beside an event about its buyer; null: none. */
  readonly knownOf?: (event: OrderEvent) => Known | null;
  /** Tags that every order gets. */
  readonly tags?: readonly string[];
  /** A copy of buyers has another suffix, and so other holdouts and variants. */
  readonly suffix?: string;
  /** Called for each order that counts in `orders`, as it is then. */
  readonly counted?: (order: Order, shop: ShopPolicy) => void;
};

/** The number that decides holdout and variant, and the kinds of contact that were opted out. */
export type Known = { readonly bucket: number; readonly suppressed: readonly string[] };

export type SimulationTotals = {
  /** Orders that were reported while unpaid and may be chased, and their cases. */
  readonly orders: number;
  readonly cases: number;
  /** The last event or decision; null: there was none. */
  readonly to: number | null;
  readonly duplicates: number;
};
