/** The values that answers are made of, and the type of an answer. Every object of an answer is closed: z.strictObject. */
import { z } from "zod";
import { REASONS } from "../../../core/values/reason.ts";

export const text = z.string();
export const instant = z.string().meta({ format: "date-time" });
export const decimal = z.string().meta({ example: "129.00" });
export const money = z.strictObject({ amount: decimal, currency: z.string() });
export const maybeText = text.nullable();
export const maybeInstant = instant.nullable();
export const maybeDecimal = decimal.nullable();
export const reason = z.enum(REASONS);
export const orderIds = z.array(text);

export const REMINDER_STATES = ["planned", "sending", "sent", "skipped", "cancelled"] as const;
export const DELIVERY_STATES = ["claimed", "accepted", "failed-permanent", "failed-transient", "unknown"] as const;

/** Newest first. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    next: maybeText.describe("The cursor of the next page; null on the last page"),
  });

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** An answer as a feature hands it in. */
export type Answer<Schema extends z.ZodType> = Frozen<z.output<Schema>>;
export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };
