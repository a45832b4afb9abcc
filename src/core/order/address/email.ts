/**
 * Reads e-mail addresses. The same address always compares equal: upper and lower case do not count, as no provider of mailboxes counts them. Only
 * addresses that mail programs take as they are: no quotes, no comments, no letters outside ASCII before the @.
 */
import { isNobody } from "../nobody.ts";

export type EmailReading =
  | { readonly kind: "address"; readonly value: string }
  /** Nobody's: it is written in place of an address, or a part of it is hidden. */
  | { readonly kind: "placeholder" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "none" };

const MAX_LENGTH = 254;
const MAX_LOCAL = 64;

const LOCAL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** At least two labels, of which the last is no number: no mail goes to a bare host or an IP address. */
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)[a-z0-9-]{2,63}$`);

/** `"Li Lei" <li@acme.com>`, `mailto:li@acme.com`. */
const NAMED = /^[^<>]*<([^<>]+)>$/;

export function readEmail(text: string): EmailReading {
  const plain = text
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Cc}]/gu, "")
    .trim();
  const bare = (NAMED.exec(plain)?.[1] ?? plain).trim().replace(/^mailto:/i, "");
  if (bare === "") return { kind: "none" };
  const at = bare.lastIndexOf("@");
  if (at < 0) return { kind: isNobody(bare) ? "placeholder" : "unreadable" };
  const local = bare.slice(0, at).toLowerCase();
  const domain = hostOf(bare.slice(at + 1));
  if (isMasked(local) || isMasked(bare.slice(at + 1))) return { kind: "placeholder" };
  const value = `${local}@${domain}`;
  if (value.length > MAX_LENGTH || local.length > MAX_LOCAL || !LOCAL.test(local) || !DOMAIN.test(domain))
    return { kind: "unreadable" };
  return isPlaceholder(local, domain) ? { kind: "placeholder" } : { kind: "address", value };
}

/** A domain in other letters has a form in ASCII. "" if it has none. */
function hostOf(domain: string): string {
  const lower = domain.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the range of ASCII
  if (/^[\x00-\x7f]*$/.test(lower)) return lower;
  return URL.canParse(`http://${lower}`) ? new URL(`http://${lower}`).hostname : "";
}

/** Signs with which platforms hide a part: `l***i@acme.com`, `xx@acme.com`. A single * may be part of a real address. */
const isMasked = (part: string): boolean => /[*•●∗⁎✱]{2}|^[*•●∗⁎✱]+$|[•●∗⁎✱]/u.test(part);

/** Reserved for documents and tests (RFC 2606, RFC 6761): nobody has a mailbox there. */
const RESERVED = /(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost|local)$/;
/** Mailboxes that nobody reads, and words in place of an address. */
const UNREAD =
  /^(?:(?:no|do[._-]?not|never)[._-]?reply|mailer-daemon|postmaster|placeholder|no[._-]?(?:e-?)?mail|(?:e-?)?mail[._-]?unknown|null|undefined|none|nobody|unknown|anonymous|guest|n[._-]?a)$/;
/** `test@test.com`, `abc@abc.com`: what is typed where a form demands an address. */
const TYPED = /^(?:test|abc|asdf|qwerty|email|mail|user|name|aa+|xx+|a|x|123+)$/;

function isPlaceholder(local: string, domain: string): boolean {
  if (RESERVED.test(domain) || UNREAD.test(local)) return true;
  return TYPED.test(local) && domain.split(".")[0] === local;
}

/** `lilei@acme.com` → `l****@acme.com`. Only for display. */
export const maskEmail = (value: string): string => `${value.slice(0, 1)}****${value.slice(value.lastIndexOf("@"))}`;
