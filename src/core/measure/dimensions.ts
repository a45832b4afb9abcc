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
  "shop",
  "day",
  "hour",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The names that are none of them; `why` explains each. */
export const unknownDimensions = (names: readonly string[]): { readonly name: string; readonly why: string }[] =>
  names
    .filter((name) => !DIMENSIONS.some((known) => known === name))
    .map((name) => ({
      name,
      why: OF_THE_DESK.includes(name)
        ? "needs the follow-up desk, which this version does not have"
        : `is not one of ${DIMENSIONS.join(", ")}`,
    }));

/** They name the person who treated a case, and the reason why it was unpaid. */
const OF_THE_DESK = ["staff", "why"];
