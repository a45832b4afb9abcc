/** The keys of `shops.<shop>.poll.<source>` in dunlin.yaml: the access to each platform's API. */
import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";

const accessText = textField.max(1_000, "is longer than 1000 characters");

export const pollKeys = {
  woocommerce: { url: urlField, key: accessText, secret: accessText },
  shopify: { url: urlField, token: accessText },
  taobao: {
    url: urlField.default("https://eco.taobao.com/router/rest"),
    appKey: accessText,
    appSecret: accessText,
    session: accessText,
  },
  youzan: {
    url: urlField.default("https://open.youzanyun.com"),
    clientId: accessText,
    clientSecret: accessText,
    kdtId: z.union([textField, z.number().transform(String)], { error: "is required: the id of the shop" }),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;

export type PollSource = keyof typeof pollKeys;

export type PollAccess<Name extends PollSource> = {
  readonly [Key in keyof (typeof pollKeys)[Name]]: z.output<(typeof pollKeys)[Name][Key]>;
};

export const POLL_SOURCES = Object.keys(pollKeys) as readonly PollSource[];
