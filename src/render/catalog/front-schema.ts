/**
 * The keys of a text's front matter: whether it is a notice or marketing, and for each provider what it calls its approved
 * template and what fills it. Strict: an unknown key is a fault. Values are texts; only parameters are templates.
 */
import { z } from "zod";

const word = z
  .union([z.string(), z.number()], { error: (issue) => (issue.input === undefined ? "is required" : "must be text") })
  .transform(String)
  .pipe(z.string().regex(/^[^\s\p{Cc}]{1,200}$/u, "must be one word"));
const label = z.string().trim().min(1, "must not be empty").max(100, "is longer than 100 characters");
const source = z.string({ error: "must be text, in quotes if it begins with {{" });
const named = z.record(z.string().regex(/^\w{1,40}$/, "must be letters, digits and _, at most 40"), source);
const positional = z.array(source);

/** https://developers.facebook.com/docs/whatsapp: a template's components; a button is counted from 0. */
const component = z
  .strictObject({
    type: z.enum(["header", "body", "button"]),
    sub_type: z.enum(["url", "quick_reply", "copy_code"]).optional(),
    index: z.number().int("must be a whole number").min(0).max(9).optional(),
    parameters: positional,
  })
  .refine(({ type, index }) => (type === "button") === (index !== undefined), {
    error: "needs an index if it is a button, and only then",
    path: ["index"],
  })
  .refine(({ type, sub_type }) => type === "button" || sub_type === undefined, {
    error: "is for buttons",
    path: ["sub_type"],
  });

const sections = {
  aliyun: z.strictObject({ signName: label.optional(), templateCode: word, params: named.optional() }),
  tencent: z.strictObject({
    signName: label.optional(),
    templateId: word,
    sdkAppId: word.optional(),
    params: positional.optional(),
  }),
  twilio: z.strictObject({
    contentSid: word,
    messagingServiceSid: word.optional(),
    params: z.union([named, positional], { error: "must be a map or a list of texts" }).optional(),
  }),
  whatsapp: z
    .strictObject({
      name: word,
      language: word,
      components: z.array(component).max(12, "holds more than 12 components").optional(),
      params: positional.optional(),
    })
    .refine(({ components, params }) => components === undefined || params === undefined, {
      error: "are those of the body: name them in components, or here, not in both",
      path: ["params"],
    }),
  wechat: z.strictObject({ templateId: word, page: word.optional(), params: named.optional() }),
};

export const frontShape = z.strictObject({
  category: z.enum(["notice", "marketing"]).optional(),
  aliyun: sections.aliyun.optional(),
  tencent: sections.tencent.optional(),
  twilio: sections.twilio.optional(),
  whatsapp: sections.whatsapp.optional(),
  wechat: sections.wechat.optional(),
});
export type FrontShape = z.output<typeof frontShape>;

export const PROVIDERS = ["aliyun", "tencent", "twilio", "whatsapp", "wechat"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The section that a channel's provider reads: `aliyun-sms` reads `aliyun`. null: it knows no approved templates. */
export function sectionOf(provider: string): Provider | null {
  return PROVIDERS.find((name) => provider === name || provider.startsWith(`${name}-`)) ?? null;
}
