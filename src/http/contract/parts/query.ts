/** The parts that queries, paths and bodies are made of. */
import { z } from "zod";
import { readId } from "../../../core/order/id.ts";
import { parseInstant } from "../../../core/values/instant.ts";

/** RFC 3339 → epoch ms. */
export const toMs = z
  .string()
  .transform((value, context) => {
    const ms = parseInstant(value);
    if (ms !== null) return ms;
    context.addIssue({
      code: "custom",
      message: "must be an RFC 3339 instant with an offset, like 2026-11-10T20:00:00+08:00",
    });
    return z.NEVER;
  })
  .meta({ format: "date-time" });

/** In a URL that was not escaped, the plus of an offset arrives as a blank. */
export const queryInstant = z
  .string()
  .transform((value) => value.replace(/ (?=\d\d:\d\d$)/, "+"))
  .pipe(toMs)
  .meta({ format: "date-time" });

/** Absent → null. */
export const maybe = <T extends z.ZodType>(shape: T) => shape.optional().transform((value) => value ?? null);

/** [from, to), epoch ms. */
export const range = { from: maybe(queryInstant), to: maybe(queryInstant) };
export const isRange = (query: { from: number | null; to: number | null }) =>
  query.from === null || query.to === null || query.from < query.to;
export const rangeFault = { error: "must be before to", path: ["from"] };

/** PostgreSQL stores no NUL, so no stored name can match one. */
export const name = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, "must not contain a NUL");

export const wholeNumber = (min: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= 2_147_483_647, { error: "must be a whole number" });

export const limit = z
  .string()
  .regex(/^\d{1,4}$/, "must be a whole number from 1 to 500")
  .default("50")
  .transform(Number)
  .refine((value) => value >= 1 && value <= 500, { error: "must be a whole number from 1 to 500" })
  .meta({ description: "Items on a page, 1 to 500" });

const NEXT = "The value of `next` on the page before";
export const page = { limit, cursor: maybe(name(1_000)).describe(NEXT) };
/** A page of versions: the cursor is a version number. */
export const versionPage = { limit, cursor: maybe(wholeNumber(1)).describe(NEXT) };

/** An id in the spelling in which it is stored. */
export const storedId = (max: number) => name(max).transform(readId);
export const orderParams = z.object({ shop: storedId(100), id: storedId(200) });
