/** Prints each message, for a first look. */
import { textField, urlField } from "../core/text/yaml-fields.ts";
import type { Provider } from "./provider.ts";

export const consoleProvider = {
  name: "console",
  contacts: null,
  sms: null,
  mainland: false,
  refuses: null,
  delivers: false,
  // Not used. Accepted, so that a webhook channel prints when only its provider is changed.
  settings: { url: urlField.optional(), secret: textField.optional() },
  approved: null,
} as const satisfies Provider;
