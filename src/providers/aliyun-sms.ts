import { z } from "zod";
import { label, named, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";

export const aliyunSms = {
  name: "aliyun-sms",
  contact: "phone",
  sms: true,
  mainland: true,
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
