import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import { DAY } from "../core/values/duration.ts";
import { label, named, receiptToken, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { aliyunRefuses } from "./refused/lists.ts";

export const aliyunSms = {
  name: "aliyun-sms",
  contacts: ["phone"],
  sms: true,
  mainland: true,
  refuses: aliyunRefuses,
  delivers: true,
  // https://help.aliyun.com: notices and marketing, per number, signature and template. Verification codes have other limits.
  caps: { perAddress: 50, per: DAY },
  settings: {
    url: urlField.optional(),
    accessKeyId: textField,
    accessKeySecret: textField,
    signName: label.optional(),
    /** The last part of the address for receipts. Without it no receipts are taken. */
    receiptToken: receiptToken.optional(),
  },
  approved: {
    section: "aliyun",
    namedBy: ["templateCode"],
    shape: z
      .strictObject({ signName: label.optional(), templateCode: word, params: named.optional() })
      .transform(sectionOf),
    required: true,
    signed: true,
    // isv.PARAM_NOT_SUPPORT_URL
    takesLinks: false,
  },
} as const satisfies Provider;
