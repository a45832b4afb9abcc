/** https://www.twilio.com/docs/api/errors: the codes of Messages. */
import type { CodeTable, Meaning } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const gone = (words: string): Meaning => ({ means: "refused", words, wish: "invalid" });
const channel = (words: string): Meaning => ({ means: "channel", words });
const later = (words: string): Meaning => ({ means: "later", words });

export const twilioCodes: CodeTable = {
  provider: "twilio-sms",
  zone: "UTC",
  codes: {
    "21211": gone("there is no such number"),
    "21214": refused("the number cannot be reached"),
    "21614": refused("the number takes no SMS"),
    "21610": { means: "refused", words: "the number opted out at the provider", wish: "out" },
    "21617": refused("the text is too long"),
    "30004": refused("the number blocks messages"),
    "30005": gone("there is no such number"),
    "30006": refused("the number is a landline, or its carrier is not reached"),
    "30007": refused("the carrier filtered the text"),
    "63003": refused("the number has no WhatsApp"),
    "63016": refused("the buyer wrote nothing for 24 hours: only an approved template is sent then"),
    "20003": channel("the credentials are refused: check accountSid and authToken"),
    "21408": channel("the account may not send to this country: allow it under Geo permissions"),
    "21606": channel("the sender may not send to these numbers: check the channel's from"),
    "21612": channel("there is no way from this sender to these numbers: check the channel's from"),
    "30002": channel("the account is suspended"),
    "30010": channel("the price is over the limit of the account"),
    "30034": channel("the sender is not registered for A2P 10DLC"),
    "20429": later("too many requests at once"),
    "30001": later("the queue of the sender is full"),
    "30022": later("the rate limit of the sender is reached"),
    "63018": later("the rate limit of the sender is reached"),
    "20500": { means: "unknown", words: "the provider failed; it may have sent the message" },
  },
};
