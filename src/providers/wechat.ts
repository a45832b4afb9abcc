import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import { named, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { wechatRefuses } from "./refused/lists.ts";

export const wechat = {
  name: "wechat",
  contacts: ["chat.wechat"],
  sms: false,
  mainland: false,
  refuses: wechatRefuses,
  delivers: true,
  settings: {
    url: urlField.optional(),
    appId: word,
    appSecret: textField,
    /** A subscribe message of a mini-programme, or a template message of an official account. */
    kind: z.enum(["subscribe", "official"]),
    /** Signs receipts; without it none are taken. */
    token: textField.optional(),
  },
  approved: {
    section: "wechat",
    namedBy: ["templateId"],
    shape: z.strictObject({ templateId: word, page: word.optional(), params: named.optional() }).transform(sectionOf),
    required: true,
    takesLinks: true,
  },
} as const satisfies Provider;
