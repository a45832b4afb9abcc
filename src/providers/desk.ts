/** No message: the staff calls the buyer. A send is a task of the follow-up desk, which is written with its claim. */
import { urlField } from "../core/text/yaml-fields.ts";
import type { Provider } from "./provider.ts";

/** Keys of channels that say how messages are sent. */
const OF_MESSAGES = ["ratePerSecond", "timeout", "connections", "pauseWhen", "contact"];

export const desk = {
  name: "desk",
  contacts: ["phone"],
  sms: false,
  mainland: false,
  refuses: { by: "people", source: "", items: [] },
  delivers: true,
  asTask: true,
  // Nothing is waited for.
  connections: 2_000,
  // Not used. Accepted, so that a channel makes tasks when only its provider is changed.
  settings: { url: urlField.optional() },
  check: (entry) => {
    const key = OF_MESSAGES.find((each) => entry[each] !== undefined);
    return key === undefined
      ? null
      : { key, message: "is for messages, and the provider desk sends none: leave it out" };
  },
  approved: null,
} as const satisfies Provider;
