import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import { named, positional, sectionOf, word } from "./approved.ts";
import type { Provider } from "./provider.ts";
import { twilioRefuses } from "./refused/lists.ts";

export const twilioSms = {
  name: "twilio-sms",
  contacts: ["phone"],
  sms: true,
  mainland: false,
  refuses: twilioRefuses,
  delivers: true,
  settings: {
    url: urlField.optional(),
    accountSid: word,
    authToken: textField,
    from: textField.optional(),
    messagingServiceSid: word.optional(),
  },
  check: ({ from, messagingServiceSid }) =>
    from === undefined && messagingServiceSid === undefined
      ? { key: "from", message: "is required, or messagingServiceSid" }
      : null,
  approved: {
    section: "twilio",
    namedBy: ["contentSid"],
    shape: z
      .strictObject({
        contentSid: word,
        messagingServiceSid: word.optional(),
        params: z.union([named, positional], { error: "must be a map or a list of texts" }).optional(),
      })
      .transform(sectionOf),
    required: false,
    takesLinks: true,
  },
} as const satisfies Provider;
