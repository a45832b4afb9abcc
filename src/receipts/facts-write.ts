/** The columns of a delivery as its receipts make them. */
import type { DeliveryState, ReceiptFacts } from "../core/receipts/facts.ts";
import type { Key } from "../db/keys.ts";
import type { FactsWrite } from "../db/stores/receipts/match-store.ts";
import type { ReceiptDeps } from "./deps.ts";

/** Codes of providers are short words or numbers. */
const MAX_CODE = 100;

/** `state`: its new state; null: it stays. */
export function factsWrite(
  { channels }: Pick<ReceiptDeps, "channels">,
  { shop, id }: Key,
  { facts, channel }: { readonly facts: ReceiptFacts; readonly channel: string },
  state: DeliveryState | null,
): FactsWrite {
  const { failed, deliveredAt, segments, cost } = facts;
  const price = channels.get(channel)?.cost ?? null;
  const priced = segments === undefined || price === null ? null : { ...price, micros: price.micros * segments.count };
  const billed = cost ?? priced;
  const shown = deliveredAt === undefined ? failed : undefined;
  return {
    shop,
    id,
    facts,
    state,
    code: shown === undefined ? null : (shown.code ?? "not_delivered").slice(0, MAX_CODE),
    message: shown === undefined ? null : NOT_DELIVERED,
    settled: state !== null || shown !== undefined || deliveredAt !== undefined,
    segments: segments?.count ?? null,
    costMicros: billed?.micros ?? null,
    costCurrency: billed?.currency ?? null,
    priceMicros: price?.micros ?? null,
    priceCurrency: price?.currency ?? null,
  };
}

const NOT_DELIVERED = "the provider reported that it was not delivered";
