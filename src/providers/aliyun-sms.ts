import { z } from "zod";
import { label, named, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { aliyunRefuses } from "./refused/lists.ts";

export const aliyunSms = {
  name: "aliyun-sms",
  contact: "phone",
  sms: true,
  mainland: true,
  refuses: aliyunRefuses,
  delivers: true,
  settings: null,
  approved: {
    section: "aliyun",
    shape: z
      .strictObject({ signName: label.optional(), templateCode: word, params: named.optional() })
      .transform(sectionOf),
    required: true,
    // isv.PARAM_NOT_SUPPORT_URL
    takesLinks: false,
  },
} as const satisfies Provider;
