/** Rehearsals: campaigns run over order events on a simulated clock. Nothing is stored and nothing is sent. */
import { z } from "zod";
import type { When } from "../../core/values/when.ts";
import { eventBody } from "./events.ts";
import type { Fault } from "./parts/problem.ts";
import { maybe, queryWhen } from "./parts/query.ts";
import { instant, maybeInstant, maybeText, money, orderIds, reason, text } from "./parts/values.ts";

export const rehearsalQuery = z.strictObject({
  from: maybe(queryWhen).describe(
    "When decisions begin: an RFC 3339 instant, or a day in the zone of each shop. Events before it are known; nothing counts as sent before it",
  ),
});
export const rehearsalBody = z.strictObject({
  events: z.array(eventBody),
  campaigns: z
    .record(text, text)
    .optional()
    .describe(
      "Text by path: `promo/campaign.yaml`, `promo/nudge.sms.en.hbs`. Absent: the campaigns that the service runs",
    ),
  from: text.optional().meta({ example: "2026-11-10" }),
});

const decision = { at: instant, shop: text, buyer: text, orders: orderIds, campaign: maybeText, step: maybeText };
export const rehearsal = z.strictObject({
  from: maybeInstant,
  to: maybeInstant,
  orders: z.int(),
  cases: z.int(),
  sends: z.array(z.strictObject({ ...decision, variant: maybeText, channel: text, text, segments: z.int() })),
  skips: z.array(z.strictObject({ ...decision, reason })),
  peakPerSecond: z.record(text, z.int()).describe("By channel"),
  segments: z.record(text, z.int()).describe("By channel"),
  cost: z.array(money),
  texts: z
    .array(
      z.strictObject({
        template: text.meta({ example: "default/nudge.sms.en" }),
        channel: text,
        sends: z.int(),
        segments: z.int(),
        cost: money.nullable().describe("null: the channel has no price"),
        example: maybeText.describe("The first message of this text"),
      }),
    )
    .describe("The texts that are used, each with its sends"),
  peaks: z
    .array(z.strictObject({ channel: text, at: instant, sends: z.int() }))
    .describe("The busiest second of each channel"),
  hours: z
    .array(z.strictObject({ zone: text, at: instant, sends: z.int() }))
    .describe("The hours with sends, on the clock of each zone of the shops"),
  rows: z
    .array(
      z.strictObject({
        campaign: maybeText.describe("null: no campaign fits"),
        step: maybeText.describe("null: the whole case"),
        channel: maybeText.describe("null: nothing is sent"),
        variant: maybeText,
        shop: text,
        sends: z.int(),
        segments: z.int(),
        cost: money.nullable(),
        settled: z.int().describe("Skips because the order was paid or closed"),
        skips: z.int().describe("All other skips"),
      }),
    )
    .describe("Sends and skips by campaign, step, channel, variant and shop"),
  settled: z.record(text, z.int()).describe("Skips because the order was paid or closed, by reason"),
  skipped: z.record(text, z.int()).describe("All other skips by reason"),
  warnings: z.array(text).describe("Those of `campaigns validate`, and those of this rehearsal"),
});

type Refused = {
  readonly ok: false;
  readonly code: "invalid_json" | "invalid_rehearsal" | "invalid_campaign" | "no_events";
  readonly message: string;
  /** `line` counts from 1, in NDJSON or in `events`. */
  readonly errors: readonly Fault[];
};
/** `answer`: the path of a file that contains the JSON of `rehearsal`. */
export type RehearsalResult = { readonly ok: true; readonly answer: string } | Refused;
export type RehearsalSlot = {
  /** The file to write the body to. */
  readonly body: string;
  /** Rejects with the signal's reason when the signal is aborted. */
  run(
    asked: { readonly type: "json" | "ndjson"; readonly from: When | null },
    signal: AbortSignal,
  ): Promise<RehearsalResult>;
  /** Removes body and answer. Idempotent. */
  end(): Promise<void>;
};

export type RehearsalsVerbs = {
  readonly rehearsals: {
    /** null: another rehearsal is running. */
    begin(): Promise<RehearsalSlot | null>;
  };
};
