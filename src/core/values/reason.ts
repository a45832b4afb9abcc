/** The closed list of reasons (public contract). Nothing ends without one. */
export const REASONS = [
  "paid",
  "paid_other_order",
  "closed",
  "refunded",
  "no_time",
  "quiet_hours",
  "recent",
  "cap",
  "gap",
  "suppressed",
  "no_contact",
  "excluded",
  "no_campaign",
  "campaign_paused",
  "holdout",
  "manual",
  "promised",
  "superseded",
  "stale",
  "channel_down",
  "rejected_by_provider",
  "unknown_outcome",
  "erased",
] as const;

export type Reason = (typeof REASONS)[number];
