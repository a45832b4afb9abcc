/** Campaigns and their versions. Where the verbs live, the texts of a campaign are checked, and each fault is reported with file and line. */
import { z } from "zod";
import { name, versionPage, wholeNumber } from "./parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, type Page, pageOf, text } from "./parts/values.ts";
import { type Actor, note, type PauseSwitch, pauseReason, pauseSource, pauseSources } from "./pauses.ts";

export const campaignParams = z.object({ key: name(60) });
export const versionParams = z.object({ key: name(60), version: wholeNumber(1).describe("Its number, from 1") });
export const templateParams = z.object({
  key: name(60),
  name: name(200).regex(
    /^(phrases\/)?[^/\\]+\.hbs$/,
    "must be the name of a text, like nudge.sms.en.hbs or phrases/1-size.en.hbs",
  ),
});
export const versionsQuery = z.strictObject(versionPage);

const MAX_TEMPLATES = 1_000;

export const campaignBody = z.strictObject({
  yaml: z.string().describe("The text of campaign.yaml"),
  templates: z
    .record(
      z.string().refine((file) => file !== "campaign.yaml", { error: "must be sent as `yaml`" }),
      z.string(),
    )
    .refine((files) => Object.keys(files).length <= MAX_TEMPLATES, {
      error: `must have at most ${MAX_TEMPLATES} files`,
    })
    .describe("`<step>[.<variant>].<channel>.<locale>.hbs`, or `phrases/<n>-<name>.<locale>.hbs` → its text"),
  note,
});
export const templateBody = z.strictObject({
  text: z.string().describe("The whole file, front matter included"),
  note,
});
export const rollbackBody = z.strictObject({
  to: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .nullish()
    .transform((version) => version ?? null)
    .describe("The version to go back to; absent: the version before the current one"),
  note,
});

const duration = text.meta({ example: "30m" });
const amounts = z
  .union([text.meta({ example: "30.00" }), z.record(text, text).meta({ example: { CNY: "3000", EUR: "400" } })])
  .describe("One number in the order's own currency, or one for each currency");
const match = z.strictObject({
  shops: z.array(text).nullable(),
  tags: z.array(text).nullable(),
  amount: z.strictObject({ min: amounts.nullable(), max: amounts.nullable() }).nullable(),
});
const form = z.strictObject({
  name: text,
  priority: z.number(),
  active: z.strictObject({ from: maybeInstant, to: maybeInstant }),
  match,
  exclude: match.nullable(),
  steps: z.array(
    z.strictObject({
      id: text,
      at: z.strictObject({ afterCreated: duration.optional(), beforeClose: duration.optional() }),
      channels: z.array(text),
    }),
  ),
  variants: z.record(text, z.number()).describe("Weight by variant"),
  holdout: text.meta({ example: "10%" }),
  quietHours: z
    .union([z.literal("off"), z.strictObject({ from: text.meta({ example: "22:00" }), to: text })])
    .nullable()
    .describe("null: the shop's, which are 22:00 to 08:00 by default; off: none"),
  limits: z.strictObject({ max: z.int(), per: duration, gap: duration }),
  repeatAfter: duration,
  paidSilence: duration.describe("A duration, or `off`"),
  minAge: duration,
  minLead: duration,
  staleAfter: duration,
  whenTight: z.enum(["pull", "skip"]),
  attributionWindow: duration,
  pauseWhen: z
    .union([
      z.literal("off"),
      z.strictObject({ rejected: text, optOut: text, invalid: text, atLeast: z.int(), within: duration }),
    ])
    .describe("When the campaign pauses itself"),
  manual: z
    .strictObject({
      amountAtLeast: amounts.nullable(),
      tiers: z.array(text).describe("The tiers of buyers whose cases are a person's, whatever the amount"),
      noContact: z.boolean().describe("Whether a case is a person's if no channel of its steps has a contact"),
      unknown: z.boolean().describe("Whether a message of unknown outcome is a task of the staff"),
      handBackAfter: duration.describe("A duration after which the case goes back to the reminders, or `never`"),
      team: maybeText.describe("Tasks are assigned to people of this team only; null: to anybody"),
      claimWithin: duration.describe("How long an assigned task is the person's alone"),
      holdout: text.describe("The share of cases that are left to the reminders though they would be a person's"),
    })
    .nullable(),
});

const version = {
  version: z.int().describe("From 1; also the ETag"),
  createdAt: instant,
  createdBy: text,
  source: z.enum(["file", "http", "rollback"]),
  fromVersion: z.int().nullable().describe("The version that it replaced, or that a rollback restored"),
  note: maybeText,
  digest: text.describe("A digest of the names and texts of its files"),
};
const texts = {
  yaml: text.describe("campaign.yaml"),
  templates: z.record(text, text),
  campaign: form
    .nullable()
    .describe("As it is understood, in the words of campaign.yaml, with every default; null: it is no longer valid"),
};
const state = {
  key: text,
  ...version,
  paused: z.boolean(),
  pausedAt: maybeInstant,
  pausedUntil: maybeInstant.describe("When the pause ends by itself; null: when it is resumed"),
  pauseSource,
  pauseReason,
  retired: z.boolean().describe("No longer run"),
  editedSinceApply: z.boolean().describe("`campaigns apply` would overwrite an edit, and refuses to"),
};
export const campaignItem = z.strictObject(state);
export const campaignList = pageOf(campaignItem).extend({
  paused: z
    .array(
      z.strictObject({
        kind: z.enum(["campaign", "channel", "shop", "payment_method"]),
        name: text.describe("Of a payment method: with its shop, like `acme/alipay`"),
        pausedAt: instant,
        pausedUntil: maybeInstant,
        source: pauseSources,
        reason: pauseReason,
        note: maybeText.describe("The words of the person who paused it"),
      }),
    )
    .describe("Everything that is paused now"),
});
export const campaignFull = z.strictObject({ ...state, ...texts });
export const campaignSaved = z.strictObject({ ...state, ...texts, warnings: z.array(text) });
export const versionItem = z.strictObject({ ...version, current: z.boolean() });
export const versionFull = z.strictObject({ key: text, ...version, ...texts });

/** Whether the current version (null: no version exists) is the one that the request began with. */
export type Expects = (current: number | null) => boolean;
export type CampaignFault = { readonly file: string; readonly line: number | null; readonly message: string };

type PauseDone = { readonly kind: "done" | "same" | "unknown" };
type Edit = { readonly campaign: string; readonly note: string | null };
type Moved = { readonly kind: "moved"; readonly current: number | null };
type Invalid = { readonly kind: "invalid"; readonly faults: readonly CampaignFault[] };
type Put = {
  readonly kind: "put";
  readonly change: "created" | "updated" | "unchanged";
  readonly warnings: readonly string[];
};

export type CampaignsVerbs = {
  readonly campaigns: {
    list(): Promise<Answer<typeof campaignList>>;
    get(key: string): Promise<Answer<typeof campaignFull> | null>;
    put(
      actor: Actor,
      input: Edit & { readonly files: Readonly<Record<string, string>>; readonly expects: Expects },
    ): Promise<Put | Moved | Invalid>;
    putTemplate(
      actor: Actor,
      input: Edit & { readonly name: string; readonly text: string; readonly expects: Expects },
    ): Promise<Put | Moved | Invalid | { readonly kind: "unknown" }>;
    versions(
      key: string,
      page: { readonly before: number | null; readonly limit: number },
    ): Promise<Page<Answer<typeof versionItem>> | null>;
    version(key: string, version: number): Promise<Answer<typeof versionFull> | null>;
    rollback(
      actor: Actor,
      input: Edit & { readonly to: number | null; readonly expects?: Expects },
    ): Promise<
      | { readonly kind: "rolled-back" | "same" | "unknown-campaign" }
      | { readonly kind: "unknown-version"; readonly to: number | null }
      | Moved
      | Invalid
    >;
    setPaused(actor: Actor, input: PauseSwitch & { readonly campaign: string }): Promise<PauseDone>;
    removeVersion(
      actor: Actor,
      key: string,
      version: number,
    ): Promise<{ readonly kind: "removed" | "unknown" } | { readonly kind: "in-use"; readonly why: string }>;
  };
};
