/** Makes events of lines, and reports the lines that are none. */
import { type AcceptedEvent, acceptEvent } from "../../core/order/accept.ts";
import type { BuyerPayload, OrderEvent } from "../../core/order/event.ts";
import type { Known } from "../../core/simulation/input.ts";
import { findJsonFault, placeOf } from "../../core/text/json-fault.ts";
import { excessOf, MAX_DEPTH, MAX_VALUES } from "../../core/text/json-weight.ts";
import { shiftEvent } from "../change/shift.ts";
import { addFault, addWarning, noteMoment } from "../result/figures.ts";
import type { ShopOf } from "../shops.ts";
import type { Figures, Line, ReplayEnv } from "../types.ts";

/** The facts known beside events, by the buyer of the event. */
export type Knowns = Map<BuyerPayload, Known>;

const OUT_OF_TIME = "occurredAt: as of the wanted time, it is before 1970 or after 9999";

/** The good events of the lines, shifted. `knowns` null: the lines come from a file. */
export function readEvents(
  lines: Iterable<Line>,
  shopOf: ShopOf,
  { shift, table }: Pick<ReplayEnv, "shift" | "table">,
  figures: Figures,
  knowns: Knowns | null,
): OrderEvent[] {
  const events: OrderEvent[] = [];
  for (const { number: line, text } of lines) {
    const read = readEvent(text, shopOf, table);
    const number = read.row ?? line;
    if (!read.ok) addFault(figures, number, read.fault);
    else {
      const { warnings } = read;
      const zone = shopOf(read.event.shop)?.timeZone ?? "UTC";
      const event = shift === null ? read.event : shiftEvent(read.event, shift.get(zone) ?? 0);
      if (event === null) {
        addFault(figures, number, OUT_OF_TIME);
        continue;
      }
      for (const { code, message } of warnings) addWarning(figures, code, number, message);
      if (event.order.buyer != null && isKnown(read.known)) knowns?.set(event.order.buyer, read.known);
      events.push(event);
      noteMoment(figures, { at: event.occurredAt, zone });
    }
  }
  return events;
}

const isKnown = (value: unknown): value is Known => typeof value === "object" && value !== null;

/** `row`: in the table that the file was made of. */
type Read = { readonly row?: number } & (
  | (Extract<AcceptedEvent, { ok: true }> & { readonly known: unknown })
  | { readonly ok: false; readonly fault: string }
);

/** The event of the line, or the fault of the line. */
function readEvent(text: string, shopOf: ShopOf, table: boolean): Read {
  // As intake refuses it.
  const excess = text.length > MAX_DEPTH ? excessOf(Buffer.from(text), MAX_VALUES) : null;
  if (excess !== null) return { ok: false, fault: excess.message };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, fault: jsonFault(text) };
  }
  const field = (name: string): unknown => Reflect.get(Object(value), name);
  const place = table ? { row: Number(field("row")) } : {};
  const fault = table ? field("fault") : undefined;
  if (typeof fault === "string") return { ok: false, fault, ...place };
  const accepted = acceptEvent(value, shopOf);
  return accepted.ok
    ? { ...accepted, known: field("known"), ...place }
    : { ok: false, fault: accepted.rejection.message, ...place };
}

/** Gives the place, and no text of the line: it may contain phone numbers. */
function jsonFault(text: string): string {
  const fault = findJsonFault(text) ?? { offset: 0, message: "no JSON" };
  return fault.offset >= text.length
    ? `is cut off, no JSON: ${fault.message}`
    : `is no JSON: ${placeOf(text, fault.offset)}: ${fault.message}`;
}
