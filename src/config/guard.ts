/** `guard` of a shop: when the reminders of a payment method are held. */
import { z } from "zod";
import { offOr, spanField } from "../core/text/yaml-fields.ts";
import { DAY, MINUTE } from "../core/values/duration.ts";
import { DEFAULT_GUARD, type Guard } from "../core/values/policy.ts";
import { countField } from "./fields.ts";

const JUMP = /^(\d{1,3}(?:\.\d{1,2})?)x$/;
const MIN_JUMP = 1.5;
const MAX_JUMP = 100;

const jumpField = z
  .string({ error: "must be a factor like 3x" })
  .regex(JUMP, "must be a factor like 3x")
  .transform((text) => Number(text.slice(0, -1)))
  .refine((factor) => factor >= MIN_JUMP && factor <= MAX_JUMP, `must be from ${MIN_JUMP}x to ${MAX_JUMP}x`);

/** Keys that are left out have their defaults. */
export const guardField = offOr(
  z.strictObject({
    unpaidJump: jumpField.optional(),
    atLeast: countField.optional(),
    within: spanField.refine((ms) => ms >= 5 * MINUTE && ms <= DAY, "must be from 5m to 24h").optional(),
  }),
  "must be off or a map of unpaidJump, atLeast and within",
);

/** null: off, as it is without the key. */
export function guardOf(given: z.output<typeof guardField> | undefined): Guard | null {
  if (given === undefined || given === "off") return null;
  const { unpaidJump, atLeast, within } = given;
  return {
    unpaidJump: unpaidJump ?? DEFAULT_GUARD.unpaidJump,
    atLeast: atLeast ?? DEFAULT_GUARD.atLeast,
    within: within ?? DEFAULT_GUARD.within,
  };
}
