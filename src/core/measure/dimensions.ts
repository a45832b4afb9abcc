/** By what the recovery report can have rows. */
export const DIMENSIONS = [
  "campaign",
  "step",
  "channel",
  "template",
  "version",
  "variant",
  "reason",
  "locale",
  "tag",
  "paymentMethod",
  "staff",
  "why",
  "shop",
  "day",
  "hour",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The names that are none of them. */
export const unknownDimensions = (names: readonly string[]): { readonly name: string; readonly why: string }[] =>
  names
    .filter((name) => !DIMENSIONS.some((known) => known === name))
    .map((name) => ({ name, why: `is not one of ${DIMENSIONS.join(", ")}` }));
