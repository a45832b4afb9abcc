/** Rehearsals: campaigns run over order events on a simulated clock. Nothing is stored and nothing is sent. */
import { z } from "zod";
import { PERIOD_FORMS, type Period, parsePeriod, type When } from "../../core/values/when.ts";
import { eventBody } from "./events.ts";
import type { Fault } from "./parts/problem.ts";
import { maybe, queryWhen, storedId } from "./parts/query.ts";
import { instant, maybeInstant, maybeText, money, orderIds, reason, text } from "./parts/values.ts";

const MAX_SCALE = 1_000;
const storedPeriod = z
  .string()
  .transform((value, context): Period => {
    const period = parsePeriod(value);
    if (period !== null) return period;
    context.addIssue({ code: "custom", message: `must be ${PERIOD_FORMS}` });
    return z.NEVER;
  })
  .meta({ example: "2026-11-09" });
const tag = z.string().trim().min(1, "must not be empty").max(200);

export const rehearsalQuery = z.strictObject({
  from: maybe(queryWhen).describe(
    "When decisions begin: an RFC 3339 instant, or a day in the zone of each shop. Events before it are known; nothing counts as sent before it",
  ),
  stored: maybe(storedPeriod).describe(
    "Rehearse the stored orders that were created on this day, or in this period (`2026-11-08..2026-11-09`). Then the body has no events, and may be absent",
  ),
  shop: maybe(storedId(100)).describe(
    "With `stored`: only this shop. With a table: the shop of its orders; absent: the one that is configured",
  ),
  asOf: maybe(queryWhen).describe("As if the first orders were created on this day, or at this time"),
  tag: z
    .union([tag, z.array(tag).max(50)])
    .optional()
    .transform((tags) => (tags === undefined ? [] : [tags].flat()))
    .describe("Give every order this tag; may be repeated"),
  scale: z
    .string()
    .regex(/^\d{1,4}$/, `must be a whole number from 1 to ${MAX_SCALE}`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= MAX_SCALE, `must be a whole number from 1 to ${MAX_SCALE}`)
    .default(1)
    .describe("Every order so many times, each time from another buyer"),
});
export const rehearsalBody = z.strictObject({
  events: z.array(eventBody).optional().describe("Required without `stored`"),
  campaigns: z
    .record(text, text)
    .optional()
    .describe(
      "Text by path: `promo/campaign.yaml`, `promo/nudge.sms.en.hbs`. Absent: the campaigns that the service runs",
    ),
  against: z
    .record(text, text)
    .optional()
    .describe("Campaigns to compare with, over the same orders. The answer has their `difference`"),
  from: text.optional().meta({ example: "2026-11-10" }),
});

const decision = { at: instant, shop: text, buyer: text, orders: orderIds, campaign: maybeText, step: maybeText };
const pair = <T extends z.ZodType>(value: T) => z.strictObject({ before: value, after: value });
const rowNames = { campaign: maybeText, step: maybeText, channel: maybeText, variant: maybeText, shop: text };
const rowFigures = {
  sends: z.int(),
  segments: z.int(),
  cost: money.nullable(),
  settled: z.int().describe("Skips because the order was paid or closed"),
  skips: z.int().describe("All other skips"),
};
const difference = z.strictObject({
  against: text,
  sends: z
    .strictObject({
      before: z.int(),
      after: z.int(),
      same: z.int(),
      changed: z.int().describe("Another text, channel, variant or campaign"),
      onlyBefore: z.int(),
      onlyAfter: z.int(),
    })
    .describe("`before`: the campaigns of `against`"),
  skips: z.record(text, pair(z.int())).describe("By reason"),
  segments: z.record(text, pair(z.int())).describe("By channel"),
  cost: z.record(text, pair(text)).describe("By currency"),
  peakPerSecond: z.record(text, pair(z.int())).describe("By channel"),
  rows: z
    .array(z.strictObject({ ...rowNames, ...pair(z.strictObject(rowFigures)).shape }))
    .describe("Those that differ"),
  texts: z
    .array(z.strictObject({ template: text, ...pair(maybeText).shape }))
    .describe("Texts that only one of the two uses, or that differ: the first message of each"),
});

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
        ...rowFigures,
      }),
    )
    .describe("Sends and skips by campaign, step, channel, variant and shop"),
  settled: z.record(text, z.int()).describe("Skips because the order was paid or closed, by reason"),
  skipped: z.record(text, z.int()).describe("All other skips by reason"),
  difference: difference.optional().describe("Only with `against`"),
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
    asked: {
      /** The type of the body; `none`: there is no body; `csv`: the export of a shop system. */
      readonly type: "json" | "ndjson" | "csv" | "none";
      /** The shop of the orders of a table; null: the one that is configured. */
      readonly tableShop: string | null;
      readonly from: When | null;
      readonly changes: { readonly asOf: When | null; readonly tags: readonly string[]; readonly scale: number };
      /** null: the events are in the body. */
      readonly stored: { readonly period: Period; readonly shop: string | null } | null;
    },
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
