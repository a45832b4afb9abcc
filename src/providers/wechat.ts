import { z } from "zod";
import { named, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { wechatRefuses } from "./refused/lists.ts";

export const wechat = {
  name: "wechat",
  contact: "chat.wechat",
  sms: false,
  mainland: false,
  refuses: wechatRefuses,
  delivers: true,
  settings: null,
  approved: {
    section: "wechat",
    shape: z.strictObject({ templateId: word, page: word.optional(), params: named.optional() }).transform(sectionOf),
    required: false,
    takesLinks: true,
  },
} as const satisfies Provider;
