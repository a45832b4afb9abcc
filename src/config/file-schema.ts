/** The shape of `dunlin.yaml`. */
import { z } from "zod";
import { offOr, quietHoursField, spanField, textField, urlField } from "../core/text/yaml-fields.ts";
import { webhookNames } from "../sources/registry.ts";
import { channelsShape } from "./channels.ts";
import { countryField, currencyField, joinAtMostField, localeField, timeZoneField } from "./fields.ts";

const orOff = "must be off or a duration like 30m";

const webhookShape = z.strictObject({ secret: textField });

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
  webhooks: z.strictObject(Object.fromEntries(webhookNames.map((name) => [name, webhookShape.optional()]))).optional(),
});
export type ShopEntry = z.output<typeof shopShape>;

const shopIdField = z
  .string()
  .min(1, 'must not be empty: name a shop, or write "*" for every shop that is not listed')
  .max(100, "is longer than 100 characters");

export const fileShape = z.strictObject({
  publicUrl: urlField.optional(),
  shops: z.record(shopIdField, shopShape).optional(),
  channels: channelsShape.optional(),
  retention: z
    .strictObject({
      events: spanField.optional(),
      orders: spanField.optional(),
      contacts: spanField.optional(),
      audit: spanField.optional(),
      deliveries: spanField.optional(),
    })
    .optional(),
});
export type ConfigFile = z.output<typeof fileShape>;
