/**
 * Warnings about an accepted event: something in it could not be used, and the rest was. They go into the answer, the metrics and the story
 * of the order. Codes are stable. A message names the field and the remedy, and holds no address, no name and no id of a buyer.
 */

/** Code → what it means and what to do. docs/errors.md has the same table. */
export const WARNINGS = {
  phone_unreadable: {
    means: "A phone number was received and cannot be read, so the buyer has no such contact.",
    remedy: "Send it in international form, like +8613812345678, or say in which country it is to be read.",
  },
} as const;

export type WarningCode = keyof typeof WARNINGS;
export type Warning = { readonly code: WarningCode; readonly message: string };

/** Nearly every event. One array, so that this costs nothing. */
export const NO_WARNINGS: readonly Warning[] = [];
