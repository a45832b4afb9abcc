import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import { label, positional, receiptToken, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { tencentRefuses } from "./refused/lists.ts";

export const tencentSms = {
  name: "tencent-sms",
  contacts: ["phone"],
  sms: true,
  mainland: true,
  refuses: tencentRefuses,
  delivers: true,
  settings: {
    url: urlField.optional(),
    secretId: textField,
    secretKey: textField,
    sdkAppId: word,
    signName: label.optional(),
    region: textField.default("ap-guangzhou"),
    /** The last part of the address for receipts. Without it no receipts are taken. */
    receiptToken: receiptToken.optional(),
  },
  approved: {
    section: "tencent",
    namedBy: ["templateId"],
    shape: z
      .strictObject({
        signName: label.optional(),
        templateId: word,
        sdkAppId: word.optional(),
        params: positional.optional(),
      })
      .transform(sectionOf),
    required: true,
    signed: true,
    // InvalidParameterValue.ProhibitedUseUrlInTemplateParameter
    takesLinks: false,
  },
} as const satisfies Provider;
