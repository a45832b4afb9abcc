/** The parts that queries, paths and bodies are made of. */
import { z } from "zod";
import { readId } from "../../../core/order/id.ts";
import { isNever, parseWhen, WHEN_FORMS, type When } from "../../../core/values/when.ts";

/** A time as people write it. It becomes an instant where the zone of the shop is known. */
export const toWhen = z
  .string()
  .transform((value, context): When => {
    const when = parseWhen(value);
    if (when !== null) return when;
    context.addIssue({ code: "custom", message: `must be ${WHEN_FORMS}` });
    return z.NEVER;
  })
  .meta({ example: "2026-11-10T20:00:00+08:00" });

/** In a URL that was not escaped, the plus of an offset arrives as a blank. */
export const queryWhen = z
  .string()
  .transform((value) => value.replace(/(?<=\dT\d\d:\d\d:\d\d(?:\.\d+)?) (?=\d\d:\d\d$)/i, "+"))
  .pipe(toWhen)
  .meta({ example: "2026-11-10T20:00:00+08:00" });

const queryDay = queryWhen
  .refine((when) => when.kind === "day" && when.time === null, "must be a day, like yesterday, today or 2026-11-10")
  .meta({ example: "yesterday" });

/** Absent → null. */
export const maybe = <T extends z.ZodType>(shape: T) => shape.optional().transform((value) => value ?? null);

/** A day is the own day of each shop. */
export const period = {
  from: maybe(queryWhen).describe("A day (from its beginning), a time ago (`-7d`), or an RFC 3339 instant"),
  to: maybe(queryWhen).describe("A day (until its end), or before a time ago or an RFC 3339 instant"),
  on: maybe(queryDay).describe("One day, like `yesterday` or `2026-11-10`, in place of `from` and `to`"),
};

type Period = { readonly from: When | null; readonly to: When | null };
type Asked = Period & { readonly on: When | null };

export function checkPeriod({ from, to, on }: Asked, context: z.core.$RefinementCtx): void {
  const fault = (message: string, path: string) => context.addIssue({ code: "custom", message, path: [path] });
  if (on !== null && (from !== null || to !== null)) fault("is a whole period: leave from and to out", "on");
  if (from !== null && to !== null && isNever(from, to)) fault("must be before to", "from");
}

/** `on` becomes `from` and `to`. */
export const readPeriod = <Query extends Asked>({
  on,
  from,
  to,
  ...query
}: Query): Omit<Query, keyof Asked> & Period => ({ ...query, from: on ?? from, to: on ?? to });

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
