/**
 * https://www.rfc-editor.org/rfc/rfc5321 (replies) and https://www.iana.org/assignments/smtp-enhanced-status-codes. `connect-…` is a reply
 * before the first message, `from-…` one to the sender's address; all others are about the recipient or the message.
 */
import type { CodeTable, Meaning } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const gone = (words: string): Meaning => ({ means: "refused", words, wish: "invalid" });
const channel = (words: string): Meaning => ({ means: "channel", words });
const later = (words: string): Meaning => ({ means: "later", words });

export const smtpCodes: CodeTable = {
  provider: "smtp",
  zone: "UTC",
  codes: {
    "5.1.1": gone("there is no such mailbox"),
    "5.1.10": gone("the domain takes no mail"),
    "5.1.2": refused("the domain of the address is not found"),
    "5.1.3": refused("the server takes no such address"),
    "5.1.6": refused("the mailbox has moved"),
    "5.2.1": refused("the mailbox is closed"),
    "5.2.2": refused("the mailbox is full"),
    "5.2.3": refused("the message is too long"),
    "5.3.4": refused("the message is too long"),
    "5.4.1": refused("the address takes no mail"),
    "5.6.0": refused("the server does not take the form of the message"),
    "5.7.0": channel("the mail server wants a user and a password: set them in the channel's url"),
    "5.7.1": refused("the mail server refuses the message by a rule of its own, as for spam or for other domains"),
    "5.7.3": channel("the user or the password is refused: check them in the channel's url"),
    "5.7.8": channel("the user or the password is refused: check them in the channel's url"),
    "5.7.9": channel("the account does not allow this way to sign in: look for app passwords in its settings"),
    "421": later("the server is closing"),
    "450": { means: "later", words: "the mailbox is busy or not taken for now", ofAddress: true },
    "451": later("the server failed for now"),
    "452": later("the server has too little space, or got too many messages"),
    "454": later("the server cannot authenticate for now"),
    "4*": later("the server asks to come back later"),
    "500": refused("the server does not understand the message"),
    "501": refused("the server takes no such address"),
    "503": refused("the server expected another command"),
    "530": channel("the mail server wants a user and a password, or TLS (smtps://): check the channel's url"),
    "534": channel("the account does not allow this way to sign in: look for app passwords in its settings"),
    "535": channel("the user or the password is refused: check them in the channel's url"),
    "538": channel("the mail server wants TLS: begin the channel's url with smtps://"),
    "550": refused("the server does not take mail for this address"),
    "551": refused("the mailbox is elsewhere"),
    "552": refused("the mailbox is full, or the message too long"),
    "553": refused("the server takes no such address"),
    "554": refused("the server refused the message"),
    "connect-5*": channel("the server takes no connection from this machine, or this account is closed"),
    "from-5*": channel("the mail server does not let this account send as this address: check the channel's from"),
    no_auth: channel(
      "the mail server offers no sign-in here: use smtps:// in the channel's url, or leave out user and password",
    ),
  },
};
