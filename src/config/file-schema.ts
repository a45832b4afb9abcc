/** The shape of `dunlin.yaml`. */
import { z } from "zod";
import {
  currencyField,
  localeField,
  offOr,
  quietHoursField,
  spanField,
  textField,
  timeOfDayField,
  timeZoneField,
  urlField,
} from "../core/text/yaml-fields.ts";
import { SECOND } from "../core/values/duration.ts";
import { POLL_SOURCES, pollKeys } from "../sources/poll-keys.ts";
import { sources } from "../sources/registry.ts";
import { channelsShape } from "./channels.ts";
import { ALWAYS, type CheckContext, countryField, joinAtMostField, recordOf } from "./fields.ts";
import { guardField } from "./guard.ts";
import { noticesShape } from "./notices.ts";

const orOff = "must be off or a duration like 30m";

/** One secret, or several while they are changed. */
const secretsField = z.union(
  [textField.transform((secret) => [secret]), z.array(textField).min(1, "needs at least one secret").max(10)],
  { error: ({ input }) => (input === undefined ? "is required" : "must be a secret, or a list of secrets") },
);
const webhookShapes = Object.fromEntries(
  [...sources.values()].map(({ name, settings = {} }) => [
    name,
    z.strictObject({ secret: secretsField, ...settings }).optional(),
  ]),
);

const pollShapes = Object.fromEntries(
  POLL_SOURCES.map((name) => [name, z.strictObject({ ...pollKeys[name], every: spanField.optional() }).optional()]),
);

/** A send waits for it while it holds its claim. */
const MAX_VERIFY = 10 * SECOND;

const verifyShape = z.strictObject({
  with: z.enum([...POLL_SOURCES, "http"], { error: `must be one of ${[...POLL_SOURCES, "http"].join(", ")}` }),
  url: urlField.optional(),
  secret: textField.optional(),
  timeout: spanField.refine((ms) => ms <= MAX_VERIFY, "must be at most 10s").optional(),
  onError: z.enum(["send", "skip"], { error: "must be send or skip" }).optional(),
});

const shopShape = z.strictObject({
  name: textField.optional(),
  timeZone: timeZoneField.optional(),
  locale: localeField.optional(),
  currency: currencyField.optional(),
  country: countryField.optional(),
  joinAtMost: joinAtMostField.optional(),
  closeAfter: offOr(spanField, orOff).optional(),
  quietHours: quietHoursField.optional(),
  cashOnDelivery: z.array(textField).optional(),
  chaseShipped: z.boolean().optional(),
  webhooks: z.strictObject(webhookShapes).optional(),
  poll: z.strictObject(pollShapes).optional(),
  verify: verifyShape.optional(),
  resultAt: offOr(timeOfDayField, 'must be off or a time of day like "09:00"').optional(),
  guard: guardField.optional(),
});
export type ShopEntry = z.output<typeof shopShape>;

/** `verify` needs an address and a secret, or the access to the platform's API. */
function checkVerify(given: unknown, context: CheckContext): void {
  const shops = recordOf(given);
  for (const [id, each] of Object.entries(shops)) {
    const entry = recordOf(each);
    const merged = { ...recordOf(shops["*"]), ...entry };
    if (merged.verify === undefined || (entry.verify === undefined && entry.poll === undefined && id !== "*")) continue;
    const verify = recordOf(merged.verify);
    const platform = POLL_SOURCES.find((name) => name === verify.with);
    const report = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [id, "verify", key], message });
    if (verify.with === "http") {
      if (verify.url === undefined) report("url", "is required: the address that is asked");
      if (verify.secret === undefined) report("secret", "is required: it signs the questions");
    } else if (platform !== undefined && recordOf(merged.poll)[platform] === undefined)
      report("with", `needs shops.${id}.poll.${platform}: the access to its API`);
  }
}

const shopIdField = z
  .string()
  .min(1, 'must not be empty: name a shop, or write "*" for every shop that is not listed')
  .max(100, "is longer than 100 characters");

/** Without a chat nobody would get it. */
function checkResults(given: unknown, context: CheckContext): void {
  const { shops, notices } = recordOf(given);
  if (Object.keys(recordOf(notices)).length > 0) return;
  for (const [id, entry] of Object.entries(recordOf(shops))) {
    const { resultAt } = recordOf(entry);
    if (resultAt !== undefined && resultAt !== "off")
      context.addIssue({
        code: "custom",
        path: ["shops", id, "resultAt"],
        message: "needs an entry in notices: a chat of the shop's staff that gets it",
      });
  }
}

const proxyField = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be an address like 10.0.0.7, or a network like 10.0.0.0/8",
});

export const fileShape = z
  .strictObject({
    publicUrl: urlField.optional(),
    trustedProxies: z.array(proxyField).optional(),
    shops: z.record(shopIdField, shopShape).superRefine(checkVerify, ALWAYS).optional(),
    channels: channelsShape.optional(),
    notices: noticesShape.optional(),
    retention: z
      .strictObject({
        events: spanField.optional(),
        orders: spanField.optional(),
        contacts: spanField.optional(),
        audit: spanField.optional(),
        deliveries: spanField.optional(),
      })
      .optional(),
  })
  .superRefine(checkResults, ALWAYS);
export type ConfigFile = z.output<typeof fileShape>;
