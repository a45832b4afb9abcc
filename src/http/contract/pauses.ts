/** Pauses of campaigns, channels, shops and payment methods. */
import { z } from "zod";
import { HEALTHS } from "../../core/notices/channel-health.ts";
import { parseDuration } from "../../core/values/duration.ts";
import { name } from "./parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, money, type Page, text } from "./parts/values.ts";

/** A duration in ms; null: absent. */
const pauseTime = name(24)
  .nullish()
  .transform((value, context) => {
    if (value === null || value === undefined) return null;
    const ms = parseDuration(value);
    if (ms !== null && ms > 0) return ms;
    context.addIssue({ code: "custom", message: "must be a duration like 30m or 2h" });
    return z.NEVER;
  })
  .meta({ example: "30m", description: "The pause ends by itself after this time; absent: when it is resumed" });

export const note = name(500)
  .nullish()
  .transform((value) => value ?? null)
  .describe("Why, for the history");
export const noteBody = z.strictObject({ note });
export const pauseBody = z.strictObject({
  for: pauseTime,
  note,
});
export const pauseSources = z.enum(["person", "fault", "threshold"]);
export const pauseSource = pauseSources
  .nullable()
  .describe(
    "Who paused it: `person`; `fault`: the provider takes nothing from the channel; `threshold`: too much of what was sent failed, or too many orders of the payment method are unpaid; null: it is not paused",
  );
export const pauseReason = maybeText.describe("Why it paused itself; null: somebody paused it, or it is not paused");
const pause = {
  paused: z.boolean(),
  pausedAt: maybeInstant,
  pausedUntil: maybeInstant.describe("When the pause ends by itself; null: when it is resumed"),
  pauseSource,
  reason: pauseReason,
};
const part = { name: text, ...pause };
const shares = z
  .strictObject({ orders: z.int(), unpaid: z.int() })
  .nullable()
  .describe("null: the shop has no `guard`, or had no such orders lately");
export const methodItem = z.strictObject({
  shop: text,
  method: text.describe("As in `order.paymentMethod`"),
  ...pause,
  recent: shares.describe(
    "The orders of the last time `within`, and how many of them were unpaid five minutes after they came",
  ),
  usual: shares.describe("The same of up to four weeks before"),
});
export const shopItem = z.strictObject({
  ...part,
  currency: maybeText.describe("In which it sells, as configured; null: the shop is no longer configured"),
});
export const channelItem = z.strictObject({
  ...part,
  provider: maybeText.describe("null: the channel is no longer configured"),
  ratePerSecond: z.number().nullable().describe("null: not limited"),
  health: z
    .enum(HEALTHS)
    .describe(
      "`failing`: its provider does not answer, its set-up has a fault, or most of at least five attempts of the last hour failed",
    ),
  down: z
    .strictObject({ since: instant, code: text.describe("That of the last attempt that failed") })
    .nullable()
    .describe("Its provider does not answer; null: it does, or was not asked lately"),
  setup: z
    .strictObject({
      askedAt: instant,
      balance: money.nullable(),
      segments: z
        .strictObject({ left: z.int(), bought: z.int() })
        .nullable()
        .describe("The packages of segments that are still valid"),
      lines: z.array(
        z.strictObject({
          about: z
            .enum(["setup", "stock", "check"])
            .describe(
              "`setup`: credentials, signatures, templates; `stock`: money; `check`: it could not be found out",
            ),
          level: z.enum(["ok", "warning", "fault"]),
          text: text.describe("As `dunlin doctor` says it"),
        }),
      ),
    })
    .nullable()
    .describe("What its provider said when it was asked last, every hour; null: it was not asked within three hours"),
  recent: z
    .strictObject({ attempts: z.int(), failed: z.int() })
    .describe(
      "The attempts of the last hour that have an outcome, and those of them that failed or may have failed; counted among the newest 10,000 attempts of all channels",
    ),
  lastFailure: z
    .strictObject({ at: instant, code: maybeText, meaning: maybeText.describe("The code in plain words") })
    .nullable()
    .describe("Of the last 24 hours, and of the newest 10,000 attempts of all channels"),
});
/** The holder of the key that the request came with. */
export type Actor = { readonly who: string; readonly via: "http" };
export type PauseSwitch = { readonly paused: boolean; readonly forMs: number | null; readonly note: string | null };

export type PausesVerbs = {
  readonly pauses: {
    channels(): Promise<Page<Answer<typeof channelItem>>>;
    shops(): Promise<Page<Answer<typeof shopItem>>>;
    /** null: it is not configured. */
    setChannel(actor: Actor, name: string, input: PauseSwitch): Promise<Answer<typeof channelItem> | null>;
    setShop(actor: Actor, name: string, input: PauseSwitch): Promise<Answer<typeof shopItem> | null>;
    methods(): Promise<Page<Answer<typeof methodItem>>>;
    setMethod(
      actor: Actor,
      method: { readonly shop: string; readonly method: string },
      input: PauseSwitch,
    ): Promise<Answer<typeof methodItem> | null>;
  };
};
