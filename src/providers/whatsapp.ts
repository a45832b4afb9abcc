import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import { paramsOf, positional, type Section, textsOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { whatsappRefuses } from "./refused/lists.ts";

/** https://developers.facebook.com/docs/whatsapp: a template's components; buttons are counted from 0. */
const component = z
  .strictObject({
    type: z.enum(["header", "body", "button"]),
    sub_type: z.enum(["url", "quick_reply", "copy_code"]).optional(),
    index: z.number().int("must be a whole number").min(0).max(9).optional(),
    parameters: positional,
  })
  .refine(({ type, index }) => (type === "button") === (index !== undefined), {
    error: "a button needs an index, and nothing else has one",
    path: ["index"],
  })
  .refine(({ type, sub_type }) => type === "button" || sub_type === undefined, {
    error: "is for buttons",
    path: ["sub_type"],
  });

const shape = z
  .strictObject({
    name: word,
    language: word,
    components: z.array(component).max(12, "holds more than 12 components").optional(),
    params: positional.optional(),
  })
  .refine(({ components, params }) => components === undefined || params === undefined, {
    error: "are those of the body: name them in components, or here, not in both",
    path: ["params"],
  });

/** The parameters of components are named body.1, button.0.1. The kind of a button is a field: `button.0` → `url`. */
function read({ components = [], params = [], ...rest }: z.output<typeof shape>): Section {
  const fields = textsOf(rest);
  const given = paramsOf(params);
  for (const [position, { type, index, sub_type, parameters }] of components.entries()) {
    const place = index === undefined ? type : `${type}.${index}`;
    if (index !== undefined) fields[place] = sub_type ?? "url";
    for (const [at, source] of parameters.entries())
      given.push({ name: `${place}.${at + 1}`, source, path: ["components", position, "parameters", at] });
  }
  return { fields, params: given };
}

export const whatsapp = {
  name: "whatsapp",
  // A handle may be an id of WhatsApp: buyers can hide their numbers.
  contacts: ["chat.whatsapp", "phone"],
  sms: false,
  mainland: false,
  refuses: whatsappRefuses,
  delivers: true,
  settings: {
    url: urlField.optional(),
    accessToken: textField,
    phoneNumberId: word,
    /** Whose templates are checked; without it none are. */
    businessAccountId: word.optional(),
    /** Signs receipts; without it none are taken. */
    appSecret: textField.optional(),
    /** The word by which WhatsApp checks the address for receipts. */
    verifyToken: textField.optional(),
    /** A version of the Graph API ends after about two years. */
    version: z
      .string()
      .regex(/^v\d{1,3}\.\d$/, "must be a version of the Graph API, like v23.0")
      .default("v23.0"),
  },
  approved: {
    section: "whatsapp",
    namedBy: ["name", "language"],
    shape: shape.transform(read),
    required: false,
    takesLinks: true,
  },
} as const satisfies Provider;
