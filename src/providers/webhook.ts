/** Posts each message to a service of the shop, signed as Standard Webhooks. */
import { z } from "zod";
import { textField, urlField } from "../core/text/yaml-fields.ts";
import type { Provider } from "./provider.ts";

/** Base64, with or without `whsec_` before it; any other text is the key as it stands. */
const secretField = textField.refine((secret) => !secret.startsWith("whsec_") || isBase64(secret.slice(6)), {
  error: "must have base64 after whsec_",
});

export function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

/** A user and password are sent decoded, so their % escapes must be whole. */
const endpointField = urlField.refine((url) => !URL.canParse(url) || isDecodable(new URL(url)), {
  error: "has a broken % escape in its user or password",
});

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

export const webhook = {
  name: "webhook",
  contacts: null,
  sms: null,
  mainland: false,
  refuses: null,
  delivers: true,
  settings: {
    url: endpointField,
    secret: secretField.optional(),
    /** It drops a repeated `webhook-id`. */
    idempotent: z.boolean({ error: "must be true or false" }).optional(),
  },
  approved: null,
} as const satisfies Provider;
