/**
 * Parses `campaign.yaml`: its shape, its defaults (those of the public contract) and its contradictions. All faults come out at once.
 * Checks that need the template files beside it run where those are read.
 */
import { z } from "zod";
import { parseYaml, type YamlResult } from "../text/yaml-doc.ts";
import {
  amountsField,
  durationField,
  instantField,
  nameField,
  offOr,
  pauseWhenField,
  pauseWhenOf,
  percentField,
  quietHoursField,
  spanField,
} from "../text/yaml-fields.ts";
import { DAY, HOUR, MINUTE } from "../values/duration.ts";
import type { Anchor, Campaign, Match } from "../values/policy.ts";
import type { ShopCurrency } from "./amounts.ts";
import { contradictions } from "./campaign-contradictions.ts";

/** Everything but the version, which also depends on the templates. */
export type CampaignDraft = Omit<Campaign, "version">;

const textField = z.string().min(1, "must not be empty").max(200, "is longer than 200 characters");
const listField = z.array(textField).min(1, "must not be empty: leave the key out instead").max(1_000);

const handBackField: z.ZodType<number | "never"> = z.union([z.literal("never"), spanField], {
  error: "must be never or a duration like 2h",
});

const matchShape = z.strictObject({
  shops: listField.optional(),
  tags: listField.optional(),
  amount: z.strictObject({ min: amountsField.optional(), max: amountsField.optional() }).optional(),
});
const stepShape = z.strictObject({
  id: nameField,
  at: z.strictObject({ afterCreated: durationField.optional(), beforeClose: durationField.optional() }),
  channels: z.array(nameField).min(1, "needs at least one channel").max(10),
});
const campaignShape = z.strictObject({
  name: textField.optional(),
  priority: z.number().int("must be a whole number").min(-1_000_000).max(1_000_000).optional(),
  active: z.strictObject({ from: instantField.optional(), to: instantField.optional() }).optional(),
  match: matchShape.optional(),
  exclude: matchShape.optional(),
  steps: z.array(stepShape).min(1, "needs at least one step").max(20, "has more than 20 steps"),
  variants: z
    .record(nameField, z.number().int("must be a whole number").min(0, "must not be negative").max(1_000_000))
    .optional(),
  holdout: percentField.optional(),
  quietHours: quietHoursField.optional(),
  limits: z
    .strictObject({
      max: z.number().int("must be a whole number").min(1, "must be at least 1").max(1_000).optional(),
      per: spanField.optional(),
      gap: durationField.optional(),
    })
    .optional(),
  repeatAfter: durationField.optional(),
  paidSilence: offOr(durationField, "must be off or a duration like 24h").optional(),
  minAge: durationField.optional(),
  minLead: durationField.optional(),
  staleAfter: durationField.optional(),
  whenTight: z.enum(["pull", "skip"]).optional(),
  attributionWindow: spanField.optional(),
  pauseWhen: pauseWhenField.optional(),
  manual: z
    .strictObject({
      amountAtLeast: amountsField.optional(),
      tiers: listField.optional(),
      noContact: z.boolean("must be true or false").optional(),
      unknown: z.boolean("must be true or false").optional(),
      handBackAfter: handBackField.optional(),
      team: nameField.optional(),
      claimWithin: spanField.optional(),
      holdout: percentField.optional(),
    })
    .refine(
      ({ amountAtLeast, tiers, noContact, unknown }) =>
        amountAtLeast !== undefined || tiers !== undefined || noContact === true || unknown === true,
      "needs amountAtLeast, tiers, noContact: true or unknown: true",
    )
    .optional(),
});
type CampaignShape = z.output<typeof campaignShape>;

export const DEFAULTS = {
  priority: 0,
  limits: { max: 3, per: 24 * HOUR, gap: 10 * MINUTE },
  repeatAfter: 20 * HOUR,
  paidSilence: DAY,
  minAge: 3 * MINUTE,
  minLead: 2 * MINUTE,
  staleAfter: 60 * MINUTE,
  whenTight: "pull",
  attributionWindow: 24 * HOUR,
  handBackAfter: 2 * HOUR,
  claimWithin: 15 * MINUTE,
} as const;

/**
 * `key`: the campaign's directory name. `channels`: the names of those configured; null: accept any. `shops`: the currencies of those
 * configured. Never throws; faults carry lines of `text`. A step may name a usual channel (sms, chat, …) that is not configured.
 */
export function parseCampaignFile(
  key: string,
  text: string,
  channels: readonly string[] | null,
  shops: readonly ShopCurrency[] = [],
): YamlResult<CampaignDraft> {
  // The checks across keys run even when a key has a fault, so that all faults come out at once.
  const shape = campaignShape.superRefine(
    (value, context) => {
      for (const [path, message] of contradictions(value, channels, shops))
        context.addIssue({ code: "custom", path, message });
    },
    { when: () => true },
  );
  const parsed = parseYaml(text, shape);
  return parsed.ok ? { ...parsed, value: toDraft(key, parsed.value) } : parsed;
}

/** The text from which a version is computed: the same for the same meaning, whatever the order of keys and the spelling of values. */
export function canonicalCampaign(draft: CampaignDraft): string {
  return JSON.stringify(draft, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function toDraft(key: string, shape: CampaignShape): CampaignDraft {
  return {
    key,
    name: shape.name ?? key,
    priority: shape.priority ?? DEFAULTS.priority,
    active: { from: shape.active?.from ?? null, to: shape.active?.to ?? null },
    match: toMatch(shape.match ?? {}),
    exclude: shape.exclude ? toMatch(shape.exclude) : null,
    steps: shape.steps.map(({ id, at, channels }) => ({ id, at: toAnchor(at), channels })),
    variants: Object.entries(shape.variants ?? {}).map(([variant, weight]) => ({ key: variant, weight })),
    holdout: shape.holdout ?? 0,
    quietHours: shape.quietHours ?? null,
    limits: {
      max: shape.limits?.max ?? DEFAULTS.limits.max,
      per: shape.limits?.per ?? DEFAULTS.limits.per,
      gap: shape.limits?.gap ?? DEFAULTS.limits.gap,
    },
    repeatAfter: shape.repeatAfter ?? DEFAULTS.repeatAfter,
    paidSilence: shape.paidSilence === "off" ? null : (shape.paidSilence ?? DEFAULTS.paidSilence),
    minAge: shape.minAge ?? DEFAULTS.minAge,
    minLead: shape.minLead ?? DEFAULTS.minLead,
    staleAfter: shape.staleAfter ?? DEFAULTS.staleAfter,
    whenTight: shape.whenTight ?? DEFAULTS.whenTight,
    attributionWindow: shape.attributionWindow ?? DEFAULTS.attributionWindow,
    pauseWhen: pauseWhenOf(shape.pauseWhen),
    manual: shape.manual === undefined ? null : toManual(shape.manual),
  };
}

function toManual({
  amountAtLeast,
  tiers,
  noContact,
  unknown,
  handBackAfter = DEFAULTS.handBackAfter,
  team,
  claimWithin,
  holdout,
}: NonNullable<CampaignShape["manual"]>): NonNullable<CampaignDraft["manual"]> {
  // A version is computed from it: without these keys it is as it was before there were any.
  return {
    amountAtLeast: amountAtLeast ?? null,
    ...(tiers === undefined ? {} : { tiers }),
    ...(noContact === undefined ? {} : { noContact }),
    ...(unknown === undefined ? {} : { unknown }),
    handBackAfter: handBackAfter === "never" ? null : handBackAfter,
    ...(team === undefined ? {} : { team }),
    ...(claimWithin === undefined ? {} : { claimWithin }),
    ...(holdout === undefined ? {} : { holdout }),
  };
}

function toMatch(shape: z.output<typeof matchShape>): Match {
  const { shops, tags, amount } = shape;
  return {
    shops: shops ?? null,
    tags: tags ?? null,
    amount: amount ? { min: amount.min ?? null, max: amount.max ?? null } : null,
  };
}

function toAnchor(at: z.output<typeof stepShape>["at"]): Anchor {
  return at.afterCreated === undefined
    ? { kind: "beforeClose", ms: at.beforeClose ?? 0 }
    : { kind: "afterCreated", ms: at.afterCreated };
}
