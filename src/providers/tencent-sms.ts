import { z } from "zod";
import { label, positional, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { tencentRefuses } from "./refused/lists.ts";

export const tencentSms = {
  name: "tencent-sms",
  contact: "phone",
  sms: true,
  mainland: true,
  refuses: tencentRefuses,
  delivers: true,
  settings: null,
  approved: {
    section: "tencent",
    shape: z
      .strictObject({
        signName: label.optional(),
        templateId: word,
        sdkAppId: word.optional(),
        params: positional.optional(),
      })
      .transform(sectionOf),
    required: true,
    // InvalidParameterValue.ProhibitedUseUrlInTemplateParameter
    takesLinks: false,
  },
} as const satisfies Provider;
