/** Kinds of value that only dunlin.yaml has. */
import { z } from "zod";
import { MAX_REPORTERS } from "../core/order/sharing.ts";
import { countryCode } from "../core/values/country.ts";

const numberField = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, "must be a number")
      .transform(Number),
  ],
  { error: "must be a number" },
);
export const positiveField = numberField.refine(
  (value) => value > 0 && value <= 1_000_000,
  "must be more than 0 and at most 1000000",
);

/** The upper bound keeps the sockets of a process below the usual limit of 1,024 open files. */
export const connectionsField = numberField.refine(
  (value) => Number.isInteger(value) && value >= 1 && value <= 900,
  "must be a whole number from 1 to 900",
);
export const countField = numberField.refine(
  (value) => Number.isInteger(value) && value >= 1 && value <= 1_000_000,
  "must be a whole number from 1 to 1000000",
);
export const joinAtMostField = numberField.refine(
  (value) => Number.isInteger(value) && value >= 1 && value < MAX_REPORTERS,
  `must be a whole number from 1 to ${MAX_REPORTERS - 1}`,
);
export const countryField = z
  .string()
  .transform((text) => countryCode(text) ?? "")
  .refine((code) => code !== "", "is not an ISO 3166 country code of two letters, like CN");

/** The checks across keys also run on entries with faults, so that all faults are reported at once. They take nothing for granted. */
export const ALWAYS = { when: () => true };

export type CheckContext = z.core.ParsePayload & {
  addIssue(issue: { code: "custom"; path: string[]; message: string }): void;
};

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
