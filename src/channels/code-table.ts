/**
 * The meaning of a provider's codes: one table a provider, in the `codes.ts` of its folder. docs/providers.md is checked against the tables. The
 * words are ours alone: a provider's words could repeat the address or the text.
 */
import type { SendOutcome } from "../core/seams/channel.ts";
import { MINUTE } from "../core/values/duration.ts";
import { offsetMinutes } from "../core/values/zone.ts";
import { transient } from "./http-outcome.ts";

/** By the clock of the provider. */
type Until = "08:00" | "tomorrow" | "next month";

/**
 * - `refused`: never, for this recipient or this text.
 * - `later`: not sent; may be tried again, `until` says from when.
 * - `channel`: nothing of this channel is sent. It is paused, `until` says for how long.
 * - `unknown`: may have been sent.
 */
export type Meaning = {
  readonly means: "refused" | "later" | "channel" | "unknown";
  readonly words: string;
  readonly until?: Until;
  /** `later` for this address alone: the channel works for all others. */
  readonly ofAddress?: true;
  /** As the code says for sure of the address: its owner opted out, or it does not exist. */
  readonly wish?: "out" | "invalid";
};

export type CodeTable = {
  readonly provider: string;
  /** The zone of the provider's day. */
  readonly zone: string;
  /** A key that ends with `*` stands for every code that begins like it; `?` stands for one digit or letter. */
  readonly codes: Readonly<Record<string, Meaning>>;
};

/** The same code comes with several prefixes, or with none: `isv.MOBILE_NUMBER_ILLEGAL`, abroad `MOBILE_NUMBER_ILLEGAL`. So its last part counts too. */
export function meaningOf({ codes }: CodeTable, code: string): Meaning | null {
  const own = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (own !== undefined) return own;
  for (const [key, meaning] of Object.entries(codes)) if (isPattern(key) && fits(key, code)) return meaning;
  const last = lastPart(code);
  return Object.entries(codes).find(([key]) => !isPattern(key) && lastPart(key) === last)?.[1] ?? null;
}

const isPattern = (key: string): boolean => /[*?]$/.test(key);

function fits(pattern: string, code: string): boolean {
  if (pattern.endsWith("*")) return code.startsWith(pattern.slice(0, -1));
  return code.length === pattern.length && [...pattern].every((char, at) => char === "?" || char === code[at]);
}

const lastPart = (code: string): string => code.slice(code.lastIndexOf(".") + 1);

/** Letters, digits and `._-`: a code that holds anything else could hold an address. */
export const plainCode = (code: unknown): string =>
  (typeof code === "string" || typeof code === "number") && /^[\w.-]{1,80}$/.test(String(code))
    ? String(code)
    : "unreadable";

export type CodeFacts = {
  /** Epoch ms. */
  readonly now: number;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly retryAfterMs?: number | null;
};

/** An unlisted code of a 5xx leaves open whether the message was sent; else it was refused. */
export function outcomeOf(
  table: CodeTable,
  code: string,
  { now, status, retryAfterMs = null }: CodeFacts,
): SendOutcome {
  const meaning = meaningOf(table, code);
  if (meaning === null) {
    const message = "the provider answered with a code that Dunlin does not know";
    return status >= 500
      ? { kind: "unknown", code, message: `${message}; it may have sent the message`, unlisted: true }
      : { kind: "failed-permanent", code, message, unlisted: true };
  }
  const { means, words, until, ofAddress, wish } = meaning;
  const waitMs = until === undefined ? null : startOf(until, now, table.zone) - now;
  if (means === "refused")
    return { kind: "failed-permanent", code, message: words, ...(wish === undefined ? {} : { wish }) };
  if (means === "later") {
    const later = transient(code, words, waitMs ?? retryAfterMs);
    return ofAddress === true && later.kind === "failed-transient" ? { ...later, ofAddress } : later;
  }
  if (means === "channel") return { kind: "channel-fault", code, message: words, resumeInMs: waitMs };
  return { kind: "unknown", code, message: words };
}

/** The next 08:00, day or month of the zone, which has no daylight saving time. */
function startOf(until: Until, now: number, zone: string): number {
  const offset = offsetMinutes(zone, now) * MINUTE;
  const local = new Date(now + offset);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  if (until === "next month") return Date.UTC(year, month + 1, 1) - offset;
  if (until === "tomorrow") return Date.UTC(year, month, day + 1) - offset;
  return Date.UTC(year, month, local.getUTCHours() < 8 ? day : day + 1, 8) - offset;
}
