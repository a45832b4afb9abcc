/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
import type { CodeTable, Meaning } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const channel = (words: string): Meaning => ({ means: "channel", words });
const later = (words: string): Meaning => ({ means: "later", words });
const FAILED: Meaning = { means: "unknown", words: "the provider failed; it may have sent the message" };

export const whatsappCodes: CodeTable = {
  provider: "whatsapp",
  zone: "UTC",
  codes: {
    "131026": refused("the number has no WhatsApp, an old one, or blocks messages"),
    "131047": refused("the buyer wrote nothing for 24 hours: only an approved template is sent then"),
    "131050": { means: "refused", words: "the buyer stopped marketing messages", wish: "out" },
    "131049": refused("the buyer got enough marketing messages for a day, as Meta decides"),
    "130472": refused("the buyer is part of an experiment of Meta, without marketing messages"),
    "131021": refused("the number is that of the sender"),
    "131008": refused("a parameter is missing"),
    "131009": refused("a parameter does not fit"),
    "100": refused("a parameter does not fit"),
    "132000": refused("the number of parameters is not that of the template"),
    "132005": refused("the text with its parameters is too long"),
    "132012": refused("a parameter does not have the format of the template"),
    "132018": refused("a parameter holds line ends, tabs or many blanks"),
    "190": channel("the access token is refused or has expired: check accessToken"),
    "10": channel("the access token lacks a permission"),
    "2??": channel("the access token lacks a permission"),
    "131042": channel("the account has no valid means of payment"),
    "133010": channel("the sender's number is not registered: check phoneNumberId"),
    "132001": channel("the template does not exist in this language, or is not approved"),
    "132007": channel("the template breaks a policy of WhatsApp"),
    "132015": channel("the template is paused for its quality"),
    "132016": channel("the template is disabled for its quality"),
    "131031": channel("the account is locked"),
    "368": channel("the account is blocked for a breach of policy"),
    "130429": later("too many requests at once"),
    "4": later("too many requests at once"),
    "80007": later("too many requests at once"),
    "131056": { ...later("the number got too many messages at once"), ofAddress: true },
    "131048": later("too many messages of this sender were reported as spam of late"),
    "131053": later("the media of the template could not be fetched"),
    "133004": later("the server is down for a moment"),
    "131000": FAILED,
    "131016": FAILED,
    "1": FAILED,
    "2": FAILED,
  },
};
